"""What a session has at hand is not asked for again, and is never old."""

from sqlalchemy import event, update

from engine.calendar import company as calendar
from engine.clock import SimulatedClock
from engine.customers.tables import Place
from engine.ids import new_id
from engine.store.kept import rows_by_id
from engine.wiring import Application
from tests.workflows.world import World


def test_rows_are_read_once_and_follow_changes(application: Application, clock: SimulatedClock) -> None:
    world = World(application, clock)
    place_id = world.look(lambda session: session.query(Place.id).first())[0]
    asked: list[str] = []
    engine = application.database.engine
    event.listen(engine, "before_cursor_execute", lambda _c, _k, statement, *_: asked.append(statement))
    with application.database.transaction() as session:
        first = rows_by_id(session, Place, [place_id, new_id()])
        before = len(asked)
        again = rows_by_id(session, Place, [place_id])
        assert len(asked) == before
        assert list(first) == list(again) == [place_id]
        session.execute(update(Place).where(Place.id == place_id).values(name="新门"))
        assert rows_by_id(session, Place, [place_id])[place_id].name == "新门"
        savepoint = session.begin_nested()
        session.delete(again[place_id])
        session.flush()
        assert rows_by_id(session, Place, [place_id]) == {}
        savepoint.rollback()
        assert rows_by_id(session, Place, [place_id])[place_id].name == "新门"


def test_a_changed_calendar_holds_in_the_transaction_that_changes_it(
    application: Application, clock: SimulatedClock
) -> None:
    world = World(application, clock)
    day = clock().date()
    with application.database.transaction() as session:
        usual, version = calendar.versioned_calendar(session)
        calendar.set_day(session, world.company.admin, day, kind="holiday", name="停工", name_en="Closed", now=clock())
        changed, newer = calendar.versioned_calendar(session)
    assert newer > version
    assert day in changed.holidays
    assert day not in usual.holidays
