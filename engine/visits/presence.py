"""What a check-in or check-out asks for: by the rep's mode, the place's code, and one visit open at a time."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.consent import service as consent
from engine.consent.rules import LocationMode
from engine.customers import queries as customer_queries
from engine.customers import service as customers
from engine.errors import ConflictError, FieldProblem, InvalidInputError
from engine.process.topics import Parameter
from engine.visits.states import VisitState
from engine.visits.tables import Visit
from forms.model import Choice, FormDefinition, Text

CHECK_IN_FORM, CHECK_OUT_FORM = "visit_check_in", "visit_check_out"
_LABELS = {
    "position": Text("使用我的位置", "With my position"),
    "qr": Text("扫描现场的二维码", "With the code at the place"),
    "manual": Text("手动", "By hand"),
}
_MODES: dict[str, tuple[str, str]] = {
    LocationMode.OFF: ("关闭", "Off"),
    LocationMode.MANUAL: ("手动", "By hand"),
    LocationMode.CHECK_IN: ("使用位置", "With my position"),
    LocationMode.TRACK: ("使用位置，并记录轨迹", "With my position, and my track"),
}
GIVES = (
    Parameter("location_mode", "text", ("外勤的定位方式", "The rep's location mode"), choices=_MODES),
    Parameter(
        "check_method",
        "text",
        ("首选签到方式", "The natural way to check in"),
        choices={name: (label.zh, label.en) for name, label in _LABELS.items()},
    ),
    Parameter("chooses_method", "boolean", ("可选择签到方式", "The way to check in is chosen")),
    Parameter("may_locate", "boolean", ("可使用位置", "The position may be used")),
)
"""What the forms of a visit know; ``chooses_method`` is false in the mode "off"."""


class VisitOpenError(ConflictError):
    """Another visit of the rep is still open; ``visit_id`` says which."""

    def __init__(self, visit_id: UUID) -> None:
        super().__init__("Another visit is still open. Check out there first, then check in here.", code="visit_open")
        self.visit_id = visit_id


def methods(mode: LocationMode | None, *, has_code: bool) -> tuple[str, ...]:
    """Return the ways to check in that a rep is offered, the natural one first.

    In the mode "off" nothing of the place is recorded, so that its code is not asked for either. A rep who has not
    chosen yet, or is to be asked again, checks in by hand.
    """
    if mode is LocationMode.OFF:
        return ("manual",)
    position = ("position",) if mode is not None and mode.uses_position else ()
    return (*position, *(("qr",) if has_code else ()), "manual")


def method_choices(session: Session, actor: Actor, business_key: str, *, now: datetime) -> Sequence[Choice]:
    """Return the ways to check in as a form's list."""
    if not _is_of_visit(business_key):
        return []
    return [Choice(name, _LABELS[name]) for name in _offered(session, actor, business_key, now)[1]]


def form_context(session: Session, actor: Actor, business_key: str, now: datetime) -> Mapping[str, Any]:
    """Return what the forms of a visit know of the rep's mode.

    Returns:
        location_mode; check_method: the natural way; chooses_method: false in the mode "off", in which nothing of the
        place is asked; may_locate.
    """
    if not _is_of_visit(business_key):
        return {}
    mode, offered = _offered(session, actor, business_key, now)
    return {
        "location_mode": mode.value if mode else None,
        "check_method": offered[0],
        "chooses_method": mode is not LocationMode.OFF,
        "may_locate": "position" in offered,
    }


def require_presence(
    session: Session, _actor: Actor, business_key: str, form: FormDefinition, values: Mapping[str, Any]
) -> None:
    """Refuse a check-in while another visit is open, and a code that does not hang at the visit's place.

    Raises:
        VisitOpenError: the rep has not checked out of a visit elsewhere.
        InvalidInputError: the code is another place's, an old one, or none.
    """
    if form.key not in {CHECK_IN_FORM, CHECK_OUT_FORM} or not business_key.startswith("visit:"):
        return
    visit = session.get_one(Visit, _visit_id(business_key))
    if form.key == CHECK_IN_FORM and (other := open_elsewhere(session, visit.rep_id, visit.id)) is not None:
        raise VisitOpenError(other)
    if values.get("method") == "qr":
        code = str(values.get("qr_code") or "")
        if visit.place_id is None or not customers.is_code_of(session, visit.place_id, code):
            problem = FieldProblem("This code does not hang at this place. Scan it again, or check in by hand.", "code")
            raise InvalidInputError(errors={"qr_code": [problem]})


def open_elsewhere(session: Session, rep_id: UUID, visit_id: UUID) -> UUID | None:
    """Return the visit that the rep has checked in to and not out of, if any.

    Visits at the same place are one stop: six doctors of a hospital may all be open at once.
    """
    visit = session.get(Visit, visit_id)
    place_id = visit.place_id if visit else None
    elsewhere = or_(Visit.place_id.is_(None), Visit.place_id != place_id) if place_id else Visit.id.is_not(None)
    return session.scalar(
        select(Visit.id)
        .where(Visit.rep_id == rep_id, Visit.state == VisitState.CHECKED_IN, Visit.id != visit_id, elsewhere)
        .order_by(Visit.checked_in_at.desc())
        .limit(1)
    )


def _offered(
    session: Session, actor: Actor, business_key: str, now: datetime
) -> tuple[LocationMode | None, tuple[str, ...]]:
    # A form asks twice, for its list and for its conditions; a session is one request or one transaction.
    known: dict[Any, tuple[LocationMode | None, tuple[str, ...]]] = session.info.setdefault("presence", {})
    asked = (actor.user_id, business_key)
    if asked not in known:
        known[asked] = _looked_up(session, actor, business_key, now)
    return known[asked]


def _looked_up(
    session: Session, actor: Actor, business_key: str, now: datetime
) -> tuple[LocationMode | None, tuple[str, ...]]:
    mode = consent.mode_of(session, actor, now=now)
    visit = session.get(Visit, _visit_id(business_key)) if business_key else None
    place_id = visit.place_id if visit else None
    place = customer_queries.places_by_id(session, [place_id]).get(place_id) if place_id else None
    return mode, methods(mode, has_code=place is not None and place.has_code)


def _is_of_visit(business_key: str) -> bool:
    # Without a key it is a visit that a phone may plan while there is no network.
    return not business_key or business_key.startswith("visit:")


def _visit_id(business_key: str) -> UUID:
    return UUID(business_key.removeprefix("visit:"))
