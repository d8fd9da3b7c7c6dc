"""Jobs and timers: how they stand, and doing one now, at another time, again, or never."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.access import Role
from engine.calendar import queries as deadlines
from engine.errors import FieldProblem, InvalidInputError, NotFoundError
from engine.ids import new_id
from engine.operate import retries
from engine.outbox import queries as deliveries
from engine.process import jobs as acts
from engine.process import pictures
from engine.process import queries as process
from engine.support.requests import FIRST_RESPONSE, RESOLVE
from web import context
from web.i18n import explain, locale
from web.i18n import translate as _
from web.inbox.subject import address_of
from web.operate import words
from web.operate.incidents import run_id_of_form
from web.operate.paging import key_from, key_of
from web.security import policy
from web.transactions import transactional

blueprint = Blueprint("operate_jobs", __name__, template_folder="templates", url_prefix="/operate")

PAGE_SIZE = 50
CLOCKS_SHOWN = 20


@blueprint.app_template_global()
def job_label(standing: str) -> Any:
    """Return the label of how a job stands."""
    return words.job_label(standing)


@blueprint.app_template_global()
def topic_label(name: str) -> str:
    """Return what a job does."""
    return words.topic_label(name)


@blueprint.app_template_global()
def job_error(text: str | None) -> str:
    """Return why a job was not done."""
    return words.job_error(text)


@blueprint.app_template_global()
def incident_text(found: Any) -> str:
    """Return why something failed."""
    return words.incident_text(found)


@blueprint.app_template_global()
def incident_kind(code: str) -> str:
    """Return what kind of failure a code stands for."""
    return words.incident_kind(code)


@blueprint.app_template_global()
def resolution_label(resolution: str | None) -> str:
    """Return how an incident came to its end."""
    return words.resolution_label(resolution)


@blueprint.get("/jobs")
@policy(Role.ADMIN)
def jobs() -> ResponseReturnValue:
    """List jobs by how they stand and what they do."""
    session, now = context.session(), context.now()
    standing, topic = request.args.get("standing", ""), request.args.get("topic", "")[:80]
    counts = deliveries.counts(session, now=now)
    if standing not in deliveries.STANDINGS:
        standing = "dead" if any(key[0] == "dead" for key in counts) else "waiting"
    after = key_from(request.args.get("after", ""))
    rows = deliveries.open_deliveries(session, standing, now=now, topic=topic, after=after, limit=PAGE_SIZE + 1)
    more, rows = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE]
    last = (rows[-1].ended_at or rows[-1].next_at) if rows else None
    return render_template(
        "operate/jobs.html",
        rows=rows,
        standing=standing,
        topic=topic,
        standings=[(name, words.job_label(name), _sum(counts, name)) for name in deliveries.STANDINGS],
        topics=sorted((key[1], count, since) for key, (count, since) in counts.items() if key[0] == standing),
        titles=pictures.titles(session, {row.instance_id for row in rows if row.instance_id}, locale()),
        next_key=key_of(last, rows[-1].id) if more and last else None,
        run_id=new_id(),
        now=now,
    )


@blueprint.get("/timers")
@policy(Role.ADMIN)
def timers() -> ResponseReturnValue:
    """List the timers that wait, and the clocks of requests that run."""
    session = context.session()
    rows = acts.next_timers(session, after=key_from(request.args.get("after", "")), limit=PAGE_SIZE + 1)
    more, rows = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE]
    found = []
    for row in rows:
        timer = next(iter(acts.timers_of(session, row.id)), None)
        names = pictures.element_names(session, row.id, locale()) if timer else {}
        found.append((row, timer, names.get(timer.element_id) or timer.element_id if timer else ""))
    clocks = deadlines.next_due(
        session, (FIRST_RESPONSE, RESOLVE), groups=None, is_paused=False, now=context.now(), limit=CLOCKS_SHOWN
    )
    last = rows[-1] if rows else None
    return render_template(
        "operate/timers.html",
        rows=found,
        clocks=[(clock, address_of(clock.business_key)) for clock in clocks],
        titles=pictures.titles_by_key(session, {clock.business_key for clock in clocks}, locale()),
        next_key=key_of(last.next_due_at, last.id) if more and last and last.next_due_at else None,
    )


@blueprint.get("/jobs/<uuid:delivery_id>")
@policy(Role.ADMIN)
def job(delivery_id: UUID) -> ResponseReturnValue:
    """Show one job: what it does, how it stands, what can be done with it."""
    return _job_page(delivery_id)


@blueprint.post("/jobs/<uuid:delivery_id>")
@policy(Role.ADMIN)
def act(delivery_id: UUID) -> ResponseReturnValue:
    """Do a job now, at another time, or never."""
    try:
        return _act(delivery_id)
    except InvalidInputError as error:
        return _job_page(delivery_id, errors=error.errors), 422


act.is_transactional = True  # type: ignore[attr-defined]  # _act is; the page after a mistake only reads


@transactional
def _act(delivery_id: UUID) -> ResponseReturnValue:
    session, actor, now = context.session(), context.actor(), context.now()
    reason = request.form.get("reason", "")
    match request.form.get("act"):
        case "now":
            acts.run_now(session, actor, delivery_id, now=now)
            flash(_("It is done next."), "success")
        case "later":
            acts.reschedule(session, actor, delivery_id, moment_of_form(), reason, now=now)
            flash(_("It waits for its new time."), "success")
        case "drop":
            acts.drop(session, actor, delivery_id, reason, now=now)
            flash(_("It is dropped."), "success")
        case _unknown:
            raise InvalidInputError(errors={"act": [FieldProblem("There is no such act.", code="act_unknown")]})
    return redirect(url_for("operate_jobs.job", delivery_id=delivery_id))


@blueprint.post("/jobs/retry")
@policy(Role.ADMIN)
@transactional
def retry_many() -> ResponseReturnValue:
    """Try all that were given up again, or all of a topic."""
    topic = request.form.get("topic", "")[:80] or None
    run_id = run_id_of_form()
    run = retries.start(context.session(), context.actor(), run_id, retries.DELIVERIES, topic, now=context.now())
    return redirect(url_for("operate_incidents.run", run_id=run.id))


@blueprint.get("/instances/<uuid:instance_id>/timers/<token>")
@policy(Role.ADMIN)
def timer(instance_id: UUID, token: str) -> ResponseReturnValue:
    """Show one timer with what can be done with it."""
    return _timer_page(instance_id, token)


@blueprint.post("/instances/<uuid:instance_id>/timers/<token>")
@policy(Role.ADMIN)
def change_timer(instance_id: UUID, token: str) -> ResponseReturnValue:
    """Let a timer fire now, at another time, or never."""
    try:
        return _change_timer(instance_id, token)
    except InvalidInputError as error:
        return _timer_page(instance_id, token, errors=error.errors), 422


change_timer.is_transactional = True  # type: ignore[attr-defined]  # _change_timer is; the page after a mistake only reads


@transactional
def _change_timer(instance_id: UUID, token: str) -> ResponseReturnValue:
    session, actor, now = context.session(), context.actor(), context.now()
    reason = request.form.get("reason", "")
    match request.form.get("act"):
        case "now":
            acts.move_timer(session, actor, instance_id, token, now, reason, now=now)
            flash(_("The timer has fired."), "success")
        case "later":
            acts.move_timer(session, actor, instance_id, token, moment_of_form(), reason, now=now)
            flash(_("The timer waits for its new time."), "success")
        case "drop":
            acts.drop_timer(session, actor, instance_id, token, reason, now=now)
            flash(_("The timer is dropped; the step that it stood beside goes on."), "success")
        case _unknown:
            raise InvalidInputError(errors={"act": [FieldProblem("There is no such act.", code="act_unknown")]})
    return redirect(url_for("operate.instance", instance_id=instance_id, _anchor="timers"))


def moment_of_form() -> datetime:
    """Return the day and time that was typed, in the actor's time zone.

    Raises:
        InvalidInputError: it is none.
    """
    try:
        typed = datetime.fromisoformat(request.form.get("at", ""))
    except ValueError:
        raise InvalidInputError(errors={"at": [FieldProblem("Give a day and a time.", code="time_invalid")]}) from None
    return typed if typed.tzinfo else typed.replace(tzinfo=ZoneInfo(context.actor().time_zone))


def _job_page(delivery_id: UUID, *, errors: dict[str, list[FieldProblem]] | None = None) -> str:
    session, now = context.session(), context.now()
    row = deliveries.delivery(session, delivery_id)
    names = pictures.element_names(session, row.instance_id, locale()) if row.instance_id else {}
    standing = row.standing(now)
    return render_template(
        "operate/job.html",
        row=row,
        standing=standing,
        label=words.job_label(standing),
        element=names.get(row.element_id or "", row.element_id or ""),
        instance=process.instance(session, row.instance_id) if row.instance_id else None,
        is_open=standing in {"waiting", "retrying", "dead"},
        **typed_of_form(errors),
    )


def _timer_page(instance_id: UUID, token: str, *, errors: dict[str, list[FieldProblem]] | None = None) -> str:
    session = context.session()
    row = process.instance(session, instance_id)
    found = next((each for each in acts.timers_of(session, instance_id) if each.token == token), None)
    if found is None:
        raise NotFoundError("This timer does not wait any more.", code="timer_gone")
    names = pictures.element_names(session, instance_id, locale())
    return render_template(
        "operate/timer.html",
        row=row,
        timer=found,
        name=names.get(found.element_id) or found.element_id,
        **typed_of_form(errors),
    )


def typed_of_form(errors: dict[str, list[FieldProblem]] | None) -> dict[str, Any]:
    """Return what a page shows of a form with mistakes: the sentences, and what was typed."""
    return {
        "errors": {path: explain(problems[0]) for path, problems in (errors or {}).items()},
        "typed": {name: request.form.get(name, "") for name in ("reason", "at", "act")},
    }


def _sum(counts: dict[tuple[str, str], tuple[int, datetime]], standing: str) -> int:
    return sum(count for key, (count, _since) in counts.items() if key[0] == standing)
