"""Check events, looks and retention on real databases: nothing is changed or missing, nothing stays too long."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import create_engine, make_url, select, text
from sqlalchemy.exc import DBAPIError

from engine.clock import SimulatedClock
from engine.consent import service as consent
from engine.consent.rules import LocationMode
from engine.errors import ForbiddenError, NotFoundError
from engine.evidence import looks, queries, service, track
from engine.evidence.service import Reading
from engine.evidence.tables import ChainStart, CheckEvent, Position, PositionView, TrackBatch, TrackPoint
from engine.ids import new_id
from engine.outbox.tables import Delivery
from engine.process.tables import HistoryEvent
from engine.retention import classes as retention
from engine.store import migrate
from engine.store.base import Base
from engine.store.database import Database
from engine.visits.tables import VisitReport
from engine.wiring import Application
from tests import factories
from tests.factories import Company
from tests.workflows.world import World

GUARDED = ["UPDATE {table} SET {column} = {column}", "DELETE FROM {table}"]
EIGHT_HOURS_EAST = timezone(timedelta(hours=8))


@pytest.fixture
def world(application: Application, clock: SimulatedClock) -> World:
    return World(application, clock)


@pytest.fixture
def company(world: World) -> Company:
    world.do(
        lambda session: consent.choose_location_mode(session, world.company.rep, LocationMode.TRACK, now=world.clock())
    )
    return world.company


def agree(world: World, company: Company) -> None:
    world.do(
        lambda session: consent.choose_location_mode(session, company.rep, LocationMode.CHECK_IN, now=world.clock())
    )


def check(world: World, company: Company) -> UUID:
    """Record a position and a check event that bears it."""

    def record(session: Any) -> UUID:
        reading = Reading(*factories.PLACE, accuracy_m=20, fix_at=world.clock())
        position_id = service.record_position(session, company.rep, reading, now=world.clock())
        session.flush()
        visit_id = new_id()
        assert company.rep.user_id is not None
        service.record_event(
            session, company.rep.user_id, visit_id, kind="in", method="position",
            at=world.clock().astimezone(EIGHT_HOURS_EAST), facts={"distance_m": 0}, grade="A", evidence_id=position_id,
        )  # fmt: skip
        return visit_id

    return world.do(record)


def chain(world: World, company: Company) -> queries.Chain:
    assert company.rep.user_id is not None
    user_id = company.rep.user_id
    return world.look(lambda session: queries.chain(session, user_id))


def look(world: World, company: Company) -> None:
    assert company.rep.user_id is not None
    user_id = company.rep.user_id
    world.do(
        lambda session: looks.record_look(
            session, company.manager, user_id, purpose="coaching", what=looks.CHECK_IN, now=world.clock()
        )
    )


def refused(application: Application, statement: str) -> bool:
    try:
        with application.database.transaction() as session:
            session.execute(text(statement))
    except DBAPIError as error:
        return "append-only" in str(error)
    return False


@pytest.mark.parametrize(("table", "column"), [("check_event", "grade"), ("position_view", "purpose")])
def test_the_database_itself_refuses_changes(world: World, company: Company, table: str, column: str) -> None:
    check(world, company)
    look(world, company)
    for statement in GUARDED:
        assert refused(world.application, statement.format(table=table, column=column)), statement


def test_a_migrated_database_refuses_them_too(database_url: str, tmp_path: Any) -> None:
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        url = url.set(database=str(tmp_path / "migrated.db"))
    else:
        server = create_engine(url, isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.execute(text("DROP DATABASE IF EXISTS migrated_for_guards"))
            connection.execute(text("CREATE DATABASE migrated_for_guards"))
        server.dispose()
        url = url.set(database="migrated_for_guards")
    database = Database(url.render_as_string(hide_password=False))
    migrate.upgrade(database, Base.metadata)
    with database.transaction() as session:
        service.record_event(
            session, new_id(), new_id(), kind="in", method="manual", at=world_time(), facts={}, grade="C"
        )
    with pytest.raises(DBAPIError, match="append-only"), database.transaction() as session:
        session.execute(text("UPDATE check_event SET grade = 'A'"))
    database.dispose()


def world_time() -> Any:
    from tests.conftest import MONDAY_9

    return MONDAY_9


def test_the_chain_verifies_whatever_zone_a_time_was_written_in(world: World, company: Company) -> None:
    for _ in range(3):
        check(world, company)
    found = chain(world, company)
    assert len(found.events) == 3
    assert found.first_broken is None


def test_erasing_positions_leaves_the_chain_whole(world: World, company: Company) -> None:
    check(world, company)
    assert world.do(lambda session: service.erase_positions(session, company.rep)) == 1
    assert world.look(lambda session: session.scalar(select(Position.id))) is None
    found = chain(world, company)
    assert found.first_broken is None
    assert found.events[0]["position_hash"] is not None


# Looks


def test_the_twenty_first_look_is_refused_and_the_ledger_is_a_chain(world: World, company: Company) -> None:
    """M6."""
    for _ in range(20):
        look(world, company)
    with pytest.raises(ForbiddenError) as raised:
        look(world, company)
    assert raised.value.code == "view_budget_used"
    assert company.rep.user_id is not None
    user_id = company.rep.user_id
    assert world.look(lambda session: looks.first_broken_look(session, user_id)) is None
    assert len(world.look(lambda session: looks.looks_at(session, company.rep))) == 20
    world.wait(timedelta(days=1))
    look(world, company)


def test_only_the_reps_own_manager_looks(world: World, company: Company) -> None:
    for stranger in (company.colleague, company.director, company.compliance):
        with pytest.raises(NotFoundError):
            look(world, replace(company, manager=stranger))
    assert world.look(lambda session: session.scalar(select(PositionView.id))) is None


# Retention (A9)


def run(world: World) -> dict[str, int]:
    return world.application.database.run(lambda session: retention.run_batch(session, {}, now=world.clock()))


def due(world: World) -> dict[str, int]:
    return world.look(lambda session: retention.due(session, {}, now=world.clock()))


def track_points(world: World, company: Company) -> None:
    readings = [Reading(*factories.PLACE, accuracy_m=9, fix_at=world.clock() + timedelta(seconds=n)) for n in (1, 60)]
    world.do(lambda session: track.record_batch(session, company.rep, new_id(), readings, now=world.clock()))


CASES: list[tuple[str, int, Callable[[World, Company], object], int]] = [
    ("check_in_position", 180, check, 1),
    ("track", 30, track_points, 2),
    ("evidence", 3 * 365, check, 1),
    ("visit_report", 5 * 365, lambda world, company: world.make_visit(world.plan(company.rep)), 1),
]


@pytest.mark.parametrize(("name", "days", "make", "count"), CASES, ids=[case[0] for case in CASES])
def test_each_class_is_kept_as_long_as_promised(
    world: World, company: Company, name: str, days: int, make: Callable[[World, Company], object], count: int
) -> None:
    world.application.worker.chores = ()  # the sweep would do it by itself
    make(world, company)
    world.clock.move_to(world.clock() + timedelta(days=days) - timedelta(minutes=5))
    assert due(world)[name] == 0
    world.clock.move_to(world.clock() + timedelta(days=1))
    assert due(world)[name] == count
    assert run(world)[name] == count
    assert due(world)[name] == 0


def test_the_chain_verifies_after_a_retention_run(world: World, company: Company) -> None:
    """A9: positions go first, then the oldest events; what is left begins where they ended."""
    world.application.worker.chores = ()
    for _ in range(4):
        agree(world, company)
        check(world, company)
        world.clock.move_to(world.clock() + timedelta(days=400))
    first = chain(world, company).events
    agree(world, company)
    assert {name: count for name, count in run(world).items() if count} == {"check_in_position": 4, "evidence": 2}
    left = chain(world, company)
    assert (left.after, left.previous) == (2, first[1]["hash"])
    assert left.events == first[2:]
    assert left.first_broken is None
    check(world, company)
    assert [event["number"] for event in chain(world, company).events] == [3, 4, 5]
    assert chain(world, company).first_broken is None
    assert refused(world.application, "DELETE FROM check_event WHERE number = 3")


def test_a_chain_whose_events_are_all_over_goes_on(world: World, company: Company) -> None:
    world.application.worker.chores = ()
    check(world, company)
    world.clock.move_to(world.clock() + timedelta(days=2000))
    assert run(world)["evidence"] == 1
    assert world.look(lambda session: session.scalar(select(ChainStart.number))) == 1
    agree(world, company)
    check(world, company)
    found = chain(world, company)
    assert [event["number"] for event in found.events] == [2]
    assert found.first_broken is None


def test_a_report_goes_with_what_was_typed_and_the_visit_stays(world: World, company: Company) -> None:
    secret = "只有本人知道的事"

    def written() -> str:
        history = world.look(lambda session: [row.detail for row in session.scalars(select(HistoryEvent))])
        return f"{history} {world.look(lambda session: [row.payload for row in session.scalars(select(Delivery))])}"

    visit_id = world.plan(company.rep)
    world.make_visit(visit_id, {"outcome": "met", "summary": secret})
    assert secret in written()
    world.wait(timedelta(days=5 * 365 + 2))  # the sweep does it
    assert world.look(lambda session: session.scalar(select(VisitReport.visit_id))) is None
    assert secret not in written()
    assert world.trail(f"visit:{visit_id}")[-1] == "visit_completed"
    assert world.visit(visit_id).state == "completed"


def test_a_setting_may_shorten_but_not_lengthen(world: World, company: Company) -> None:
    track_points(world, company)
    world.application.worker.chores = ()
    world.clock.move_to(world.clock() + timedelta(days=20))
    counts = [
        world.look(lambda session, days=days: retention.due(session, {"track": days}, now=world.clock()))["track"]
        for days in (14, 300)
    ]
    assert counts == [2, 0]
    world.clock.move_to(world.clock() + timedelta(days=20))
    assert world.look(lambda session: retention.due(session, {"track": 300}, now=world.clock()))["track"] == 2
    run(world)
    assert world.look(lambda session: session.scalar(select(TrackBatch.id))) is None
    assert world.look(lambda session: session.scalar(select(TrackPoint.id))) is None


def test_events_of_a_visit_say_whether_their_position_is_stored(world: World, company: Company) -> None:
    visit_id = check(world, company)
    (row,) = world.look(lambda session: queries.events_of(session, visit_id))
    assert row.has_position
    world.do(lambda session: service.erase_positions(session, company.rep))
    (row,) = world.look(lambda session: queries.events_of(session, visit_id))
    assert not row.has_position
    assert world.look(lambda session: session.scalar(select(CheckEvent.position_id))) is not None
