"""How often and how long steps ran, by day; filled by the sweeper from the history."""

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base


class ElementDay(Base):
    """One element of one version on one day: how often it finished, and how long it had taken where that is known.

    Ids of versions are kept without a reference: figures outlive what they were counted from.
    """

    __tablename__ = "element_day"

    definition_id: Mapped[UUID] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    element_id: Mapped[str] = mapped_column(String(120), primary_key=True)
    runs: Mapped[int] = mapped_column(BigInteger)
    timed: Mapped[int] = mapped_column(BigInteger)
    seconds: Mapped[int] = mapped_column(BigInteger)
    longest_s: Mapped[int] = mapped_column(BigInteger)


class CountedUntil(Base):
    """Up to which event of the history a count has come; a row for each count."""

    __tablename__ = "counted_until"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    event_id: Mapped[int] = mapped_column(BigInteger)
