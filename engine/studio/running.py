"""A draft as something that runs, if it does: what the gate says, and the bundle that it builds."""

from collections.abc import Mapping
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from engine.bpmn.check import Finding
from engine.bpmn.documents import DocumentError
from engine.errors import FieldflowError, InvalidInputError
from engine.process import bundles, editing
from engine.process.bundles import Bundle
from engine.studio import decision_tests, drafts
from engine.studio.scenario_files import in_files, parse
from forms.definition import FormError


def complete_files(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files of a draft and the shipped forms that its diagrams name besides."""
    return editing.with_shipped_forms(files)


def check(files: Mapping[str, bytes]) -> list[Finding]:
    """Return everything that is wrong with the files of a draft, errors first; never raises on bad input."""
    found = editing.check(bundles.sources_from(complete_files(files)))
    for name in in_files(files):
        try:
            parse(name, files[name])
        except InvalidInputError as error:
            found.append(_finding(error))
    found += [_finding(error) for error in decision_tests.findings_of(files)]
    if not any(finding.severity == "error" for finding in found):
        try:
            bundles.build(bundles.sources_from(complete_files(files)))
        except FieldflowError as error:
            found.append(_finding(error))
    return sorted(found, key=lambda finding: finding.severity != "error")


def _finding(error: FieldflowError) -> Finding:
    return Finding(None, None, "error", error.code, error.params, error.template, error.template)


def build(files: Mapping[str, bytes]) -> Bundle:
    """Return the bundle that the files of a draft make.

    Raises:
        InvalidInputError: they cannot run as they are.
    """
    try:
        return bundles.build(bundles.sources_from(complete_files(files)))
    except (FieldflowError, FormError, DocumentError, orjson.JSONDecodeError) as error:
        raise InvalidInputError(
            "The draft cannot run as it is. Mend what the check finds first.", code="draft_not_runnable"
        ) from error


def bundle_of(session: Session, draft_id: UUID) -> Bundle:
    """Return the bundle of a draft.

    Raises:
        NotFoundError: no such draft.
        InvalidInputError: it cannot run as it is.
    """
    drafts.draft(session, draft_id)
    return build(drafts.contents(session, draft_id))
