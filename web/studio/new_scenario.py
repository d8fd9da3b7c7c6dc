"""What a new scenario begins with: its title, the clock, and the variables."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.access import Role
from engine.errors import FieldProblem, InvalidInputError
from engine.studio import drafts, recordings, running
from engine.studio.isolated import TIME_ZONE
from web import context, value_fields
from web.i18n import explain
from web.security import policy
from web.studio.blueprint import blueprint
from web.transactions import transactional
from web.value_fields import Values, pretty

CLOCK = "%Y-%m-%dT%H:%M"
"""How a browser writes a date and time."""


@blueprint.get("/studio/drafts/<uuid:draft_id>/scenarios/new")
@policy(Role.ADMIN)
def new_scenario(draft_id: UUID) -> ResponseReturnValue:
    """Ask what a new scenario begins with; the newest finished instance proposes it."""
    session = context.session()
    row = drafts.draft(session, draft_id)
    bundle = running.bundle_of(session, draft_id)
    found = recordings.beginning(session, row.process_key, bundle)
    started_at = (found.started_at or context.now()).astimezone(ZoneInfo(TIME_ZONE)).strftime(CLOCK)
    data = value_fields.shown("data", found.data, bundle.model.variables)
    return _page(draft_id, data, {"answers": pretty(found.answers), "started_at": started_at}, {})


@blueprint.post("/studio/drafts/<uuid:draft_id>/scenarios/new")
@policy(Role.ADMIN)
def begin_scenario(draft_id: UUID) -> ResponseReturnValue:
    """Begin to record."""
    try:
        return _begin(draft_id)
    except InvalidInputError as error:
        if not error.errors:
            raise
        return _page(draft_id, value_fields.typed("data", error.errors), request.form, error.errors), 422


begin_scenario.is_transactional = True  # type: ignore[attr-defined]  # _begin is; the page after a mistake only reads


@transactional
def _begin(draft_id: UUID) -> ResponseReturnValue:
    errors: dict[str, list[FieldProblem]] = {}
    given: dict[str, Any] = {}
    for name, read in (
        ("started_at", lambda: _clock(request.form.get("started_at", ""))),
        ("data", lambda: value_fields.read("data")),
        ("answers", lambda: value_fields.read("answers")),
    ):
        try:
            given[name] = read()
        except InvalidInputError as error:
            errors |= error.errors
    if not request.form.get("title", "").strip():
        errors["title"] = [FieldProblem("A scenario needs a title.", code="title_missing")]
    if errors:
        raise InvalidInputError(errors=errors)
    title = request.form["title"]
    recording_id = recordings.begin(
        context.session(), context.actor(), draft_id, title=title, now=context.now(), **given
    )
    return redirect(url_for("studio.record", recording_id=recording_id), 303)


def _page(draft_id: UUID, data: Values, typed: Mapping[str, str], problems: Mapping[str, Any]) -> str:
    return render_template(
        "studio/new_scenario.html",
        draft=drafts.draft(context.session(), draft_id),
        data=data,
        typed=typed,
        errors={name: explain(found[0]) for name, found in problems.items()},
    )


def _clock(typed: str) -> datetime:
    try:
        return datetime.strptime(typed, CLOCK).replace(tzinfo=ZoneInfo(TIME_ZONE))
    except ValueError as error:
        problem = FieldProblem("Say when it starts.", code="started_at_missing")
        raise InvalidInputError(errors={"started_at": [problem]}) from error
