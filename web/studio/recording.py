"""Record a scenario: fill in the form of each waiting task, let the next timer come, say what services answer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.access import Role
from engine.errors import FieldProblem, InvalidInputError
from engine.process import pictures
from engine.studio import drafts, recordings, running
from engine.studio.isolated import TIME_ZONE, IsolatedRun
from engine.studio.recorded_cases import suggestion
from forms import html, render, schema
from forms.model import FormDefinition
from web import context
from web.i18n import locale
from web.i18n import translate as _
from web.security import policy
from web.studio.blueprint import blueprint
from web.studio.bodies import json_object
from web.studio.form_examples import example_choices
from web.transactions import transactional

CLOCK = "%Y-%m-%dT%H:%M"
"""How a browser writes a date and time."""
OURS = ("csrf_token", "submission_id", "unchecked")


@blueprint.get("/studio/drafts/<uuid:draft_id>/scenarios/new")
@policy(Role.ADMIN)
def new_scenario(draft_id: UUID) -> ResponseReturnValue:
    """Ask what a new scenario begins with; the newest finished instance proposes it."""
    session = context.session()
    row = drafts.draft(session, draft_id)
    found = recordings.beginning(session, row.process_key, running.bundle_of(session, draft_id))
    return render_template(
        "studio/new_scenario.html",
        draft=row,
        data=_pretty(found.data),
        answers=_pretty(found.answers),
        started_at=(found.started_at or context.now()).astimezone(ZoneInfo(TIME_ZONE)).strftime(CLOCK),
    )


@blueprint.post("/studio/drafts/<uuid:draft_id>/scenarios/new")
@policy(Role.ADMIN)
@transactional
def begin_scenario(draft_id: UUID) -> ResponseReturnValue:
    """Begin to record."""
    session, now = context.session(), context.now()
    recording_id = recordings.begin(
        session,
        context.actor(),
        draft_id,
        title=request.form.get("title", ""),
        started_at=_clock(request.form.get("started_at", "")),
        data=json_object("data"),
        answers=json_object("answers"),
        now=now,
    )
    return redirect(url_for("studio.record", recording_id=recording_id), 303)


def _clock(typed: str) -> datetime:
    try:
        return datetime.strptime(typed, CLOCK).replace(tzinfo=ZoneInfo(TIME_ZONE))
    except ValueError as error:
        raise InvalidInputError("Say when it starts.", code="started_at_missing") from error


@blueprint.get("/studio/recordings/<uuid:recording_id>")
@policy(Role.ADMIN)
def record(recording_id: UUID) -> ResponseReturnValue:
    """Show where a recording stands."""
    return _page(recording_id)


def _page(recording_id: UUID, typed: Mapping[str, Any] | None = None, errors: Any = None) -> str:
    session = context.session()
    row = recordings.recording(session, context.actor(), recording_id)
    draft = drafts.draft(session, row.draft_id)
    bundle = running.bundle_of(session, row.draft_id)
    played = recordings.play(bundle, row.document)
    run = played.run
    tasks = run.open_tasks()
    chosen = request.args.get("task", "")
    task = next((each for each in tasks if each.element_id == chosen), tasks[0] if tasks else None)
    form = bundle.forms.get(task.form or "") if task else None
    timers = run.timers()
    question = run.question
    proposal = suggestion(session, draft.process_key, question.element_id, question.topic) if question else None
    return render_template(
        "studio/record.html",
        recording=row,
        draft=draft,
        run=run,
        refused=played.refused,
        acts=[_act_words(run, act) for act in row.document["acts"]],
        tasks=tasks,
        task=task,
        due=datetime.fromisoformat(task.due) if task and task.due else None,
        form=_view(form, typed or {}, errors, run) if form else None,
        awaiting=run.step.awaiting if run.step and run.is_running else (),
        timer=timers[0] if timers else None,
        timer_name=run.label(timers[0][0]).text(locale()) if timers else "",
        question=question,
        question_text=_pretty(proposal if proposal is not None else {}),
        parameters=_pretty(question.parameters) if question else "",
        variables=_pretty(run.step.data) if run.step else "",
        data=_picture(run, draft.id),
    )


def _picture(run: IsolatedRun, draft_id: UUID) -> dict[str, Any]:
    draft = drafts.draft(context.session(), draft_id)
    nodes, flows = run.visited()
    standing = [task.element_id for task in run.open_tasks()]
    return {
        "xml": pictures.diagram(drafts.contents(context.session(), draft_id), draft.process_key),
        "done": sorted({*nodes, *flows} - set(standing)),
        "open": standing,
        "failed": [run.stop.element_id] if run.stop else [],
    }


def _act_words(run: IsolatedRun, act: Mapping[str, Any]) -> str:
    match act["act"]:
        case "start":
            return _("Start")
        case "complete":
            return _("Complete “{name}”", name=run.label(act["element"]))
        case "message":
            return _("Message “{name}”", name=act["name"])
        case _:
            return _("The next timer")


@blueprint.post("/studio/recordings/<uuid:recording_id>/complete/<element_id>")
@policy(Role.ADMIN)
@transactional
def complete_recorded(recording_id: UUID, element_id: str) -> ResponseReturnValue:
    """Complete a waiting task with what was filled in; the form's rules hold, unless they are set aside."""
    session = context.session()
    row = recordings.recording(session, context.actor(), recording_id)
    played = recordings.play(running.bundle_of(session, row.draft_id), row.document)
    task = next((each for each in played.run.open_tasks() if each.element_id == element_id), None)
    form = played.run.bundle.forms.get(task.form or "") if task else None
    values: dict[str, Any] = {}
    if form is not None:
        texts = {name: request.form.getlist(name) for name in request.form if name not in OURS}
        typed = html.from_html(form, texts)
        changed = html.list_action(form, texts, typed)
        if changed is not None:
            return _page(recording_id, changed)
        result = schema.validate(form, typed, context=_around(played.run), choices=example_choices(form))
        if not result.ok and request.form.get("unchecked") != "yes":
            return _page(recording_id, typed, _problems(result)), 422
        values = result.values if result.ok else typed
    _do(recording_id, {"act": "complete", "element": element_id, "values": values})
    return _next(recording_id)


