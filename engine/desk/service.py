"""Give tasks to people: whom the actor may choose, and whom the actor answers for."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from engine.access import Actor, user_principal
from engine.errors import FieldProblem, InvalidInputError, NotFoundError
from engine.people import queries as people
from engine.people.queries import Person
from engine.process import assignment, queries
from engine.process.assignment import Change, Recipient
from engine.process.inboxes import group_of
from engine.process.permissions import lock_task
from engine.process.rows import TaskRow
from engine.process.states import Handoff

CHOOSE = FieldProblem("Choose somebody who may do this task.", code="person_missing")


def answers_for(session: Session, actor: Actor) -> frozenset[str]:
    """Return the principals of the people whom the actor manages."""
    return frozenset(user_principal(each) for each in people.managed_ids(session, actor))


def recipients(session: Session, actor: Actor, task: TaskRow) -> tuple[Person, ...]:
    """Return the people whom the actor may give a task to: those whom it is offered to, and the actor's own people."""
    managed = people.managed_ids(session, actor)
    named = {candidate for candidate in task.candidates if candidate.startswith("user:")}
    groups = {name for candidate in task.candidates if (name := group_of([candidate]))}
    return tuple(
        person
        for person in people.people(session)
        if person.is_active
        and (person.id in managed or user_principal(person.id) in named or not groups.isdisjoint(person.groups))
    )


def colleagues(session: Session, actor: Actor) -> tuple[Person, ...]:
    """Return whom the actor may ask to prepare or review a task: everybody with a group, a team or a role in common."""
    roles = {role.value for role in actor.roles}
    return tuple(
        person
        for person in people.people(session)
        if person.is_active
        and person.id != actor.user_id
        and (person.team_id in actor.team_ids or {*person.groups, *person.roles} & {*actor.groups, *roles})
    )


def assign(session: Session, actor: Actor, task_id: UUID, user_id: UUID, *, now: datetime) -> bool:
    """Give a task to a person who may do it.

    Raises:
        NotFoundError: no such task, or not one that the actor may do or manages.
        InvalidInputError: that person may not do it.
        ConflictError: it is over.
    """
    task = queries.task(session, task_id)
    found = {person.id: person for person in recipients(session, actor, task)}
    managers = answers_for(session, actor)
    if user_id not in found:
        # Whether the task exists is no business of one who may not see it.
        require_task(session, actor, task_id)
        raise InvalidInputError("Choose somebody who may do this task.", errors={"user_id": [CHOOSE]})
    to = Recipient(user_id, found[user_id].name)
    return assignment.assign(session, actor, task_id, to, now=now, answers_for=managers)


def require_task(session: Session, actor: Actor, task_id: UUID) -> None:
    """Refuse a task that the actor may not do and does not manage.

    Raises:
        NotFoundError: no such task for the actor.
    """
    lock_task(session, actor, task_id, answers_for=answers_for(session, actor))


def hand_out(
    session: Session, actor: Actor, task_id: UUID, user_id: UUID, purpose: Handoff, *, note: str, now: datetime
) -> bool:
    """Let a colleague prepare or review a task, as ``assignment.hand_out``.

    Raises:
        NotFoundError: no such task, or not the actor's.
        InvalidInputError: that person is no colleague.
        ConflictError: it is away already, or over.
    """
    name = people.names(session, [user_id]).get(user_id, "")
    if user_id not in {person.id for person in colleagues(session, actor)}:
        lock_task(session, actor, task_id)
        raise InvalidInputError(errors={"user_id": [FieldProblem("Choose a colleague.", code="person_missing")]})
    return assignment.hand_out(session, actor, task_id, Recipient(user_id, name), purpose, note=note, now=now)


def change(session: Session, actor: Actor, task_id: UUID, wanted: Change, *, now: datetime) -> bool:
    """Change priority or dates of a task that the actor may do or manages, as ``assignment.change``."""
    return assignment.change(session, actor, task_id, wanted, now=now, answers_for=answers_for(session, actor))


def name_of(session: Session, user_id: UUID) -> str:
    """Return a person's name."""
    return people.names(session, [user_id]).get(user_id, "")


def may_see(session: Session, actor: Actor, task_id: UUID) -> bool:
    """Tell whether the actor may do a task, or did it."""
    try:
        queries.task_detail(session, actor, task_id)
    except NotFoundError:
        return False
    return True


def team_names(session: Session, actor: Actor) -> dict[UUID, str]:
    """Return the names of the actor's teams."""
    return {team.id: team.name for team in people.teams(session, actor) if team.id in actor.team_ids}
