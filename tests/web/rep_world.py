"""A small company for the rep's pages: a process, people, customers; and a client that is signed in."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient

from engine.access import SYSTEM, Actor, Role
from engine.bpmn.model import Source
from engine.customers import service as customers
from engine.people import service as people
from engine.process import deployment, user_tasks
from engine.process import queries as process
from engine.settings import Settings
from engine.store.database import create_all
from engine.visits import service as visits
from engine.wiring import Application, build
from forms import definition as form_definitions
from tests.unit.bpmn.build import definitions, flows, node
from web.app import create_app

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""Monday, 09:00 in Shanghai."""

FORMS = Path(form_definitions.__file__).resolve().parent / "definitions"
TASKS = {
    "check_in": ("签到", "Check in", "visit_check_in"),
    "report": ("填写拜访报告", "Write the report", "visit_report"),
    "check_out": ("签退", "Check out", "visit_check_out"),
}
STUBS = {
    "support.requests": "/requests",
    "support.new": "/requests/new",
    "support.request_page": "/requests/<uuid:request_id>",
    "operate.instances": "/instances",
    "operate.picture": "/instances/<uuid:instance_id>/picture",
    "team.week": "/team",
    "reports.figures": "/figures",
    "studio.definitions": "/studio",
    "people.users": "/people",
}
"""Pages of other areas that the rep's pages link to, for a build that lacks them."""


def visit_process() -> bytes:
    """Return a small visit process: check in, report, check out; it can be cancelled, moved and missed."""
    inner = node("startEvent", "begin")
    for key, (name, name_en, form) in TASKS.items():
        task = node("userTask", key, form=form, result=f"{key}_values", name_en=name_en)
        inner += task.replace(f'name="{key}"', f'name="{name}"', 1)
    inner += node("serviceTask", "keep_check_in", topic="visit.check_in", param__method='"manual"', param__grade='"C"')
    inner += node(
        "serviceTask", "keep_report", topic="visit.report", param__values="report_values", param__form='"visit_report"'
    )
    inner += node("serviceTask", "keep_check_out", topic="visit.check_out", param__method='"manual"')
    inner += node("endEvent", "body_end")
    inner += flows("begin check_in keep_check_in report keep_report check_out keep_check_out body_end")
    body = node("startEvent", "start") + node("subProcess", "body", inner)
    for event in ("cancelled", "rescheduled"):
        catch = f'<bpmn:messageEventDefinition messageRef="m_visit_{event}"/>'
        body += node("boundaryEvent", f"on_{event}", catch, attrs='attachedToRef="body" cancelActivity="true"')
    body += node("boundaryEvent", "on_late", _timer("day_limit_at"), attrs='attachedToRef="body" cancelActivity="true"')
    body += node("serviceTask", "cancel", topic="visit.cancel", param__reason="reason")
    body += node("serviceTask", "move", topic="visit.reschedule", param__new_start="new_start", param__reason="reason")
    body += node("serviceTask", "miss", topic="visit.miss", param__reason='"late"')
    body += node("serviceTask", "draft", topic="visit.draft_follow_ups")
    body += node("serviceTask", "complete", topic="visit.complete")
    body += "".join(node("endEvent", name) for name in ("done", "gone", "moved", "missed"))
    body += flows(
        "start body draft complete done\non_cancelled cancel gone\non_rescheduled move moved\non_late miss missed"
    )
    lane = "".join(f"<bpmn:flowNodeRef>{name}</bpmn:flowNodeRef>" for name in ("start", "body", *TASKS))
    head = '<bpmn:process id="visit" name="拜访" isExecutable="true">' + _properties()
    lanes = f'<bpmn:laneSet id="lanes"><bpmn:lane id="lane_rep" name="Rep">{lane}</bpmn:lane></bpmn:laneSet>'
    return definitions(f"{head}{lanes}{body}</bpmn:process>", messages="visit_cancelled visit_rescheduled")


