"""Every address of the application, walked by every role and by nobody, on objects that are not theirs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.routing import Rule

from engine.access import Actor, Role
from engine.ids import new_id
from engine.process import queries as process
from tests.web.site import Browser, Site
from web.security import SAFE_METHODS, policy_of

PEOPLE = ("rep", "colleague", "stranger", "manager", "director", "technician", "compliance", "admin")
ODD = (
    "nonsense",
    "a" * 300,
    "%00",
    "9999-12-31T23:59:59-14:00~00000000-0000-0000-0000-000000000007",
    "-1",
    "2026-03-02T09:00:00~00000000-0000-0000-0000-000000000007",
    "\U0001f600",
)
PARAMETERS = (
    *(
        "after",
        "q",
        "state",
        "type",
        "kind",
        "tier",
        "process",
        "week",
        "days",
        "team",
        "rep",
        "measure",
        "open",
        "mine",
    ),
    *("task", "next", "customer", "customer_id", "visit", "visit_id", "day", "time", "rep_id", "first"),
    *("filter", "sort", "saved", "field", "operator", "value", "for"),
    *("version", "element", "incident", "from", "to", "priority", "text_1", "number_1", "date_1", "order"),
    *("standing", "topic", "person", "action", "key", "measure", "name", "variable"),
)


@dataclass(frozen=True)
class Objects:
    """Ids of one person's objects by the names of the URL's arguments."""

    ids: dict[str, str]
    secret: str

    def fill(self, rule: Rule) -> dict[str, str] | None:
        """Return the arguments of a rule, or None if it takes none of these."""
        wanted = rule.arguments
        return {name: self.ids[name] for name in wanted} if wanted and wanted <= self.ids.keys() else None


SECRET = "只有本人知道的事"


def objects_of(site: Site, name: str) -> Objects:
    """Make a visit, a request with a comment, and find their tasks and instances."""
    world, person = site.world, site.person(name)
    company = world.company
    customer_id = company.customer_id
    visit_id = world.plan(person, customer_id=customer_id)
    request_id = world.do(lambda session: _raise(session, site, person, customer_id))
    key = f"visit:{visit_id}"
    task = world.look(lambda session: process.tasks_of(session, key))[0]
    instance = world.look(lambda session: process.instances_of(session, key))[0]
    definition_id = instance.definition_id
    ids = {
        "visit_id": visit_id, "request_id": request_id, "task_id": task.id, "instance_id": instance.id,
        "customer_id": customer_id, "definition_id": definition_id, "user_id": person.user_id,
        "incident_id": new_id(), "cause_id": "0" * 32, "delivery_id": new_id(), "run_id": new_id(), "token": "1",
        "business_key": key, "digest": "0" * 64, "filename": "none.js",
    }  # fmt: skip
    return Objects({argument: str(value) for argument, value in ids.items()}, SECRET)


def _raise(session: Any, site: Site, person: Actor, customer_id: UUID) -> UUID:
    from engine.support import service

    return service.raise_request(
        session, person, type_="technical", subject=SECRET, customer_id=customer_id, now=site.world.clock()
    ).id


def foreign(site: Site, name: str, rule: Rule) -> int:
    """Return what someone else's object answers: not there for whom the page is for, closed to everybody else."""
    declared = policy_of(site.app, rule.endpoint)
    return 404 if declared is not None and declared.admits(site.person(name)) else 403


def rules(app: Flask, *, safe: bool, by_token: bool = False) -> Iterator[tuple[str, Rule]]:
    for rule in app.url_map.iter_rules():
        declared = policy_of(app, rule.endpoint)
        assert declared is not None, rule
        if declared.by_token != by_token:
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            if (method in SAFE_METHODS) == safe:
                yield method, rule


def address(app: Flask, rule: Rule, arguments: dict[str, str]) -> str:
    with app.test_request_context():
        built = app.url_map.bind("localhost").build(rule.endpoint, arguments)
    return str(built)


def body_of(app: Flask, rule: Rule) -> dict[str, Any]:
    return (
        {"json": {"xml": "<a/>"}}
        if "PUT" in (rule.methods or ()) or "studio" in rule.endpoint
        else {"data": {"reason": "x", "text": "x"}}
    )


