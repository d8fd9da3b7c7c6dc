"""What screens show of visits; every loader is scoped to the actor."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from engine.access import Actor, Role
from engine.errors import NotFoundError
from engine.people import queries as people
from engine.visits.states import VisitState
from engine.visits.tables import (
    Visit,
    VisitContact,
    VisitPurpose,
    VisitReport,
)

DUPLICATE_WITHIN = timedelta(days=7)
LIVE = (VisitState.PLANNED, VisitState.APPROVED, VisitState.CHECKED_IN, VisitState.REPORTED, VisitState.CHECKED_OUT)
MADE = (VisitState.REPORTED, VisitState.CHECKED_OUT, VisitState.COMPLETED)


@dataclass(frozen=True)
class VisitRow:
    """A visit as lists show it."""

    id: UUID
    customer_id: UUID
    place_id: UUID | None
    rep_id: UUID
    purpose_key: str
    channel: str
    planned_start: datetime
    planned_end: datetime
    local_date: date
    note: str
    state: str
    outcome: str | None
    grade: str | None
    checked_in_at: datetime | None
    checked_out_at: datetime | None
    ended_at: datetime | None
    reason: str | None
    follows_id: UUID | None
    created_at: datetime

    @property
    def is_draft(self) -> bool:
        """Whether it is only proposed."""
        return self.state == VisitState.DRAFT

    @property
    def is_ahead(self) -> bool:
        """Whether it is planned and has not begun."""
        return self.state in {VisitState.PLANNED, VisitState.APPROVED}

    @property
    def is_there(self) -> bool:
        """Whether the rep is at the customer's."""
        return self.state == VisitState.CHECKED_IN

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state not in {*LIVE, VisitState.DRAFT}

    @property
    def is_cancelled(self) -> bool:
        """Whether it was called off."""
        return self.state == VisitState.CANCELLED

    @property
    def dwell(self) -> timedelta | None:
        """How long the rep was there."""
        if self.checked_in_at is None or self.checked_out_at is None:
            return None
        return self.checked_out_at - self.checked_in_at


@dataclass(frozen=True)
class ReportRow:
    """A visit's report."""

    visit_id: UUID
    form_key: str
    summary: str
    values: dict[str, Any]
    reported_at: datetime
    review: str | None
    review_comment: str | None


@dataclass(frozen=True)
class VisitDetail:
    """A visit with whom it meets and its report."""

    visit: VisitRow
    contact_ids: tuple[UUID, ...]
    report: ReportRow | None
    may_act: bool


@dataclass(frozen=True)
class PurposeRow:
    """Why a visit is made."""

    key: str
    name: str
    name_en: str
    form_key: str
    is_active: bool
    changed_at: datetime | None
    changed_by: UUID | None

    def label(self, locale: str) -> str:
        """Return the name in the reader's language."""
        return self.name_en if locale == "en" else self.name


def visits_of_day(session: Session, rep_id: UUID, day: date) -> tuple[VisitRow, ...]:
    """Return a rep's visits of a local day in time order, drafts and moved ones left out."""
    hidden = (VisitState.DRAFT, VisitState.RESCHEDULED)
    query = select(Visit).where(Visit.rep_id == rep_id, Visit.local_date == day, Visit.state.not_in(hidden))
    return _rows(session, query.order_by(Visit.planned_start, Visit.id))


def reps_with_visits(session: Session, days: Collection[date]) -> list[tuple[UUID, date]]:
    """Return the reps who have visits to make on one of these local days, each with the day."""
    query = select(Visit.rep_id, Visit.local_date).where(
        Visit.local_date.in_(days), Visit.state.in_((VisitState.PLANNED, VisitState.APPROVED))
    )
    return [(row.rep_id, row.local_date) for row in session.execute(query.distinct().order_by(Visit.rep_id))]


def drafts_of(session: Session, rep_id: UUID) -> tuple[VisitRow, ...]:
    """Return the follow-up visits that a rep has not planned yet."""
    query = select(Visit).where(Visit.rep_id == rep_id, Visit.state == VisitState.DRAFT)
    return _rows(session, query.order_by(Visit.planned_start).limit(50))


def unfinished_before(session: Session, rep_id: UUID, day: date) -> tuple[VisitRow, ...]:
    """Return a rep's visits of the 14 days before ``day`` that are not over."""
    query = select(Visit).where(
        Visit.rep_id == rep_id,
        Visit.local_date < day,
        Visit.local_date >= day - timedelta(days=14),
        Visit.state.in_(LIVE),
    )
    return _rows(session, query.order_by(Visit.planned_start))


def contact_ids(session: Session, visit_id: UUID) -> tuple[UUID, ...]:
    """Return the people whom a visit is to; the caller may see the visit."""
    return tuple(session.scalars(select(VisitContact.contact_id).where(VisitContact.visit_id == visit_id)))


def visit_detail(session: Session, actor: Actor, visit_id: UUID) -> VisitDetail:
    """Return a visit that the actor may see: its rep, who stands in for the rep, their manager, the back office.

    Raises:
        NotFoundError: no such visit, or not the actor's.
    """
    visit = session.get(Visit, visit_id)
    mine = visit is not None and (visit.rep_id in actor.acts_for or actor.is_system)
    managed = visit is not None and not mine and visit.rep_id in people.managed_ids(session, actor)
    if visit is None or not (mine or managed or actor.has(Role.OPS, Role.ADMIN, Role.COMPLIANCE)):
        raise NotFoundError("There is no such visit for you.", code="visit_unknown")
    return VisitDetail(
        visit=_row(visit),
        contact_ids=contact_ids(session, visit_id),
        report=reports_of(session, [visit_id]).get(visit_id),
        may_act=mine or managed,
    )


