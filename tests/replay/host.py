"""A host that answers the bench models' expressions with FEEL."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from engine.feel.expressions import Scope, condition, evaluate_all

TYPES = {"amount": "number", "total": "number", "turn": "number"}


class ReplayHost:
    """Evaluates; serves no topics."""

    now = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)

    def _scope(self, data: Mapping[str, Any]) -> Scope:
        return Scope(variables=data, types=TYPES, now=self.now, time_zone="Asia/Shanghai")

    def evaluate(self, expression: str, data: Mapping[str, Any]) -> Any:
        return evaluate_all([expression], self._scope(data))[0]

    def evaluate_all(self, expressions: Sequence[str], data: Mapping[str, Any]) -> list[Any]:
        return evaluate_all(expressions, self._scope(data))

    def condition(self, expression: str, data: Mapping[str, Any]) -> bool:
        return condition(expression, self._scope(data))

    def decide(self, decision: str, data: Mapping[str, Any]) -> Any:
        raise AssertionError(f"no decision {decision} here")

    def call(self, topic: str, *_rest: Any, **_more: Any) -> Any:
        raise AssertionError(f"no topic {topic} here")