def _timer(expression: str) -> str:
    return f"<bpmn:timerEventDefinition><bpmn:timeDate>{expression}</bpmn:timeDate></bpmn:timerEventDefinition>"


def _properties() -> str:
    kinds = {"reason": "text", "new_start": "text", "report_values": "context", "day_limit_at": "datetime"}
    rows = "".join(f'<spiffworkflow:property name="var.{name}" value="{kind}"/>' for name, kind in kinds.items())
    return (
        f"<bpmn:extensionElements><spiffworkflow:properties>{rows}</spiffworkflow:properties></bpmn:extensionElements>"
    )


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
        client.environ_base["HTTP_X_CSRF_TOKEN"] = opened.csrf_token
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

    def do(self, login: str, visit_id: UUID, values: dict[str, Any]) -> None:
        """Complete the open task of a visit."""
        key = visits.business_key(visit_id)
        with self.application.database.transaction() as session:
            actor = people.actor_for(session, self.people[login])
            task = process.my_open_tasks_of(session, actor, [key])[key][0]
            user_tasks.complete_user_task(session, actor, task.id, values, submission_id=None, now=self.now)

    def finish(self, login: str, visit_id: UUID, **report: Any) -> None:
        """Check in, report and check out."""
        self.do(login, visit_id, {"method": "manual"})
        self.do(login, visit_id, {"outcome": "met", "summary": "Talked about the new line.", **report})
        self.do(login, visit_id, {"method": "manual"})


def make_world(folder: Path, *, now: datetime = NOW) -> World:
    """Build the company in a folder: two territories, two reps of one team, a manager, ops, a stranger."""
    clock = [now]
    settings = Settings.from_environment({"FIELDFLOW_DATA": str(folder)})
    application = build(settings, clock=lambda: clock[0])
    create_all(application.database.engine)
    app = create_app(application)
    for endpoint, rule in STUBS.items():
        if endpoint not in app.view_functions:
            app.add_url_rule(rule, endpoint=endpoint, view_func=_stub)
    world = World(application, app, clock)
    sources = [Source("visit.bpmn", visit_process())]
    sources += [Source(f"{form}.json", (FORMS / f"{form}.json").read_bytes()) for _zh, _en, form in TASKS.values()]
    with application.database.transaction() as session:
        deployment.deploy(session, SYSTEM, sources, now=now)
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
            world.people[login] = people.add_user(
                session,
                login=login,
                name=name,
                password="fieldflow-test",
                roles=roles,
                team_id=team if territory == north and Role.REP in roles else None,
                territory_ids=[territory],
                now=now,
            )
        _set_manager(session, team, world.people["manager1"])
        _add_customers(session, world, north, south)
    return world


def _set_manager(session: Any, team_id: UUID, manager_id: UUID) -> None:
    from engine.people.tables import Team

    session.get_one(Team, team_id).manager_id = manager_id


def _add_customers(session: Any, world: World, north: UUID, south: UUID) -> None:
    rows = (
        ("h1", "市第一人民医院", "First People's Hospital", "hospital", "A", north, 31.2304, 121.4737),
        ("h2", "仁和药房", "Renhe Pharmacy", "pharmacy", "B", north, 31.2404, 121.4900),
        ("h3", "南方诊所", "South Clinic", "clinic", "C", south, 31.1000, 121.4000),
    )
    for code, name, name_en, kind, tier, territory, latitude, longitude in rows:
        customer_id = customers.add_customer(
            session, code=code, name=name, name_en=name_en, kind=kind, tier=tier, territory_id=territory, now=world.now
        )
        customers.add_place(
            session, customer_id, address=f"中山路 {len(name)} 号", latitude=latitude, longitude=longitude
        )
        customers.add_contact(session, customer_id, name=f"{name[0]}主任", title="主任", phone="13800000000")
        world.customers[code] = customer_id


def _stub(**_arguments: Any) -> str:
    return ""
