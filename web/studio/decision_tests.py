"""The test table of a decision for the editor: what comes out of each row, and by which rules."""

from typing import Any
from uuid import UUID

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from engine.access import Role
from engine.feel import decisions
from engine.feel.decisions import DecisionError, DecisionModel
from engine.feel.inputs import Column, inputs_of, outputs_of
from engine.studio import decision_tests, drafts
from engine.studio.decision_tests import RowOutcome
from web import context
from web.i18n import explain
from web.i18n import translate as _
from web.security import policy
from web.studio.blueprint import blueprint
from web.studio.bodies import text


@blueprint.post("/studio/drafts/<uuid:draft_id>/decision-tests")
@policy(Role.ADMIN)
def run_decision_tests(draft_id: UUID) -> ResponseReturnValue:
    """Run the rows of a test table on a decision file as it stands in the editor.

    Raises:
        NotFoundError: no such draft.
        InvalidInputError: something is missing, or the rows are none.
    """
    drafts.draft(context.session(), draft_id)
    decision, content = text("decision"), text("content")
    tests = decision_tests.read(decision, request.get_json().get("tests"))
    try:
        model = decisions.parse(content.encode("utf-8"))
    except DecisionError:
        return jsonify(problem=_("The file cannot be evaluated as it stands. Mend what the check finds first."))
    if decision not in model.decisions:
        return jsonify(problem=_("The file has no such decision any more."))
    outcomes = decision_tests.run(model, tests)
    return jsonify(
        inputs=[_column(each) for each in inputs_of(model, decision)],
        outputs=[_column(each) for each in outputs_of(model, decision)],
        rows=[_row(model, decision, each) for each in outcomes],
    )


run_decision_tests.is_transactional = True  # type: ignore[attr-defined]  # it writes nothing: a POST because of its size


def _column(column: Column) -> dict[str, str]:
    return {"name": column.name, "label": column.label, "type": column.type}


def _row(model: DecisionModel, decision: str, outcome: RowOutcome) -> dict[str, Any]:
    return {
        "state": outcome.state,
        "value": outcome.value,
        "rules": [_rules(model, decision, *each) for each in outcome.rules],
        "problem": explain(outcome.problem) if outcome.problem else "",
    }


def _rules(model: DecisionModel, decision: str, identifier: str, numbers: tuple[int, ...]) -> str:
    listed = ", ".join(map(str, numbers))
    return listed if identifier == decision else f"{model.decisions[identifier].name}: {listed}"
