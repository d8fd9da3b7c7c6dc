"""The figures of S6 equal a count by hand over visits that were made by running the process."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from engine.clock import SimulatedClock
from engine.ids import new_id
from engine.reports import queries as reports
from engine.visits import figure_rows
from engine.visits.states import VisitState
from engine.visits.tables import Visit
from engine.wiring import Application
from tests import factories
from tests.factories import Company

DAY = date(2026, 3, 2)


@pytest.fixture
def company(application: Application, clock: SimulatedClock) -> Company:
    with application.database.transaction() as session:
        return factories.add_company(session, now=clock())


def add_visit(application: Application, company: Company, state: VisitState, **more: object) -> UUID:
    """Add a visit of the rep as its process would leave it."""
    start = datetime.fromisoformat("2026-03-02T09:00:00+08:00")
    values: dict[str, object] = {
        "id": new_id(), "customer_id": company.customer_id, "rep_id": company.rep.user_id, "purpose_key": "report",
        "planned_start": start, "planned_end": start + timedelta(hours=1), "local_date": DAY, "state": state,
        "created_at": start, **more,
    }  # fmt: skip
    with application.database.transaction() as session:
        session.add(Visit(**values))
    return values["id"]  # type: ignore[return-value]


def test_the_figures_equal_a_count_by_hand(application: Application, company: Company) -> None:
    at = datetime.fromisoformat("2026-03-02T09:05:00+08:00")
    for minutes, grade in ((30, "A"), (50, "C")):
        out = at + timedelta(minutes=minutes)
        add_visit(application, company, VisitState.COMPLETED, grade=grade, checked_in_at=at, checked_out_at=out)
    add_visit(application, company, VisitState.COMPLETED, customer_id=company.shared_customer_id)
    add_visit(application, company, VisitState.MISSED)
    add_visit(application, company, VisitState.CANCELLED)
    add_visit(application, company, VisitState.PLANNED)
    add_visit(application, company, VisitState.RESCHEDULED)
    add_visit(application, company, VisitState.DRAFT)
    add_visit(application, company, VisitState.COMPLETED, local_date=DAY + timedelta(days=1))
    rep, colleague = company.rep.user_id, company.colleague.user_id
    assert rep is not None
    assert colleague is not None
    with application.database.reading() as session:
        report = reports.visit_figures(session, [rep, colleague], DAY, DAY)
    mine = report.by_rep[rep]
    assert (mine.planned, mine.made, mine.missed, mine.cancelled, mine.open) == (6, 3, 1, 1, 1)
    assert mine.grades == {"A": 1, "B": 0, "C": 1, "D": 0}
    assert mine.completion == pytest.approx(3 / 5)
    assert mine.dwell_minutes == pytest.approx(40)
    # The colleague's customer does not count for the rep, but it does for the two together.
    assert mine.coverage == 1
    assert (report.total.customers_visited, report.total.customers_total) == (2, 2)
    assert report.by_rep[colleague].coverage == 0
    assert report.made_by_day == {DAY: 3}


def test_without_visits_nothing_is_divided_by_nothing(application: Application, company: Company) -> None:
    stranger = company.stranger.user_id
    assert stranger is not None
    with application.database.reading() as session:
        figures = reports.visit_figures(session, [stranger], DAY, DAY).total
    assert (figures.completion, figures.dwell_minutes, figures.coverage) == (None, None, None)


def test_a_hospital_with_six_doctors_is_one_stop(application: Application, company: Company) -> None:
    """R19: the dwell is counted once for each stop; the hand count stands beside each visit."""

    def visit(begin: str, end: str, **more: object) -> None:
        times = {
            name: datetime.fromisoformat(f"2026-03-02T{at}:00+08:00")
            for name, at in (("checked_in_at", begin), ("checked_out_at", end))
        }
        values: dict[str, object] = {"place_id": company.place_id, **times, **more}
        add_visit(application, company, VisitState.COMPLETED, **values)

    for begin, end in (
        ("09:00", "09:20"), ("09:05", "09:15"), ("09:20", "09:40"),  # overlapping and touching
        ("09:50", "10:00"), ("10:30", "10:40"), ("10:40", "11:00"),  # after ten and thirty minutes: still there
    ):  # fmt: skip
        visit(begin, end)  # one stop, 09:00 to 11:00: 120 minutes
    visit("11:31", "11:41")  # 31 minutes later: another stop, 10 minutes
    visit("09:10", "09:40", rep_id=company.colleague.user_id)  # a colleague's stop, 30 minutes
    visit("14:00", "14:20", place_id=None)  # no place: two stops, 20 and 10 minutes
    visit("14:00", "14:10", place_id=None)
    rep, colleague = company.rep.user_id, company.colleague.user_id
    assert rep is not None
    assert colleague is not None
    with application.database.reading() as session:
        report = reports.visit_figures(session, [rep, colleague], DAY, DAY)
    assert report.by_rep[rep].made == 9
    assert report.by_rep[rep].dwell_minutes == pytest.approx((120 + 10 + 20 + 10) / 4)
    assert report.by_rep[colleague].dwell_minutes == pytest.approx(30)
    assert report.total.dwell_minutes == pytest.approx((120 + 10 + 20 + 10 + 30) / 5)


def test_the_visits_behind_a_figure_stand_in_the_order_of_the_day(application: Application, company: Company) -> None:
    start = datetime.fromisoformat("2026-03-02T09:00:00+08:00")

    def at(hour: int, *, day: int = 0) -> UUID:
        begins = start + timedelta(hours=hour, days=day)
        return add_visit(
            application, company, VisitState.PLANNED, planned_start=begins, local_date=DAY + timedelta(days=day)
        )

    third, first, second = at(3), at(1), at(1)
    newest = at(2, day=1)
    rep = company.rep.user_id
    assert rep is not None
    found: list[UUID] = []
    with application.database.reading() as session:
        while page := figure_rows.visits_behind(
            session, [rep], DAY, DAY + timedelta(days=1), "planned", after=found[-1] if found else None, limit=2
        ):
            found += [row.id for row in page]
    assert found == [newest, first, second, third]
