"""Who has a task: permissions of each act, what goes to and fro, and that no task is given twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.access import Absent, Actor, Role, group_principal
from engine.errors import ConflictError, InvalidInputError, NotFoundError
from engine.ids import new_id
from engine.process import assignment, queries, user_tasks
from engine.process.assignment import Change, Recipient
from engine.process.conditions import standpoint
from engine.process.filters import parse
from engine.process.inboxes import put_in_inboxes
from engine.process.states import Handoff
from engine.process.tables import UserTask
from tests.integration.conftest import Lane

CLIENTS, GETS = 20, 200
FREE = 1000
"""Fewer than the clients ask for: the race goes on to the last one, and beyond."""

Act = Callable[[Session, Actor, UUID], bool]


def to(actor: Actor) -> Recipient:
    assert actor.user_id is not None
    return Recipient(actor.user_id, actor.name)


def acts(lane: Lane) -> dict[str, Act]:
    now, urgent, chen = lane.now, Change(frozenset({"priority"}), priority=1), to(lane.people[2])
    return {
        "claim": lambda s, a, t: assignment.claim(s, a, t, now=now),
        "release": lambda s, a, t: assignment.release(s, a, t, now=now),
        "assign": lambda s, a, t: assignment.assign(s, a, t, to(lane.ben), now=now),
        "change": lambda s, a, t: assignment.change(s, a, t, urgent, now=now),
        "delegate": lambda s, a, t: assignment.hand_out(s, a, t, chen, Handoff.DELEGATED, note="", now=now),
        "give back": lambda s, a, t: assignment.give_back(s, a, t, outcome=Handoff.RETURNED, note="", now=now),
    }


def do(lane: Lane, actor: Actor, task_id: UUID, act: Act) -> Any:
    return lane.database.run(lambda session: act(session, actor, task_id))


def outcome(lane: Lane, actor: Actor, task_id: UUID, name: str) -> str:
    try:
        return "done" if do(lane, actor, task_id, acts(lane)[name]) else "nothing"
    except (ConflictError, NotFoundError) as error:
        return error.code


NOT_MINE = dict.fromkeys(("claim", "release", "delegate"), "task_claimed")
OVER = dict.fromkeys(("claim", "release", "assign", "change", "delegate", "give back"), "task_completed")
WANTED = [
    ("free", "anna", {"claim": "done", "release": "nothing", "assign": "done", "change": "done", "delegate": "done"}),
    ("free", "ben", {"claim": "done", "give back": "task_not_away"}),
    ("free", "stranger", dict.fromkeys(OVER, "task_unknown")),
    ("taken by anna", "anna", {"claim": "nothing", "release": "done", "assign": "done", "delegate": "done"}),
    ("taken by anna", "ben", {**NOT_MINE, "assign": "done", "change": "done"}),
    ("with chen for anna", "anna", {**NOT_MINE, "give back": "done"}),
    ("with chen for anna", "chen", {"claim": "nothing", "release": "task_delegated", "give back": "done"}),
    ("over", "anna", OVER),
]


@pytest.mark.parametrize(("state", "who", "wanted"), WANTED, ids=[f"{state}: {who}" for state, who, _acts in WANTED])
def test_who_may_do_what(lane: Lane, state: str, who: str, wanted: dict[str, str]) -> None:
    people = {"anna": lane.anna, "ben": lane.ben, "chen": lane.people[2]}
    people["stranger"] = Actor(new_id(), "Stranger", frozenset({Role.ADMIN, Role.OPS}))
    found = {name: outcome(lane, people[who], task_in(lane, state), name) for name in wanted}
    assert found == wanted


def task_in(lane: Lane, state: str) -> UUID:
    instance_id = lane.start()
    [task] = [row for row in lane.tasks(lane.anna) if row.instance_id == instance_id]
    every = acts(lane)
    if state != "free":
        do(lane, lane.anna, task.id, every["claim"])
    if state == "with chen for anna":
        do(lane, lane.anna, task.id, every["delegate"])
    if state == "over":
        lane.complete(lane.anna, task.id, {"amount": 1})
    return task.id


def test_losing_a_race_says_who_has_it_and_since_when(lane: Lane) -> None:
    task_id = task_in(lane, "taken by anna")
    with pytest.raises(ConflictError) as caught:
        do(lane, lane.ben, task_id, acts(lane)["claim"])
    assert caught.value.params == {"who": "Anna", "when": lane.now}


def test_a_manager_assigns_and_changes_what_is_their_peoples(lane: Lane) -> None:
    task_id = task_in(lane, "free")
    manager, mine = Actor(new_id(), "Manager", frozenset({Role.MANAGER})), frozenset(lane.anna.principals)
    wanted = Change(frozenset({"due_at", "follow_up_at"}), due_at=lane.now, follow_up_at=lane.now + timedelta(days=1))
    lane.database.run(
        lambda session: assignment.change(session, manager, task_id, wanted, now=lane.now, answers_for=mine)
    )
    [row] = lane.tasks(lane.ben)
    assert (row.due_at, row.follow_up_at) == (lane.now, lane.now + timedelta(days=1))
    lane.database.run(
        lambda session: assignment.assign(session, manager, task_id, to(lane.ben), now=lane.now, answers_for=mine)
    )
    assert [each.assignee_name for each in lane.tasks(lane.ben)] == ["Ben"]


def test_what_is_delegated_returns_to_its_owner_who_completes_it(lane: Lane) -> None:
    chen, task_id = lane.people[2], task_in(lane, "free")
    lane.database.run(lambda s: user_tasks.save_draft(s, lane.anna, task_id, {"note": "begun"}, now=lane.now))
    do(lane, lane.anna, task_id, acts(lane)["delegate"])
    for person in (lane.anna, chen):
        with pytest.raises(ConflictError):
            lane.complete(person, task_id, {"amount": 1})
    with lane.database.reading() as session:
        assert queries.task_detail(session, chen, task_id).draft == {"note": "begun"}
    assert lane.tasks(lane.ben) == []
    assert [row.is_away for row in lane.tasks(lane.anna)] == [True]
    lane.database.run(lambda s: user_tasks.save_draft(s, chen, task_id, {"note": "ready"}, now=lane.now))
    do(lane, chen, task_id, acts(lane)["give back"])
    assert lane.tasks(chen) == []
    with lane.database.reading() as session:
        detail = queries.task_detail(session, lane.anna, task_id)
    assert (detail.draft, detail.may_complete, detail.task.handoff) == ({"note": "ready"}, True, "returned")
    lane.complete(lane.anna, task_id, {"amount": 1})


def test_a_review_approves_or_asks_for_changes_with_a_comment(lane: Lane) -> None:
    task_id = task_in(lane, "free")

    def ask(session: Session, actor: Actor, task: UUID) -> bool:
        return assignment.hand_out(session, actor, task, to(lane.ben), Handoff.IN_REVIEW, note="please", now=lane.now)

    def answer(outcome: Handoff, note: str) -> None:
        lane.database.run(
            lambda session: assignment.give_back(session, lane.ben, task_id, outcome=outcome, note=note, now=lane.now)
        )

    do(lane, lane.anna, task_id, ask)
    with pytest.raises(InvalidInputError):
        answer(Handoff.CHANGES, " ")
    answer(Handoff.CHANGES, "the amount is wrong")
    [row] = lane.tasks(lane.anna)
    assert (row.handoff, row.handoff_note) == ("changes", "the amount is wrong")
    do(lane, lane.anna, task_id, ask)
    answer(Handoff.APPROVED, "")
    with lane.database.reading() as session:
        done = [row.detail["act"] for row in queries.acts_of_task(session, queries.task(session, task_id))]
    assert done == ["review_requested", "changes_requested", "review_requested", "approved"]
    lane.complete(lane.anna, task_id, {"amount": 1})


def test_a_substitute_does_the_tasks_of_the_person_on_leave(lane: Lane) -> None:
    task_id = task_in(lane, "taken by anna")
    assert lane.anna.user_id is not None
    away = Absent(lane.anna.user_id, "Anna", frozenset({"samples"}))
    substitute = Actor(new_id(), "Sub", frozenset({Role.OPS}), stands_in_for=(away,))
    assert group_principal("samples") in substitute.principals
    assert [row.id for row in lane.tasks(substitute)] == [task_id]
    assert lane.tasks(replace(substitute, stands_in_for=())) == []
    lane.complete(substitute, task_id, {"amount": 1})


def add_free_tasks(lane: Lane, count: int) -> None:
    instance_ids = [lane.start() for _each in range(8)]
    with lane.database.transaction() as session:
        rows = [
            UserTask(
                id=new_id(),
                instance_id=instance_ids[number % 8],
                token="1",
                element_id="free",
                process_key="x",
                business_key=f"x:{number}",
                name="x",
                candidates=[group_principal("pool")],
                created_at=lane.now,
                subject="",
                due_at=lane.now + timedelta(minutes=number),
                is_optional=False,
                priority=3,
                state="open",
            )
            for number in range(count)
        ]
        session.add_all(rows)
        session.flush()  # the inboxes refer to the tasks
        put_in_inboxes(session, rows)


def test_20_clients_that_ask_200_times_get_no_task_twice(lane: Lane) -> None:
    add_free_tasks(lane, FREE)
    people = [Actor(new_id(), f"P{number}", groups=frozenset({"pool"})) for number in range(CLIENTS)]
    start = Barrier(CLIENTS)

    def ask(actor: Actor) -> list[UUID]:
        start.wait()
        got = []
        for _each in range(GETS):
            found = lane.database.run(
                lambda session: assignment.take_next(session, actor, view=standpoint(actor, lane.now))
            )
            if found is None:
                return got
            got.append(found)
        return got

    with ThreadPoolExecutor(CLIENTS) as pool:
        given = list(pool.map(ask, people))
    everything = [task_id for got in given for task_id in got]
    assert len(everything) == len(set(everything)) == FREE
    with lane.database.reading() as session:
        holders = dict(
            session.execute(select(UserTask.id, UserTask.assignee_id).where(UserTask.element_id == "free")).all()
        )  # type: ignore[arg-type]
    assert all(holders[task_id] == actor.user_id for actor, got in zip(people, given, strict=True) for task_id in got)


def test_the_next_one_is_the_first_of_the_list_that_one_sees(lane: Lane) -> None:
    add_free_tasks(lane, 5)
    person = Actor(new_id(), "P", groups=frozenset({"pool"}))
    view = standpoint(person, lane.now)
    assert [row.business_key for row in lane.tasks(person)][:2] == ["x:0", "x:1"]
    with lane.database.transaction() as session:
        first = assignment.take_next(session, person, view=view)
        show = parse("due:after:" + (lane.now + timedelta(minutes=3)).isoformat().replace(":", "%3A"))
        later = assignment.take_next(session, person, view=view, show=show)
        assert later is not None
        assert first is not None
        assert [queries.task(session, each).business_key for each in (first, later)] == ["x:0", "x:3"]
        assert assignment.take_next(session, person, view=view, show=parse("priority:in:P1")) is None
