"""Bundles that move: export as a zip file, import with conflicts and the assistant's changes to accept."""

import re
from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.access import Role
from engine.errors import InvalidInputError
from engine.process import definitions as stored
from engine.studio import archives, drafts, imports
from web import context
from web.i18n import explain
from web.i18n import translate as _
from web.security import policy
from web.studio.blueprint import blueprint
from web.studio.bodies import finding_text
from web.studio.words import grouped
from web.transactions import transactional


@blueprint.get("/studio/<uuid:definition_id>/export")
@policy(Role.ADMIN)
def export_version(definition_id: UUID) -> ResponseReturnValue:
    """Return the files of a version as a zip file."""
    row = stored.definition(context.session(), definition_id)
    manifest = {"process": row.key, "version": row.version, "digest": row.digest, "name": row.name}
    content = archives.write(stored.definition_files(context.session(), definition_id), manifest)
    return _zip(content, f"{row.key}-v{row.version}.zip")


@blueprint.get("/studio/drafts/<uuid:draft_id>/export")
@policy(Role.ADMIN)
def export_draft(draft_id: UUID) -> ResponseReturnValue:
    """Return the files of a draft as a zip file."""
    row = drafts.draft(context.session(), draft_id)
    manifest = {"process": row.process_key, "version": row.base_version, "name": row.title, "draft": row.revision}
    content = archives.write(drafts.contents(context.session(), draft_id), manifest)
    return _zip(content, f"{row.process_key}-draft.zip")


def _zip(content: bytes, name: str) -> ResponseReturnValue:
    # The id of an imported process may be any text, and a header takes few letters.
    safe = re.sub(r"[^A-Za-z0-9_.-]", "_", name)
    headers = {"Content-Disposition": f'attachment; filename="{safe}"'}
    return Response(content, mimetype="application/zip", headers=headers)


@blueprint.get("/studio/imports")
@policy(Role.ADMIN)
def new_import() -> ResponseReturnValue:
    """Ask for a file."""
    return render_template("studio/import.html", problem="")


@blueprint.post("/studio/imports")
@policy(Role.ADMIN)
@transactional
def upload_bundle() -> ResponseReturnValue:
    """Keep an upload until what it would change has been looked at."""
    sent = request.files.get("file")
    try:
        if sent is None or not sent.filename:
            raise InvalidInputError("Choose a file.", code="file_missing")
        content = sent.read(archives.MAX_ARCHIVE_BYTES + 1)
        import_id = imports.hold(context.session(), context.actor(), sent.filename, content, now=context.now())
    except InvalidInputError as error:
        return render_template("studio/import.html", problem=explain(error)), 422
    return redirect(url_for("studio.look_at_import", import_id=import_id), 303)


@blueprint.get("/studio/imports/<uuid:import_id>")
@policy(Role.ADMIN)
def look_at_import(import_id: UUID) -> ResponseReturnValue:
    """Show what an upload conflicts with, and what the assistant would change in it."""
    plan = imports.plan(context.session(), context.actor(), import_id)
    return render_template("studio/import_plan.html", plan=plan, groups=grouped(plan.changes), said=finding_text)


@blueprint.post("/studio/imports/<uuid:import_id>/accept")
@policy(Role.ADMIN)
@transactional
def accept_import(import_id: UUID) -> ResponseReturnValue:
    """Make a draft of an upload with the changes that were accepted."""
    accepted = request.form.getlist("accept")
    draft_id = imports.accept(context.session(), context.actor(), import_id, accepted, now=context.now())
    flash(_("The draft holds what you imported. Nothing is published yet."), "success")
    return redirect(url_for("studio.draft", draft_id=draft_id), 303)
