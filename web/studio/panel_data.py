"""What the editor's panel offers: topics with their parameters, forms, decisions, lanes, slots, FEEL's functions."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for

from engine.feel import expressions
from engine.process import editing, topics
from engine.process.editing import GivenValue
from engine.process.filters import FIELDS, PRIORITIES, SLOTS
from engine.process.topics import Parameter
from web.i18n import locale
from web.studio.panel_texts import slot_names, type_names


def panel_data(files: Mapping[str, bytes]) -> dict[str, Any]:
    """Return what the properties of a version's elements may be, in the reader's language."""
    known = editing.names(files)
    language = 1 if locale() == "en" else 0
    return {
        "expressionUrl": url_for("studio.check_expressions"),
        "types": type_names(),
        "given": dict(editing.GIVEN_VARIABLES),
        "functions": [
            {"name": each.name, "parameters": list(each.parameters), "type": each.type}
            for each in expressions.functions()
            if each.name[0].isalpha()
        ],
        "forms": [
            {"value": key, "label": form.title[language] or key, "gives": _gives(form.values, language)}
            for key, form in known.forms.items()
        ],
        "decisions": [
            {"value": key, "label": key, "gives": _gives(says, language)} for key, says in known.decisions.items()
        ],
        "processes": list(known.processes),
        "topics": [
            {
                "name": topic.name,
                "kind": topic.kind.value,
                "waits": topic.waits,
                "label": topic.label[language],
                "about": topic.about[language],
                "takes": _parameters(topic.takes, language),
                "gives": _parameters(topic.gives, language),
            }
            for topic in topics.all_topics()
            if not topic.is_internal
        ],
        "lanes": [
            {
                "value": lane.key,
                "label": lane.label[language],
                "labels": {"zh": lane.label[0], "en": lane.label[1]},
                "who": lane.who[language],
                "processes": list(lane.processes),
            }
            for lane in topics.lanes()
        ],
        "slots": [{"value": slot, "label": slot_names()[slot], "type": FIELDS[slot].value} for slot in SLOTS],
        "taskFields": [
            {"value": name, "label": slot_names()[name]} for name in ("subject", "subject_en", "priority", *SLOTS)
        ],
        "priorities": list(PRIORITIES),
    }


def _gives(values: Sequence[GivenValue], language: int) -> list[dict[str, Any]]:
    return [
        {"name": each.name, "type": each.type, "label": each.label[language], "titles": list(each.label)}
        for each in values
    ]


def _parameters(parameters: Sequence[Parameter], language: int) -> list[dict[str, Any]]:
    return [
        {
            "name": each.name,
            "type": each.type,
            "label": each.label[language],
            "titles": list(each.label),
            "required": each.is_required,
            "help": each.help[language],
            "choices": [{"value": value, "label": words[language]} for value, words in each.choices.items()],
        }
        for each in parameters
    ]
