"""A rep who checks in over the pages, and what is recorded of it."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from flask.testing import FlaskClient

from engine.evidence import queries as evidence
from engine.visits.tables import Visit
from tests.web.rep_world import World

LATITUDE, LONGITUDE = 31.2304, 121.4737
DEGREE_M = 111_195


def reading(world: World, *, metres: float = 0, accuracy_m: float = 20, age_s: float = 5) -> dict[str, Any]:
    return {
        "latitude": LATITUDE + metres / DEGREE_M, "longitude": LONGITUDE, "accuracy_m": accuracy_m,
        "coordinate_system": "wgs84", "fixed_at": (world.now - timedelta(seconds=age_s)).isoformat(),
        "sent_at": world.now.isoformat(),
    }  # fmt: skip


def consenting(world: World, mode: str = "check_in", login: str = "rep1") -> FlaskClient:
    client = world.client(login)
    assert client.post("/me/location", data={"mode": mode}).status_code == 302
    return client


def check_in(world: World, client: FlaskClient, visit_id: UUID, element: str = "check_in", **values: Any) -> Any:
    task = world.task("rep1", visit_id, element)
    return client.post(f"/tasks/{task.id}", data={"submission_id": str(uuid4()), **values})


def arrive(world: World, client: FlaskClient, visit_id: UUID, **more: float) -> None:
    answer = client.post("/positions", json=reading(world, **more))
    assert answer.status_code == 201
    done = check_in(world, client, visit_id, method="position", position_evidence=answer.json["evidence"])
    assert done.status_code == 302


def visit_of(world: World, visit_id: UUID) -> Visit:
    with world.application.database.reading() as session:
        return session.get_one(Visit, visit_id)


def facts_of(world: World, visit_id: UUID) -> list[dict[str, Any]]:
    with world.application.database.reading() as session:
        chain = evidence.chain(session, world.people["rep1"])
        assert chain.first_broken is None
        return [event["facts"] for event in chain.events if event["visit_id"] == visit_id]
