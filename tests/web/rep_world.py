"""A small company for the rep's pages: a process, people, customers; and a client that is signed in."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from engine.access import SYSTEM, Actor, Role
from engine.customers import service as customers
from engine.people import service as people
from engine.process import bundles, deployment, user_tasks
from engine.process import queries as process
from engine.process.queries import TaskRow
from engine.settings import Settings
from engine.store.database import Database
from engine.visits import queries as visit_queries
from engine.visits import service as visits
from engine.wiring import Application, build
from tests.databases import empty_sqlite, filled
from web.app import create_app
from web.security import masked

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""Monday, 09:00 in Shanghai."""

STUBS = {
    "support.requests": "/requests",
    "support.new": "/requests/new",
    "support.request_page": "/requests/<uuid:request_id>",
    "operate.instances": "/operate/instances",
    "operate.picture": "/operate/instances/<uuid:instance_id>/picture",
    "team.week": "/team",
    "reports.figures": "/figures",
    "studio.definitions": "/studio",
    "people.users": "/people",
}
"""Pages of other areas that the rep's pages link to, for a build that lacks them."""


@dataclass
class World:
    """The company; ``now`` is the time of every request and step."""

    application: Application
    app: Flask
    clock: list[datetime]
    people: dict[str, UUID] = field(default_factory=dict)
    customers: dict[str, UUID] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        return self.clock[0]

    def actor(self, login: str) -> Actor:
        with self.application.database.reading() as session:
            return people.actor_for(session, self.people[login])

    def client(self, login: str, *, locale: str = "en") -> FlaskClient:
        """Return a client that is signed in; it sends the CSRF token by header."""
        with self.application.database.transaction() as session:
            actor = people.actor_for(session, self.people[login])
            people.change_appearance(session, actor, locale=locale)
            opened = people.open_session(session, self.people[login], now=self.now)
        client = self.app.test_client()
        client.set_cookie("fieldflow", opened.secret)
        client.environ_base["HTTP_X_CSRF_TOKEN"] = masked(opened.csrf_token)
        return client

    def plan(self, login: str = "rep1", customer: str = "h1", *, hours: float = 1, **more: Any) -> UUID:
        with self.application.database.transaction() as session:
            return visits.plan_visit(
                session,
                people.actor_for(session, self.people[login]),
                customer_id=self.customers[customer],
                purpose_key="routine",
                planned_start=self.now + timedelta(hours=hours),
                now=self.now,
                **more,
            )

    def task(self, login: str, visit_id: UUID, element_id: str) -> TaskRow:
        """Return the open task of a visit that waits for a person."""
        key = visits.business_key(visit_id)
        actor = self.actor(login)
        with self.application.database.reading() as session:
            rows = process.my_open_tasks_of(session, actor, [key])[key]
        return next(row for row in rows if row.element_id == element_id)

    def do(self, login: str, visit_id: UUID, element_id: str, values: dict[str, Any]) -> None:
        """Complete an open task of a visit."""
        task = self.task(login, visit_id, element_id)
        with self.application.database.transaction() as session:
            actor = people.actor_for(session, self.people[login])
            user_tasks.complete_user_task(session, actor, task.id, values, submission_id=None, now=self.now)

    def finish(self, login: str, visit_id: UUID, **report: Any) -> None:
        """Check in, report and check out."""
        self.do(login, visit_id, "check_in", {"method": "manual"})
        self.do(login, visit_id, "report", {"outcome": "met", "summary": "Talked about the new line.", **report})
        self.do(login, visit_id, "check_out", {"method": "manual"})


def make_world(folder: Path, *, url: str = "", now: datetime = NOW) -> World:
    """Build the company in a folder: two territories, two reps of one team, a manager, ops, a stranger."""
    clock = [now]
    folder.mkdir(parents=True, exist_ok=True)
    address = url or empty_sqlite(folder)
    settings = Settings.from_environment({"FIELDFLOW_DATA": str(folder), "FIELDFLOW_DATABASE_URL": address})
    application = build(settings, clock=lambda: clock[0])
    app = create_app(application)
    world = World(application, app, clock)
    database = application.database
    found, shops = filled(database, ("reps", now), lambda: _fill(database, now))
    world.people |= found
    world.customers |= shops
    return world


def _fill(database: Database, now: datetime) -> tuple[dict[str, UUID], dict[str, UUID]]:
    found: dict[str, UUID] = {}
    with database.transaction() as session:
        deployment.deploy(session, SYSTEM, bundles.factory_sources("visit"), now=now)
        visits.add_purpose(session, key="routine", name="例行拜访", name_en="Routine call", form_key="visit_report")
        visits.add_purpose(session, key="shelf", name="陈列检查", name_en="Shelf check", form_key="visit_report")
        north, south = people.add_territory(session, "North"), people.add_territory(session, "South")
        team = people.add_team(session, "Team North")
        for login, name, roles, territory in (
            ("rep1", "李明", [Role.REP], north),
            ("rep2", "王芳", [Role.REP], north),
            ("manager1", "陈经理", [Role.MANAGER], north),
            ("ops1", "赵运营", [Role.OPS], north),
            ("stranger", "外人", [Role.REP], south),
        ):
            found[login] = people.add_user(
                session,
                login=login,
                name=name,
                password="fieldflow-test",
                roles=roles,
                team_id=team if territory == north and Role.REP in roles else None,
                territory_ids=[territory],
                now=now,
            )
        _set_manager(session, team, found["manager1"])
        shops = _add_customers(session, north, south, now)
    return found, shops


def page(client: FlaskClient, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.text[:2000]
    return " ".join(answer.text.split())


def draft_of(world: World) -> UUID:
    done = world.plan(hours=0.5)
    world.finish("rep1", done, next_steps=[{"text": "Bring samples", "kind": "visit", "due": "2026-12-01"}])
    with world.application.database.reading() as session:
        return visit_queries.drafts_of(session, world.people["rep1"])[0].id


def statements(world: World, client: FlaskClient, address: str) -> int:
    count = [0]

    def note(*_arguments: object) -> None:
        count[0] += 1

    event.listen(world.application.database.engine, "before_cursor_execute", note)
    page(client, address)
    event.remove(world.application.database.engine, "before_cursor_execute", note)
    return count[0]


def _set_manager(session: Any, team_id: UUID, manager_id: UUID) -> None:
    from engine.people.tables import Team

    session.get_one(Team, team_id).manager_id = manager_id


def _add_customers(session: Any, north: UUID, south: UUID, now: datetime) -> dict[str, UUID]:
    found = {}
    rows = (
        ("h1", "市第一人民医院", "First People's Hospital", "hospital", "A", north, 31.2304, 121.4737),
        ("h2", "仁和药房", "Renhe Pharmacy", "pharmacy", "B", north, 31.2404, 121.4900),
        ("h3", "南方诊所", "South Clinic", "clinic", "C", south, 31.1000, 121.4000),
    )
    for code, name, name_en, kind, tier, territory, latitude, longitude in rows:
        customer_id = customers.add_customer(
            session, code=code, name=name, name_en=name_en, kind=kind, tier=tier, territory_id=territory, now=now
        )
        customers.add_place(
            session, customer_id, address=f"中山路 {len(name)} 号", latitude=latitude, longitude=longitude
        )
        customers.add_contact(session, customer_id, name=f"{name[0]}主任", title="主任", phone="13800000000")
        found[code] = customer_id
    return found
