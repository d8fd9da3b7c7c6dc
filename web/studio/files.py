"""The files of a draft for scripts: read, save with the revision that was read, take out, check.

``PUT /studio/drafts/<id>/files/<name>`` with ``{"content": text, "revision": n}`` (0 for a new file) answers
``{"revision": m}``, or 409 with who changed the file meanwhile, what they changed, and its content as it is now.
"""

from typing import Any
from uuid import UUID

from flask import jsonify, request, url_for
from flask.typing import ResponseReturnValue

from engine.access import Role
from engine.errors import NotFoundError
from engine.process import bundles, editing
from engine.studio import drafts, running
from engine.studio.drafts import FileRow, OvertakenError
from web import context
from web.i18n import explain
from web.security import policy
from web.studio import editor_data
from web.studio.blueprint import blueprint
from web.studio.bodies import number, rows, text
from web.studio.words import sentence
from web.transactions import transactional


@blueprint.get("/studio/drafts/<uuid:draft_id>/files/<path:name>")
@policy(Role.ADMIN)
def read_file(draft_id: UUID, name: str) -> ResponseReturnValue:
    """Return a file of a draft with its revision."""
    file = file_of(draft_id, name)
    return jsonify(name=file.name, revision=file.revision, content=file.content.decode("utf-8", "replace"))


@blueprint.put("/studio/drafts/<uuid:draft_id>/files/<path:name>")
@policy(Role.ADMIN)
@transactional
def save_file(draft_id: UUID, name: str) -> ResponseReturnValue:
    """Save a file of a draft, unless somebody else did since the revision that the editor read."""
    return _saved(draft_id, name, text("content").encode("utf-8"))


@blueprint.delete("/studio/drafts/<uuid:draft_id>/files/<path:name>")
@policy(Role.ADMIN)
@transactional
def remove_file(draft_id: UUID, name: str) -> ResponseReturnValue:
    """Take a file out of a draft."""
    return _saved(draft_id, name, None)


def _saved(draft_id: UUID, name: str, content: bytes | None) -> ResponseReturnValue:
    try:
        revision = drafts.save_file(
            context.session(),
            context.actor(),
            draft_id,
            name,
            content,
            revision=number("revision"),
            now=context.now(),
        )
    except OvertakenError as error:
        return jsonify(_conflict(draft_id, error)), 409
    return jsonify(name=name, revision=revision)


def _conflict(draft_id: UUID, error: OvertakenError) -> dict[str, Any]:
    file = error.file
    return {
        "code": error.code,
        "detail": explain(error),
        "who": error.who,
        "revision": file.revision if file else 0,
        "content": file.content.decode("utf-8", "replace") if file else None,
        "changes": [{"element": change.subject_id, "text": sentence(change)} for change in error.changes[:50]],
        "copyUrl": url_for("studio.copy_with", draft_id=draft_id),
    }


@blueprint.post("/studio/drafts/<uuid:draft_id>/check")
@policy(Role.ADMIN)
def check_draft(draft_id: UUID) -> ResponseReturnValue:
    """Return what the gate finds in a draft, with one file as it stands in an editor."""
    drafts.draft(context.session(), draft_id)
    files = drafts.contents(context.session(), draft_id)
    if isinstance(request.get_json(silent=True), dict) and text("name", required=False):
        files[text("name")] = text("content").encode("utf-8")
    known = editing.closed(bundles.sources_from(running.complete_files(files)))
    return jsonify(findings=rows(running.check(files)), closed=known)


check_draft.is_transactional = True  # type: ignore[attr-defined]  # it writes nothing: a POST because a file is large


@blueprint.post("/studio/<uuid:definition_id>/drafts/with")
@policy(Role.ADMIN)
@transactional
def begin_with(definition_id: UUID) -> ResponseReturnValue:
    """Begin a draft of a version with one file as it stands in the editor."""
    name = text("name")
    draft_id = drafts.create(
        context.session(),
        context.actor(),
        definition_id,
        title="",
        changed={name: text("content").encode("utf-8")},
        now=context.now(),
    )
    return jsonify(editor_data.answer(draft_id, name, 1))


@blueprint.post("/studio/drafts/<uuid:draft_id>/copy")
@policy(Role.ADMIN)
@transactional
def copy_with(draft_id: UUID) -> ResponseReturnValue:
    """Begin another draft with the files of this one and one file as it stands in the editor: nothing typed is lost."""
    session, name = context.session(), text("name")
    row = drafts.draft(session, draft_id)
    files = {**drafts.contents(session, draft_id), name: text("content").encode("utf-8")}
    base = (row.base_definition_id, row.base_version) if row.base_definition_id else None
    copied = drafts.create_from(
        session,
        context.actor(),
        row.process_key,
        files,
        base=base,
        title=f"{row.title} ({context.actor().name})",
        now=context.now(),
    )
    return jsonify(editor_data.answer(copied, name, 1))


def file_of(draft_id: UUID, name: str) -> FileRow:
    """Return a file of a draft.

    Raises:
        NotFoundError: no such draft, or no such file in it.
    """
    drafts.draft(context.session(), draft_id)
    file = drafts.files(context.session(), draft_id).get(name)
    if file is None:
        raise NotFoundError("There is no such file in the draft.", code="draft_file_unknown")
    return file
