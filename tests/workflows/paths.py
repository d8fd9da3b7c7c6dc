"""Paths through every model that ships, each with the end that it should reach."""

from typing import Any

from engine.bpmn.step import BpmnError
from tests.workflows.fulfilment_paths import FULFILMENT, FULFILMENT_PATHS
from tests.workflows.runs import (
    CASE,
    DAY,
    FACTS,
    MANAGER,
    NO,
    REP,
    REPORTED,
    REQUEST,
    VISIT,
    YES,
    Act,
    Run,
    at,
    done,
    sent,
)

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
SETTLED = {"handling": SHIPPED, "handled_by": "Packer", "reason": ""}
REQUEST_PATHS: dict[str, tuple[dict[str, Any], dict[str, Any], list[Act], str]] = {
    "technical": ({}, {}, [*TRIAGED, done("answer_technical", answer="减半"), CONFIRMED], "request_closed"),
    "material": ({"type": "material"}, {}, [*TRIAGED, done("ship_material", **SHIPPED), CONFIRMED], "request_closed"),
    "sample": (
        {"type": "sample"}, {}, [*TRIAGED, sent("samples_settled", **SETTLED, refused=False), CONFIRMED],
        "request_closed",
    ),
    "sample, refused": (
        {"type": "sample"}, {}, [*TRIAGED, sent("samples_settled", **SETTLED, refused=True)], "request_refused",
    ),
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

REPAIR = {
    "title": "仁济医院", "title_en": "Renji", "who": "Ann", "repair_key": "repair:r", "is_risky": True,
    "proposer": ["user:ann"], "others": ["user:ben"], "decide_by": "2026-03-03T01:00:00+00:00",
}  # fmt: skip
DIAGNOSED = done("diagnose", reason="卡住了")
DID: dict[str, dict[str, Any]] = {f"repair.{act}": {"outcome": f"{act}d"} for act in ("decline", "outdate")}
DID["repair.apply"] = {"outcome": "applied"}
AGREED, DECLINED = (done("approve_repair", decision=word, note="") for word in ("agreed", "declined"))
GONE = {**DID, "repair.apply": BpmnError("repair_outdated", "It has changed.")}
REPAIR_PATHS: dict[str, tuple[dict[str, Any], dict[str, Any], list[Act], str]] = {
    "at once": ({"is_risky": False}, DID, [DIAGNOSED], "repair_settled"),
    "agreed to": ({}, DID, [DIAGNOSED, AGREED], "repair_told"),
    "declined": ({}, DID, [DIAGNOSED, DECLINED], "repair_told"),
    "outdated": ({}, GONE, [DIAGNOSED, AGREED], "repair_told"),
}  # fmt: skip

PATHS = {
    **{f"repair: {name}": ("repair", REPAIR, *path) for name, path in REPAIR_PATHS.items()},
    **{f"drop: {name}": ("sample_drop", DROP, *path) for name, path in DROP_PATHS.items()},
    **{f"fulfilment: {name}": ("sample_fulfilment", FULFILMENT, *path) for name, path in FULFILMENT_PATHS.items()},
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
