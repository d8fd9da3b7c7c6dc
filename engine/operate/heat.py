"""How often and how long the steps of a process run, by version and period.

The sweeper adds the history up by day (``count``), so that a look costs the days and elements, not the instances: the
trail of an event is JSON, which no database adds up quickly.
"""

import math
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.calendar.company import company_calendar
from engine.operate.tables import CountedUntil, ElementDay
from engine.process.trails import finished_after
from engine.store.upserts import upsert

NAME = "element_day"
BATCH = 2000
SETTLED = timedelta(minutes=2)
"""Events get their numbers before they are committed, and no transaction lives this long: statements are stopped
after 30 s."""


@dataclass(frozen=True)
class Heat:
    """One element in a period: how often it finished, and the seconds it took, where that is known."""

    element_id: str
    runs: int
    timed: int
    seconds: int
    longest_s: int

    @property
    def mean_s(self) -> float | None:
        """How long it took on average."""
        return self.seconds / self.timed if self.timed else None


def count(session: Session, now: datetime) -> int:
    """Add a batch of the history up; returns how many events there were."""
    mark = session.scalar(select(CountedUntil).where(CountedUntil.name == NAME).with_for_update())
    if mark is None:
        mark = CountedUntil(name=NAME, event_id=0)
        session.add(mark)
    events = finished_after(session, mark.event_id, before=now - SETTLED, limit=BATCH)
    if not events:
        return 0
    zone = ZoneInfo(company_calendar(session).time_zone)
    sums: dict[tuple[UUID, date, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for event in events:
        day = event.at.astimezone(zone).date()
        for element_id, took in event.elements:
            found = sums[event.definition_id, day, element_id]
            found[0] += 1
            if took is not None:
                found[1] += 1
                found[2] += took
                found[3] = max(found[3], took)
    names = ("runs", "timed", "seconds", "longest_s")
    rows = [
        {"definition_id": key[0], "day": key[1], "element_id": key[2], **dict(zip(names, numbers, strict=True))}
        for key, numbers in sorted(sums.items())
    ]
    if rows:
        statement = upsert(session, ElementDay)
        new = statement.excluded
        added = {name: getattr(ElementDay, name) + new[name] for name in names[:3]}
        longer = func.max if session.get_bind().dialect.name == "sqlite" else func.greatest
        added["longest_s"] = longer(ElementDay.longest_s, new.longest_s)
        keys = ["definition_id", "day", "element_id"]
        session.execute(statement.on_conflict_do_update(index_elements=keys, set_=added), rows)
    mark.event_id = events[-1].event_id
    return len(events)


def heat(session: Session, definition_id: UUID, *, first: date, last: date) -> dict[str, Heat]:
    """Return the elements of a version that finished in a period, by id; both days count."""
    query = (
        select(
            ElementDay.element_id, func.sum(ElementDay.runs), func.sum(ElementDay.timed),
            func.sum(ElementDay.seconds), func.max(ElementDay.longest_s),
        )
        .where(ElementDay.definition_id == definition_id, ElementDay.day.between(first, last))
        .group_by(ElementDay.element_id)
    )  # fmt: skip
    rows = [Heat(row[0], *(int(value) for value in row[1:])) for row in session.execute(query)]
    return {row.element_id: row for row in rows}


def busiest(session: Session, among: Collection[UUID], *, first: date, last: date) -> UUID | None:
    """Return the version of which most elements finished in a period; None if nothing ran."""
    query = (
        select(ElementDay.definition_id)
        .where(ElementDay.definition_id.in_(among), ElementDay.day.between(first, last))
        .group_by(ElementDay.definition_id)
        .order_by(func.sum(ElementDay.runs).desc(), ElementDay.definition_id)
        .limit(1)
    )
    return session.scalar(query)


def levels(values: dict[str, float], *, steps: int = 5) -> dict[str, int]:
    """Return of each value its level of 1 to ``steps``, by its share of the largest."""
    top = max(values.values(), default=0)
    return {key: max(1, math.ceil(value / top * steps)) if top else 1 for key, value in values.items()}
