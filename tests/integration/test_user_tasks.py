"""What two people, one impatient person, or a wrong form can do to a task."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest

from engine.access import Actor, Role
from engine.errors import ConflictError, FieldflowError, InvalidInputError, NotFoundError
from engine.ids import new_id
from engine.process import assignment, queries, user_tasks
from engine.process.assignment import Recipient
from tests.integration.conftest import Lane

RACES = 200
"""For each database, with eight threads each."""


def test_completing_opens_the_next_task_for_the_lane(lane: Lane) -> None:
    lane.start()
    [first] = lane.tasks(lane.anna)
    done = lane.complete(lane.anna, first.id, {"amount": 70})
    [second] = lane.tasks(lane.ben)
    assert second.element_id == "check_large"
    assert done.opened == (second.id,)


def test_the_condition_chooses_the_way(lane: Lane) -> None:
    lane.start()
    [first] = lane.tasks(lane.anna)
    lane.complete(lane.anna, first.id, {"amount": 10})
    assert [task.element_id for task in lane.tasks(lane.ben)] == ["check_small"]


def test_the_same_submission_again_gives_the_same_answer_and_does_nothing(lane: Lane) -> None:
    lane.start()
    [task] = lane.tasks(lane.anna)
    submission_id = new_id()
    lane.complete(lane.anna, task.id, {"amount": 1}, submission_id)
    again = lane.complete(lane.anna, task.id, {"amount": 1}, submission_id)
    assert again.repeated
    assert len(lane.tasks(lane.anna)) == 1


def test_completing_twice_conflicts_and_says_who_and_when(lane: Lane) -> None:
    lane.start()
    [task] = lane.tasks(lane.anna)
    lane.complete(lane.anna, task.id, {"amount": 1})
    with pytest.raises(ConflictError) as caught:
        lane.complete(lane.ben, task.id, {"amount": 2})
    assert caught.value.params == {"who": "Anna", "when": lane.now}


def test_a_stranger_sees_no_task(lane: Lane) -> None:
    lane.start()
    [task] = lane.tasks(lane.anna)
    stranger = Actor(new_id(), "Stranger", frozenset({Role.ADMIN}))
    with pytest.raises(NotFoundError):
        lane.complete(stranger, task.id, {"amount": 1})
    assert lane.tasks(stranger) == []


def test_unknown_ids_are_not_found(lane: Lane) -> None:
    with pytest.raises(NotFoundError):
        lane.complete(lane.anna, new_id(), {})


@pytest.mark.parametrize(
    ("values", "field"),
    [
        pytest.param({}, "amount", id="missing"),
        pytest.param({"amount": "many"}, "amount", id="wrong type"),
        pytest.param({"amount": 1, "colour": "red"}, "colour", id="unknown"),
        pytest.param({"amount": 1, "note": "x" * 100_000}, "note", id="oversized"),
    ],
)
def test_wrong_values_name_their_field_and_change_nothing(lane: Lane, values: dict[str, object], field: str) -> None:
    lane.start()
    [task] = lane.tasks(lane.anna)
    with pytest.raises(InvalidInputError) as caught:
        lane.complete(lane.anna, task.id, values)
    assert set(caught.value.errors) == {field}
    assert [row.id for row in lane.tasks(lane.anna)] == [task.id]


def test_claiming_takes_the_task_out_of_the_others_inboxes(lane: Lane) -> None:
    lane.start()
    [task] = lane.tasks(lane.anna)
    lane.database.run(lambda session: assignment.claim(session, lane.anna, task.id, now=lane.now))
    assert lane.tasks(lane.ben) == []
    with pytest.raises(ConflictError):
        lane.complete(lane.ben, task.id, {"amount": 1})
    lane.database.run(lambda session: assignment.release(session, lane.anna, task.id, now=lane.now))
    assert [row.id for row in lane.tasks(lane.ben)] == [task.id]


def test_assigning_is_for_those_who_answer_for_the_lane(lane: Lane) -> None:
    lane.start()
    [task] = lane.tasks(lane.anna)
    manager = Actor(new_id(), "Manager", frozenset({Role.MANAGER}))
    ben = lane.ben.user_id
    assert ben is not None
    to = Recipient(ben, lane.ben.name)
    with pytest.raises(NotFoundError):
        lane.database.run(lambda session: assignment.assign(session, manager, task.id, to, now=lane.now))
    answers_for = frozenset(lane.anna.principals)
    lane.database.run(
        lambda session: assignment.assign(session, manager, task.id, to, answers_for=answers_for, now=lane.now)
    )
    assert [row.id for row in lane.tasks(lane.ben)] == [task.id]
    assert lane.tasks(lane.anna) == []


def test_a_draft_is_kept_for_its_author_until_the_task_is_done(lane: Lane) -> None:
    lane.start()
    [task] = lane.tasks(lane.anna)
    lane.database.run(
        lambda session: user_tasks.save_draft(session, lane.anna, task.id, {"note": "half"}, now=lane.now)
    )
    with lane.database.reading() as session:
        assert queries.task_detail(session, lane.anna, task.id).draft == {"note": "half"}
        assert queries.task_detail(session, lane.ben, task.id).draft is None
    lane.complete(lane.anna, task.id, {"amount": 1})
    with lane.database.reading() as session:
        assert queries.task_detail(session, lane.anna, task.id).draft is None


def test_of_eight_at_once_one_wins_and_the_others_are_told(lane: Lane) -> None:
    with ThreadPoolExecutor(8) as pool:
        for _race in range(RACES):
            lane.start()
            task = lane.tasks(lane.anna)[0]
            start = Barrier(8)

            def submit(number: int, task_id: UUID = task.id, start: Barrier = start) -> str:
                start.wait()
                try:
                    lane.complete(lane.people[number % 5], task_id, {"amount": number})
                except ConflictError as error:
                    return error.code
                except FieldflowError as error:
                    return f"unexpected {error.code}"
                return "won"

            outcomes = sorted(pool.map(submit, range(8)))
            assert outcomes == ["task_completed"] * 7 + ["won"]
            [after] = [row for row in lane.tasks(lane.anna) if row.instance_id == task.instance_id]
            lane.complete(lane.anna, after.id, {})
            [last] = [row for row in lane.tasks(lane.anna) if row.instance_id == task.instance_id]
            lane.complete(lane.anna, last.id, {})
