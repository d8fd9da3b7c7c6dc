"""What differs between two bundles, as plain values; names are (zh, en) labels, never ids alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.bpmn.elements import Label

Kind = Literal["added", "removed", "changed"]
Area = Literal["process", "element", "flow", "lane", "form", "field", "decision", "rule", "file"]


@dataclass(frozen=True)
class Detail:
    """A property that changed; ``before`` and ``after`` are text, empty where there is none."""

    property: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """One difference.

    Args:
        file: the file of the bundle in which it stands.
        subject_id: of the element, flow, lane, form, field, decision or rule.
        place: what it belongs to: the form of a field, the table of a rule.
        column_names: of a rule, the labels of the table's columns by property (``in.0``, ``out.1``).
    """

    kind: Kind
    area: Area
    file: str
    subject_id: str
    name: Label
    what: str = ""
    place: Label | None = None
    details: tuple[Detail, ...] = ()


@dataclass(frozen=True)
class Reference:
    """A property that names another element: it is another one only if that has another id."""

    id: str
    text: str = field(compare=False)

    def __str__(self) -> str:
        """Return what people call it."""
        return self.text


def details(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Detail, ...]:
    """Return what differs between two sets of properties, in their order."""
    names = dict.fromkeys([*before, *after])
    return tuple(
        Detail(name, str(before.get(name) or ""), str(after.get(name) or ""))
        for name in names
        if (before.get(name) or "") != (after.get(name) or "")
    )


@dataclass(frozen=True)
class Part:
    """Something that is compared: it has an identity, a name, and properties."""

    id: str
    name: Label
    area: Area
    what: str
    properties: Mapping[str, Any]
    place: Label | None = None


def between(file: str, before: Mapping[str, Part], after: Mapping[str, Part]) -> list[Change]:
    """Return what was added, removed and changed, by identity."""
    found = []
    for key in dict.fromkeys([*before, *after]):
        old, new = before.get(key), after.get(key)
        part = new or old
        assert part is not None, "the key is of one of them"
        differing = details(old.properties, new.properties) if old and new else ()
        if old and new and not differing:
            continue
        kind: Kind = "changed" if old and new else "added" if new else "removed"
        # Neither a name nor an id: a draft may hold that for a while.
        name = part.name if part.name.default else Label(part.what)
        found.append(Change(kind, part.area, file, part.id, name, part.what, part.place, differing))
    return found
