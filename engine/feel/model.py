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
class Input:
    """A column of conditions; ``type`` is one of ours (``text`` …) or None, ``values`` are unary tests or None."""

    id: str
    label: str
    expression: str
    type: str | None
    values: str | None


@dataclass(frozen=True)
class Output:
    """A column of results; ``default`` is the expression of ``defaultOutputEntry``."""

    id: str
    name: str
    label: str
    type: str | None
    values: str | None
    default: str | None


@dataclass(frozen=True)
class Rule:
    """A row: one unary test per input, one expression per output."""

    id: str
    cells: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True)
class Decision:
    """A decision table, or a literal expression (then without inputs, outputs and rules).

    Args:
        names: under which a decision that requires this one sees its result.
        required: ids of the decisions that this one needs, in the order of the file.
    """

    id: str
    name: str
    names: tuple[str, ...]
    required: tuple[str, ...]
    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()
    rules: tuple[Rule, ...] = ()
    hit_policy: HitPolicy = HitPolicy.UNIQUE
    aggregation: Aggregation | None = None
    literal: str | None = None
    type: str | None = None

    @property
    def ordered(self) -> bool:
        """Return whether the order of the output values decides."""
        return self.hit_policy in {HitPolicy.PRIORITY, HitPolicy.OUTPUT_ORDER}


@dataclass(frozen=True)
class DecisionModel:
    """The decisions of one file by id; each is listed after those it requires."""

    decisions: Mapping[str, Decision]


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
