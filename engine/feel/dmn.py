"""Read DMN 1.2 to 1.5 XML into decisions; whatever is not evaluated is refused with its element, never skipped."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from lxml import etree

from engine.feel.boxed import read_function, read_logic
from engine.feel.dmn_source import MAX_BYTES, SENTENCES, Reader, read_root
from engine.feel.elements import refuse_the_unknown
from engine.feel.items import read_items, type_of
from engine.feel.model import Decision, DecisionError, DecisionModel, ItemType, KnowledgeModel, Service, flat

T = TypeVar("T")

__all__ = ["MAX_BYTES", "SENTENCES", "parse"]


def parse(source: bytes) -> DecisionModel:
    """Read a DMN file.

    Raises:
        DecisionError: with one finding per fault: not DMN, not supported, or an expression that cannot be read.
    """
    root = read_root(source)
    reader = Reader(etree.QName(root).namespace or "")
    refuse_the_unknown(reader, root)
    read_items(reader, root)
    inputs = {
        _bound_name(reader, element): type_of(reader, reader.child(element, "variable"))
        for element in reader.children(root, "inputData")
    }
    _let_names_be_seen(reader, root, inputs)
    decisions = _by_id(reader, root, "decision", partial(_decision, reader))
    if not decisions:
        reader.refuse(root, "no_decision")
    functions = _by_id(reader, root, "businessKnowledgeModel", partial(_knowledge_model, reader))
    services = _by_id(reader, root, "decisionService", partial(_service, reader, root))
    ordered = _ordered(reader, decisions)
    callers = [*(one.knowledge for one in decisions.values()), *(one.knowledge for one in functions.values())]
    for need in (need for needs in callers for need in needs if need not in functions and need not in services):
        reader.refuse(None, "missing_element", name=need)
    reader.check_expressions()
    if reader.findings:
        raise DecisionError(reader.findings)
    return DecisionModel(ordered, inputs, functions, services)


def _bound_name(reader: Reader, element: etree._Element) -> str:
    variable = reader.child(element, "variable")
    own = "" if variable is None else variable.get("name", "")
    return own or element.get("name", "") or element.get("id", "")


def _let_names_be_seen(reader: Reader, root: etree._Element, inputs: dict[str, ItemType | None]) -> None:
    """Tell the check of expressions which names the file gives: those with spaces are read only when they are known."""
    for name, type_ in inputs.items():
        reader.scope.update(flat(name, type_))
    for kind in ("decision", "businessKnowledgeModel", "decisionService"):
        for element in reader.children(root, kind):
            type_ = type_of(reader, reader.child(element, "variable")) if kind == "decision" else None
            reader.scope.update(flat(_bound_name(reader, element), type_))
    # The same once more for decisions that are contexts without a type, whose entries others name.
    for element in reader.children(root, "decision"):
        entries = reader.child(element, "context")
        for entry in () if entries is None else reader.children(entries, "contextEntry"):
            if reader.child(entry, "variable") is not None:
                reader.scope.setdefault(f"{_bound_name(reader, element)}.{_bound_name(reader, entry)}", "any")


def _by_id(
    reader: Reader, root: etree._Element, kind: str, read: Callable[[etree._Element, str], T | None]
) -> dict[str, T]:
    found: dict[str, T] = {}
    for element in reader.children(root, kind):
        identifier = element.get("id") or element.get("name")
        if not identifier:
            reader.refuse(element, "no_id")
            continue
        one = read(element, identifier)
        if one is not None and identifier in found:
            reader.refuse(element, "duplicate_id", name=identifier)
        elif one is not None:
            found[identifier] = one
    return found


def _targets(reader: Reader, element: etree._Element, requirement: str, target: str) -> tuple[str, ...]:
    needed = [reader.child(need, target) for need in reader.children(element, requirement)]
    return tuple(need.get("href", "").rpartition("#")[2] for need in needed if need is not None)


def _decision(reader: Reader, element: etree._Element, identifier: str) -> Decision | None:
    name = element.get("name") or identifier
    logic = read_logic(reader, element)
    if logic is None:
        reader.refuse(element, "no_logic", name=name)
        return None
    return Decision(
        identifier,
        name,
        tuple(dict.fromkeys((_bound_name(reader, element), name, identifier))),
        _targets(reader, element, "informationRequirement", "requiredDecision"),
        _targets(reader, element, "knowledgeRequirement", "requiredKnowledge"),
        type_of(reader, reader.child(element, "variable")),
        logic,
    )


def _knowledge_model(reader: Reader, element: etree._Element, identifier: str) -> KnowledgeModel | None:
    logic = reader.child(element, "encapsulatedLogic")
    name = _bound_name(reader, element)
    if logic is None:
        reader.refuse(element, "no_logic", name=name)
        return None
    knowledge = _targets(reader, element, "knowledgeRequirement", "requiredKnowledge")
    variable = type_of(reader, reader.child(element, "variable"))
    return KnowledgeModel(identifier, name, knowledge, _result_of(variable), read_function(reader, logic))


def _result_of(variable: ItemType | None) -> ItemType | None:
    """Return the type of a function's result; the variable may also declare the type of the function itself."""
    return variable.result if variable is not None and variable.base == "function" else variable


def _service(reader: Reader, root: etree._Element, element: etree._Element, identifier: str) -> Service | None:
    def linked(link: str, kind: str) -> list[etree._Element]:
        by_id = {other.get("id") or other.get("name"): other for other in reader.children(root, kind)}
        ids = [each.get("href", "").rpartition("#")[2] for each in reader.children(element, link)]
        for missing in (each for each in ids if each not in by_id):
            reader.refuse(element, "missing_element", name=missing)
        return [by_id[each] for each in ids if each in by_id]

    data, decisions = linked("inputData", "inputData"), linked("inputDecision", "decision")
    outputs = linked("outputDecision", "decision")
    if not outputs:
        reader.refuse(element, "missing_part", name="outputDecision")
        return None
    given = [*data, *decisions]
    return Service(
        identifier,
        _bound_name(reader, element),
        tuple(_bound_name(reader, each) for each in given),
        tuple(type_of(reader, reader.child(each, "variable")) for each in given),
        tuple([*("" for _ in data), *(each.get("id", "") for each in decisions)]),
        tuple(each.get("id", "") for each in outputs),
        _result_of(type_of(reader, reader.child(element, "variable"))),
    )


def _ordered(reader: Reader, decisions: dict[str, Decision]) -> dict[str, Decision]:
    """Put each decision after those it requires; without recursion, for a chain may be as long as the file."""
    done: dict[str, Decision] = {}
    for first in decisions.values():
        open_ids: dict[str, None] = {}
        waiting = [first]
        while waiting:
            decision = waiting[-1]
            open_ids[decision.id] = None
            left = [need for need in decision.required if need in decisions and need not in done]
            if decision.id in done or not left:
                done[decision.id] = decision
                open_ids.pop(decision.id, None)
                waiting.pop()
            elif any(need in open_ids for need in left):
                reader.refuse(None, "cycle", name=decision.name)
                return decisions
            else:
                waiting.append(decisions[left[0]])
    for missing in (need for each in decisions.values() for need in each.required if need not in decisions):
        reader.refuse(None, "missing_decision", name=missing)
    return done
