"""What usually comes next in the processes that ship."""

import pytest

from engine.bpmn.outlook import usual_next
from engine.process import bundles


@pytest.mark.parametrize(
    ("process", "element", "following"),
    [
        ("visit", "check_in", ["check_out", "report"]),
        ("visit", "approve_visit", ["prepare", "check_in"]),
        ("visit", "visit_planned", ["prepare", "check_in"]),
        ("visit", "report", []),
        ("support_request", "answer_question", ["triage_request"]),
        ("reconcile", "case_opened", ["decide"]),
    ],
)
def test_the_usual_way_leads_to(process: str, element: str, following: list[str]) -> None:
    elements = bundles.build(bundles.factory_sources(process)).model.elements
    assert [each.id for each in usual_next(elements, element)] == following
