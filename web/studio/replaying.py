"""Replay: what the last finished instances would have done on a draft, a part at a time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.access import Role
from engine.errors import InvalidInputError
from engine.process import history
from engine.studio import drafts, recordings, running
from engine.studio.recorded_cases import cases
from engine.studio.replay import CHANGED, NOT_COMPARABLE, SAME, STOPPED, replay
from web import context
from web.i18n import explain
from web.i18n import translate as _
from web.security import policy
from web.studio.blueprint import blueprint
from web.transactions import transactional

PART = 20
CHOICES = (30, 100, 300)
DAYS = 30
BY_DAYS = "days"
MAX_CASES = 1000
"""However many came to their end in these days."""


def verdict_words() -> dict[str, tuple[str, str, str]]:
    """Return words, tone and icon of what became of a case."""
    return {
        SAME: (_("Nothing changes"), "success", "check"),
        CHANGED: (_("Goes otherwise"), "warning", "flow"),
        STOPPED: (_("Stops"), "danger", "alert"),
        NOT_COMPARABLE: (_("Cannot be compared"), "", "info"),
    }


def kind_words() -> dict[str, str]:
    """Return what kinds of differences are called, those that are counted."""
    return {
        "path": _("Other way"),
        "decision": _("Other decision"),
        "deadline": _("Other deadline"),
        "service": _("Asks otherwise"),
        "field": _("Form"),
        "stop": _("Stops"),
    }


@blueprint.get("/studio/drafts/<uuid:draft_id>/replay")
@policy(Role.ADMIN)
def replay_page(draft_id: UUID) -> ResponseReturnValue:
    """Show what the last finished instances would do on a draft; a script fetches the parts."""
    session = context.session()
    row = drafts.draft(session, draft_id)
    problem = ""
    try:
        running.bundle_of(session, draft_id)
    except InvalidInputError as error:
        problem = explain(error)
    wanted = _wanted()
    finished = history.count_completed(session, row.process_key, since=wanted.since)
    return render_template(
        "studio/replay.html",
        draft=row,
        problem=problem,
        wanted=wanted,
        choices=[*((str(n), n) for n in CHOICES), (BY_DAYS, _("Last {n} days", n=DAYS))],
        days=DAYS,
        total=min(wanted.limit, finished),
        words=verdict_words(),
        kinds=kind_words(),
        part_url=url_for("studio.replay_part", draft_id=draft_id, n=wanted.name),
        part=PART,
    )


@blueprint.get("/studio/drafts/<uuid:draft_id>/replay/part")
@policy(Role.ADMIN)
def replay_part(draft_id: UUID) -> ResponseReturnValue:
    """Replay a part of the finished instances: rows to show, counts to add."""
    session = context.session()
    row = drafts.draft(session, draft_id)
    bundle = running.bundle_of(session, draft_id)
    wanted = _wanted()
    offset = min(max(request.args.get("offset", 0, type=int), 0), wanted.limit)
    # The last part holds what is left and no more: counts are of the cases that were asked for.
    limit = min(PART, wanted.limit - offset)
    chosen = cases(session, row.process_key, limit=limit, offset=offset, since=wanted.since)
    found = [replay(case, bundle) for case in chosen]
    body = render_template("studio/replay_rows.html", draft=row, found=found, words=verdict_words(), kinds=kind_words())
    return jsonify(
        count=len(found),
        html=body,
        verdicts={verdict: sum(each.verdict == verdict for each in found) for verdict in verdict_words()},
        kinds={kind: sum(each.has(kind) for each in found) for kind in kind_words()},
    )


@blueprint.post("/studio/drafts/<uuid:draft_id>/replay/<uuid:instance_id>/record")
@policy(Role.ADMIN)
@transactional
def record_case(draft_id: UUID, instance_id: UUID) -> ResponseReturnValue:
    """Make a recording of a finished case, to be kept as a scenario."""
    recording_id = recordings.begin_from_case(
        context.session(), context.actor(), draft_id, instance_id, now=context.now()
    )
    return redirect(url_for("studio.record", recording_id=recording_id), 303)


@dataclass(frozen=True)
class _Wanted:
    """Which finished instances are replayed: so many, or those since some time."""

    name: str
    limit: int
    since: datetime | None = None


def _wanted() -> _Wanted:
    asked = request.args.get("n", "")
    if asked == BY_DAYS:
        return _Wanted(BY_DAYS, MAX_CASES, context.now() - timedelta(days=DAYS))
    count = next((n for n in CHOICES if str(n) == asked), CHOICES[0])
    return _Wanted(str(count), count)