@pytest.fixture(scope="module")
def mine(site: Site) -> Objects:
    return objects_of(site, "rep")


def test_nobody_gets_in_without_signing_in(site: Site, mine: Objects) -> None:
    client = site.app.test_client()
    for safe in (True, False):
        for method, rule in rules(site.app, safe=safe):
            declared = policy_of(site.app, rule.endpoint)
            if declared is None or declared.is_public or not rule.arguments <= mine.ids.keys():
                continue
            answer = client.open(address(site.app, rule, mine.fill(rule) or {}), method=method)
            assert answer.status_code in {302, 401}, f"{method} {rule}: {answer.status_code}"
            if answer.status_code == 302:
                assert answer.location.startswith("/sign-in"), f"{method} {rule}: {answer.location}"


def test_the_api_wants_a_token(site: Site, mine: Objects) -> None:
    browser = site.browser("admin")
    for safe in (True, False):
        for method, rule in rules(site.app, safe=safe, by_token=True):
            declared = policy_of(site.app, rule.endpoint)
            if declared is None or declared.is_public:
                continue
            answer = browser.send(method, address(site.app, rule, mine.fill(rule) or {}), json={})
            assert answer.status_code == 401, f"{method} {rule}: {answer.status_code}"


@pytest.mark.parametrize("name", PEOPLE)
def test_every_page_opens_or_refuses_but_never_fails(site: Site, mine: Objects, name: str) -> None:
    browser = site.browser(name)
    for _method, rule in rules(site.app, safe=True):
        if not rule.arguments <= mine.ids.keys():
            continue
        where = address(site.app, rule, mine.fill(rule) or {})
        answer = browser.get(where)
        assert answer.status_code in {200, 302, 303, 403, 404}, f"GET {where}: {answer.status_code}"
        declared = policy_of(site.app, rule.endpoint)
        if declared is not None and not declared.admits(site.person(name)):
            assert answer.status_code == 403, f"GET {where}: {answer.status_code}"


@pytest.mark.parametrize("name", ["rep", "manager", "technician", "admin"])
def test_odd_parameters_never_fail(site: Site, mine: Objects, name: str) -> None:
    browser = site.browser(name)
    for _method, rule in rules(site.app, safe=True):
        declared = policy_of(site.app, rule.endpoint)
        if declared is None or not declared.admits(site.person(name)) or not rule.arguments <= mine.ids.keys():
            continue
        where = address(site.app, rule, mine.fill(rule) or {})
        for odd in ODD:
            answer = browser.get(where, query_string=dict.fromkeys(PARAMETERS, odd.replace("%00", "\x00")))
            assert answer.status_code < 500, f"GET {where} with {odd!r}: {answer.status_code}"


@pytest.mark.parametrize("name", ["stranger", "director"])
def test_what_is_someone_elses_is_not_shown(site: Site, mine: Objects, name: str) -> None:
    browser, api = site.browser(name), site.api(name)
    open_to_all = {"account.open"}  # it only sends on to the page, which then refuses
    for _method, rule in rules(site.app, safe=True):
        filled = mine.fill(rule)
        if filled is None or rule.endpoint in open_to_all or rule.endpoint == "static":
            continue
        where = address(site.app, rule, filled)
        answer = browser.get(where)
        assert answer.status_code == foreign(site, name, rule), f"GET {where}: {answer.status_code}"
        assert mine.secret not in answer.text
    for _method, rule in rules(site.app, safe=True, by_token=True):
        filled = mine.fill(rule)
        if filled is not None:
            answer = api.client.get(address(site.app, rule, filled), headers=api.headers)
            assert answer.status_code == foreign(site, name, rule), f"GET {rule}: {answer.status_code}"
    for _method, rule in rules(site.app, safe=True):
        if not rule.arguments:
            assert mine.secret not in browser.get(rule.rule).text, rule.rule


