"""What two bundles differ in, file by file."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Final

import orjson

from engine.bpmn import documents, elements
from engine.bpmn.documents import DocumentError
from engine.bpmn.labels import Label
from engine.errors import InvalidInputError
from engine.feel import decisions
from engine.feel.decisions import DecisionError
from engine.process import bundles
from engine.studio import scenario_files
from engine.studio.changes import Change, Kind
from engine.studio.compare_decisions import compare_decisions
from engine.studio.compare_forms import compare_forms, label_of
from engine.studio.compare_processes import compare_processes
from forms import definition
from forms.definition import FormError

UNREADABLE: Final = (DocumentError, DecisionError, FormError, orjson.JSONDecodeError)


def compare(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> list[Change]:
    """Return what differs between two bundles: processes first, then decisions, forms and scenario tests.

    What cannot be read (a draft may hold anything) is one change of the file as a whole.
    """
    found: list[Change] = []
    for name in sorted({*before, *after}, key=file_rank):
        old, new = before.get(name), after.get(name)
        if old != new:
            found += compare_file(name, old, new)
    return found


def compare_file(name: str, before: bytes | None, after: bytes | None) -> list[Change]:
    """Return what differs in one file; None: it is not there."""
    try:
        if name.endswith(".bpmn"):
            return compare_processes(name, before, after)
        if name.endswith(".dmn"):
            return compare_decisions(name, before, after)
        if bundles.is_form(name):
            return compare_forms(name, before, after)
    except UNREADABLE:
        pass  # the check of the draft says what is wrong with it
    kind: Kind = "added" if before is None else "removed" if after is None else "changed"
    return [Change(kind, "file", name, name, title_of(name, after or before or b""), "file")]


def title_of(name: str, content: bytes) -> Label:
    """Return what people call a file: its process, form, decisions or scenario; what cannot be read has its name."""
    short = Label(name.rpartition("/")[2])
    with suppress(*UNREADABLE, InvalidInputError):  # the check of the draft says what is wrong with it
        if name.startswith(bundles.SCENARIOS):
            return Label(scenario_files.parse(name, content).title)
        if name.endswith(".bpmn"):
            root = documents.parse(content)
            processes = [
                elements.label_of(each, documents.properties(each)) for each in documents.descendants(root, "process")
            ]
            return processes[0] if processes else short
        if name.endswith(".dmn"):
            called = [each.name or each.id for each in decisions.parse(content).decisions.values()]
            return Label("、".join(called), ", ".join(called)) if called else short
        if bundles.is_form(name):
            form = definition.parse(orjson.loads(content))
            return label_of(form.title, form.key)
    return short


def file_rank(name: str) -> tuple[int, str]:
    """Return where a file stands in lists: processes, decisions, forms, scenario tests."""
    if name.endswith(".bpmn"):
        return 0, name
    if name.endswith(".dmn"):
        return 1, name
    return (2 if bundles.is_form(name) else 3), name
