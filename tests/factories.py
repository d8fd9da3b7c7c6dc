"""A small company for tests: people, a team, a territory, a customer, products and purposes."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from engine.access import SYSTEM, Actor, Role
from engine.catalogue import service as catalogue
from engine.customers import service as customers
from engine.people import service as people
from engine.process import bundles, deployment
from engine.visits import service as visits

PLACE = (31.2304, 121.4737)
"""Where the customer is: WGS 84 degrees."""

PASSWORD = "a long password"


@dataclass(frozen=True)
class Company:
    """Everyone is an ``Actor``; ``colleague`` is a rep of the same team, ``stranger`` one of another territory."""

    rep: Actor
    colleague: Actor
    stranger: Actor
    manager: Actor
    technician: Actor
    quoter: Actor
    packer: Actor
    generalist: Actor
    ops_head: Actor
    director: Actor
    compliance: Actor
    admin: Actor
    customer_id: UUID
    place_id: UUID
    contact_id: UUID
    shared_customer_id: UUID

    @property
    def everyone(self) -> dict[str, Actor]:
        """Return the people by name of the field."""
        return {name: value for name, value in self.__dict__.items() if isinstance(value, Actor)}


def add_person(
    session: Session,
    login: str,
    *roles: Role,
    now: datetime,
    groups: tuple[str, ...] = (),
    team_id: UUID | None = None,
    territory_id: UUID | None = None,
) -> UUID:
    """Add a person whose name is the login, with an address for mail."""
    return people.add_user(
        session,
        login=login,
        name=login.replace("_", " ").title(),
        password=PASSWORD,
        roles=roles,
        now=now,
        email=f"{login}@fieldflow.example",
        groups=groups,
        team_id=team_id,
        territory_ids=[territory_id] if territory_id else [],
    )


def add_company(session: Session, *, now: datetime) -> Company:
    """Add the company; its reps' customers are owned by ``rep`` and, the shared one, by ``colleague``."""
    east, west = people.add_territory(session, "华东"), people.add_territory(session, "西部")
    manager_id = add_person(session, "manager", Role.MANAGER, now=now, territory_id=east)
    team = people.add_team(session, "华东一组", manager_id=manager_id)
    ids = {
        "manager": manager_id,
        "rep": add_person(session, "rep", Role.REP, now=now, team_id=team, territory_id=east),
        "colleague": add_person(session, "colleague", Role.REP, now=now, team_id=team, territory_id=east),
        "stranger": add_person(session, "stranger", Role.REP, now=now, territory_id=west),
        "admin": add_person(session, "admin", Role.ADMIN, now=now),
        "compliance": add_person(session, "compliance", Role.COMPLIANCE, now=now, groups=("compliance",)),
        "director": add_person(session, "director", Role.MANAGER, now=now, groups=("directors",)),
        "ops_head": add_person(session, "ops_head", Role.OPS, now=now, groups=("ops_head",)),
    }
    queues = {"technician": "technical", "quoter": "quotations", "packer": "samples", "generalist": "support"}
    ids |= {login: add_person(session, login, Role.OPS, now=now, groups=(queue,)) for login, queue in queues.items()}
    customer_id = add_customer(session, "C001", "仁济医院", ids["rep"], east, now=now)
    shared_id = add_customer(session, "C002", "长征药房", ids["colleague"], east, now=now)
    add_catalogue(session)
    return Company(
        **{name: people.actor_for(session, user_id) for name, user_id in ids.items()},
        customer_id=customer_id,
        place_id=customers.add_place(
            session, customer_id, address="上海市山东中路 145 号", latitude=PLACE[0], longitude=PLACE[1]
        ),
        contact_id=customers.add_contact(session, customer_id, name="李医生", title="主任"),
        shared_customer_id=shared_id,
    )


def add_customer(session: Session, code: str, name: str, owner_id: UUID, territory_id: UUID, *, now: datetime) -> UUID:
    """Add a hospital of tier A."""
    return customers.add_customer(
        session, code=code, name=name, kind="hospital", tier="A", owner_id=owner_id, territory_id=territory_id, now=now
    )


def add_catalogue(session: Session) -> None:
    """Add two products and the three purposes that ship."""
    catalogue.add_product(session, code="P-1", name="降压片", name_en="Blood pressure tablets", is_sample=True)
    catalogue.add_product(session, code="M-1", name="患者手册", name_en="Patient leaflet", is_material=True)
    purposes = (
        ("report", "学术拜访", "Call"),
        ("shelf_check", "铺货检查", "Shelf check"),
        ("survey", "调研", "Survey"),
    )
    for key, name, name_en in purposes:
        visits.add_purpose(session, key=key, name=name, name_en=name_en, form_key=f"visit_{key}")


def deploy_factory_processes(session: Session, *, now: datetime) -> None:
    """Deploy every process that ships."""
    for key in bundles.factory_keys():
        deployment.deploy(session, SYSTEM, bundles.factory_sources(key), now=now)
