"""What a phone carries for ten visits fits a slow line: at most 150 KB compressed."""

import gzip
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest

from engine.catalogue import service as catalogue
from engine.customers import service as customers
from engine.ids import new_id
from engine.visits.states import VisitState
from engine.visits.tables import Visit, VisitReport
from tests.web.rep_world import World, make_world

MOST_BYTES = 150_000
VISITS, CONTACTS, PRODUCTS, PAST = 10, 6, 40, 3
SUMMARY = "主任对缓释片的夜间血压数据感兴趣，希望下次带上最新的真实世界研究；护士长问到包装与储存，已说明。"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = make_world(tmp_path)
    yield made
    made.application.database.dispose()


def hospital(session: Any, world: World, number: int) -> UUID:
    """Add a hospital with its people and what was said there before."""
    territory = world.actor("rep1").territory_ids
    customer_id = customers.add_customer(
        session, code=f"T{number}", name=f"市第{number}人民医院心血管内科住院部与门诊", name_en=f"Hospital {number}",
        kind="hospital", tier="A", territory_id=next(iter(territory)), now=world.now,
    )  # fmt: skip
    customers.add_place(
        session, customer_id, address=f"延安东路 {number} 号门诊楼三层", latitude=31.2 + number / 100, longitude=121.4
    )
    for each in range(CONTACTS):
        customers.add_contact(
            session, customer_id, name=f"王{number}{each}", title="主任医师", department="心血管内科", phone="000"
        )
    for each in range(PAST):
        day = world.now - timedelta(days=7 * (each + 1))
        visit = Visit(
            id=new_id(), customer_id=customer_id, rep_id=world.people["rep1"], purpose_key="routine", planned_start=day,
            planned_end=day + timedelta(hours=1), local_date=day.date(), state=VisitState.COMPLETED, outcome="met",
            created_at=day,
        )  # fmt: skip
        session.add(visit)
        session.flush()  # the report refers to it
        values = {"outcome": "met", "summary": SUMMARY, "needs": "真实世界研究", "products_discussed": [
            {"product": f"N-{product}", "reaction": "positive", "note": "每日一次"} for product in range(4)
        ]}  # fmt: skip
        session.add(
            VisitReport(
                visit_id=visit.id, form_key="visit_report", values=values, summary=SUMMARY, reported_at=day,
                reported_by=world.people["rep1"],
            )
        )  # fmt: skip
    return customer_id


def test_ten_visits_fit_a_slow_line(world: World) -> None:
    with world.application.database.transaction() as session:
        for number in range(PRODUCTS):
            catalogue.add_product(
                session, code=f"N-{number}", name=f"舒脉宁缓释片 {number} 毫克", name_en=f"Shumaining SR {number} mg",
                is_sample=number % 2 == 0, is_material=number % 5 == 0,
            )  # fmt: skip
        for number in range(VISITS):
            world.customers[f"t{number}"] = hospital(session, world, number)
    for number in range(VISITS):
        world.plan(customer=f"t{number}", hours=1 + number / 2)
    answer = world.client("rep1", locale="zh").get("/offline/packet", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    visits = orjson.loads(gzip.decompress(answer.data))["visits"]
    assert [len(visit["past"]) for visit in visits] == [PAST] * VISITS
    steps = [step for visit in visits for step in visit["steps"]]
    assert len({step["form"] for step in steps if step["element"] == "prepare"}) == VISITS  # its people are its own
    reports = [step for step in steps if step["element"] == "report"]
    assert len(reports) == VISITS
    assert all(len(step["last"]["products_discussed"]) == 4 for step in reports)
    assert len(answer.data) <= MOST_BYTES
