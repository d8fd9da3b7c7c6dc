"""The studio: processes with their versions and drafts, a version in the editor, rolling back."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.access import Role
from engine.errors import FieldflowError
from engine.people import queries as people
from engine.process import bundles, editing, pictures
from engine.process import definitions as stored
from engine.studio import drafts, publishing, reviews, running
from web import context
from web.i18n import explain
from web.i18n import translate as _
from web.security import policy
from web.studio import editor_data
from web.studio.blueprint import blueprint
from web.studio.bodies import MAX_NOTE, rows, text
from web.studio.texts import note_text
from web.transactions import transactional


@blueprint.get("/studio")
@policy(Role.ADMIN)
def definitions() -> ResponseReturnValue:
    """List the processes with their versions and drafts."""
    session = context.session()
    found = stored.definitions(session)
    groups = [list(group) for _key, group in groupby(found, key=lambda row: row.key)]
    keys = {group[0].key for group in groups}
    open_drafts = drafts.open_drafts(session)
    counts = pictures.running_by_definition(session)
    return render_template(
        "studio/definitions.html",
        groups=groups,
        drafts={key: [row for row in open_drafts if row.process_key == key] for key in keys},
        asked=reviews.asked_of(session, context.actor()),
        new_processes=[row for row in open_drafts if row.process_key not in keys],
        green=publishing.requiring_green(session),
        names=people.names(session, [row.deployed_by for row in found if row.deployed_by]),
        running=counts,
        running_in_all=lambda versions: sum(counts.get(row.id, 0) for row in versions),
        note_text=note_text,
    )


@blueprint.get("/studio/<uuid:definition_id>")
@policy(Role.ADMIN, inline_styles=True)
def editor(definition_id: UUID) -> ResponseReturnValue:
    """Open a version: the newest one to edit (its first change begins a draft), older ones to look at."""
    session = context.session()
    row = stored.definition(session, definition_id)
    versions = stored.definitions(session, key=row.key)
    files = stored.definition_files(session, definition_id)
    name = pictures.diagram_name(files, row.key)
    read_only = row.id != versions[0].id
    return render_template(
        "studio/editor.html",
        row=row,
        newest=versions[0],
        versions=versions,
        draft=None,
        drafts=drafts.open_drafts(session, row.key),
        names=people.names(session, [each.deployed_by for each in versions if each.deployed_by]),
        files=sorted(files),
        read_only=read_only,
        waiting=[],
        data=editor_data.of_version(definition_id, files, name, read_only=read_only),
        note_text=note_text,
    )


@blueprint.post("/studio/<uuid:definition_id>/check")
@policy(Role.ADMIN)
def check(definition_id: UUID) -> ResponseReturnValue:
    """Return what the gate finds in a diagram, with the other files of the version, and what it knows for sure."""
    sources = editing.with_diagram(context.session(), definition_id, text("xml"))
    return jsonify(findings=rows(editing.check(sources)), closed=editing.closed(sources))


check.is_transactional = True  # type: ignore[attr-defined]  # it writes nothing: a POST because a diagram is large


@blueprint.post("/studio/<uuid:definition_id>/roll-back")
@policy(Role.ADMIN)
def roll_back(definition_id: UUID) -> ResponseReturnValue:
    """Publish the files of an older version as the next one."""
    # The check takes a second and needs no lock, so it comes before the transaction.
    files = stored.definition_files(context.session(), definition_id)
    findings = [finding for finding in running.check(files) if finding.severity == "error"]
    if findings:
        flash(
            _("This version would not pass the check of today: {n} errors. Begin a draft with it.", n=len(findings)),
            "danger",
        )
        return redirect(url_for("studio.editor", definition_id=definition_id), 303)
    try:
        published_id, version = _roll_back(definition_id, bundles.sources_from(files))
    except FieldflowError as error:
        flash(explain(error), "danger")
        return redirect(url_for("studio.editor", definition_id=definition_id), 303)
    flash(_("Version {n} is published: what starts from now on uses it.", n=version), "success")
    return redirect(url_for("studio.editor", definition_id=published_id), 303)


roll_back.is_transactional = True  # type: ignore[attr-defined]  # _roll_back is; the check before it only reads


@transactional
def _roll_back(definition_id: UUID, sources: Sequence[Any]) -> tuple[UUID, int]:
    reason = request.form.get("reason", "").strip()[:MAX_NOTE]
    return publishing.roll_back(
        context.session(), context.actor(), definition_id, sources, reason=reason, now=context.now()
    )


@blueprint.post("/studio/<uuid:definition_id>/gate")
@policy(Role.ADMIN)
@transactional
def set_gate(definition_id: UUID) -> ResponseReturnValue:
    """Say whether a process is published only when its scenario tests pass."""
    row = stored.definition(context.session(), definition_id)
    required = request.form.get("green") == "yes"
    publishing.require_green(context.session(), context.actor(), row.key, is_required=required, now=context.now())
    flash(_("This is how “{name}” is published from now on.", name=row.name), "success")
    return redirect(url_for("studio.definitions"), 303)
