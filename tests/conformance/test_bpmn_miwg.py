"""The reference models of the BPMN MIWG, where the tester has placed them: import never hangs and never fails.

``FIELDFLOW_BPMN_MIWG`` names a checkout of github.com/bpmn-miwg/bpmn-miwg-test-suite, whose licence keeps it out.
"""

import os
import time
from pathlib import Path

import pytest

from engine import wiring
from engine.bpmn import documents
from engine.bpmn.documents import DocumentError
from engine.bpmn.model import Source
from engine.errors import FieldflowError
from engine.process import deployment
from engine.settings import Settings
from engine.studio import foreign, running

PLACE = os.environ.get("FIELDFLOW_BPMN_MIWG", "")
MODELS = sorted((Path(PLACE) / "Reference").rglob("*.bpmn")) if PLACE else []
LIMIT_S = 5
WITHOUT_ELEMENT = {"no_process", "not_xml", "not_bpmn", "doctype", "too_large"}
"""What is wrong with a file as a whole."""

pytestmark = pytest.mark.skipif(
    not MODELS, reason="FIELDFLOW_BPMN_MIWG names no checkout of the BPMN MIWG's test suite with a folder Reference"
)


@pytest.fixture(scope="module", autouse=True)
def _topics(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = str(tmp_path_factory.mktemp("miwg"))
    wiring.build(Settings.from_environment({"FIELDFLOW_DATA": folder})).database.dispose()


@pytest.mark.parametrize("path", MODELS, ids=lambda path: str(path.name))
def test_a_model_is_imported_or_refused_by_element_and_reason(path: Path) -> None:
    content = path.read_bytes()
    begun = time.perf_counter()
    try:
        documents.parse(content)
    except DocumentError as error:
        assert str(error)
        return
    proposed = foreign.propose(content)
    assert all(str(mending.problem) for mending in proposed)
    mended = foreign.mend(content, [mending.key for mending in proposed])
    assert foreign.propose(mended) == ()
    findings = deployment.check_bundle([Source("imported.bpmn", mended)])
    for found in findings:
        assert found.element_id or found.code in WITHOUT_ELEMENT, found
        assert found.text("en")
        assert found.text("zh")
        assert "Traceback" not in found.text("en")
    if not any(found.severity == "error" for found in findings):
        try:
            running.build({"imported.bpmn": mended})
        except FieldflowError as error:
            assert str(error)
    assert time.perf_counter() - begun < LIMIT_S
