"""A company to play with: people, customers, and months of work done by running the processes on a simulated clock.

``fill`` is what ``fieldflow demo`` and ``fieldflow up`` call. Every visit, report and request in it was made through
the same services that people use; nothing is written past them. Names and institutions are invented.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from engine.clock import SimulatedClock
from engine.demo.company import found_company
from engine.demo.story import Story
from engine.people import queries as people
from engine.wiring import Application

ZONE = ZoneInfo("Asia/Shanghai")
DAYS_A_MONTH = 30

Say = Callable[[str], object]


def is_empty(application: Application) -> bool:
    """Tell whether nobody has been added yet."""
    with application.database.reading() as session:
        return not people.people(session)


def fill(application: Application, *, password: str, months: int, seed: int, say: Say) -> None:
    """Found the company and let it work until now.

    Args:
        password: of every demo account.
        months: of 30 days; how far back the story starts.
        seed: the same seed tells the same story.
        say: told how far it is, in a line that a person reads.
    """
    now = application.clock()
    first_day = (now.astimezone(ZONE) - timedelta(days=months * DAYS_A_MONTH)).date()
    clock = SimulatedClock(datetime.combine(first_day, datetime.min.time(), ZONE))
    say("Demo data: founding the company …")
    with application.database.transaction() as session:
        company = found_company(session, password=password, now=clock())
    story = Story(application, company, clock, seed=seed)
    days = (now.astimezone(ZONE).date() - first_day).days
    for number in range(days):
        made = story.tell_day(first_day + timedelta(days=number))
        if number % 7 == 6 or number == days - 1:
            say(f"Demo data: day {number + 1} of {days}, {made} finished visits")
    story.tell_today(now)
    say("Demo data: done.")
