"""What a DMN file holds, as far as we evaluate it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from engine.errors import FieldflowError


class HitPolicy(StrEnum):
    """What happens when several rules match, as the OMG spells it."""

    UNIQUE = "UNIQUE"
    ANY = "ANY"
    FIRST = "FIRST"
    PRIORITY = "PRIORITY"
    RULE_ORDER = "RULE ORDER"
    OUTPUT_ORDER = "OUTPUT ORDER"
    COLLECT = "COLLECT"


class Aggregation(StrEnum):
    """What COLLECT makes of the matching outputs."""

    SUM = "SUM"
    MIN = "MIN"
    MAX = "MAX"
    COUNT = "COUNT"


@dataclass(frozen=True)
class ItemType:
    """What a value must be where a file declares it; no ItemType at all means anything.

    Args:
        base: one of ours (``text`` …), or ``time``, ``days``, ``months``, ``function``; of a list of anything ``list``.
        items: the type of a list's items.
        fields: the parts of a structure.
        result: the type of a function's result.
        allowed: lists of unary tests, each of which the value must pass.
    """

    base: str | None = None
    items: "ItemType | None" = None
    fields: tuple[tuple[str, "ItemType | None"], ...] = ()
    allowed: tuple[str, ...] = ()
    result: "ItemType | None" = None

    def job(self) -> dict[str, Any]:
        """Return what ``web/frontend/src/feel/items.js`` reads."""
        if self.items is not None:
            return _given(list=self.items.job(), allowed=self.allowed)
        return _given(base=self.base, fields={name: type_job(part) for name, part in self.fields}, allowed=self.allowed)

    @property
    def declared(self) -> str:
        """Return the type as the linter knows it."""
        if self.items is not None:
            return "list"
        return {"days": "duration", "months": "duration", "function": "any", None: "any"}.get(
            self.base, self.base or "any"
        )

    def flat(self, name: str) -> dict[str, str]:
        """Return the declared types of a variable of this type and of its parts, by dotted name."""
        types = {name: self.declared}
        for part, inner in self.fields if self.items is None else self.items.fields:
            types.update(flat(f"{name}.{part}", inner))
        return types


def _given(**entries: Any) -> dict[str, Any]:
    """Return the entries that say something: a short job is quick, and its answer remembered."""
    return {name: value for name, value in entries.items() if value is not None and value not in ("", (), [], {})}


def flat(name: str, type_: ItemType | None) -> dict[str, str]:
    """Return the declared types of a variable, which may be of any type; see ``ItemType.flat``."""
    return {name: "any"} if type_ is None else type_.flat(name)


def type_job(type_: ItemType | None) -> dict[str, Any] | None:
    """Return a type for the isolate."""
    return None if type_ is None else type_.job()


@dataclass(frozen=True)
class Input:
    """A column of conditions; ``values`` are unary tests or None."""

    id: str
    label: str
    expression: str
    type: ItemType | None
    values: str | None


@dataclass(frozen=True)
class Output:
    """A column of results; ``default`` is the expression of ``defaultOutputEntry``."""

    id: str
    name: str
    label: str
    type: ItemType | None
    values: str | None
    default: str | None


@dataclass(frozen=True)
class Rule:
    """A row: one unary test per input, one expression per output.

    Args:
        places: ids of the elements that hold them, in the same order; where an element has none, that of the rule.
    """

    id: str
    cells: tuple[str, ...]
    outputs: tuple[str, ...]
    places: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A decision table."""

    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()
    rules: tuple[Rule, ...] = ()
    hit_policy: HitPolicy = HitPolicy.UNIQUE
    aggregation: Aggregation | None = None

    @property
    def collects(self) -> bool:
        """Return whether the result is a list."""
        lists = {HitPolicy.COLLECT, HitPolicy.RULE_ORDER, HitPolicy.OUTPUT_ORDER}
        return self.hit_policy in lists and self.aggregation is None

    def job(self) -> dict[str, Any]:
        """Return what ``web/frontend/src/feel/table.js`` reads."""
        return {
            "policy": self.hit_policy.value,
            "aggregation": self.aggregation,
            "inputs": [_given(expression=i.expression, type=type_job(i.type), values=i.values) for i in self.inputs],
            "outputs": [
                _given(name=o.name, type=type_job(o.type), values=o.values, default=o.default) for o in self.outputs
            ],
            "rules": [(rule.cells, rule.outputs) for rule in self.rules],
        }


