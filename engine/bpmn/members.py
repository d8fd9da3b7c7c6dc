"""Which entries a variable can have: those that the steps writing it give, and those that the process declares."""

import re
from collections.abc import Iterable, Iterator, Mapping, Set

from engine.bpmn.elements import Element

CLOSED = "record"
"""Type, for checks only, of a context whose entries are all among the declared names."""

_NAMED_BY = {"userTask": "form", "manualTask": "form", "businessRuleTask": "decision", "serviceTask": "topic"}

Gives = Mapping[str, Mapping[str, Set[str]]]
"""``form``, ``decision`` or ``topic`` → its name → the names of the values that it gives, "" for the only one."""


def closed(found: Iterable[Element], declared: Mapping[str, str], gives: Gives) -> dict[str, str]:
    """Return the types of the contexts whose entries are known for sure, and of their entries.

    They are known if every element that writes the variable says what it gives, or if nothing in the process writes it
    and its entries are declared. Entries that only the elements name are of any type. The editor's panel judges alike,
    see ``web/frontend/src/studio/members.js``.
    """
    written: dict[str, Set[str] | None] = {}
    for element in found:
        if element.kind == "callActivity":
            return {}  # what the called process writes comes back
        for name, entries in _writes(element, gives):
            before = written.get(name, frozenset())
            written[name] = None if entries is None or before is None else before | entries
    known: dict[str, str] = {}
    for name in {path.partition(".")[0]: None for path in declared}:
        entries = written.get(name, frozenset())
        # Of what only the entries are declared may be a list, unless elements give them.
        if entries is None or declared.get(name, "context" if entries else "any") != "context":
            continue
        paths = {f"{name}.{entry}": "any" for entry in entries}
        paths |= {path: type_ for path, type_ in declared.items() if path.startswith(f"{name}.")}
        if paths:
            known |= {name: CLOSED} | paths
    return known


def _writes(element: Element, gives: Gives) -> Iterator[tuple[str, Set[str] | None]]:
    """Yield the variables that an element writes with the names of their entries; None if nobody knows them."""
    named_by = _NAMED_BY.get(element.kind, "")
    given = gives.get(named_by, {}).get(element.properties.get(named_by, ""), frozenset())
    if result := element.properties.get("result"):
        yield result, None if not given or "" in given else given
    else:
        yield from ((name, None) for name in given)
    for setting in ("result", "item"):
        if name := element.loop.get(setting):
            yield name, None
    # The entries of a script become variables, as those of a message do for whoever gets it.
    text = f"{element.script or ''} {element.properties.get('payload', '')}"
    yield from ((name, None) for name in re.findall(r"(\w+)[\"\s]*:", text))
