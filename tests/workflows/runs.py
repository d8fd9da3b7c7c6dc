"""Runs of the shipped models on the level of the BPMN engine, with a host that records what it is asked.

FEEL and the decision tables are the real ones; the topics answer what ``ANSWERS`` says, so that no database is needed.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from engine.bpmn import step as steps
from engine.feel.decisions import decide
from engine.feel.expressions import Scope, condition, evaluate, evaluate_all
from engine.process import bundles

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
REP, MANAGER = ["user:rep"], ["user:manager"]
FACTS = {
    "method": "position", "mock": False, "qr": False, "accuracy_m": 20, "age_s": 5, "distance_m": 900, "radius_m": 200,
    "place_known": True, "impossible_speed": False,
}  # fmt: skip
REPORTED = {"outcome": "met", "adverse_event": False, "promise_count": 0, "follow_up_count": 0, "promises": []}
ANSWERS: dict[str, dict[str, Any]] = {
    "visit.check_facts": FACTS,
    "visit.report": {**REPORTED, "review_sampled": False, "report": {"form": "visit_report"}},
    "safety.record": {"follow_up_by": "2026-04-02T01:00:00+00:00"},
    "visit.complete": {"review_by": "2026-03-05T10:00:00+00:00"},
    "visit.cancel": {"tell": MANAGER},
    "visit.crm_record": {"visit_id": "v"},
    "visit.raise_promises": {"request_numbers": ["R1"], "request_ids": ["r"]},
    "visit.reschedule": {"new_visit_id": "w"},
    "support.route": {
        "first_response_due": "2026-03-02T10:00:00+00:00",
        "resolve_due": "2026-03-04T10:00:00+00:00",
        "triage_due": "2026-03-02T10:00:00+00:00",
        "queue": "technical",
        "ops": ["group:technical"],
    },
    "support.triage": {"priority": "P3", "queue": "technical", "ops": ["group:technical"]},
    "support.resume": {"resolve_due": "2026-03-05T10:00:00+00:00", "triage_due": "2026-03-05T10:00:00+00:00"},
    "support.reopen": {"resolve_due": "2026-03-06T10:00:00+00:00", "triage_due": "2026-03-06T10:00:00+00:00"},
    "support.escalate": {"escalation": {"to": ["group:technical"], "template": "deadline_warning"}},
    "support.request_approval": {"handled_by": "Quoter"},
    "support.fulfil": {"confirm_by": "2026-03-09T10:00:00+00:00"},
    "day.order": {"stops": 3, "late": 0},
    "day.close": {
        "title": "rep 2026-03-02",
        "made": 2,
        "missed": 0,
        "open": 1,
        "promises": 1,
        "km": "12.4",
        "note": "",
    },
    "reconcile.apply": {"left": 0},
    "reconcile.set_aside": {"left": 0},
    "support.cancel": {"tell": ["group:technical"]},
}
VISIT = {
    "visit_id": "v", "customer": "仁济医院", "customer_en": "Renji Hospital", "customer_id": "c", "requester_id": "rep",
    "purpose": "学术拜访", "purpose_en": "Call",
    "needs_approval": False, "assigned": False, "rep": REP, "manager": MANAGER, "compliance": ["group:compliance"],
    "report_form": "visit_report", "planned_start": "2026-03-02T02:00:00+00:00",
    "approve_by": "2026-03-02T10:00:00+00:00", "check_in_remind_at": "2026-03-02T02:15:00+00:00",
    "report_remind_at": "2026-03-02T12:00:00+00:00", "report_late_at": "2026-03-03T04:00:00+00:00",
    "day_limit_at": "2026-03-02T20:00:00+00:00", "decide_by": "2026-03-04T10:00:00+00:00",
}  # fmt: skip
REQUEST = {
    "request_id": "r", "number": "R1", "type": "technical", "priority": "P3", "subject": "剂量", "customer": "仁济医院",
    "quantity": 0, "visit_id": "v", "needed_by": None, "requester": REP,
}  # fmt: skip


CASE = {
    "case_id": "c", "title": "仁济医院", "who": "rep", "concerned": REP, "manager": MANAGER,
    "decide_by": "2026-03-04T10:00:00+00:00",
}  # fmt: skip
DAY = {
    "rep_id": "r", "title": "rep 2026-03-02", "day": "2026-03-02", "who": "rep", "rep": REP, "manager": MANAGER,
    "close_at": "2026-03-02T14:00:00+00:00",
}  # fmt: skip


class RecordingHost:
    """Answers an instance's questions and writes them down."""

    def __init__(self, key: str, answers: Mapping[str, Any]) -> None:
        self.bundle = bundles.build(bundles.factory_sources(key))
        self.now = START
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self._answers = {**ANSWERS, **answers}

    def evaluate(self, expression: str, data: Mapping[str, Any]) -> Any:
        return evaluate(expression, self._scope(data))

    def evaluate_all(self, expressions: Sequence[str], data: Mapping[str, Any]) -> list[Any]:
        return evaluate_all(expressions, self._scope(data))

    def condition(self, expression: str, data: Mapping[str, Any]) -> bool:
        return condition(expression, self._scope(data))

    def decide(self, decision: str, data: Mapping[str, Any]) -> Any:
        return decide(self.bundle.decisions[decision], decision, self._scope(data))

    def call(
        self, topic: str, parameters: Mapping[str, Any], data: Mapping[str, Any], *, element_id: str, token: str
    ) -> Mapping[str, Any]:
        self.calls.append((element_id, dict(parameters)))
        answer = self._answers.get(topic, {})
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _scope(self, data: Mapping[str, Any]) -> Scope:
        return Scope(data, self.bundle.model.variables, self.now, "Asia/Shanghai")


class Run:
    """An instance under way; ``trail`` is what ran, in order."""

    def __init__(self, key: str, data: Mapping[str, Any], answers: Mapping[str, Mapping[str, Any]]) -> None:
        self.host = RecordingHost(key, answers)
        self.model = self.host.bundle.model
        self.trail: list[str] = []
        self.opened: list[tuple[str, str | None, dict[str, Any]]] = []
        self.messages: list[tuple[str, Any, dict[str, Any]]] = []
        self._take(steps.start(self.model, data, self.host))

    def _take(self, step: steps.Step) -> None:
        self.step = step
        self.trail += [entry.element_id for entry in step.trail]
        self.opened += [(task.element_id, task.due, task.fields) for task in step.opened]
        self.messages += [(thrown.name, thrown.to, thrown.payload) for thrown in step.messages]
        assert step.incidents == ()

    def complete(self, element_id: str, values: Mapping[str, Any]) -> None:
        tasks = steps.open_tasks(self.model, self.step.state)
        key = next(task.key for task in tasks if task.element_id == element_id)
        result = self.model.elements[element_id].properties["result"]
        self._take(steps.complete(self.model, self.step.state, key, {result: values}, self.host))

    def send(self, name: str, payload: Mapping[str, Any]) -> None:
        self._take(steps.send_message(self.model, self.step.state, name, payload, self.host))

    def wait(self, until: str) -> None:
        self.host.now = datetime.fromisoformat(until)
        self._take(steps.advance(self.model, self.step.state, self.host))


Act = Callable[[Run], None]


def done(element_id: str, **values: Any) -> Act:
    return lambda run: run.complete(element_id, values)


def sent(name: str, **payload: Any) -> Act:
    return lambda run: run.send(name, payload)


def at(until: str) -> Act:
    return lambda run: run.wait(until)


YES, NO = {"decision": "approved"}, {"decision": "rejected", "reason": "否"}