@pytest.mark.parametrize("name", ["stranger", "director"])
def test_what_is_someone_elses_cannot_be_changed(site: Site, name: str) -> None:
    theirs = objects_of(site, "rep")
    before = _state(site, theirs)
    browser, api = site.browser(name), site.api(name)
    for by_token in (False, True):
        for method, rule in rules(site.app, safe=False, by_token=by_token):
            filled = theirs.fill(rule)
            if filled is None:
                continue
            where = address(site.app, rule, filled)
            if by_token:
                body = {"reason": "x", "submission_id": str(new_id()), "values": {"method": "manual"}}
                body["user_id"] = str(site.person(name).user_id)
                wanted = {key: body[key] for key in _fields(rule)}
                answer = api.client.open(where, method=method, json=wanted or None, headers=api.headers)
            else:
                answer = browser.send(method, where, **body_of(site.app, rule))
            assert answer.status_code == foreign(site, name, rule), f"{method} {where}: {answer.status_code}"
    assert _state(site, theirs) == before


def _fields(rule: Rule) -> tuple[str, ...]:
    if rule.endpoint.endswith("complete_task"):
        return ("submission_id", "values")
    if rule.endpoint.endswith("assign_task"):
        return ("user_id",)
    return ("reason",) if "cancel" in rule.endpoint else ()


def _state(site: Site, found: Objects) -> tuple[Any, ...]:
    def read(session: Any) -> tuple[Any, ...]:
        keys = [f"visit:{found.ids['visit_id']}", f"request:{found.ids['request_id']}"]
        tasks = [(row.id, row.state, row.assignee_id) for key in keys for row in process.tasks_of(session, key)]
        return (*tasks, *(len(process.history_of(session, key)) for key in keys))

    return site.world.look(read)


def test_giving_a_foreign_step_away_is_refused(site: Site, mine: Objects) -> None:
    """A manager of other reps cannot take a rep's step by its id."""
    browser = site.browser("director")
    data = {"task_id": mine.ids["task_id"], "user_id": str(site.person("director").user_id)}
    assert browser.post("/team/assign", data).status_code in {404, 422}
    data["user_id"] = str(site.person("stranger").user_id)
    assert site.browser("manager").post("/team/assign", data).status_code in {404, 422}


# Forged requests


@pytest.mark.parametrize("name", ["rep", "manager", "admin"])
def test_unsafe_requests_need_the_token_of_the_page(site: Site, mine: Objects, name: str) -> None:
    browser = site.browser(name)
    for method, rule in rules(site.app, safe=False):
        declared = policy_of(site.app, rule.endpoint)
        if declared is None or declared.is_public or not rule.arguments <= mine.ids.keys():
            continue
        where = address(site.app, rule, mine.fill(rule) or {})
        for headers in (
            {},
            {"X-CSRF-Token": "wrong"},
            {"X-CSRF-Token": ""},
            {"X-CSRF-Token": "Größe".encode().decode("latin-1")},
        ):
            answer = browser.send(method, where, csrf=False, headers=headers)
            assert answer.status_code == 403, f"{method} {where} with {headers}: {answer.status_code}"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
def test_unsafe_requests_of_other_sites_are_refused(site: Site, mine: Objects, headers: dict[str, str]) -> None:
    browser: Browser = site.browser("admin")
    for method, rule in rules(site.app, safe=False):
        if not rule.arguments <= mine.ids.keys():
            continue
        where = address(site.app, rule, mine.fill(rule) or {})
        answer = browser.send(method, where, headers=headers)
        assert answer.status_code == 403, f"{method} {where}: {answer.status_code}"
    assert browser.get("/me").status_code == 200


def test_no_role_is_admitted_to_everything(site: Site) -> None:
    """The walk above means little if the roles see the same."""
    seen = {}
    for role in Role:
        actor = Actor(new_id(), "x", frozenset({role}))
        policies = [policy_of(site.app, rule.endpoint) for rule in site.app.url_map.iter_rules()]
        seen[role] = sum(declared.admits(actor) for declared in policies if declared)
    assert max(seen.values()) < len(list(site.app.url_map.iter_rules()))
    assert len(set(seen.values())) > 2
