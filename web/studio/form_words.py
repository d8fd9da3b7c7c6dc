"""The words of the form builder: types, properties, operators, and what its script says."""

from web.i18n import translate as _
from web.studio.condition_words import operator_words
from web.studio.words import kind_name


def type_words() -> dict[str, str]:
    """Return component type → what it is called."""
    known = ("text", "textarea", "number", "money", "date", "datetime", "select", "multiselect", "checkbox", "photo",
             "file", "signature", "computed", "list", "section", "note")  # fmt: skip
    return {
        **{type_: kind_name(type_) for type_ in known},
        "customer": _("Customer"),
        "contact": _("Contact"),
        "item": _("Product"),
        "position": _("Position"),
        "permission": _("Permission"),
        "scan": _("Scan"),
        "table": _("Table"),
    }


def families() -> list[dict[str, object]]:
    """Return the types in the palette's order, by what they are for."""
    return [
        {"label": _("Text and numbers"), "types": ["text", "textarea", "number", "money", "scan", "computed"]},
        {"label": _("Dates"), "types": ["date", "datetime"]},
        {"label": _("Choices"), "types": ["select", "multiselect", "checkbox", "customer", "contact", "item"]},
        {"label": _("Evidence"), "types": ["photo", "file", "signature", "position", "permission"]},
        {"label": _("Arrangement"), "types": ["section", "list", "table", "note"]},
    ]


def word_words() -> dict[str, str]:
    """Return the words that properties may be → what they are called."""
    return {
        "email": _("E-mail address"), "phone": _("Phone number"),
        "number": _("Numeric value"), "money": _("Money"),
        "radio": _("Radio buttons"), "menu": _("Menu"),
        "info": _("Information"), "warning": _("Warning"),
    }  # fmt: skip


def property_words() -> dict[str, str]:
    """Return property → what the builder calls it."""
    return {
        "max_length": _("Most characters"), "rows": _("Lines shown"), "min": _("Least"), "max": _("Most"),
        "step": _("In steps of"), "integer": _("Whole numbers only"), "unit": _("Unit"), "currency": _("Currency"),
        "format": _("Format"), "autocomplete": _("Filled in by the browser as"), "quick_days": _("Quick days"),
        "display": _("Shown as"), "max_choices": _("Most choices"), "max_files": _("Most files"),
        "accept": _("Kinds of files"), "min_rows": _("Least rows"), "max_rows": _("Most rows"),
        "add_label": _("Button that adds a row"), "row_label": _("What a row is called"), "tone": _("Tone"),
        "at_submit": _("Read it when the form is sent"), "compute": _("Computed from"),
    }  # fmt: skip


def builder_texts() -> dict[str, object]:
    """Return key → text of the builder's script."""
    return {
        "operators": operator_words(),
        "groups": {"all": _("All of these"), "any": _("Any of these"), "not": _("Not")},
        "compute": {"sum": _("Sum of"), "max": _("Largest of"), "count": _("Number of rows in"),
                    "product": _("Product of")},
        "form": _("The form"), "key": _("Key"), "title": _("Title"), "submit": _("Button"), "version": _("Version"),
        "label": _("Label"), "help": _("Help"), "placeholder": _("Example in the field"),
        "zh": _("Chinese"), "en": _("English"),
        "required": _("Required"), "visible": _("Shown"), "always": _("Always"), "never": _("No"),
        "when": _("When …"), "default": _("Default"), "noDefault": _("None"), "fixed": _("A value"),
        "fromContext": _("From the surroundings"), "remember": _("Offer what was said last time"),
        "options": _("Options"), "ownOptions": _("Its own options"), "source": _("Choices from"),
        "value": _("Value"), "addOption": _("Add an option"), "addCondition": _("Add a condition"),
        "addGroup": _("Add a group"), "field": _("Field"), "operator": _("Comparison"), "context": _("Surroundings"),
        "yes": _("Yes"), "no": _("No"), "unset": _("Not set"),
        "lessPercent": _("Less percent"), "unknown": _("Kept as it is"),
        "add": _("Add a component"), "duplicate": _("Duplicate"), "remove": _("Remove"),
        "up": _("Move up"), "down": _("Move down"), "in": _("Move in"), "out": _("Move out"),
        "removed": _("Removed: {name}. Undo brings it back."), "usedIn": _("Used in"),
        "gone": _("Other files of the draft still name “{name}”:"),

        "listHelp": _("Values with commas between them"), "mistakes": _("Mistakes: {n}"),
    }  # fmt: skip