def _problems(result: schema.Result) -> dict[str, list[FieldProblem]]:
    return {
        path: [FieldProblem(each.template, code=each.code, **each.params) for each in found]
        for path, found in result.errors.items()
    }


@blueprint.post("/studio/recordings/<uuid:recording_id>/timer")
@policy(Role.ADMIN)
@transactional
def jump_to_timer(recording_id: UUID) -> ResponseReturnValue:
    """Let the clock of the recording jump to the next timer."""
    _do(recording_id, {"act": "timer"})
    return _next(recording_id)


@blueprint.post("/studio/recordings/<uuid:recording_id>/message")
@policy(Role.ADMIN)
@transactional
def send_recorded(recording_id: UUID) -> ResponseReturnValue:
    """Give the process a message that it waits for."""
    name = request.form.get("name", "")
    _do(recording_id, {"act": "message", "name": name, "payload": json_object("payload")})
    return _next(recording_id)


@blueprint.post("/studio/recordings/<uuid:recording_id>/answer/<element_id>")
@policy(Role.ADMIN)
@transactional
def answer_recorded(recording_id: UUID, element_id: str) -> ResponseReturnValue:
    """Say what a service answers in this scenario."""
    given = json_object("answer")
    recordings.answer(context.session(), context.actor(), recording_id, element_id, given, now=context.now())
    return _next(recording_id)


@blueprint.post("/studio/recordings/<uuid:recording_id>/undo")
@policy(Role.ADMIN)
@transactional
def undo_recorded(recording_id: UUID) -> ResponseReturnValue:
    """Take the last act back."""
    recordings.undo(context.session(), context.actor(), recording_id, now=context.now())
    return _next(recording_id)


@blueprint.post("/studio/recordings/<uuid:recording_id>/keep")
@policy(Role.ADMIN)
@transactional
def keep_recording(recording_id: UUID) -> ResponseReturnValue:
    """Put the recording into the draft."""
    session = context.session()
    draft_id = recordings.recording(session, context.actor(), recording_id).draft_id
    recordings.keep(session, context.actor(), recording_id, now=context.now())
    flash(_("The scenario stands in the draft."), "success")
    return redirect(url_for("studio.scenarios", draft_id=draft_id), 303)


@blueprint.post("/studio/recordings/<uuid:recording_id>/drop")
@policy(Role.ADMIN)
@transactional
def drop_recording(recording_id: UUID) -> ResponseReturnValue:
    """Throw the recording away."""
    draft_id = recordings.drop(context.session(), context.actor(), recording_id, now=context.now())
    return redirect(url_for("studio.scenarios", draft_id=draft_id), 303)


def _do(recording_id: UUID, act: Mapping[str, Any]) -> None:
    recordings.add_act(context.session(), context.actor(), recording_id, act, now=context.now())


def _next(recording_id: UUID) -> ResponseReturnValue:
    return redirect(url_for("studio.record", recording_id=recording_id), 303)


def _view(form: FormDefinition, values: Mapping[str, Any], errors: Any, run: IsolatedRun) -> Any:
    return render.view(
        form,
        values,
        errors=errors,
        locale=locale(),
        choices=example_choices(form),
        context=_around(run),
        translate=_,
    )


def _around(run: IsolatedRun) -> dict[str, Any]:
    today = run.host.now.astimezone(ZoneInfo(TIME_ZONE)).date().isoformat()
    return {"today": today, "timezone": TIME_ZONE}


def _pretty(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
