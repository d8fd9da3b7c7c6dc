"""Any sequence of what people can do to tasks keeps inboxes, tasks and instances in step."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from engine.errors import ConflictError, InvalidInputError, NotFoundError
from engine.ids import new_id
from engine.process import assignment, user_tasks
from engine.process.assignment import Recipient
from engine.process.states import TaskState
from engine.process.tables import HistoryEvent, InboxEntry, ProcessInstance, TaskDraft, UserTask
from tests.integration.conftest import Lane

PEOPLE = st.integers(0, 4)


def machine_of(lane: Lane) -> type[RuleBasedStateMachine]:
    class TaskLifeCycle(RuleBasedStateMachine):
        instances = Bundle("instances")

        def __init__(self) -> None:
            super().__init__()
            self.started: list[object] = []
            self.answered: list[tuple[int, object, object, dict[str, object], object]] = []

        @rule(target=instances)
        def start(self) -> object:
            self.started.append(lane.start())
            return self.started[-1]

        @rule(instance=instances, who=PEOPLE, amount=st.sampled_from([1, 70, None, "x"]))
        def complete(self, instance: object, who: int, amount: object) -> None:
            task = self._newest(instance)
            values = {"amount": amount} if task.element_id == "enter" else {}
            may = task.state == TaskState.OPEN and task.assignee_id in {None, lane.people[who].user_id}
            is_valid = task.element_id != "enter" or isinstance(amount, int)
            submission_id = new_id()
            try:
                done = lane.complete(lane.people[who], task.id, values, submission_id)
                assert may
                assert is_valid
                self.answered.append((who, task.id, submission_id, values, done))
            except ConflictError:
                assert not may
            except InvalidInputError:
                assert may
                assert not is_valid

        @rule(instance=instances, who=PEOPLE)
        def claim(self, instance: object, who: int) -> None:
            self._try(instance, who, assignment.claim)

        @rule(instance=instances, who=PEOPLE)
        def release(self, instance: object, who: int) -> None:
            self._try(instance, who, assignment.release)

        @rule(instance=instances, who=PEOPLE, whom=PEOPLE)
        def assign(self, instance: object, who: int, whom: int) -> None:
            task = self._newest(instance)
            user_id = lane.people[whom].user_id
            assert user_id is not None
            to, actor = Recipient(user_id, lane.people[whom].name), lane.people[who]
            try:
                lane.database.run(lambda session: assignment.assign(session, actor, task.id, to, now=lane.now))
                assert task.state == TaskState.OPEN
                assert self._newest(instance).assignee_id == user_id
            except ConflictError:
                assert task.state != TaskState.OPEN
            except NotFoundError:
                assert task.state != TaskState.OPEN

        @rule(instance=instances, who=PEOPLE, text=st.text(max_size=20))
        def draft(self, instance: object, who: int, text: str) -> None:
            task, actor = self._newest(instance), lane.people[who]
            try:
                lane.database.run(
                    lambda session: user_tasks.save_draft(session, actor, task.id, {"amount": text}, now=lane.now)
                )
                assert task.state == TaskState.OPEN
                with lane.database.reading() as session:
                    assert session.get_one(TaskDraft, (task.id, actor.user_id)).values == {"amount": text}
            except ConflictError:
                assert task.state != TaskState.OPEN

        @rule(data=st.data())
        def submit_again(self, data: st.DataObject) -> None:
            if not self.answered:
                return
            who, task_id, submission_id, values, done = data.draw(st.sampled_from(self.answered))
            before = self._events()
            again = lane.complete(lane.people[who], task_id, values, submission_id)  # type: ignore[arg-type]
            assert again.repeated
            assert again.instance_id == done.instance_id  # type: ignore[attr-defined]
            assert self._events() == before

        @invariant()
        def drafts_are_of_open_tasks(self) -> None:
            with lane.database.reading() as session:
                drafted = select(UserTask.state).join(TaskDraft, TaskDraft.task_id == UserTask.id)
                assert set(session.scalars(drafted)) <= {TaskState.OPEN}

        @invariant()
        def inboxes_hold_exactly_the_open_tasks(self) -> None:
            with lane.database.reading() as session:
                rows = session.scalars(select(UserTask).where(UserTask.instance_id.in_(self.started))).all()
                entries: dict[object, set[str]] = {}
                for entry in session.scalars(
                    select(InboxEntry).where(InboxEntry.task_id.in_([row.id for row in rows]))
                ):
                    entries.setdefault(entry.task_id, set()).add(entry.principal)
                for row in rows:
                    wanted: set[str] = set()
                    if row.state == TaskState.OPEN:
                        wanted = {f"user:{row.assignee_id}"} if row.assignee_id else set(row.candidates)
                    assert entries.get(row.id, set()) == wanted

        @invariant()
        def an_instance_ends_with_its_last_task(self) -> None:
            with lane.database.reading() as session:
                for instance in session.scalars(select(ProcessInstance).where(ProcessInstance.id.in_(self.started))):
                    tasks = session.scalars(select(UserTask).where(UserTask.instance_id == instance.id)).all()
                    is_open = any(task.state == TaskState.OPEN for task in tasks)
                    assert (instance.state == "running") == is_open
                    assert (instance.ended_at is None) == is_open

        def _try(self, instance: object, who: int, act: object) -> None:
            task = self._newest(instance)
            may = task.state == TaskState.OPEN and task.assignee_id in {None, lane.people[who].user_id}
            try:
                lane.database.run(lambda session: act(session, lane.people[who], task.id, now=lane.now))  # type: ignore[operator]
                assert may
            except (ConflictError, NotFoundError):
                assert not may

        def _events(self) -> int:
            with lane.database.reading() as session:
                return session.scalar(select(func.count()).select_from(HistoryEvent)) or 0

        def _newest(self, instance: object) -> UserTask:
            with lane.database.reading() as session:
                query = select(UserTask).where(UserTask.instance_id == instance)
                return session.scalars(query.order_by(UserTask.created_at.desc(), UserTask.id.desc())).first()  # type: ignore[return-value]

    return TaskLifeCycle


def test_the_life_cycle_of_tasks_holds(lane: Lane) -> None:
    checks = list(HealthCheck)
    run_state_machine_as_test(
        machine_of(lane),
        settings=settings(max_examples=20, stateful_step_count=25, deadline=None, suppress_health_check=checks),
    )
