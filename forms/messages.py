"""Every sentence that a form can say to the person who fills it in.

The English sentence is the key of the translation (``web/translations/zh/forms.po``). The client runtime gets the
same sentences, translated, by their code.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from forms.model import Component, Text

MESSAGES: dict[str, str] = {
    "required": "Fill in “{label}”.",
    "required_number": "Enter a number for “{label}”.",
    "required_money": "Enter an amount for “{label}”.",
    "required_date": "Enter a date for “{label}”.",
    "required_choice": "Choose an option for “{label}”.",
    "required_tick": "Tick “{label}” to continue.",
    "required_rows": "Add at least one row to “{label}”.",
    "required_photo": "Add at least one photo to “{label}”.",
    "required_file": "Add a file to “{label}”.",
    "required_signature": "Sign in the box “{label}”.",
    "required_position": "Record your position for “{label}”.",
    "text": "“{label}” must be text.",
    "characters": "“{label}” holds characters that cannot be stored. Type it again.",
    "max_length": "Shorten “{label}” to {max} characters or fewer. It has {actual}.",
    "email": "“{label}” must be an e-mail address, such as name@example.com.",
    "phone": "“{label}” must be a phone number, such as 138 0000 0000.",
    "number": "“{label}” must be a number, such as 12.",
    "integer": "“{label}” must be a whole number, such as 12.",
    "money": "“{label}” must be an amount, such as 120.50.",
    "min": "“{label}” must be {min} or more.",
    "max": "“{label}” must be {max} or less.",
    "step": "“{label}” must go in steps of {step}.",
    "date": "“{label}” must be a real date, such as 2026-03-27.",
    "datetime": "“{label}” must be a real date and time, such as 2026-03-27 14:30.",
    "date_min": "“{label}” must be {min} or later.",
    "date_max": "“{label}” must be {max} or earlier.",
    "option": "Choose one of the options listed for “{label}”.",
    "boolean": "“{label}” must be yes or no.",
    "list": "“{label}” must be a list.",
    "row": "Each row of “{label}” must hold named fields.",
    "min_rows": "Add rows to “{label}”: it needs at least {min}.",
    "max_rows": "Remove rows from “{label}”: it can have at most {max}.",
    "max_choices": "Choose at most {max} options for “{label}”.",
    "max_files": "Remove files from “{label}”: it can have at most {max}.",
    "file": "A file in “{label}” did not arrive whole. Remove it and add it again.",
    "evidence": "The position for “{label}” was not recorded. Record it again.",
    "unknown": "Remove “{field}”: this form has no such field.",
    "too_large": "This form holds too much. Shorten texts or remove rows.",
    "not_an_object": "Send the values of the form by field name.",
}

WORDS: dict[str, str] = {
    "optional": "optional",
    "yes": "Yes",
    "no": "No",
    "choose": "Choose…",
    "error_title": "There is a problem",
    "error": "Error:",
    "add_row": "Add another",
    "remove": "Remove",
    "removed": "Removed.",
    "undo": "Undo",
    "row": "Row {number}",
    "take_photo": "Take a photo",
    "from_gallery": "Choose from the gallery",
    "choose_file": "Choose a file",
    "uploading": "Uploading…",
    "upload_failed": "This file was not uploaded.",
    "kept_here": "No connection: kept on this device, sent later.",
    "retry": "Try again",
    "added": "From the gallery, added {time}",
    "same_as_last": "Same as last time",
    "same_done": "Filled in as last time",
    "in_days": "+{days} d",
    "clear": "Clear",
    "signed": "Signed",
    "record_position": "Record my position",
    "position_recorded": "Position recorded",
    "position_failed": "The position is not available. You can go on without it.",
    "position_wait": "Reading your position…",
    "position_by_hand": "No position is available now: “by hand” is chosen instead. Press the button again to go on.",
    "scan": "Scan a code",
    "scan_failed": "No code was found in the picture. Try again, or type it.",
    "characters_left": "{count} characters left",
    "characters_over": "{count} characters too many",
    "saved": "Saved {time}",
    "saved_here": "No connection: kept on this device {time}",
    "restore": "Restore what you typed at {time}",
}


@dataclass(frozen=True)
class Problem:
    """One sentence about one field: an English template (the key of its translation) and its parameters.

    A parameter may be a ``Text``; ``text`` puts its wording for the locale into the sentence.
    """

    template: str
    code: str
    params: dict[str, Any] = field(default_factory=dict)

    def text(self, locale: str = "en", translate: Callable[[str], str] = str) -> str:
        """Return the sentence in a locale."""
        return fill(translate(self.template), self.params, locale)

    def __str__(self) -> str:
        """Return the English sentence."""
        return self.text()


def problem(code: str, component: Component | None = None, **params: Any) -> Problem:
    """Make the problem with this code about a component."""
    return Problem(MESSAGES[code], code, {"label": component.label, **params} if component else params)


def fill(template: str, params: Mapping[str, Any], locale: str) -> str:
    """Put the parameters into a sentence, each ``Text`` in the locale's wording."""
    worded = {name: value.text(locale) if isinstance(value, Text) else value for name, value in params.items()}
    return template.format(**worded)
