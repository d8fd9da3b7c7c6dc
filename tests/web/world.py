"""A company for page tests: people, customers, visits of a week, requests; and a client that is signed in."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from engine.access import SYSTEM, Role
from engine.catalogue import service as catalogue
from engine.customers import service as customers
from engine.ids import new_id
from engine.people import service as people
from engine.process import bundles, deployment
from engine.settings import Settings
from engine.support import service as support
from engine.visits import service as visits
from engine.visits.tables import Visit
from engine.wiring import Application, build
from tests.databases import empty_sqlite, filled
from web.app import create_app
from web.security import masked

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)  # Monday 10:30 in Shanghai
TODAY = date(2026, 11, 23)
LONG_ZH = "浙江大学医学院附属第一医院余杭院区感染性疾病诊治中心联合门诊住院综合大楼北区三层"
LONG_EN = "The First Affiliated Hospital, Zhejiang University (Yuhang)"


@dataclass
class World:
    """The application with what is in it, by short names."""

    application: Application
    app: Flask
    now: datetime = NOW
    ids: dict[str, UUID] = field(default_factory=dict)

    def write(self, work: Callable[[Session], Any]) -> Any:
        """Do something in a transaction."""
        with self.application.database.transaction() as session:
            return work(session)

    def read(self, work: Callable[[Session], Any]) -> Any:
        """Read something."""
        with self.application.database.reading() as session:
            return work(session)

    def client(self, login: str) -> "SignedInClient":
        """Return a browser in which a person is signed in."""
        signed = self.write(lambda session: people.open_session(session, self.ids[login], now=self.now))
        client = self.app.test_client()
        client.set_cookie("fieldflow", signed.secret)
        return SignedInClient(client, masked(signed.csrf_token))

    def request(self, login: str, subject: str, **values: Any) -> UUID:
        """Raise a request as a person."""

        def work(session: Session) -> UUID:
            actor = people.actor_for(session, self.ids[login])
            values.setdefault("customer_id", self.ids["customer"])
            values.setdefault("type_", "technical")
            return support.raise_request(session, actor, subject=subject, now=self.now, **values).id

        return self.write(work)

    def visit(self, rep: str, day: date, hour: int, state: str = "planned", **values: Any) -> UUID:
        """Put a visit into the plan, without its process."""
        start = datetime(day.year, day.month, day.day, hour - 8, tzinfo=UTC)
        row = Visit(
            id=new_id(), customer_id=values.pop("customer_id", self.ids["customer"]), place_id=None,
            rep_id=self.ids[rep], created_by=None, purpose_key="call", planned_start=start,
            planned_end=start + timedelta(hours=1), local_date=day, state=state, created_at=self.now, **values,
        )  # fmt: skip
        self.write(lambda session: session.add(row))
        return row.id


class SignedInClient:
    """A test client that sends the CSRF token with each post."""

    def __init__(self, client: FlaskClient, csrf_token: str) -> None:
        self.client, self.csrf_token = client, csrf_token

    def get(self, path: str, **kwargs: Any) -> Any:
        """GET."""
        return self.client.get(path, **kwargs)

    def post(self, path: str, data: dict[str, Any] | None = None, **kwargs: Any) -> Any:
        """POST a form, or JSON with ``json=``."""
        headers = {"X-CSRF-Token": self.csrf_token, **kwargs.pop("headers", {})}
        return self.client.post(path, data=data, headers=headers, **kwargs)

    def put_file(self, address: str, content: str, revision: int) -> Any:
        """Save a file of a draft."""
        headers = {"X-CSRF-Token": self.csrf_token, "Accept": "application/json"}
        return self.client.put(address, json={"content": content, "revision": revision}, headers=headers)


def make_world(folder: Path, *, url: str = "", now: datetime = NOW) -> World:
    """Return a company in an empty database: a fresh SQLite file if no address is given."""
    folder.mkdir(parents=True, exist_ok=True)
    address = url or empty_sqlite(folder)
    settings = Settings.from_environment({"FIELDFLOW_DATA": str(folder), "FIELDFLOW_DATABASE_URL": address})
    application = build(settings, clock=lambda: now)
    world = World(application, create_app(application), now)
    world.ids |= filled(application.database, ("desk", now), lambda: world.write(lambda session: _fill(session, now)))
    return world


def _fill(session: Session, now: datetime) -> dict[str, UUID]:
    ids: dict[str, UUID] = {}
    ids["east"], ids["west"] = people.add_territory(session, "城东"), people.add_territory(session, "城西")
    password = "correct horse"

    def person(login: str, name: str, *roles: Role, **values: Any) -> UUID:
        ids[login] = people.add_user(
            session, login=login, name=name, password=password, roles=roles, now=now, locale="en", **values
        )
        return ids[login]

    manager = person("manager1", "王经理", Role.MANAGER, territory_ids=[ids["east"]])
    other = person("manager2", "李经理", Role.MANAGER, territory_ids=[ids["west"]])
    ids["team1"] = people.add_team(session, "东区团队", manager_id=manager)
    ids["team2"] = people.add_team(session, "西区团队", manager_id=other)
    person("rep1", "陈晓", Role.REP, team_id=ids["team1"], territory_ids=[ids["east"]])
    person("rep2", "赵敏", Role.REP, team_id=ids["team1"], territory_ids=[ids["east"]])
    person("rep3", "孙立", Role.REP, team_id=ids["team2"], territory_ids=[ids["west"]])
    person("ops1", "周芳", Role.OPS, groups=["support", "technical", "samples"])
    person("admin", "管理员", Role.ADMIN)
    ids["customer"] = customers.add_customer(
        session, code="H001", name="杭州市第一人民医院", name_en="Hangzhou First People's Hospital", kind="hospital",
        now=now, tier="A", owner_id=ids["rep1"], territory_id=ids["east"],
    )  # fmt: skip
    ids["long"] = customers.add_customer(
        session, code="H002", name=LONG_ZH, name_en=LONG_EN, kind="hospital", now=now, tier="B",
        owner_id=ids["rep2"], territory_id=ids["east"],
    )  # fmt: skip
    ids["foreign"] = customers.add_customer(
        session, code="W001", name="西湖区社区药房", name_en="Westlake Pharmacy", kind="pharmacy", now=now,
        owner_id=ids["rep3"], territory_id=ids["west"],
    )  # fmt: skip
    catalogue.add_product(session, code="P-01", name="舒心片 10 mg", name_en="Shuxin 10 mg", is_sample=True)
    catalogue.add_product(session, code="M-01", name="宣传折页", name_en="Leaflet", is_material=True)
    visits.add_purpose(session, key="call", name="常规拜访", name_en="Call", form_key="visit_report")
    for key in bundles.factory_keys():
        ids[key], _version = deployment.deploy(session, SYSTEM, bundles.factory_sources(key), note="first", now=now)
    return ids
