"""What can be done about who has a task, and about its priority and dates."""

from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.desk import service as desk
from engine.errors import FieldProblem, InvalidInputError
from engine.process import assignment, queries, user_tasks
from engine.process.assignment import Change
from engine.process.conditions import standpoint
from engine.process.filters import PRIORITIES
from engine.process.states import Handoff
from web import context
from web.i18n import translate as _
from web.inbox import listing, task_form
from web.security import policy
from web.transactions import transactional

blueprint = Blueprint("desk", __name__, template_folder="templates")

NOT_CHOSEN = FieldProblem("Choose a colleague.", code="person_missing")
OUTCOMES = {"returned": Handoff.RETURNED, "approved": Handoff.APPROVED, "changes": Handoff.CHANGES}
PURPOSES = {"delegate": Handoff.DELEGATED, "review": Handoff.IN_REVIEW}


@blueprint.post("/tasks/next")
@policy()
@transactional
def take_next() -> ResponseReturnValue:
    """Take the first free task of the list that the person sees."""
    session, actor = context.session(), context.actor()
    asked, _rows = listing.ask(session, actor)
    view = standpoint(actor, context.now())
    task_id = assignment.take_next(session, actor, view=view, show=asked.show, order=asked.order)
    if task_id is None:
        flash(_("Nothing is free in this list."), "info")
        return redirect(listing.address_of(asked))
    return redirect(url_for("inbox.task", task_id=task_id))


@blueprint.post("/tasks/<uuid:task_id>/claim")
@policy()
@transactional
def claim(task_id: UUID) -> ResponseReturnValue:
    """Take a task that is offered to several people."""
    assignment.claim(context.session(), context.actor(), task_id, now=context.now())
    return redirect(url_for("inbox.task", task_id=task_id))


@blueprint.post("/tasks/<uuid:task_id>/release")
@policy()
@transactional
def release(task_id: UUID) -> ResponseReturnValue:
    """Give a task back to its group."""
    assignment.release(context.session(), context.actor(), task_id, now=context.now())
    flash(_("The task is back in the queue."), "success")
    return redirect(url_for("inbox.inbox"))


@blueprint.get("/tasks/<uuid:task_id>/people")
@policy()
def people(task_id: UUID) -> ResponseReturnValue:
    """Show to whom a task can be given: to have it, to prepare it or to review it."""
    session, actor = context.session(), context.actor()
    detail = queries.task_detail(session, actor, task_id)
    purpose = request.args.get("for", "assign")
    found = desk.recipients(session, actor, detail.task) if purpose == "assign" else desk.colleagues(session, actor)
    return render_template("inbox/people.html", task=detail.task, purpose=purpose, people=found)


@blueprint.post("/tasks/<uuid:task_id>/assign")
@policy()
@transactional
def assign(task_id: UUID) -> ResponseReturnValue:
    """Give a task to a person who may do it."""
    session, actor = context.session(), context.actor()
    desk.require_task(session, actor, task_id)
    desk.assign(session, actor, task_id, _person(), now=context.now())
    flash(_("{name} has the task now.", name=_name(_person())), "success")
    return _after(task_id)


@blueprint.post("/tasks/<uuid:task_id>/hand-out")
@policy()
@transactional
def hand_out(task_id: UUID) -> ResponseReturnValue:
    """Let a colleague prepare or review a task; it returns."""
    session, actor = context.session(), context.actor()
    desk.require_task(session, actor, task_id)
    purpose = PURPOSES.get(request.form.get("purpose", ""), Handoff.DELEGATED)
    note = request.form.get("note", "")
    desk.hand_out(session, actor, task_id, _person(), purpose, note=note, now=context.now())
    flash(_("{name} has the task now. It returns to you.", name=_name(_person())), "success")
    return _after(task_id)


@blueprint.post("/tasks/<uuid:task_id>/give-back")
@policy()
@transactional
def give_back(task_id: UUID) -> ResponseReturnValue:
    """Return a task to its owner: prepared, approved, or with changes asked for; or take it back."""
    session, actor = context.session(), context.actor()
    detail = queries.task_detail(session, actor, task_id)
    definition = task_form.definition_of(session, detail)
    if definition and "submission_id" in request.form:
        values = task_form.posted(definition, store=True).values
        user_tasks.save_draft(session, actor, task_id, values, now=context.now())
    outcome = OUTCOMES.get(request.form.get("outcome", ""), Handoff.RETURNED)
    note, managers = request.form.get("note", ""), desk.answers_for(session, actor)
    assignment.give_back(session, actor, task_id, outcome=outcome, note=note, now=context.now(), answers_for=managers)
    flash(_("{name} has the task now.", name=detail.task.owner_name or ""), "success")
    return _after(task_id)


@blueprint.post("/tasks/<uuid:task_id>/change")
@policy()
@transactional
def change(task_id: UUID) -> ResponseReturnValue:
    """Change priority, due time or follow-up of a task."""
    wanted = changes_in(request.form.to_dict())
    if desk.change(context.session(), context.actor(), task_id, wanted, now=context.now()):
        flash(_("Saved."), "success")
    return redirect(url_for("inbox.task", task_id=task_id))


def changes_in(given: dict[str, str]) -> Change:
    """Return what a form post wants changed: fields that it does not have stay.

    Raises:
        InvalidInputError: a priority or a day that is none.
    """
    names = {name for name in ("priority", "due_at", "follow_up_at") if name in given or f"{name}_day" in given}
    if "priority" in names and given["priority"] not in PRIORITIES:
        problem = FieldProblem("Choose a priority from P1 to P4.", code="priority_invalid")
        raise InvalidInputError(errors={"priority": [problem]})
    return Change(
        frozenset(names),
        priority=PRIORITIES.get(given.get("priority", ""), 0),
        due_at=moment_in(given, "due_at"),
        follow_up_at=moment_in(given, "follow_up_at"),
    )


def moment_in(given: dict[str, str], name: str) -> datetime | None:
    """Return the day and time of a form post as an instant; no day: None; no time: six in the evening.

    Raises:
        InvalidInputError: it is no day.
    """
    text = given.get(f"{name}_day", "").strip()
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
        at = time.fromisoformat(given.get(f"{name}_time", "").strip() or "18:00")
        if not 1900 < day.year < 2200:
            raise ValueError("far away")
    except ValueError:
        raise InvalidInputError(errors={name: [FieldProblem("Choose a day.", code="day_invalid")]}) from None
    return datetime.combine(day, at.replace(tzinfo=None), tzinfo=ZoneInfo(context.actor().time_zone))


def _person() -> UUID:
    try:
        return UUID(request.form.get("user_id", ""))
    except ValueError:
        raise InvalidInputError(errors={"user_id": [NOT_CHOSEN]}) from None


def _name(user_id: UUID) -> str:
    return desk.name_of(context.session(), user_id)


def _after(task_id: UUID) -> ResponseReturnValue:
    # Who gave the task away may not see it any more.
    if desk.may_see(context.session(), context.actor(), task_id):
        return redirect(url_for("inbox.task", task_id=task_id))
    return redirect(url_for("inbox.inbox"))
