"""What two bundles differ in, file by file."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Final

import orjson

from engine.bpmn.documents import DocumentError
from engine.bpmn.labels import Label
from engine.errors import InvalidInputError
from engine.feel.decisions import DecisionError
from engine.process import bundles
from engine.studio import scenario_files
from engine.studio.changes import Change, Kind
from engine.studio.compare_decisions import compare_decisions
from engine.studio.compare_forms import compare_forms
from engine.studio.compare_processes import compare_processes
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
    return [Change(kind, "file", name, name, _title(name, after or before or b""), "file")]


def _title(name: str, content: bytes) -> Label:
    """Return what people called a scenario, else the name of the file."""
    title = None
    if name.startswith(bundles.SCENARIOS):
        with suppress(InvalidInputError):  # the check of the draft says what is wrong with it
            title = scenario_files.parse(name, content).title
    return Label(title or name.rpartition("/")[2])


def file_rank(name: str) -> tuple[int, str]:
    """Return where a file stands in lists: processes, decisions, forms, scenario tests."""
    if name.endswith(".bpmn"):
        return 0, name
    if name.endswith(".dmn"):
        return 1, name
    return (2 if bundles.is_form(name) else 3), name
