"""Every FEEL text of a decision, with the declared types of what it sees."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from engine.feel.boxed import shown
from engine.feel.model import Box, Decision, DecisionModel, ItemType, Table, flat

UNCHECKED = "unchecked"


@dataclass(frozen=True)
class Asked:
    """A text to check, at the element that holds it.

    Args:
        is_cell: whether it says what a rule, or no rule, of a table tests or gives.
    """

    element: str
    text: str
    kind: str
    types: Mapping[str, str]
    is_cell: bool = False


def all_texts(model: DecisionModel) -> list[str]:
    """Return every text that is evaluated when the decisions of a model are."""
    boxes = [
        *(decision.logic for decision in model.decisions.values()),
        *(each.logic for each in model.functions.values()),
    ]
    return [one.text for box in boxes for one in of_box(box, "", {})]


def asked_of(model: DecisionModel, types: Mapping[str, str]) -> Iterator[Asked]:
    """Yield every text of a model's decisions and knowledge models.

    Args:
        types: the declared variables of the process.
    """
    names = [*(each.name for each in model.functions.values()), *(each.name for each in model.services.values())]
    functions = dict.fromkeys(names, "any")
    for function in model.functions.values():
        yield from of_box(function.logic, function.id, functions)
    # A service's input data are parameters, which its decisions see in place of the process's variables.
    given = {name: "any" for service in model.services.values() for name in service.names}
    known = {**given, **types, **functions}
    for decision in model.decisions.values():
        yield from of_box(decision.logic, decision.id, known)
        known = _with_result(known, decision)


def _with_result(types: Mapping[str, str], decision: Decision) -> dict[str, str]:
    """Let later decisions see the result, with the types that the decision or its outputs declare."""
    known = {
        name: type_
        for name, type_ in types.items()
        if not any(name == own or name.startswith(f"{own}.") for own in decision.names)
    }
    for name in decision.names:
        known.update(_result_types(name, decision))
    return known


def _result_types(name: str, decision: Decision) -> dict[str, str]:
    table = decision.table
    if decision.type is not None or table is None:
        return flat(name, decision.type) if decision.type is not None else shown(name, decision.logic)
    if len(table.outputs) > 1:
        types = {name: "any"}
        for output in table.outputs:
            types.update(flat(f"{name}.{output.name}", output.type))
        return types
    return flat(name, None if table.collects else table.outputs[0].type)


def of_box(box: Box, owner: str, types: Mapping[str, str]) -> Iterator[Asked]:
    """Yield the texts of a boxed expression.

    Args:
        owner: id of the element to name where the box has none.
    """
    element = box.id or owner
    if box.table is not None:
        yield from _of_table(box.table, element, types)
    if box.text:
        yield Asked(element, box.text, "value", types)
    for number, part in enumerate(box.parts):
        inner = of_box(part, element, {**types, **_seen_by(box, number)})
        # What the items of an untyped list hold, which a filter may name, is known only at run time.
        is_open = box.kind == "filter" and number == 1 and not _item_fields(box)
        yield from (replace(one, kind=UNCHECKED) if is_open else one for one in inner)


def _seen_by(box: Box, number: int) -> dict[str, str]:
    """Return what a part of a box sees beside what the box sees."""
    seen: dict[str, str] = {}
    if box.kind == "context":
        for name, part in zip(box.names[:number], box.parts[:number], strict=True):
            seen.update(shown(name, part))
    elif box.kind == "function":
        for name, type_ in zip(box.names, box.types, strict=True):
            seen.update(flat(name, type_))
    elif box.kind == "filter" and number == 1:
        seen["item"] = "any"
        for name, type_ in _item_fields(box):
            seen.update(flat(name, type_))
    elif box.kind in {"for", "some", "every"} and number == 1:
        items = box.parts[0].type
        seen.update({**flat(box.names[0], None if items is None else items.items), "partial": "list"})
    return seen


def _item_fields(box: Box) -> tuple[tuple[str, ItemType | None], ...]:
    items = None if box.parts[0].type is None else box.parts[0].type.items
    return () if items is None else items.fields


def _of_table(table: Table, owner: str, types: Mapping[str, str]) -> Iterator[Asked]:
    for column in table.inputs:
        yield Asked(column.id or owner, column.expression, "value", types)
        if column.values:
            yield Asked(column.id or owner, column.values, "unary", {**types, **flat("?", column.type)})
    for rule in table.rules:
        # Rules that were not read from a file know no places.
        places = [place or owner for place in rule.places] or [rule.id or owner] * len((*rule.cells, *rule.outputs))
        tests, results = places[: len(rule.cells)], places[len(rule.cells) :]
        for column, cell, place in zip(table.inputs, rule.cells, tests, strict=True):
            kind = column.type.declared if column.type is not None else types.get(column.expression)
            yield Asked(place, cell, "unary", {**types, "?": kind} if kind else types, is_cell=True)
        for text, place in zip(rule.outputs, results, strict=True):
            if text:
                yield Asked(place, text, "value", types, is_cell=True)
    for output in table.outputs:
        if output.default:
            yield Asked(output.id or owner, output.default, "value", types, is_cell=True)
        if output.values:
            yield Asked(output.id or owner, output.values, "unary", {**types, **flat("?", output.type)})
