"""The company's calendar, and deadlines: clocks on working time that can pause and send messages at their marks."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.ids import new_id
from engine.store.base import Base, JsonText, UtcDateTime


class WorkingWeek(Base):
    """The one row of the company's working hours; while there is none the shipped preset holds.

    ``spans`` are the hours of Monday to Sunday as ``rules.parse_spans`` reads them. ``version`` counts every change of
    the calendar, of its days too: deadlines that were computed under an older one are computed anew.
    """

    __tablename__ = "working_week"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    time_zone: Mapped[str] = mapped_column(String(60))
    spans: Mapped[list[str]] = mapped_column(JsonText)
    version: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[UUID | None]


class CalendarDay(Base):
    """A holiday, or a day of work in its stead."""

    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    is_working: Mapped[bool]
    name: Mapped[str] = mapped_column(String(60), default="")
    name_en: Mapped[str] = mapped_column(String(60), default="")
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[UUID | None]


class Deadline(Base):
    """A clock about an object.

    ``marks`` are shares in percent not yet reached, ascending; ``next_at`` is when the first of them is reached,
    null while paused, stopped or spent. ``used_minutes`` are working minutes that ran before ``running_since``.
    ``group_key`` is the group of people whose work it measures. ``calendar_version`` is the calendar by which a
    running clock was computed; null while it does not run.
    """

    __tablename__ = "deadline"
    __table_args__ = (
        UniqueConstraint("business_key", "name"),
        Index("ix_deadline_next", "next_at"),
        Index("ix_deadline_open", "stopped_at", "name", "due_at"),
        Index("ix_deadline_calendar", "calendar_version"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    business_key: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(40))
    group_key: Mapped[str] = mapped_column(String(40), default="", server_default="")
    length_minutes: Mapped[float]
    used_minutes: Mapped[float] = mapped_column(default=0.0)
    running_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    marks: Mapped[list[int]] = mapped_column(JsonText)
    stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    calendar_version: Mapped[int | None]
