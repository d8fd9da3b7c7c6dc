"""The demo company: teams, people, customers with places and contacts, products, purposes."""

import csv
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import cycle
from pathlib import Path
from random import Random
from uuid import UUID

from sqlalchemy.orm import Session

from engine.access import SYSTEM, Actor, Role
from engine.catalogue import service as catalogue
from engine.consent import service as consent
from engine.consent.rules import LocationMode
from engine.customers import service as customers
from engine.people import service as people
from engine.samples import service as samples
from engine.samples.rules import WAREHOUSE, MovementKind, rep
from engine.visits import service as visits

CUSTOMERS = Path(__file__).parent / "customers.csv"

NORTH, SOUTH = ("上城", "拱墅", "西湖", "临平"), ("滨江", "萧山", "余杭", "钱塘", "富阳")

REPS = (
    ("rep1", "林晓岚"), ("rep2", "周启明"), ("rep3", "陈雨桐"), ("rep4", "高景行"),
    ("rep5", "沈知夏"), ("rep6", "吴浩然"), ("rep7", "许婉清"), ("rep8", "方子墨"),
)  # fmt: skip
MANAGERS = (("manager1", "郑若谷"), ("manager2", "唐书宁"))
OPS = (
    ("ops1", "何静怡", ("support", "technical", "samples", "quotations", "ops_head")),
    ("ops2", "罗嘉树", ("support", "technical")),
    ("ops3", "宋可心", ("samples", "quotations")),
)  # fmt: skip

PRODUCTS = (
    ("CV-101", "舒脉宁片 10 mg", "Shumaining tablets 10 mg", "心血管", True, False),
    ("CV-102", "舒脉宁缓释片 30 mg", "Shumaining SR tablets 30 mg", "心血管", True, False),
    ("CV-201", "稳压安胶囊", "Wenya'an capsules", "心血管", True, False),
    ("GI-101", "胃宁颗粒", "Weining granules", "消化", True, False),
    ("GI-201", "肠益生菌粉", "Probiotic powder", "消化", True, False),
    ("DM-101", "糖衡片 500 mg", "Tangheng tablets 500 mg", "内分泌", True, False),
    ("DM-301", "糖衡血糖仪", "Tangheng glucose meter", "内分泌", False, False),
    ("IV-101", "快检试剂盒 A", "Rapid test kit A", "诊断", True, False),
    ("IV-201", "生化分析仪 BX-200", "Chemistry analyser BX-200", "诊断", False, False),
    ("MT-001", "产品手册（心血管）", "Product brochure, cardiovascular", "物料", False, True),
    ("MT-002", "患者教育折页", "Patient leaflet", "物料", False, True),
    ("MT-003", "陈列架", "Display stand", "物料", False, True),
)  # fmt: skip

SAMPLE_LOTS = (
    ("CV-101", "A2409", 75, 500, 30),
    ("CV-101", "B2503", 420, 900, 30),
    ("GI-101", "G2501", 300, 500, 30),
    ("GI-201", "S2506", 360, 600, 0),
    ("IV-101", "K2508", 400, 600, 0),
)
"""Item, lot, days until it expires (from the story's first day), how many come, and how many each rep gets of them."""

PURPOSES = (
    ("academic", "学术拜访", "Academic call", "visit_report"),
    ("follow_up", "跟进回访", "Follow-up", "visit_report"),
    ("shelf_check", "铺货检查", "Shelf check", "visit_shelf_check"),
    ("survey", "市场调研", "Market survey", "visit_survey"),
)

SURNAMES = "王李张刘杨黄赵吴徐孙马朱胡郭何高罗郑梁谢"
GIVEN = (
    "建华",
    "丽萍",
    "志远",
    "文婷",
    "国栋",
    "雅琴",
    "思源",
    "晓东",
    "敏",
    "海燕",
    "俊杰",
    "慧",
    "天佑",
    "佳宁",
    "立群",
)
TITLES = {
    "hospital": (("主任医师", "心内科"), ("副主任医师", "消化科"), ("药剂科主任", "药剂科"), ("主治医师", "内分泌科")),
    "clinic": (("主任", "全科"), ("护士长", "护理部")),
    "pharmacy": (("店长", "门店"), ("执业药师", "门店")),
    "store": (("店长", "门店"),),
    "company": (("采购经理", "采购部"), ("技术总监", "技术部")),
}


@dataclass(frozen=True)
class DemoCustomer:
    """A customer as the story needs it; WGS 84 degrees."""

    id: UUID
    name: str
    kind: str
    tier: str
    owner: str
    latitude: float
    longitude: float
    radius_m: int
    contact_ids: tuple[UUID, ...]


@dataclass
class Company:
    """Everyone and everything that the story is about; people by login name."""

    actors: dict[str, Actor] = field(default_factory=dict)
    customers: list[DemoCustomer] = field(default_factory=list)
    consenting: set[str] = field(default_factory=set)

    def customers_of(self, login: str) -> list[DemoCustomer]:
        """Return the customers that a rep owns."""
        return [customer for customer in self.customers if customer.owner == login]


