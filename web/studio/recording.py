"""Record a scenario: fill in the form of each waiting task, let the next timer come, say what services answer."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.access import Role
from engine.errors import FieldProblem, InvalidInputError
from engine.process import pictures, topics
from engine.studio import drafts, recordings, running
from engine.studio.isolated import TIME_ZONE, IsolatedRun, Question
from engine.studio.recorded_cases import suggestion
from forms import html, render, schema
from forms.model import FormDefinition
from web import context, value_fields
from web.i18n import locale
from web.i18n import translate as _
from web.security import policy
from web.studio.blueprint import blueprint
from web.studio.form_examples import example_choices
from web.transactions import transactional
from web.value_fields import Values, pretty

OURS = ("csrf_token", "submission_id", "unchecked")


@blueprint.get("/studio/recordings/<uuid:recording_id>")
@policy(Role.ADMIN)
def record(recording_id: UUID) -> ResponseReturnValue:
    """Show where a recording stands."""
    return _page(recording_id)


def _page(
    recording_id: UUID,
    typed: Mapping[str, Any] | None = None,
    errors: Any = None,
    problems: Mapping[str, Any] | None = None,
) -> str:
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
        answer=_answer(draft.process_key, question, problems) if question else None,
        payload=value_fields.typed("payload", problems) if problems and "payload" in problems else None,
        parameters=pretty(question.parameters) if question else "",
        variables=pretty(run.step.data) if run.step else "",
        data=_picture(run, draft.id),
    )


def _answer(process_key: str, question: Question, problems: Mapping[str, Any] | None) -> Values:
    """Return what a service answers: as typed, else as it did last in a real case, else what it gives, empty."""
    gives = next((each.gives for each in topics.all_topics() if each.name == question.topic), ())
    labels = {each.name: each.label[locale() == "en"] for each in gives}
    if problems and any(name == "answer" or name.startswith("answer:") for name in problems):
        return value_fields.typed("answer", problems, labels)
    proposal = suggestion(context.session(), process_key, question.element_id, question.topic)
    if proposal is None:
        proposal = {each.name: None for each in gives}
    return value_fields.shown("answer", proposal, {each.name: each.type for each in gives}, labels)


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
def send_recorded(recording_id: UUID) -> ResponseReturnValue:
    """Give the process a message that it waits for."""
    return _done(recording_id, _send, recording_id)


send_recorded.is_transactional = True  # type: ignore[attr-defined]  # _send is; the page after a mistake only reads


@transactional
def _send(recording_id: UUID) -> None:
    payload = value_fields.read("payload")
    _do(recording_id, {"act": "message", "name": request.form.get("name", ""), "payload": payload})


@blueprint.post("/studio/recordings/<uuid:recording_id>/answer/<element_id>")
@policy(Role.ADMIN)
def answer_recorded(recording_id: UUID, element_id: str) -> ResponseReturnValue:
    """Say what a service answers in this scenario."""
    return _done(recording_id, _give, recording_id, element_id)


answer_recorded.is_transactional = True  # type: ignore[attr-defined]  # _give is; the page after a mistake only reads


@transactional
def _give(recording_id: UUID, element_id: str) -> None:
    given = value_fields.read("answer")
    recordings.answer(context.session(), context.actor(), recording_id, element_id, given, now=context.now())


def _done(recording_id: UUID, act: Callable[..., None], *given: Any) -> ResponseReturnValue:
    """Do something and go on; what was typed wrongly is shown again."""
    try:
        act(*given)
    except InvalidInputError as error:
        if not error.errors:
            raise
        return _page(recording_id, problems=error.errors), 422
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
