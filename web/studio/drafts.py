"""A draft: its files, what it changes, reviews, publishing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.access import Role
from engine.errors import FieldflowError, InvalidInputError
from engine.people import queries as people
from engine.process import bundles
from engine.process import definitions as stored
from engine.studio import decision_tests, drafts, publishing, reviews, running, scenarios
from engine.studio.compare import compare, file_rank, title_of
from engine.studio.drafts import DraftRow
from engine.studio.scenario_files import in_files
from web import context
from web.i18n import explain, locale
from web.i18n import translate as _
from web.security import policy
from web.studio import editor_data, form_builder
from web.studio.blueprint import blueprint
from web.studio.bodies import MAX_NOTE, finding_text, number, rows, text
from web.studio.files import file_of
from web.studio.texts import note_text
from web.studio.words import file_kind, grouped, review_words
from web.transactions import transactional


@blueprint.post("/studio/<uuid:definition_id>/drafts")
@policy(Role.ADMIN)
@transactional
def begin(definition_id: UUID) -> ResponseReturnValue:
    """Begin a draft with the files of a version."""
    title = request.form.get("title", "")
    draft_id = drafts.create(context.session(), context.actor(), definition_id, title=title, now=context.now())
    return redirect(url_for("studio.draft", draft_id=draft_id), 303)


@dataclass(frozen=True)
class Refusal:
    """Why a draft was not published, and the address of what is to be mended, if it has one."""

    sentence: str
    place: str


@blueprint.get("/studio/drafts/<uuid:draft_id>")
@policy(Role.ADMIN)
def draft(draft_id: UUID) -> ResponseReturnValue:
    """Show a draft: files, what it changes, what colleagues say, how it is published."""
    return _page(draft_id)


def _page(draft_id: UUID, refusal: Refusal | None = None) -> str:
    session = context.session()
    row = drafts.draft(session, draft_id)
    files = drafts.files(session, draft_id)
    contents = {name: file.content for name, file in files.items()}
    versions = stored.definitions(session, key=row.process_key)
    base = stored.definition_files(session, row.base_definition_id) if row.base_definition_id else {}
    return render_template(
        "studio/draft.html",
        draft=row,
        files=sorted(files.values(), key=lambda file: file_rank(file.name)),
        file_kind=file_kind,
        titles={name: title_of(name, content).text(locale()) for name, content in contents.items()},
        newest=versions[0].version if versions else 0,
        base_definition_id=row.base_definition_id,
        newest_definition_id=versions[0].id if versions else None,
        groups=grouped(compare(base, contents)),
        reviews=reviews.reviews(session, draft_id),
        waiting=reviews.unanswered(session, draft_id),
        may_agree=context.actor().user_id not in reviews.authors(session, draft_id),
        review_words=review_words(),
        admins=_colleagues(),
        scenario_count=len(in_files(contents)),
        green=publishing.requires_green(session, row.process_key),
        refusal=refusal,
        note=text("note", required=False) if refusal else "",
    )


def _colleagues() -> list[people.Person]:
    admins = people.people(context.session(), role=Role.ADMIN)
    return [each for each in admins if each.is_active and each.id != context.actor().user_id]


@blueprint.get("/studio/drafts/<uuid:draft_id>/edit/<path:name>")
@policy(Role.ADMIN, inline_styles=True)
def edit_file(draft_id: UUID, name: str) -> ResponseReturnValue:
    """Edit a file of a draft: a diagram in the editor, a form in its builder, others as text with the check."""
    session = context.session()
    row, file = drafts.draft(session, draft_id), file_of(draft_id, name)
    files = drafts.files(session, draft_id)
    versions = stored.definitions(session, key=row.process_key)
    if bundles.is_form(name) and form_builder.is_outline(file.content) and request.args.get("as") != "text":
        return form_builder.page(row, files, name)
    if name.endswith(".dmn") and request.args.get("as") != "text":
        data = editor_data.of_decisions(row, files, name)
        return render_template("studio/decisions.html", draft=row, file=file, data=data)
    if not name.endswith(".bpmn"):
        data = editor_data.of_draft(row, files, name)
        return render_template("studio/text.html", draft=row, file=file, data=data, file_kind=file_kind)
    return render_template(
        "studio/editor.html",
        row=versions[0] if versions else None,
        newest=versions[0] if versions else None,
        versions=versions,
        draft=row,
        drafts=(),
        names=people.names(session, [each.deployed_by for each in versions if each.deployed_by]),
        files=sorted(files),
        read_only=not row.is_open,
        waiting=reviews.unanswered(session, draft_id),
        data=editor_data.of_draft(row, files, name),
        note_text=note_text,
    )


@blueprint.post("/studio/drafts/<uuid:draft_id>/rename")
@policy(Role.ADMIN)
@transactional
def rename(draft_id: UUID) -> ResponseReturnValue:
    """Give a draft another title."""
    drafts.rename(context.session(), context.actor(), draft_id, request.form.get("title", ""), now=context.now())
    return redirect(url_for("studio.draft", draft_id=draft_id), 303)


@blueprint.post("/studio/drafts/<uuid:draft_id>/discard")
@policy(Role.ADMIN)
@transactional
def discard(draft_id: UUID) -> ResponseReturnValue:
    """Put a draft away."""
    reason = request.form.get("reason", "")
    drafts.discard(context.session(), context.actor(), draft_id, reason=reason, now=context.now())
    flash(_("The draft is put away. It can be looked at for ninety days."), "success")
    return redirect(url_for("studio.definitions"), 303)


@blueprint.post("/studio/drafts/<uuid:draft_id>/follow")
@policy(Role.ADMIN)
@transactional
def follow(draft_id: UUID) -> ResponseReturnValue:
    """Let the draft follow the version that was published meanwhile."""
    version = publishing.follow_newest(context.session(), context.actor(), draft_id, now=context.now())
    flash(_("The draft follows version {n} now. Put in what you want to keep of it.", n=version), "success")
    return redirect(url_for("studio.draft", draft_id=draft_id), 303)


@blueprint.post("/studio/drafts/<uuid:draft_id>/review")
@policy(Role.ADMIN)
@transactional
def review(draft_id: UUID) -> ResponseReturnValue:
    """Ask a colleague, comment, agree or wish for a change."""
    reviews.review(
        context.session(),
        context.actor(),
        draft_id,
        request.form.get("kind", ""),
        text=request.form.get("text", ""),
        asked_id=_person(request.form.get("asked", "")),
        now=context.now(),
    )
    return redirect(f"{url_for('studio.draft', draft_id=draft_id)}#review", 303)


def _person(text_: str) -> UUID | None:
    try:
        return UUID(text_) if text_ else None
    except ValueError as error:
        raise InvalidInputError("Choose whom you ask.", code="reviewer_missing") from error


@blueprint.post("/studio/drafts/<uuid:draft_id>/publish")
@policy(Role.ADMIN)
def publish(draft_id: UUID) -> ResponseReturnValue:
    """Publish all files of a draft as the next version; new instances use it, running ones stay."""
    # The check takes a second and needs no lock, so it comes before the transaction.
    session = context.session()
    row = drafts.draft(session, draft_id)
    files = running.complete_files(drafts.contents(session, draft_id))
    findings = running.check(files)
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors:
        sentence = _("Mend the errors first ({n}): {first}", n=len(errors), first=finding_text(errors[0]))
        return _refused(422, sentence, draft_id, place=_place(errors[0], draft_id, files), findings=rows(findings))
    failing = _failing(row, files)
    try:
        published_id, version = _publish(draft_id, files, failing)
    except FieldflowError as error:
        status = 422 if isinstance(error, InvalidInputError) else 409
        return _refused(status, explain(error), draft_id, code=error.code)
    flash(_("Version {n} is published: what starts from now on uses it.", n=version), "success")
    url = url_for("studio.editor", definition_id=published_id)
    if not request.is_json:
        return redirect(url, 303)
    return jsonify(version=version, url=url, findings=rows(findings))


publish.is_transactional = True  # type: ignore[attr-defined]  # _publish is; the check before it only reads


def _refused(status: int, detail: str, draft_id: UUID, *, place: str = "", **values: Any) -> ResponseReturnValue:
    if request.is_json:
        return jsonify(detail=detail, url=url_for("studio.draft", draft_id=draft_id), **values), status
    return _page(draft_id, Refusal(detail, place)), status


def _place(finding: Any, draft_id: UUID, files: Mapping[str, bytes]) -> str:
    """Return the address of the file, and in it of the element, that a finding is about; empty: it names none."""
    name = finding.params.get("file", "")
    if finding.element_id and not name:
        mark = f'id="{finding.element_id}"'.encode()
        name = next((each for each, content in files.items() if each.endswith(".bpmn") and mark in content), "")
    own = drafts.files(context.session(), draft_id)
    if name not in own:  # shipped forms are checked too
        return ""
    return url_for("studio.edit_file", draft_id=draft_id, name=name, _anchor=finding.element_id)


def _failing(row: DraftRow, files: dict[str, bytes]) -> list[str]:
    if not publishing.requires_green(context.session(), row.process_key):
        return []
    outcomes = scenarios.run_all(running.build(files), files)
    failing = [each.name for each in outcomes if not each.passes] if outcomes else [""]
    return failing + decision_tests.failing(files)


@transactional
def _publish(draft_id: UUID, files: dict[str, bytes], failing: list[str]) -> tuple[UUID, int]:
    return publishing.publish(
        context.session(),
        context.actor(),
        draft_id,
        bundles.sources_from(files),
        revision=number("revision"),
        failing=failing,
        note=text("note", required=False).strip()[:MAX_NOTE],
        without_review=text("without_review", required=False) == "yes",
        now=context.now(),
    )
