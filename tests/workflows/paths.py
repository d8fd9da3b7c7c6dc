"""Paths through the shipped models on the level of the BPMN engine, with a host that records what it is asked.

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

    def __init__(self, key: str, answers: Mapping[str, Mapping[str, Any]]) -> None:
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
        return self._answers.get(topic, {})

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


ARRIVED = [done("prepare"), done("check_in", method="position", position_evidence="e")]
MADE = [
    *ARRIVED,
    done("explain", reason="wrong_pin"),
    done("check_out", method="manual"),
    done("report", outcome="met"),
]
TRIAGED = [done("triage_request", priority="P3", queue="technical", incomplete=False)]
NIGHT, LATE = at("2026-03-02T20:00:00+00:00"), at("2026-03-04T10:00:00+00:00")
KEPT = sent("request_fulfilled", request_number="R1")
SURPRISING = {"visit.report": {**REPORTED, "adverse_event": True, "promise_count": 1, "review_sampled": True}}

VISIT_PATHS: dict[str, tuple[dict[str, Any], dict[str, Any], list[Act], str]] = {
    "made": ({}, {}, MADE, "visit_completed"),
    "reviewed": ({}, SURPRISING, [*MADE, done("review_visit", result="ok", comment=None)], "visit_reviewed"),
    "review lapsed": ({}, SURPRISING, [*MADE, at("2026-03-05T10:00:00+00:00")], "visit_reviewed"),
    "approved": (
        {"needs_approval": True}, {}, [done("approve_visit", decision="approved", reason=None), *MADE],
        "visit_completed",
    ),
    "approved by time": (
        {"needs_approval": True, "day_limit_at": "2026-03-05T20:00:00+00:00"}, {},
        [at("2026-03-02T10:00:00+00:00"), *MADE], "visit_completed",
    ),
    "rejected": (
        {"needs_approval": True}, {}, [done("approve_visit", decision="rejected", reason="否")], "visit_rejected",
    ),
    "cancelled before approval": (
        {"needs_approval": True}, {}, [sent("visit_cancelled", reason="否")], "visit_ended_cancelled",
    ),
    "assigned": ({"assigned": True}, {}, MADE, "visit_completed"),
    "cancelled": ({}, {}, [*ARRIVED, sent("visit_cancelled", reason="停诊")], "visit_ended_cancelled"),
    "rescheduled": (
        {}, {}, [sent("visit_rescheduled", new_start="2026-03-09T02:00:00+00:00", reason="")],
        "visit_ended_rescheduled",
    ),
    "reminded of everything": (
        {}, {}, [at("2026-03-02T02:15:00+00:00"), *ARRIVED, at("2026-03-03T04:00:00+00:00"), *MADE[2:]],
        "visit_completed",
    ),
    "told of a promise twice": (
        {}, {}, [KEPT, *ARRIVED, KEPT, *MADE[2:]],
        "visit_completed",
    ),
    "missed": (
        {}, {}, [NIGHT, done("what_happened", happened="missed", missed_reason="traffic")], "visit_ended_missed",
    ),
    "no answer": ({}, {}, [NIGHT, LATE], "visit_ended_missed"),
    "moved afterwards": (
        {}, {}, [NIGHT, done("what_happened", happened="rescheduled", new_date="2026-03-09", explanation=None)],
        "visit_ended_rescheduled",
    ),
    "arrived late": (
        {}, {},
        [
            NIGHT,
            sent("visit_arrived_late", check_in={"method": "manual"}),
            *MADE[2:],
        ],
        "visit_completed",
    ),
    "reported afterwards": (
        {}, {"visit.check_facts": {**FACTS, "method": "manual"}},
        [
            NIGHT,
            done("what_happened", happened="done", actual_start="2026-03-02T02:00:00+00:00", actual_end=None),
            done("report", outcome="met"),
        ],
        "visit_completed",
    ),
}  # fmt: skip

CONFIRMED = done("confirm_result", decision="confirm", reason=None)
SHIPPED = {"lines": [], "carrier": "by_hand"}
REQUEST_PATHS: dict[str, tuple[dict[str, Any], dict[str, Any], list[Act], str]] = {
    "technical": ({}, {}, [*TRIAGED, done("answer_technical", answer="减半"), CONFIRMED], "request_closed"),
    "material": ({"type": "material"}, {}, [*TRIAGED, done("ship_material", **SHIPPED), CONFIRMED], "request_closed"),
    "sample": ({"type": "sample"}, {}, [*TRIAGED, done("ship_sample", **SHIPPED), CONFIRMED], "request_closed"),
    "other, without a visit": (
        {"type": "other", "visit_id": None}, {}, [*TRIAGED, done("handle_other", what_was_done="好"), CONFIRMED],
        "request_closed",
    ),
    "quotation": (
        {"type": "quotation"}, {}, [*TRIAGED, done("price_quotation", max_discount_percent=5), CONFIRMED],
        "request_closed",
    ),
    "quotation, rejected and approved": (
        {"type": "quotation"}, {},
        [
            *TRIAGED,
            done("price_quotation", max_discount_percent=20),
            done("approve_discount", decision="rejected"),
            done("price_quotation", max_discount_percent=10),
            done("approve_discount", decision="approved"),
            CONFIRMED,
        ],
        "request_closed",
    ),
    "asked, reopened, confirmed by time": (
        {}, {},
        [
            done("triage_request", priority="P3", queue="technical", incomplete=True, question="？"),
            done("answer_question", answer="片剂"),
            *TRIAGED,
            done("answer_technical", answer="减半"),
            done("confirm_result", decision="reopen", reason="不全"),
            *TRIAGED,
            done("answer_technical", answer="减半"),
            at("2026-03-09T10:00:00+00:00"),
        ],
        "request_closed",
    ),
    "every mark": (
        {}, {},
        [
            *(sent(name, mark=name) for name in ("first_response_100", "resolve_75", "resolve_100", "resolve_150")),
            *TRIAGED,
            done("answer_technical", answer="减半"),
            CONFIRMED,
        ],
        "request_closed",
    ),
    "cancelled": ({}, {}, [*TRIAGED, sent("request_cancelled", reason="否")], "request_ended_cancelled"),
}  # fmt: skip

CASE_PATHS: dict[str, tuple[dict[str, Any], dict[str, Any], list[Act], str]] = {
    "applied": ({}, {}, [done("decide", decision="apply")], "case_closed"),
    "set aside, late": ({}, {}, [LATE, done("decide", decision="set_aside", note="重复")], "case_closed"),
}

EVENT = {
    "case_id": "a", "visit_id": "v", "number": "AE-1", "customer": "仁济医院", "customer_en": "Renji Hospital",
    "rep": REP, "safety": ["group:compliance"], "remind_at": "2026-03-02T21:00:00+00:00",
    "takeover_at": "2026-03-03T01:00:00+00:00", "intake_by": "2026-03-04T01:00:00+00:00",
}  # fmt: skip
CLASSIFIED = {"safety.classify": {"submit_by": "2026-03-17T01:00:00+00:00"}}
COMPLETED = done("complete_event", what_happened="皮疹", outcome="recovering")
ASSESSED = [
    done("assess", causality="possible", expected="yes"),
    done("submit_event", submitted_on="2026-03-05", reference="N-1"),
]
EVENT_PATHS: dict[str, tuple[dict[str, Any], dict[str, Any], list[Act], str]] = {
    "not serious": (
        {}, CLASSIFIED,
        [COMPLETED, done("intake", valid="yes", criterion="none"), *ASSESSED, done("follow_up", decision="close")],
        "case_closed",
    ),
    "taken over, serious, followed up twice": (
        {}, CLASSIFIED,
        [
            at("2026-03-02T21:00:00+00:00"), at("2026-03-03T01:00:00+00:00"),
            done("intake", valid="yes", criterion="hospitalisation"), *ASSESSED,
            done("follow_up", decision="again"), done("follow_up", decision="close"),
        ],
        "case_closed",
    ),
    "no event": ({}, {}, [COMPLETED, done("intake", valid="no", why_not="误报")], "case_closed"),
}  # fmt: skip

CORRECTION = {
    "correction_id": "c", "visit_id": "v", "customer": "仁济医院", "customer_en": "Renji", "purpose": "学术拜访",
    "purpose_en": "Call", "reason": "写错了",
    "rep": REP, "manager": MANAGER, "approve_by": "2026-03-04T10:00:00+00:00",
}  # fmt: skip
CORRECTION_PATHS: dict[str, tuple[dict[str, Any], dict[str, Any], list[Act], str]] = {
    "approved": ({}, {}, [done("approve_correction", decision="approved")], "correction_applied"),
    "rejected, late": (
        {}, {}, [LATE, done("approve_correction", decision="rejected", reason="否")], "correction_rejected",
    ),
}  # fmt: skip

DROP = {
    "drop_id": "d", "visit_id": "v", "customer": "仁济医院", "customer_en": "Renji Hospital", "rep": REP,
}  # fmt: skip


def weighed(quantity: int, *, eligible: bool = True) -> dict[str, Any]:
    sample = {"eligible": eligible, "quantity": quantity, "cycle_quantity": quantity}
    return {
        "samples.facts": {"sample": sample, "item": "降压片", "item_en": "Tablets"},
        "samples.reject": {"reason": "否"},
    }


DROPPED = done("drop_samples", lot="l", quantity=3, contact="k", signature=[{"file": "0", "name": "s"}])
YES, NO = {"decision": "approved"}, {"decision": "rejected", "reason": "否"}
SIGNED = done("hand_over", signature=[{"file": "0", "name": "s"}])
DROP_PATHS: dict[str, tuple[dict[str, Any], dict[str, Any], list[Act], str]] = {
    "three": ({}, weighed(3), [DROPPED], "samples_dropped"),
    "six": ({}, weighed(6), [DROPPED, done("approve_drop", **YES), SIGNED], "samples_dropped"),
    "six, refused": ({}, weighed(6), [DROPPED, done("approve_drop", **NO)], "drop_rejected"),
    "twenty-five": (
        {}, weighed(25), [DROPPED, done("approve_drop", **YES), done("approve_second", **YES), SIGNED],
        "samples_dropped",
    ),
    "twenty-five, refused": (
        {}, weighed(25), [DROPPED, done("approve_drop", **YES), done("approve_second", **NO)], "drop_rejected",
    ),
    "not eligible": ({}, weighed(3, eligible=False), [DROPPED], "drop_rejected"),
}  # fmt: skip

ORDERED = done("confirm_order", order=[{"visit": "v"}])
EVENING = at("2026-03-02T14:00:00+00:00")
DAY_PATHS: dict[str, tuple[dict[str, Any], dict[str, Any], list[Act], str]] = {
    "closed by the rep": ({}, {}, [ORDERED, done("close_day", note="顺利")], "day_closed"),
    "closed by time": ({}, {}, [ORDERED, EVENING], "day_closed"),
    "never looked at": ({}, {}, [EVENING], "day_closed"),
}

PATHS = {
    **{f"drop: {name}": ("sample_drop", DROP, *path) for name, path in DROP_PATHS.items()},
    **{f"event: {name}": ("adverse_event", EVENT, *path) for name, path in EVENT_PATHS.items()},
    **{f"correction: {name}": ("report_correction", CORRECTION, *path) for name, path in CORRECTION_PATHS.items()},
    **{f"day: {name}": ("day", DAY, *path) for name, path in DAY_PATHS.items()},
    **{f"visit: {name}": ("visit", VISIT, *path) for name, path in VISIT_PATHS.items()},
    **{f"case: {name}": ("reconcile", CASE, *path) for name, path in CASE_PATHS.items()},
    **{f"request: {name}": ("support_request", REQUEST, *path) for name, path in REQUEST_PATHS.items()},
}


def drive(name: str) -> tuple[Run, str]:
    """Return the finished run of a path and the end event that it should reach."""
    key, data, changes, answers, acts, end = PATHS[name]
    run = Run(key, {**data, **changes}, answers)
    for act in acts:
        assert run.step.status == "running", f"{name} ended early"
        act(run)
    return run, end
