"""What differs between two bundles, as plain values; names are (zh, en) labels, never ids alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.bpmn.labels import KINDS, Label

__all__ = ["KINDS", "Change", "Detail", "Label", "Part", "Reference", "Rule", "Shown", "between", "details"]

Kind = Literal["added", "removed", "changed"]
Area = Literal["process", "element", "flow", "lane", "form", "field", "decision", "rule", "file"]


@dataclass(frozen=True)
class Rule:
    """A condition of a form (see ``forms.conditions``) and what the fields are called that it may name, by key."""

    document: Mapping[str, Any]
    fields: Mapping[str, Label] = field(compare=False)


Shown = str | Label | Rule


@dataclass(frozen=True)
class Detail:
    """A property that changed; ``before`` and ``after`` are texts, names or conditions, empty where there is none."""

    property: str
    before: Shown
    after: Shown


@dataclass(frozen=True)
class Change:
    """One difference.

    Args:
        file: the file of the bundle in which it stands.
        subject_id: of the element, flow, lane, form, field, decision or rule.
        place: what it belongs to: the form of a field, the table of a rule.
        details: of what is new or gone, all that it says.
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
    """A property that names other things: it is another one only if these have other ids."""

    id: str
    name: Label = field(compare=False)

    def __bool__(self) -> bool:
        """Tell whether it names anything."""
        return bool(self.id)


def details(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Detail, ...]:
    """Return what differs between two sets of properties, in their order."""
    names = dict.fromkeys([*before, *after])
    return tuple(
        Detail(name, _shown(before.get(name)), _shown(after.get(name)))
        for name in names
        if (before.get(name) or "") != (after.get(name) or "")
    )


def _shown(value: Any) -> Shown:
    if isinstance(value, Reference):
        return value.name
    return value if isinstance(value, Rule) else str(value or "")


@dataclass(frozen=True)
class Part:
    """Something that is compared: it has an identity, a name, and properties.

    Args:
        told: the properties that its name and kind tell already, so that they are not shown of what is new or gone.
    """

    id: str
    name: Label
    area: Area
    what: str
    properties: Mapping[str, Any]
    place: Label | None = None
    told: frozenset[str] = frozenset({"name", "name_en", "type"})


def between(file: str, before: Mapping[str, Part], after: Mapping[str, Part]) -> list[Change]:
    """Return what was added, removed and changed, by identity."""
    found = []
    for key in dict.fromkeys([*before, *after]):
        old, new = before.get(key), after.get(key)
        part = new or old
        assert part is not None, "the key is of one of them"
        differing = details(*(each.properties if each else {} for each in (old, new)))
        if old and new and not differing:
            continue
        if not (old and new):
            differing = tuple(each for each in differing if each.property not in part.told)
        kind: Kind = "changed" if old and new else "added" if new else "removed"
        # Neither a name nor an id: a draft may hold that for a while.
        name = part.name if part.name.default else Label(part.what)
        found.append(Change(kind, part.area, file, part.id, name, part.what, part.place, differing))
    return found