def found_company(session: Session, *, password: str, now: datetime) -> Company:
    """Store the company and return it."""
    company = Company()
    _hire(session, company, password, now)
    for code, name, name_en, line, is_sample, is_material in PRODUCTS:
        catalogue.add_product(
            session, code=code, name=name, name_en=name_en, line=line, is_sample=is_sample, is_material=is_material
        )
    for position, (key, name, name_en, form_key) in enumerate(PURPOSES):
        visits.add_purpose(session, key=key, name=name, name_en=name_en, form_key=form_key, position=position)
    _add_customers(session, company, now)
    _give_samples(session, company, now)
    # One checks in by hand, and one has not said yet: signing in as rep7 begins with the question.
    for login, _name in REPS:
        if login != "rep7":
            mode = LocationMode.MANUAL if login == "rep4" else LocationMode.CHECK_IN
            consent.choose_location_mode(session, company.actors[login], mode, now=now)
        if login not in {"rep4", "rep7"}:
            company.consenting.add(login)
    return company


def _hire(session: Session, company: Company, password: str, now: datetime) -> None:
    territories = [people.add_territory(session, name) for name in ("杭州北区", "杭州南区")]
    teams = [people.add_team(session, name) for name in ("北区团队", "南区团队")]

    def hire(login: str, name: str, role: Role, *, groups: tuple[str, ...] = (), half: int | None = None) -> UUID:
        is_rep = role is Role.REP
        return people.add_user(
            session,
            login=login,
            name=name,
            password=password,
            roles=[role],
            groups=groups,
            team_id=teams[half] if half is not None and is_rep else None,
            territory_ids=[territories[half]] if half is not None else (),
            email=f"{login}@fieldflow.example",
            now=now,
        )

    ids: dict[str, UUID] = {}
    for half, (login, name) in enumerate(MANAGERS):
        ids[login] = hire(
            login, name, Role.MANAGER, groups=("managers", "directors") if half == 0 else ("managers",), half=half
        )
        people.set_manager(session, teams[half], ids[login])
    for number, (login, name) in enumerate(REPS):
        ids[login] = hire(login, name, Role.REP, half=number // 4)
    for login, name, groups in OPS:
        ids[login] = hire(login, name, Role.OPS, groups=groups)
    ids["admin"] = hire("admin", "梁以宁", Role.ADMIN)
    ids["admin2"] = hire("admin2", "沈知远", Role.ADMIN)
    ids["compliance1"] = hire("compliance1", "蒋明澈", Role.COMPLIANCE, groups=("compliance",))
    session.flush()  # actors are read from what is stored
    company.actors = {login: people.actor_for(session, user_id) for login, user_id in ids.items()}


def _give_samples(session: Session, company: Company, now: datetime) -> None:
    """Fill the warehouse and let each rep hold three lots of it; the first of them is about to expire."""
    today = now.date()
    for item, lot, days, quantity, share in SAMPLE_LOTS:
        lot_id = samples.add_lot(session, item=item, lot=lot, expiry=today + timedelta(days=days))
        samples.move(
            session, SYSTEM, lot_id, quantity, source=None, target=WAREHOUSE, kind=MovementKind.RECEIVE, now=now
        )
        for login, _name in REPS if share else ():
            holder_id = company.actors[login].user_id
            assert holder_id is not None, "reps are people"
            samples.move(
                session,
                SYSTEM,
                lot_id,
                share,
                source=WAREHOUSE,
                target=rep(holder_id),
                kind=MovementKind.ISSUE,
                now=now,
            )


def _add_customers(session: Session, company: Company, now: datetime) -> None:
    random = Random(7)  # noqa: S311 - a story, no secret
    by_half = [cycle([login for login, _name in REPS[:4]]), cycle([login for login, _name in REPS[4:]])]
    with CUSTOMERS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            half = 0 if row["district"] in NORTH else 1
            owner = next(by_half[half])
            actor = company.actors[owner]
            customer_id = customers.add_customer(
                session,
                code=row["code"],
                name=row["name"],
                name_en=row["name_en"],
                kind=row["kind"],
                tier=row["tier"],
                owner_id=actor.user_id,
                territory_id=next(iter(actor.territory_ids)),
                now=now,
            )
            latitude, longitude = float(row["latitude"]), float(row["longitude"])
            customers.add_place(
                session,
                customer_id,
                address=f"杭州市{row['address']}",
                latitude=latitude,
                longitude=longitude,
                radius_m=int(row["radius_m"]),
            )
            contacts = [
                customers.add_contact(
                    session,
                    customer_id,
                    name=random.choice(SURNAMES) + random.choice(GIVEN),
                    title=title,
                    department=department,
                )
                for title, department in TITLES[row["kind"]]
            ]
            company.customers.append(
                DemoCustomer(
                    customer_id, row["name"], row["kind"], row["tier"], owner, latitude, longitude,
                    int(row["radius_m"]), tuple(contacts),
                )
            )  # fmt: skip
