"""Reservations: whoever is faster has them, and what is free is never below zero, whatever happens at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from random import Random
from typing import Any
from uuid import UUID

from engine.access import SYSTEM
from engine.clock import SimulatedClock
from engine.errors import ConflictError
from engine.ids import new_id
from engine.samples import queries, reservations, rules, service
from engine.samples.rules import Pick
from engine.wiring import Application

TODAY = date(2026, 3, 2)


def lot_with(application: Application, clock: SimulatedClock, quantity: int) -> UUID:
    def work(session: Any) -> UUID:
        lot_id = service.add_lot(session, item="P-1", lot=str(new_id())[:36], expiry=date(2027, 1, 31))
        service.move(
            session, SYSTEM, lot_id, quantity, source=None, target=rules.WAREHOUSE, kind=rules.MovementKind.RECEIVE,
            now=clock(),
        )  # fmt: skip
        return lot_id

    return application.database.run(work)


def act(application: Application, clock: SimulatedClock, lot_id: UUID, dice: Random) -> int:
    """Reserve some for somebody, and perhaps let them go, arrive or be lost; returns how many left the warehouse."""
    key, quantity, fate = (
        f"request:{new_id()}",
        dice.randint(1, 4),
        dice.choice(["reserve", "release", "receive", "lose"]),
    )
    try:
        application.database.run(
            lambda session: reservations.reserve(session, key, [Pick(lot_id, quantity)], today=TODAY, now=clock())
        )
    except ConflictError:
        return 0
    if fate == "release":
        application.database.run(lambda session: reservations.release(session, key, now=clock()))
    if fate in {"reserve", "release"}:
        return 0
    shipment_id = new_id()
    [sent] = application.database.run(lambda session: reservations.send(session, key, shipment_id))
    arrived = quantity if fate == "receive" else 0
    application.database.run(
        lambda session: reservations.receive(
            session, SYSTEM, sent.id, arrived, target=rules.rep(new_id()), reason="丢失", now=clock()
        )
    )
    return quantity


def test_whatever_happens_at_once_nothing_is_promised_twice(application: Application, clock: SimulatedClock) -> None:
    lot_id = lot_with(application, clock, 40)
    with ThreadPoolExecutor(8) as pool:
        gone = sum(pool.map(lambda seed: act(application, clock, lot_id, Random(seed)), range(40)))
    with application.database.reading() as session:
        [row] = queries.warehouse(session) or [None]
        free = service.free(session, lot_id, rules.WAREHOUSE)
        assert row is not None
        assert row.quantity == 40 - gone
        assert free == row.free == row.quantity - row.reserved - row.sent
        assert free >= 0
        assert [lot.free for lot in reservations.free_lots(session, ["P-1"])] == ([free] if free else [])


def test_of_many_who_want_the_last_ones_one_gets_them(application: Application, clock: SimulatedClock) -> None:
    lot_id = lot_with(application, clock, 10)

    def want(_number: int) -> bool:
        try:
            application.database.run(
                lambda session: reservations.reserve(
                    session, f"request:{new_id()}", [Pick(lot_id, 4)], today=TODAY, now=clock()
                )
            )
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(want, range(12))) == 2
