"""The studio: processes and their versions, the editor, the check, publishing."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.access import Role
from engine.errors import ConflictError, InvalidInputError
from engine.people import queries as people
from engine.process import definitions as stored
from engine.process import editing, pictures, topics
from web import context
from web.i18n import explain, locale
from web.i18n import translate as _
from web.security import policy
from web.studio.texts import editor_texts, note_text
from web.transactions import transactional

blueprint = Blueprint("studio", __name__, template_folder="templates")

MAX_NOTE = 500


@blueprint.get("/studio")
@policy(Role.ADMIN)
def definitions() -> ResponseReturnValue:
    """List the processes with their versions."""
    session = context.session()
    rows = stored.definitions(session)
    return render_template(
        "studio/definitions.html",
        groups=[list(group) for _key, group in groupby(rows, key=lambda row: row.key)],
        names=people.names(session, [row.deployed_by for row in rows if row.deployed_by]),
        running=pictures.running_by_definition(session),
        note_text=note_text,
    )


@blueprint.get("/studio/<uuid:definition_id>")
@policy(Role.ADMIN, inline_styles=True)
def editor(definition_id: UUID) -> ResponseReturnValue:
    """Open a version: the newest one to edit, older ones to look at."""
    session = context.session()
    row = stored.definition(session, definition_id)
    versions = stored.definitions(session, key=row.key)
    newest = versions[0]
    files = stored.definition_files(session, definition_id)
    known = editing.names(session, definition_id)
    index = 1 if locale() == "en" else 0
    data = {
        "xml": pictures.diagram(files, row.key),
        "version": row.version,
        "baseVersion": newest.version,
        "readOnly": row.id != newest.id,
        "locale": locale(),
        "forms": [{"value": key, "label": titles[index] or key} for key, titles in known.forms.items()],
        "decisions": list(known.decisions),
        "topics": [
            {"name": topic.name, "label": topic.label[index], "parameters": list(topic.parameters)}
            for topic in topics.all_topics()
        ],
        "checkUrl": url_for("studio.check", definition_id=definition_id),
        "publishUrl": url_for("studio.publish", definition_id=definition_id),
        "texts": editor_texts(),
    }
    return render_template(
        "studio/editor.html",
        row=row,
        newest=newest,
        versions=versions,
        names=people.names(session, [each.deployed_by for each in versions if each.deployed_by]),
        files=sorted(files),
        data=data,
        note_text=note_text,
    )


@blueprint.post("/studio/<uuid:definition_id>/check")
@policy(Role.ADMIN)
def check(definition_id: UUID) -> ResponseReturnValue:
    """Return what the gate finds in a diagram, with the other files of the version."""
    sources = editing.with_diagram(context.session(), definition_id, _text("xml"))
    return jsonify(findings=_rows(editing.check(sources)))


check.is_transactional = True  # type: ignore[attr-defined]  # it writes nothing: a POST because a diagram is large


@blueprint.post("/studio/<uuid:definition_id>/publish")
@policy(Role.ADMIN)
def publish(definition_id: UUID) -> ResponseReturnValue:
    """Publish a diagram as the next version; new instances use it, running ones stay."""
    # The check takes a second and needs no lock, so it comes before the transaction.
    sources = editing.with_diagram(context.session(), definition_id, _text("xml"))
    findings = editing.check(sources)
    if any(finding.severity == "error" for finding in findings):
        return jsonify(findings=_rows(findings), detail=_("Mend the errors first.")), 422
    try:
        published_id, version = _publish(definition_id, sources)
    except ConflictError as error:
        return jsonify(code=error.code, detail=explain(error)), 409
    except InvalidInputError as error:
        return jsonify(code=error.code, detail=explain(error), findings=[]), 422
    flash(_("Version {n} is published: what starts from now on uses it.", n=version), "success")
    return jsonify(version=version, url=url_for("studio.editor", definition_id=published_id), findings=_rows(findings))


publish.is_transactional = True  # type: ignore[attr-defined]  # _publish is; the check before it only reads


@transactional
def _publish(definition_id: UUID, sources: Sequence[Any]) -> tuple[UUID, int]:
    base = (request.get_json(silent=True) or {}).get("base_version")
    if not isinstance(base, int):
        raise InvalidInputError("The version that you started from is missing.", code="base_version_missing")
    return editing.publish(
        context.session(),
        context.actor(),
        definition_id,
        sources,
        base_version=base,
        note=_text("note", required=False).strip()[:MAX_NOTE],
        now=context.now(),
    )


def _text(name: str, *, required: bool = True) -> str:
    body = request.get_json(silent=True)
    value = body.get(name) if isinstance(body, dict) else None
    if isinstance(value, str) and (value or not required):
        return value
    if not required and value is None:
        return ""
    raise InvalidInputError("The diagram is missing.", code="diagram_missing")


def _rows(findings: Sequence[Any]) -> list[dict[str, Any]]:
    return [
        {
            "element": finding.element_id,
            "line": finding.line,
            "severity": finding.severity,
            "code": finding.code,
            "text": finding.text(locale()),
        }
        for finding in findings
    ]
