"""The registry of component types. A new component is one entry here and one class in ``forms.kinds``."""

from typing import Any

from forms.kinds.attachments import FileKind, PhotoKind, SignatureKind
from forms.kinds.base import Kind
from forms.kinds.dates import DateKind, DatetimeKind
from forms.kinds.numbers import ComputedKind, MoneyKind, NumberKind
from forms.kinds.options import CheckboxKind, ContactKind, CustomerKind, ItemKind, MultiselectKind, SelectKind
from forms.kinds.structure import ListKind, NoteKind, SectionKind, TableKind
from forms.kinds.texts import PermissionKind, PositionKind, ScanKind, TextareaKind, TextKind
from forms.model import Component

KINDS: dict[str, Kind] = {
    "text": TextKind(),
    "textarea": TextareaKind(),
    "number": NumberKind(),
    "money": MoneyKind(),
    "date": DateKind(),
    "datetime": DatetimeKind(),
    "select": SelectKind(),
    "multiselect": MultiselectKind(),
    "checkbox": CheckboxKind(),
    "customer": CustomerKind(),
    "contact": ContactKind(),
    "item": ItemKind(),
    "photo": PhotoKind(),
    "file": FileKind(),
    "signature": SignatureKind(),
    "position": PositionKind(),
    "permission": PermissionKind(),
    "scan": ScanKind(),
    "computed": ComputedKind(),
    "list": ListKind(),
    "table": TableKind(),
    "section": SectionKind(),
    "note": NoteKind(),
}

COMMON = frozenset({"type", "key", "label", "help", "visible_if"})
OF_VALUES = frozenset({"placeholder", "required", "default", "remember"})


def kind_of(component: Component) -> Kind:
    """Return the kind of a component."""
    return KINDS[component.type]


def is_list(component: Component) -> bool:
    """Tell whether a component holds rows."""
    return isinstance(kind_of(component), ListKind)


def holds_components(kind: Kind) -> bool:
    """Tell whether a kind has components inside: rows of a list, or a section's fields."""
    return isinstance(kind, ListKind | SectionKind)


def properties_of(kind: Kind) -> frozenset[str]:
    """Return the names of all properties that a component of a kind may have."""
    known = COMMON | (OF_VALUES if kind.has_value else frozenset()) | set(kind.props)
    known |= {"children"} if holds_components(kind) else set()
    return frozenset(known | ({"options", "source"} if isinstance(kind, SelectKind) else set()))


def blank_of(component: Component) -> Any:
    """Return the value that stands for "nothing given"."""
    blank = kind_of(component).blank
    return list(blank) if isinstance(blank, tuple) else blank
