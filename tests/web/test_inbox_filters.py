"""500 random filters: what is applied, saved, in the address, in the API and counted is what plain Python says."""

import random
import re
from dataclasses import dataclass, replace
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from engine.access import Actor, Role
from engine.clock import SimulatedClock
from engine.desk import saved
from engine.errors import InvalidInputError
from engine.ids import new_id
from engine.people import service as people
from engine.process import assignment, filters, inbox
from engine.process.assignment import Change
from engine.process.conditions import standpoint
from engine.process.filters import Filter
from engine.process.inbox import SORTABLE, Order
from engine.process.rows import TaskRow
from engine.wiring import Application
from tests.bench.world import counted
from tests.integration import filter_world
from tests.integration.conftest import Lane, lane
from tests.integration.filter_world import Seen, matches, random_condition
from web.app import create_app
from web.security import masked

FILTERS = 500
TASKS = 150
__all__ = ["lane"]


@dataclass
class Desk:
    """A person at the desk, with tasks, a browser and a program."""

    application: Application
    actor: Actor
    seen: list[Seen]
    browser: FlaskClient
    token: str
    csrf_token: str

    def ids_of_page(self, **query: str) -> set[UUID]:
        """Return the tasks that the pages of an address show."""
        found: set[UUID] = set()
        page = self.browser.get("/tasks", query_string=query)
        while True:
            assert page.status_code == 200, page.text
            found |= {UUID(each) for each in re.findall(r'data-task="([0-9a-f-]{36})"', page.text)}
            more = re.search(r'class="row more"><a class="button" href="([^"]+)"', page.text)
            if more is None:
                return found
            page = self.browser.get(more[1].replace("&amp;", "&"))

    def ids_of_api(self, text: str) -> set[UUID]:
        """Return the tasks that the API lists."""
        query = {"filter": text, "limit": "200"}
        answer = self.browser.get(
            "/api/v1/tasks", query_string=query, headers={"Authorization": f"Bearer {self.token}"}
        )
        assert answer.status_code == 200, answer.text
        return {UUID(each["id"]) for each in answer.json["items"]}


@pytest.fixture
def desk(application: Application, clock: SimulatedClock, lane: Lane) -> Desk:
    """Return a person of two groups with tasks of every kind."""
    now = clock()
    with application.database.transaction() as session:
        user_id = people.add_user(
            session, login="desk", name="Desk", password="a long password", roles=[Role.OPS],
            groups=["samples", "technical"], now=now, locale="en",
        )  # fmt: skip
        actor = people.actor_for(session, user_id)
        opened = people.open_session(session, user_id, now=now)
        token = people.create_token(session, "desk", name="tests", now=now)
    instance_id = lane.start()
    with application.database.transaction() as session:
        seen = filter_world.fill(session, instance_id, actor, now=now, count=TASKS, seed=7)
    client = create_app(application).test_client()
    client.set_cookie("fieldflow", opened.secret)
    return Desk(application, actor, seen, client, token, masked(opened.csrf_token))


def test_500_random_filters_mean_the_same_everywhere(desk: Desk, clock: SimulatedClock) -> None:
    chance, now, view = random.Random(500), clock(), standpoint(desk.actor, clock())
    empty = 0
    for number in range(FILTERS):
        parts = [random_condition(chance, desk.actor, now) for _each in range(chance.randint(1, 3))]
        show = Filter().and_also(*(filters.condition(*part) for part in parts))
        wanted = {task.id for task in desk.seen if all(matches(task, *part, desk.actor, now) for part in parts)}
        empty += not wanted
        assert filters.parse(show.text) == show
        with desk.application.database.reading() as session:
            page = inbox.inbox(session, desk.actor, show=show, view=view, limit=TASKS)
            assert {row.id for row in page.tasks} == wanted, show.text
            assert inbox.counts(session, desk.actor, [show], view)[0] == (len(wanted),), show.text
        if number % 5 == 0:
            assert desk.ids_of_api(show.text) == wanted
        if number % 20 == 0:
            assert desk.ids_of_page(filter=show.text) == wanted
            data = {"name": f"f{number}", "filter": show.text, "csrf_token": desk.csrf_token}
            kept = desk.browser.post("/tasks/filters", data=data)
            assert desk.ids_of_page(saved=kept.location.partition("saved=")[2]) == wanted
            field, operator, values = parts[0]
            rest = Filter().and_also(*(filters.condition(*part) for part in parts[1:]))
            if (field, operator) not in {(each.field, each.operator) for each in rest.conditions}:
                applied = {"filter": rest.text, "field": field, "operator": operator, "value": values}
                assert desk.ids_of_page(**applied) == wanted
    assert empty < FILTERS * 0.7  # else they compare nothing with nothing


def test_pages_in_any_order_show_each_task_once(desk: Desk, clock: SimulatedClock) -> None:
    view = standpoint(desk.actor, clock())
    for order in (Order(field, descending) for field in SORTABLE for descending in (False, True)):
        found: list[TaskRow] = []
        after: str | None = ""
        with desk.application.database.reading() as session:
            while after is not None:
                page = inbox.inbox(session, desk.actor, order=order, view=view, after=after, limit=13)
                found += page.tasks
                after = page.next_key
        values = {task.id: task.fields[order.field] for task in desk.seen}
        assert sorted(row.id for row in found) == sorted(values)
        listed = [values[row.id] for row in found]
        filled = [value for value in listed if value is not None]
        wanted = sorted(filled, reverse=order.descending) + [None] * (len(listed) - len(filled))
        assert listed == wanted, order


