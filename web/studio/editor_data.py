"""What the editor's script gets from its page."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import url_for

from engine.errors import InvalidInputError
from engine.feel import dmn_versions
from engine.feel.decisions import DecisionError
from engine.process import bundles, editing
from engine.studio import decision_tests, drafts
from engine.studio.drafts import DraftRow, FileRow
from web import context
from web.i18n import explain, locale
from web.studio.panel_data import panel_data
from web.studio.panel_texts import panel_texts
from web.studio.texts import canvas_texts, decision_texts, editor_texts


def of_version(definition_id: UUID, files: Mapping[str, bytes], name: str, *, read_only: bool) -> dict[str, Any]:
    """Return the data of a version's page: its first change begins a draft."""
    return {
        **_shared(files),
        "xml": files[name].decode("utf-8", "replace"),
        "name": name,
        "revision": 0,
        "readOnly": read_only,
        "checkUrl": url_for("studio.check", definition_id=definition_id),
        "beginUrl": url_for("studio.begin_with", definition_id=definition_id),
        **_addresses(None, name),
    }


def of_draft(draft: DraftRow, files: Mapping[str, FileRow], name: str) -> dict[str, Any]:
    """Return the data of a draft's page."""
    return {
        **_shared({key: file.content for key, file in files.items()}),
        "xml": files[name].content.decode("utf-8", "replace"),
        "name": name,
        "revision": files[name].revision,
        "draftRevision": draft.revision,
        "readOnly": not draft.is_open,
        "beginUrl": None,
        **_addresses(draft.id, name),
    }


def of_decisions(draft: DraftRow, files: Mapping[str, FileRow], name: str) -> dict[str, Any]:
    """Return the data of the page of a decision file: the file, and the test tables of its decisions as they are kept.

    Decisions that are drawn later have their tests at ``testsUrl`` too, with their id in place of ``DECISION``.
    """
    tests = {
        key.removeprefix(bundles.DECISION_TESTS).removesuffix(".json"): {
            "xml": file.content.decode("utf-8", "replace"),
            "revision": file.revision,
            "problem": _unreadable(file),
            "page": url_for("studio.edit_file", draft_id=draft.id, name=key),
        }
        for key, file in files.items()
        if key.startswith(bundles.DECISION_TESTS)
    }
    return {
        "locale": locale(),
        **_as_edited(files[name].content),
        "name": name,
        "revision": files[name].revision,
        "draftRevision": draft.revision,
        "readOnly": not draft.is_open,
        "beginUrl": None,
        **_addresses(draft.id, name),
        "tests": tests,
        "testsUrl": url_for("studio.save_file", draft_id=draft.id, name=f"{bundles.DECISION_TESTS}DECISION.json"),
        "runUrl": url_for("studio.run_decision_tests", draft_id=draft.id),
        "texts": {**editor_texts(), **decision_texts()},
    }


def _unreadable(file: FileRow) -> str:
    """Return why a file of tests cannot be read; "" if it can."""
    try:
        decision_tests.parse(file.name, file.content)
    except InvalidInputError as error:
        return explain(error)
    return ""


def _as_edited(content: bytes) -> dict[str, Any]:
    """Return a decision file in the DMN that the editor reads, and what stands in the way of that."""
    try:
        edition = dmn_versions.as_edited(content)
    except DecisionError:
        return {"xml": content.decode("utf-8", "replace"), "refused": [], "rewritten": ""}
    return {
        "xml": edition.content.decode("utf-8", "replace"),
        "refused": [explain(obstacle.problem()) for obstacle in edition.obstacles],
        "rewritten": edition.version if edition.is_rewritten else "",
    }


def _addresses(draft_id: UUID | None, name: str) -> dict[str, Any]:
    if draft_id is None:
        return {"saveUrl": None, "publishUrl": None, "copyUrl": None}
    return {
        "saveUrl": url_for("studio.save_file", draft_id=draft_id, name=name),
        "checkUrl": url_for("studio.check_draft", draft_id=draft_id),
        "publishUrl": url_for("studio.publish", draft_id=draft_id),
        "copyUrl": url_for("studio.copy_with", draft_id=draft_id),
    }


def answer(draft_id: UUID, name: str, revision: int) -> dict[str, Any]:
    """Return what a script needs to go on in a draft that has just begun."""
    return {
        "revision": revision,
        "draftRevision": revision,
        "url": url_for("studio.edit_file", draft_id=draft_id, name=name),
        "draftUrl": url_for("studio.draft", draft_id=draft_id),
        "title": drafts.draft(context.session(), draft_id).title,
        **_addresses(draft_id, name),
    }


def _shared(files: Mapping[str, bytes]) -> dict[str, Any]:
    return {
        "locale": locale(),
        "texts": {**editor_texts(), **canvas_texts(), **panel_texts()},
        "refused": editing.refused(),
        **panel_data(files),
    }
