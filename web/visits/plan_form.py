"""The form of a new visit: what a browser posted, its mistakes, and what the page offers."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from engine.access import Actor, Role
from engine.customers import queries as customers
from engine.errors import FieldProblem, InvalidInputError
from engine.ids import new_id
from engine.people import queries as people
from engine.visits import queries as visits
from engine.visits.queries import VisitRow

LENGTHS = (15, 30, 45, 60, 90, 120, 180, 240)
DEFAULT_MINUTES = 60
FOLLOW_UP_DAYS = 7
GRACE = timedelta(hours=1)
DAY_BEGINS, DAY_ENDS = time(9), time(18)


@dataclass(frozen=True)
class Typed:
    """What stands in the form, as text; errors are about these names."""

    visit_id: str
    customer_id: str = ""
    follows: str = ""
    rep_id: str = ""
    purpose_key: str = ""
    place_id: str = ""
    day: str = ""
    time: str = ""
    minutes: str = str(DEFAULT_MINUTES)
    channel: str = "face"
    contact_ids: tuple[str, ...] = ()
    note: str = ""
    seen: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """A plan that can be stored."""

    visit_id: UUID
    customer_id: UUID
    follows_id: UUID | None
    rep_id: UUID | None
    place_id: UUID | None
    purpose_key: str
    start: datetime
    end: datetime
    channel: str
    contact_ids: tuple[UUID, ...]
    note: str


@dataclass(frozen=True)
class Offer:
    """What the page offers for a customer: its places and contacts, purposes, reps, and visits that are near."""

    customer: customers.CustomerRow
    places: tuple[customers.PlaceRow, ...]
    contacts: tuple[customers.ContactRow, ...]
    purposes: tuple[visits.PurposeRow, ...]
    reps: tuple[people.Person, ...]
    near: tuple[VisitRow, ...] = ()
    names: Mapping[UUID, str] = field(default_factory=dict)


def prefilled(session: Session, actor: Actor, asked: MultiDict[str, str], *, local_now: datetime) -> Typed:
    """Return the first state of the form: the next half hour, or what the visit that it follows was like."""
    start = _next_start(local_now, asked.get("day", ""))
    typed = Typed(
        visit_id=str(new_id()),
        customer_id=asked.get("customer_id", ""),
        rep_id=asked.get("rep", asked.get("rep_id", "")),
        purpose_key=asked.get("purpose_key", ""),
        day=asked.get("day", "") or start.date().isoformat(),
        time=start.strftime("%H:%M"),
        contact_ids=tuple(asked.getlist("contact_ids")),
    )
    follows = _uuid(asked.get("follows", ""))
    if follows is None:
        return typed
    before = visits.visit_detail(session, actor, follows)
    return replace(
        typed,
        customer_id=str(before.visit.customer_id),
        follows=str(follows),
        rep_id=str(before.visit.rep_id),
        purpose_key=typed.purpose_key or before.visit.purpose_key,
        place_id=str(before.visit.place_id or ""),
        channel=before.visit.channel,
        contact_ids=tuple(str(each) for each in before.contact_ids),
        day=(local_now.date() + timedelta(days=FOLLOW_UP_DAYS)).isoformat(),
        time=before.visit.planned_start.astimezone(local_now.tzinfo).strftime("%H:%M"),
    )


def posted(form: MultiDict[str, str]) -> Typed:
    """Return what was typed."""
    names = set(Typed.__dataclass_fields__) - {"contact_ids", "seen"}
    texts = {name: form[name][:2000] for name in names if name in form}
    texts.setdefault("visit_id", str(new_id()))
    return Typed(**texts, contact_ids=tuple(form.getlist("contact_ids")), seen=tuple(form.getlist("seen")))


def _next_start(local_now: datetime, day: str) -> datetime:
    """Return the start that the form proposes: the next half hour of work, today if there is one left."""
    begins = datetime.combine(local_now.date(), DAY_BEGINS, local_now.tzinfo)
    soon = (local_now + timedelta(minutes=30 - local_now.minute % 30)).replace(second=0, microsecond=0)
    if day and day != local_now.date().isoformat():
        return begins
    is_late = soon.date() != local_now.date() or soon.time() > DAY_ENDS
    return begins + timedelta(days=1) if is_late and not day else max(soon, begins)


def read(typed: Typed, actor: Actor, *, now: datetime) -> Plan:
    """Return the plan that the texts mean.

    Raises:
        InvalidInputError: names each field; the engine judges what this lets through.
    """
    errors: dict[str, list[FieldProblem]] = {}
    customer_id = _uuid(typed.customer_id)
    if customer_id is None:
        errors["customer_id"] = [FieldProblem("Choose a customer.", code="required")]
    rep_id = _uuid(typed.rep_id)
    if not actor.has(Role.REP) and rep_id is None:
        errors["rep_id"] = [FieldProblem("Choose a rep.", code="required")]
    if not typed.purpose_key:
        errors["purpose_key"] = [FieldProblem("Choose a purpose.", code="required")]
    start = read_start(typed.day, typed.time, actor, now=now, errors=errors)
    minutes = int(typed.minutes) if typed.minutes.isdigit() and int(typed.minutes) in LENGTHS else 0
    if not minutes:
        errors["minutes"] = [FieldProblem("Choose how long the visit takes.", code="length_invalid")]
    if errors or customer_id is None or start is None:
        raise InvalidInputError(errors=errors)
    return Plan(
        visit_id=_uuid(typed.visit_id) or new_id(),
        customer_id=customer_id,
        follows_id=_uuid(typed.follows),
        rep_id=rep_id,
        place_id=_uuid(typed.place_id),
        purpose_key=typed.purpose_key,
        start=start,
        end=start + timedelta(minutes=minutes),
        channel=typed.channel,
        contact_ids=tuple(each for each in map(_uuid, typed.contact_ids) if each is not None),
        note=typed.note,
    )


def read_start(
    day: str, at: str, actor: Actor, *, now: datetime, errors: dict[str, list[FieldProblem]]
) -> datetime | None:
    """Return the instant of a day and a time in the actor's zone; mistakes go into ``errors``."""
    read_day = _day(day)
    read_time = _time(at)
    if read_day is None:
        errors["day"] = [FieldProblem("Enter a day, such as 2026-11-23.", code="day_invalid")]
    if read_time is None:
        errors["time"] = [FieldProblem("Enter a time, such as 09:30.", code="time_invalid")]
    if read_day is None or read_time is None:
        return None
    start = datetime.combine(read_day, read_time.replace(tzinfo=None), ZoneInfo(actor.time_zone))
    if start < now - GRACE:
        errors["day"] = [FieldProblem("Choose a time to come.", code="past")]
    return start


