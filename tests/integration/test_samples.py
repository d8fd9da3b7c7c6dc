"""The sample ledger: whatever happens, in whatever order and at the same time, no balance is negative."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from engine.access import SYSTEM
from engine.clock import SimulatedClock
from engine.errors import ConflictError, InvalidInputError
from engine.ids import new_id
from engine.samples import queries, rules, service
from engine.samples.rules import Holder, MovementKind
from engine.samples.tables import SampleMovement
from engine.wiring import Application

REPS = [rules.rep(new_id()), rules.rep(new_id())]
HOLDERS = [rules.WAREHOUSE, *REPS, rules.customer(new_id())]
Move = tuple[int | None, int | None, int]


def lot_with(application: Application, clock: SimulatedClock, quantity: int, holder: Holder) -> UUID:
    with application.database.transaction() as session:
        lot_id = service.add_lot(session, item="P-1", lot=str(new_id())[:36], expiry=date(2027, 1, 31))
        service.move(
            session, SYSTEM, lot_id, quantity, source=None, target=holder, kind=MovementKind.RECEIVE, now=clock()
        )
    return lot_id


def try_to_move(
    application: Application,
    clock: SimulatedClock,
    lot_id: UUID,
    source: Holder | None,
    target: Holder | None,
    number: int,
) -> bool:
    def work(session) -> None:
        service.move(
            session, SYSTEM, lot_id, number, source=source, target=target, kind=MovementKind.ISSUE, now=clock()
        )

    try:
        application.database.run(work)
    except (ConflictError, InvalidInputError):
        return False
    return True


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.tuples(*[st.none() | st.integers(0, 3)] * 2, st.integers(-1, 12)), max_size=12))
def test_a_balance_is_a_sum_and_never_negative(
    application: Application, clock: SimulatedClock, moves: list[Move]
) -> None:
    lot_id = lot_with(application, clock, 20, rules.WAREHOUSE)
    expected = dict.fromkeys(HOLDERS, 0) | {rules.WAREHOUSE: 20}
    for from_, to, number in moves:
        source = HOLDERS[from_] if from_ is not None else None
        target = HOLDERS[to] if to is not None else None
        may = number > 0 and (source or target) is not None and (source is None or expected[source] >= number)
        assert try_to_move(application, clock, lot_id, source, target, number) is may
        if may:
            for holder, amount in ((source, -number), (target, number)):
                if holder is not None:
                    expected[holder] += amount
    with application.database.reading() as session:
        assert {holder: service.balance(session, lot_id, holder) for holder in HOLDERS} == expected
    assert min(expected.values()) >= 0


def test_of_many_at_once_only_as_many_get_samples_as_there_are(application: Application, clock: SimulatedClock) -> None:
    lot_id = lot_with(application, clock, 10, REPS[0])
    with ThreadPoolExecutor(8) as pool:
        got = list(
            pool.map(
                lambda _n: try_to_move(application, clock, lot_id, REPS[0], rules.customer(new_id()), 3), range(12)
            )
        )
    assert got.count(True) == 3
    with application.database.reading() as session:
        assert [(row.lot_id, row.quantity) for row in queries.stock_of(session, REPS[0])] == [(lot_id, 1)]
        total = session.scalar(select(func.sum(SampleMovement.quantity)).where(SampleMovement.lot_id == lot_id))
    assert total == 10


def test_a_number_that_moves_nothing_is_refused(application: Application, clock: SimulatedClock) -> None:
    lot_id = lot_with(application, clock, 1, REPS[0])
    with application.database.transaction() as session, pytest.raises(InvalidInputError):
        service.move(session, SYSTEM, lot_id, 0, source=REPS[0], target=None, kind=MovementKind.ADJUST, now=clock())
