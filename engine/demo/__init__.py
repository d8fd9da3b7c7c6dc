"""A company to play with: people, customers, and months of work done by running the processes on a simulated clock.

``fill`` is what ``fieldflow demo`` and ``fieldflow up`` call. Every visit, report and request in it was made through
the same services that people use; nothing is written past them. Names and institutions are invented.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from engine.calendar.presets import china
from engine.calendar.rules import is_working_day
from engine.clock import SimulatedClock
from engine.demo.company import found_company
from engine.demo.story import Story
from engine.people import queries as people
from engine.wiring import Application

ZONE = ZoneInfo("Asia/Shanghai")
WORKING_DAYS = 45
DAYS_WITH_CHORES = 7

Say = Callable[[str], object]


def is_empty(application: Application) -> bool:
    """Tell whether nobody has been added yet."""
    with application.database.reading() as session:
        return not people.people(session)


def fill(application: Application, *, password: str, working_days: int, seed: int, say: Say) -> None:
    """Found the company and let it work until now.

    Args:
        password: of every demo account.
        working_days: how many of them the story has; 45 are some nine weeks with a thousand finished visits.
        seed: the same seed tells the same story.
        say: told how far it is, in a line that a person reads.
    """
    now = application.clock()
    today = now.astimezone(ZONE).date()
    first_day = _days_before(today, working_days)
    clock = SimulatedClock(datetime.combine(first_day, datetime.min.time(), ZONE))
    say("Demo data: founding the company …")
    with application.database.transaction() as session:
        company = found_company(session, password=password, now=clock())
    application.sends_mail = False
    story = Story(application, company, clock, seed=seed)
    days = (today - first_day).days
    for number in range(days):
        if number == days - DAYS_WITH_CHORES:
            story.run_chores()
        made = story.tell_day(first_day + timedelta(days=number))
        if number % 7 == 6 or number == days - 1:
            say(f"Demo data: day {number + 1} of {days}, {made} finished visits")
    story.tell_today(now)
    application.sends_mail = True
    say("Demo data: done.")


def _days_before(today: date, working_days: int) -> date:
    day, left = today, working_days
    while left:
        day -= timedelta(days=1)
        left -= is_working_day(china(), day)
    return day