def offer(session: Session, actor: Actor, typed: Typed) -> Offer | None:
    """Return what the form offers for the customer, or None while no customer is chosen.

    Raises:
        NotFoundError: the customer is not the actor's.
    """
    customer_id = _uuid(typed.customer_id)
    if customer_id is None:
        return None
    customer = customers.customer(session, actor, customer_id)
    day = _day(typed.day)
    rep_id = _uuid(typed.rep_id) or actor.user_id
    near = visits.near_visits(session, customer_id, day, other_than=rep_id) if day else ()
    teams = people.teams(session, actor) if actor.has(Role.MANAGER) else ()
    return Offer(
        customer=customer,
        places=customers.places(session, customer_id),
        contacts=customers.contacts(session, customer_id),
        purposes=tuple(each for each in visits.purposes(session) if each.is_active or each.key == typed.purpose_key),
        reps=tuple(member for team in teams for member in team.members),
        near=near,
        names=people.names(session, [row.rep_id for row in near]),
    )


def unseen(offered: Offer, typed: Typed) -> bool:
    """Tell whether the page has not yet shown one of the near visits."""
    return not {str(row.id) for row in offered.near} <= set(typed.seen)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _time(text: str) -> time | None:
    try:
        return time.fromisoformat(text)
    except ValueError:
        return None
