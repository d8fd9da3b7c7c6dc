"""The warehouse's pages, and a rep's count."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from engine.access import SYSTEM
from engine.catalogue import service as catalogue
from engine.samples import queries, rules, service
from tests.web.world import World, make_world


@pytest.fixture
def world(tmp_path: Path, pages_url: str) -> Iterator[World]:
    made = make_world(tmp_path, url=pages_url)
    made.write(
        lambda session: catalogue.add_product(session, code="S-9", name="样品九", name_en="Nine", is_sample=True)
    )
    yield made
    made.application.database.dispose()


DELIVERY = {"item": "S-9", "lot": "N1", "expiry": "2027-12-31", "quantity": "40"}


def test_a_delivery_is_taken_in_and_shown_by_lot(world: World) -> None:
    client = world.client("ops1")
    assert "The warehouse is empty" in client.get("/warehouse").text
    assert client.post("/warehouse/deliveries", DELIVERY).status_code == 302
    page = client.get("/warehouse").text
    assert "Nine" in page
    assert "N1" in page
    assert "+40" in client.get("/warehouse/movements").text
    wrong = client.post("/warehouse/deliveries", {**DELIVERY, "expiry": "2028-01-31", "quantity": "many"})
    assert wrong.status_code == 422
    assert "Enter a number from 1 to" in wrong.text
    assert world.client("rep1").get("/warehouse").status_code == 403
    assert world.client("rep1").post("/warehouse/deliveries", DELIVERY).status_code == 403


def test_a_rep_counts_and_a_difference_needs_a_reason(world: World) -> None:
    holder = rules.rep(world.ids["rep1"])

    def give(session):  # type: ignore[no-untyped-def]  # a short closure over the session
        lot_id = service.add_lot(session, item="S-9", lot="N1", expiry=date(2027, 12, 31))
        service.move(
            session, SYSTEM, lot_id, 7, source=None, target=holder, kind=rules.MovementKind.RECEIVE, now=world.now
        )
        return lot_id

    lot_id: UUID = world.write(give)
    client = world.client("rep1")
    assert "Never counted yet" in client.get("/samples").text
    assert "should be 7" in client.get("/samples/count").text
    refused = client.post("/samples/count", {f"count_{lot_id}": "5"})
    assert refused.status_code == 422
    assert "Say why it differs." in refused.text
    assert client.post("/samples/count", {f"count_{lot_id}": "five"}).status_code == 422
    counted = client.post("/samples/count", {f"count_{lot_id}": "5", f"reason_{lot_id}": "Broken"})
    assert counted.status_code == 302
    assert world.read(lambda session: service.balance(session, lot_id, holder)) == 5
    newest = world.read(queries.movements)[0]
    assert (newest.quantity, newest.kind, newest.reason) == (-2, "adjust", "Broken")
    assert "Never counted yet" not in client.get("/samples").text