def test_a_page_with_eight_saved_filters_takes_six_statements(desk: Desk, clock: SimulatedClock) -> None:
    with desk.application.database.transaction() as session:
        for number in range(8):
            text = f"priority:in:P{1 + number % 4};text_1:contains:医院;due:next:{number + 1}"
            saved.save(session, desk.actor, f"f{number}", text, sort="due", shared_with=None, now=clock())
    query = {"filter": "priority:in:P1,P2;number_1:gt:0", "sort": "-priority"}
    desk.browser.get("/tasks", query_string=query)  # what is declared of fields is known from now on
    with counted(desk.application.database) as statements:
        page = desk.browser.get("/tasks", query_string=query)
    assert page.text.count('class="view"') == 9
    assert len(statements) <= 6, statements


def test_an_unchanged_list_costs_three_statements_and_says_so(desk: Desk, clock: SimulatedClock) -> None:
    first = desk.browser.get("/tasks/list", query_string={"filter": "priority:in:P1"})
    tag = {"If-None-Match": first.headers["ETag"]}
    with counted(desk.application.database) as statements:
        again = desk.browser.get("/tasks/list", query_string={"filter": "priority:in:P1"}, headers=tag)
    assert (again.status_code, again.text) == (304, "")
    assert len(statements) == 3
    task = next(task for task in desk.seen if task.fields["assignee"] is None)
    with desk.application.database.transaction() as session:
        wanted = Change(frozenset({"priority"}), priority=1 if task.fields["priority"] != 1 else 2)
        assignment.change(session, desk.actor, task.id, wanted, now=clock())
    changed = desk.browser.get("/tasks/list", query_string={"filter": "priority:in:P1"}, headers=tag)
    assert changed.status_code == 200
    assert (str(task.id) in changed.text) == (wanted.priority == 1)


def test_a_bad_filter_names_its_field(desk: Desk) -> None:
    for text, field in (
        ("colour:is:red", "colour"),
        ("due:sometime", "due"),
        ("number_1:between:3", "number_1"),
        ("due:next:many", "due"),
        ("priority:in:P9", "priority"),
        ("assignee:in:nobody", "assignee"),
        ("created:empty", "created"),
        ("text_1:is", "text_1"),
        ("due:on:0000-00-00", "due"),
        ("number_1:eq:nan", "number_1"),
        ("text_1:in:" + ",".join("x" * 5 for _each in range(60)), "text_1"),
    ):
        with pytest.raises(InvalidInputError) as caught:
            filters.parse(text)
        assert set(caught.value.errors) == {f"filter.{field}"}
        page = desk.browser.get("/tasks", query_string={"filter": text})
        assert page.status_code == 422
        assert 'role="alert"' in page.text
        answer = desk.browser.get(
            "/api/v1/tasks", query_string={"filter": text}, headers={"Authorization": f"Bearer {desk.token}"}
        )
        assert answer.status_code == 422
        assert [each["field"] for each in answer.get_json(force=True)["errors"]] == [f"filter.{field}"]


def test_any_text_is_a_filter_or_a_clear_no(desk: Desk, clock: SimulatedClock) -> None:
    chance, view = random.Random(1), standpoint(desk.actor, clock())
    pieces = [
        *filters.FIELDS,
        ":",
        ";",
        ",",
        "%",
        "in",
        "is",
        "between",
        "2026-03-02",
        "P1",
        "me",
        "\ud83d",
        "𝄞",
        "%00",
        " ",
    ]
    for _number in range(400):
        text = "".join(chance.choice(pieces) for _each in range(chance.randint(1, 9)))
        try:
            show = filters.parse(text)
        except InvalidInputError as error:
            assert error.errors
            continue
        assert filters.parse(show.text) == show
        if show.text.isprintable():
            with desk.application.database.reading() as session:
                inbox.counts(session, desk.actor, [show], view)


def test_filters_are_shared_with_ones_own_circles_only(desk: Desk, clock: SimulatedClock) -> None:
    database, now = desk.application.database, clock()
    colleague = replace(desk.actor, user_id=new_id(), groups=frozenset({"samples"}))
    stranger = replace(desk.actor, user_id=new_id(), groups=frozenset({"quotations"}))

    def save(session: object, name: str, circle: str | None) -> UUID:
        return saved.save(session, desk.actor, name, "priority:in:P1", sort="due", shared_with=circle, now=now)  # type: ignore[arg-type]

    with database.transaction() as session:
        own, shared = save(session, "own", None), save(session, "shared", "group:samples")
        with pytest.raises(InvalidInputError):
            save(session, "foreign", "group:quotations")
    with database.transaction() as session:
        assert [row.id for row in saved.saved_filters(session, desk.actor)] == [own, shared]
        assert [row.id for row in saved.saved_filters(session, colleague)] == [shared]
        assert saved.saved_filters(session, stranger) == ()
        saved.move(session, desk.actor, shared, up=True)
        saved.make_default(session, colleague, shared)
    with database.transaction() as session:
        assert [row.id for row in saved.saved_filters(session, desk.actor)] == [shared, own]
        assert [row.is_default for row in saved.saved_filters(session, colleague)] == [True]
        assert not any(row.is_default for row in saved.saved_filters(session, desk.actor))
        for act in (saved.delete, saved.make_default):
            with pytest.raises(Exception, match="no such filter"):
                act(session, stranger, shared)
        saved.delete(session, desk.actor, shared)
    with database.reading() as session:
        assert saved.saved_filters(session, colleague) == ()