def visits(
    session: Session,
    actor: Actor,
    *,
    rep_id: UUID | None = None,
    customer_id: UUID | None = None,
    state: str = "",
    first_day: date | None = None,
    last_day: date | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> tuple[VisitRow, ...]:
    """Return visits that the actor may see, the newest first, by keyset on the id."""
    query = _visible(session, actor).order_by(Visit.id.desc()).limit(limit)
    if rep_id is not None:
        query = query.where(Visit.rep_id == rep_id)
    if customer_id is not None:
        query = query.where(Visit.customer_id == customer_id)
    if state:
        query = query.where(Visit.state == state)
    if first_day is not None:
        query = query.where(Visit.local_date >= first_day)
    if last_day is not None:
        query = query.where(Visit.local_date <= last_day)
    if after is not None:
        query = query.where(Visit.id < after)
    return _rows(session, query)


def of_customer(session: Session, customer_id: UUID, *, limit: int = 10) -> tuple[VisitRow, ...]:
    """Return a customer's visits that were made, the newest first: colleagues of the territory see them too."""
    query = select(Visit).where(Visit.customer_id == customer_id, Visit.state.in_(MADE))
    return _rows(session, query.order_by(Visit.local_date.desc(), Visit.planned_start.desc()).limit(limit))


def notes_of_customer(
    session: Session, customer_id: UUID, *, other_than: UUID | None = None, limit: int = 5
) -> tuple[tuple[VisitRow, str], ...]:
    """Return a customer's made visits with the summary of the report, the newest first: what colleagues share."""
    query = (
        select(Visit, VisitReport.summary)
        .outerjoin(VisitReport, VisitReport.visit_id == Visit.id)
        .where(Visit.customer_id == customer_id, Visit.state.in_(MADE))
        .order_by(Visit.local_date.desc(), Visit.planned_start.desc())
        .limit(limit)
    )
    if other_than is not None:
        query = query.where(Visit.id != other_than)
    return tuple((_row(visit), summary or "") for visit, summary in session.execute(query))


def planned_of_customer(session: Session, customer_id: UUID, today: date) -> tuple[VisitRow, ...]:
    """Return a customer's visits to come."""
    query = select(Visit).where(
        Visit.customer_id == customer_id, Visit.local_date >= today, Visit.state.in_((*LIVE, VisitState.DRAFT))
    )
    return _rows(session, query.order_by(Visit.planned_start).limit(20))


def near_visits(session: Session, customer_id: UUID, day: date, *, other_than: UUID | None) -> tuple[VisitRow, ...]:
    """Return live or made visits of other reps to the customer within seven days of ``day`` (double visiting)."""
    query = select(Visit).where(
        Visit.customer_id == customer_id,
        Visit.local_date.between(day - DUPLICATE_WITHIN, day + DUPLICATE_WITHIN),
        Visit.state.in_((*LIVE, VisitState.COMPLETED)),
    )
    if other_than is not None:
        query = query.where(Visit.rep_id != other_than)
    return _rows(session, query.order_by(Visit.planned_start).limit(10))


def team_visits(session: Session, rep_ids: Collection[UUID], first: date, last: date) -> tuple[VisitRow, ...]:
    """Return the visits of reps from ``first`` to ``last`` (both included) in time order."""
    query = select(Visit).where(
        Visit.rep_id.in_(rep_ids), Visit.local_date.between(first, last), Visit.state != VisitState.DRAFT
    )
    return _rows(session, query.order_by(Visit.planned_start, Visit.id))


def reports_of(session: Session, visit_ids: Collection[UUID]) -> dict[UUID, ReportRow]:
    """Return the reports of visits, by visit."""
    rows = session.scalars(select(VisitReport).where(VisitReport.visit_id.in_(visit_ids)))
    return {
        row.visit_id: ReportRow(**{name: getattr(row, name) for name in ReportRow.__dataclass_fields__}) for row in rows
    }


def by_id(session: Session, ids: Collection[UUID]) -> dict[UUID, VisitRow]:
    """Return visits by id; the caller has checked who may see them."""
    return {row.id: row for row in _rows(session, select(Visit).where(Visit.id.in_(ids)))}


def purposes(session: Session) -> tuple[PurposeRow, ...]:
    """Return the purposes of visits in their order, also those that are offered no more."""
    rows = session.scalars(select(VisitPurpose).order_by(VisitPurpose.position, VisitPurpose.key))
    return tuple(PurposeRow(**{name: getattr(row, name) for name in PurposeRow.__dataclass_fields__}) for row in rows)


def _visible(session: Session, actor: Actor) -> Select[Any]:
    query = select(Visit)
    if actor.is_system or actor.has(Role.ADMIN, Role.OPS, Role.COMPLIANCE):
        return query
    reps = set(people.managed_ids(session, actor))
    return query.where(Visit.rep_id.in_(reps | actor.acts_for))


def _rows(session: Session, query: Select[Any]) -> tuple[VisitRow, ...]:
    return tuple(_row(found) for found in session.scalars(query))


def _row(found: Visit) -> VisitRow:
    return VisitRow(**{name: getattr(found, name) for name in VisitRow.__dataclass_fields__})