@dataclass(frozen=True)
class Box:
    """A boxed expression: a FEEL text, a table, or a form that holds others.

    Args:
        kind: ``literal``, ``table``, ``context``, ``record`` (its entries do not see each other), ``list``,
            ``invocation``, ``function``, ``conditional``, ``filter``, ``for``, ``some`` or ``every``.
        text: of a literal, and the function that an invocation calls.
        names: of a context's entries (the last may be empty: the result), of parameters, of an iterator's variable.
        types: of a function's parameters.
        parts: of a conditional: if, then, else; of a filter and of iterators: the list, and what holds for each item.
    """

    kind: str
    id: str
    type: ItemType | None = None
    text: str = ""
    names: tuple[str, ...] = ()
    types: tuple[ItemType | None, ...] = ()
    parts: tuple["Box", ...] = ()
    table: Table | None = None

    def job(self) -> dict[str, Any]:
        """Return what ``web/frontend/src/feel/boxed.js`` reads."""
        return _given(
            kind=self.kind,
            id=self.id,
            type=type_job(self.type),
            text=self.text,
            names=self.names,
            types=[type_job(each) for each in self.types],
            parts=[part.job() for part in self.parts],
            table=None if self.table is None else self.table.job(),
        )


@dataclass(frozen=True)
class Decision:
    """A decision, whose logic is a boxed expression.

    Args:
        names: under which a decision that requires this one sees its result.
        required: ids of the decisions that this one needs, in the order of the file.
        knowledge: ids of the knowledge models and decision services that it may call.
    """

    id: str
    name: str
    names: tuple[str, ...]
    required: tuple[str, ...]
    knowledge: tuple[str, ...]
    type: ItemType | None
    logic: Box

    @property
    def table(self) -> Table | None:
        """Return the decision table, if that is its logic."""
        return self.logic.table

    def job(self) -> dict[str, Any]:
        """Return what ``web/frontend/src/feel/decide.js`` reads."""
        return {
            "id": self.id,
            "name": self.name,
            "names": self.names,
            "required": self.required,
            "knowledge": self.knowledge,
            "type": type_job(self.type),
            "logic": self.logic.job(),
        }


@dataclass(frozen=True)
class KnowledgeModel:
    """A business knowledge model: a function that decisions call by name."""

    id: str
    name: str
    knowledge: tuple[str, ...]
    type: ItemType | None
    logic: Box

    def job(self) -> dict[str, Any]:
        """Return what ``web/frontend/src/feel/decide.js`` reads."""
        return {
            "name": self.name,
            "knowledge": self.knowledge,
            "names": self.logic.names,
            "types": [type_job(each) for each in self.logic.types],
            "type": type_job(self.type),
            "logic": self.logic.parts[0].job(),
        }


@dataclass(frozen=True)
class Service:
    """A decision service: output decisions, called with values for input data and input decisions.

    Args:
        names: of the parameters: input data first, then input decisions.
        decisions: the id of the input decision that a parameter stands for, empty for input data.
    """

    id: str
    name: str
    names: tuple[str, ...]
    types: tuple[ItemType | None, ...]
    decisions: tuple[str, ...]
    outputs: tuple[str, ...]
    type: ItemType | None

    def job(self) -> dict[str, Any]:
        """Return what ``web/frontend/src/feel/decide.js`` reads."""
        return {
            "id": self.id,
            "name": self.name,
            "names": self.names,
            "types": [type_job(each) for each in self.types],
            "decisions": self.decisions,
            "outputs": self.outputs,
            "type": type_job(self.type),
        }


@dataclass(frozen=True, eq=False)
class DecisionModel:
    """What one file holds, by id; each decision is listed after those it requires. Equal only to itself."""

    decisions: Mapping[str, Decision]
    inputs: Mapping[str, ItemType | None] = field(default_factory=dict)
    functions: Mapping[str, KnowledgeModel] = field(default_factory=dict)
    services: Mapping[str, Service] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """Why a file is refused, at an element."""

    element_id: str | None
    line: int | None
    code: str
    template_en: str
    template_zh: str
    params: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return the English sentence."""
        return self.template_en.format(**self.params)


class DecisionError(FieldflowError):
    """A DMN file that is not evaluated: broken, or with something that we do not support."""

    code = "decision_refused"

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(
            "The decision file has {count} problem(s). First: {first}", count=len(findings), first=findings[0]
        )
        self.findings = findings
