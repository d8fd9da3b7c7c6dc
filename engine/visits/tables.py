"""Visits, their purposes and reports."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, true
from sqlalchemy.orm import Mapped, mapped_column

from engine.ids import new_id
from engine.store.base import Base, JsonText, UtcDateTime
from engine.visits.states import VisitState


class VisitPurpose(Base):
    """Why a visit is made, and which form its report uses; one that is not active is offered no more."""

    __tablename__ = "visit_purpose"

    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(100))
    form_key: Mapped[str] = mapped_column(String(100))
    position: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True, server_default=true())
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_by: Mapped[UUID | None]


class Visit(Base):
    """A visit: the plan and the fact. ``local_date`` is the day in the rep's time zone, for lists and figures."""

    __tablename__ = "visit"
    __table_args__ = (
        Index("ix_visit_rep_day", "rep_id", "local_date"),
        Index("ix_visit_customer_day", "customer_id", "local_date"),
        Index("ix_visit_day", "local_date"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    customer_id: Mapped[UUID]
    place_id: Mapped[UUID | None]
    rep_id: Mapped[UUID]
    created_by: Mapped[UUID | None]
    purpose_key: Mapped[str] = mapped_column(ForeignKey(VisitPurpose.key))
    channel: Mapped[str] = mapped_column(String(10), default="face")
    planned_start: Mapped[datetime] = mapped_column(UtcDateTime)
    planned_end: Mapped[datetime] = mapped_column(UtcDateTime)
    local_date: Mapped[date]
    note: Mapped[str] = mapped_column(String(1000), default="")
    state: Mapped[VisitState] = mapped_column(String(20))
    outcome: Mapped[str | None] = mapped_column(String(20))
    grade: Mapped[str | None] = mapped_column(String(1))
    checked_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    checked_out_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(String(500))
    follows_id: Mapped[UUID | None] = mapped_column(index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)


class VisitContact(Base):
    """Whom a visit is to meet."""

    __tablename__ = "visit_contact"

    visit_id: Mapped[UUID] = mapped_column(ForeignKey(Visit.id), primary_key=True)
    contact_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)


class VisitReport(Base):
    """What the rep reported; ``values`` are the form's values, with the form they belong to."""

    __tablename__ = "visit_report"

    visit_id: Mapped[UUID] = mapped_column(ForeignKey(Visit.id), primary_key=True)
    form_key: Mapped[str] = mapped_column(String(100))
    summary: Mapped[str] = mapped_column(String(4000), default="")
    values: Mapped[dict[str, Any]] = mapped_column(JsonText)
    reported_by: Mapped[UUID | None]
    reported_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    review: Mapped[str | None] = mapped_column(String(20))
    review_comment: Mapped[str | None] = mapped_column(String(1000))
    reviewed_by: Mapped[UUID | None]


class ReportCorrection(Base):
    """A change of a report: by the rep alone within a day, else proposed to the manager. Whole values, so that
    the form can draw both.
    """

    __tablename__ = "report_correction"
    __table_args__ = (Index("ix_report_correction_visit", "visit_id", "proposed_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    visit_id: Mapped[UUID] = mapped_column(ForeignKey(Visit.id))
    before: Mapped[dict[str, Any]] = mapped_column(JsonText)
    after: Mapped[dict[str, Any]] = mapped_column(JsonText)
    reason: Mapped[str] = mapped_column(String(1000), default="")
    state: Mapped[str] = mapped_column(String(10))
    proposed_by: Mapped[UUID]
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision_reason: Mapped[str | None] = mapped_column(String(500))
