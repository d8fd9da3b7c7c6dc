"""The scenario tests of a draft: run all, see the first difference of each, and what none of them touches."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.access import Role
from engine.errors import InvalidInputError, NotFoundError
from engine.process import bundles, editing, pictures
from engine.studio import decision_tests, drafts, publishing, recordings, running
from engine.studio import scenarios as tests
from engine.studio.coverage import coverage
from engine.studio.scenario_files import in_files
from web import context
from web.i18n import explain
from web.i18n import translate as _
from web.security import policy
from web.studio.blueprint import blueprint
from web.transactions import transactional


@blueprint.get("/studio/drafts/<uuid:draft_id>/scenarios")
@policy(Role.ADMIN)
def scenarios(draft_id: UUID) -> ResponseReturnValue:
    """Run all scenario tests of a draft and show what came out."""
    session = context.session()
    row = drafts.draft(session, draft_id)
    files = drafts.contents(session, draft_id)
    shared = {
        "draft": row,
        "recordings": recordings.recordings(session, context.actor(), draft_id),
        "green": publishing.requires_green(session, row.process_key),
        "files": in_files(files),
        "decision_rows": decision_tests.run_all(files),
        "decision_names": decision_tests.names(files),
        "test_problem": explain,
        "decision_files": _decision_files(files),
    }
    try:
        bundle = running.build(files)
    except InvalidInputError as error:
        return render_template("studio/scenarios.html", problem=explain(error), outcomes=(), covered=None, **shared)
    outcomes = tests.run_all(bundle, running.complete_files(files))
    covered = coverage(bundle, outcomes)
    return render_template(
        "studio/scenarios.html",
        problem="",
        outcomes=outcomes,
        passing=sum(each.passes for each in outcomes),
        covered=covered,
        data={
            "xml": pictures.diagram(files, row.process_key),
            "done": sorted({*covered.nodes, *covered.flows}),
            "failed": sorted({each.element_id for each in outcomes if each.element_id}),
        },
        **shared,
    )


def _decision_files(files: dict[str, bytes]) -> dict[str, str]:
    """Return the file of each decision that has tests."""
    return {decision: name for name, content in files.items() for decision in editing.decisions_in(name, content)}


@blueprint.post("/studio/drafts/<uuid:draft_id>/scenarios/<name>/remove")
@policy(Role.ADMIN)
@transactional
def remove_scenario(draft_id: UUID, name: str) -> ResponseReturnValue:
    """Take a scenario test out of a draft.

    Raises:
        NotFoundError: the draft has no such scenario.
    """
    session = context.session()
    drafts.draft(session, draft_id)
    file = drafts.files(session, draft_id).get(f"{bundles.SCENARIOS}{name}.json")
    if file is None:
        raise NotFoundError("There is no such scenario.", code="scenario_unknown")
    drafts.save_file(session, context.actor(), draft_id, file.name, None, revision=file.revision, now=context.now())
    flash(_("The scenario is taken out of the draft."), "success")
    return redirect(url_for("studio.scenarios", draft_id=draft_id), 303)


@blueprint.post("/studio/drafts/<uuid:draft_id>/scenarios/<name>/record")
@policy(Role.ADMIN)
@transactional
def record_again(draft_id: UUID, name: str) -> ResponseReturnValue:
    """Open a scenario as a recording, to change it or to take what happens now as right."""
    recording_id = recordings.begin_from(context.session(), context.actor(), draft_id, name, now=context.now())
    return redirect(url_for("studio.record", recording_id=recording_id), 303)


@blueprint.post("/studio/drafts/<uuid:draft_id>/gate")
@policy(Role.ADMIN)
@transactional
def set_draft_gate(draft_id: UUID) -> ResponseReturnValue:
    """Say whether the draft's process is published only when its scenario tests pass."""
    row = drafts.draft(context.session(), draft_id)
    required = request.form.get("green") == "yes"
    publishing.require_green(
        context.session(), context.actor(), row.process_key, is_required=required, now=context.now()
    )
    return redirect(url_for("studio.scenarios", draft_id=draft_id), 303)
