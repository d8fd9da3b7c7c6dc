"""Paths through the fulfilment of samples."""

from typing import Any

from tests.workflows.runs import MANAGER, NO, REP, YES, Act, at, done, sent

FULFILMENT = {
    "request_id": "r", "number": "R1", "priority": "P3", "subject": "样品", "customer": "仁济医院", "requester": REP,
}  # fmt: skip
MONDAY, TUESDAY = "2026-03-02T10:00:00+00:00", "2026-03-03T10:00:00+00:00"
RECEIVE_BY, WAIT_UNTIL = "2026-03-09T10:00:00+00:00", "2026-03-30T10:00:00+00:00"


def fulfilled(level: str, **answers: dict[str, Any]) -> dict[str, Any]:
    reason = "不是样品" if level == "reject" else ""
    result = {"refused": level == "reject", "reason": "否", "handling": {}, "handled_by": "Packer", "done": True}
    return {
        "fulfilment.weigh": {
            "level": {"level": level, "reason": reason}, "items": "降压片 × 25", "items_en": "Tablets × 25",
            "approve_by": MONDAY,
        },
        "fulfilment.escalate": {"tell": MANAGER, "approve_by": "2026-03-05T10:00:00+00:00"},
        "fulfilment.ask_compliance": {"approve_by": TUESDAY},
        "fulfilment.refuse": {"reason": "否", "result": result},
        "fulfilment.propose": {"left": 25, "pick_by": TUESDAY},
        "fulfilment.reserve": {"picked": {"to_send": 25, "left": 0, "again": False}},
        "fulfilment.send": {"parcel": {"id": "p", "label": "SF1 · 25"}, "receive_by": RECEIVE_BY},
        "fulfilment.traced": {"receive_by": "2026-03-16T10:00:00+00:00"},
        "fulfilment.look_for_stock": {"stock": {"state": "settled"}, "wait_until": WAIT_UNTIL},
        "fulfilment.sum_up": {"result": result},
        **answers,
    }  # fmt: skip


PICKED, SENT = done("reserve_lots", lots=[{"lot": "l", "quantity": 25}]), done("send_samples", carrier="by_hand")
RECEIVED = done("receive_samples", complete="yes")
NONE_PICKED = {"fulfilment.reserve": {"picked": {"to_send": 0, "left": 25, "again": False}}}
WAITING = {"fulfilment.look_for_stock": {"stock": {"state": "waiting"}, "wait_until": WAIT_UNTIL}}
OWED = fulfilled("auto", **NONE_PICKED, **WAITING)
FULFILMENT_PATHS: dict[str, tuple[dict[str, Any], dict[str, Any], list[Act], str]] = {
    "five": ({}, fulfilled("auto"), [PICKED, SENT, RECEIVED], "fulfilment_ended"),
    "fifteen, a day late": (
        {}, fulfilled("manager"),
        [at(MONDAY), done("approve_samples", **YES), PICKED, SENT, RECEIVED], "fulfilment_ended",
    ),
    "fifteen, refused": ({}, fulfilled("manager"), [done("approve_samples", **NO)], "fulfilment_ended"),
    "twenty-five, two days late": (
        {}, fulfilled("compliance"),
        [done("approve_samples", **YES), at(TUESDAY), done("approve_second", **YES), PICKED, SENT, RECEIVED],
        "fulfilment_ended",
    ),
    "twenty-five, refused": (
        {}, fulfilled("compliance"), [done("approve_samples", **YES), done("approve_second", **NO)], "fulfilment_ended",
    ),
    "not eligible": ({}, fulfilled("reject"), [], "fulfilment_ended"),
    "nothing left": (
        {}, fulfilled("auto", **{"fulfilment.propose": {"left": 0, "pick_by": TUESDAY}}), [], "fulfilment_ended",
    ),
    "given up": (
        {}, fulfilled("auto", **{"fulfilment.reserve": {"picked": {"to_send": 0, "left": 0, "again": False}}}),
        [PICKED], "fulfilment_ended",
    ),
    "late, traced twice, one of two": (
        {}, fulfilled("auto", **{"fulfilment.sum_up": {"result": {"done": False}}}),
        [
            PICKED, SENT, at(RECEIVE_BY), done("trace_parcel", found="on_the_way"), at("2026-03-16T10:00:00+00:00"),
            done("trace_parcel", found="lost", note="丢了"),
        ],
        "rest_settled",
    ),
    "received, another one under way": (
        {}, fulfilled("auto", **{"fulfilment.sum_up": {"result": {"done": False}}}), [PICKED, SENT, RECEIVED],
        "parcel_done",
    ),
    "owed for too long": ({}, OWED, [PICKED, at(WAIT_UNTIL)], "fulfilment_ended"),
    "owed until stock came, and owed again": (
        {}, OWED, [PICKED, sent("stock_arrived", item="P-1"), PICKED, at(WAIT_UNTIL)], "fulfilment_ended",
    ),
    "cancelled": ({}, fulfilled("auto"), [sent("fulfilment_cancelled", reason="否")], "fulfilment_ended_cancelled"),
}  # fmt: skip
