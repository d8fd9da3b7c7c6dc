"""The form of a task: its view to draw, and what a browser posted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from flask import request, url_for
from sqlalchemy.orm import Session

from engine.access import Actor, Role
from engine.attachments import service as attachments
from engine.consent import rules as consent_rules
from engine.consent import service as consent
from engine.consent.rules import LocationMode
from engine.errors import FieldProblem
from engine.process import bundles, queries, user_tasks
from engine.process.queries import TaskDetail
from engine.visits.last_reports import last_reports
from engine.visits.rules import visit_number
from forms import html, render
from forms.model import FormDefinition, level
from forms.remember import remembered, remembers
from forms.views import FormView
from web import context
from web.i18n import locale, translate
from web.inbox.subject import About

BESIDE = "bulk-"
"""Begins the names of what is posted beside a form; names of fields have no hyphen."""


@dataclass(frozen=True)
class Posted:
    """What a form post holds: values, and whether the person only pressed "add a row" without scripts."""

    values: dict[str, Any]
    is_row_action: bool


def definition_of(session: Session, detail: TaskDetail) -> FormDefinition | None:
    """Return the form of a task as of its instance's version, or None for a task without one."""
    bundle = bundles.by_digest(session, detail.definition_id, detail.digest)
    return bundle.forms.get(detail.task.form_key) if detail.task.form_key else None


def view(
    session: Session,
    actor: Actor,
    detail: TaskDetail,
    definition: FormDefinition,
    values: Mapping[str, Any],
    *,
    errors: Mapping[str, Sequence[FieldProblem]] | None = None,
    around: Mapping[str, Any] | None = None,
) -> FormView:
    """Return what the form macro draws."""
    key = detail.task.business_key
    choices = user_tasks.form_choices(session, actor, definition, business_key=key)
    known = user_tasks.form_context(session, actor, definition, business_key=key, now=context.now())
    return render.view(
        definition,
        values,
        errors=errors,
        locale=locale(),
        choices=choices,
        context={**known, **(around or {})},
        translate=translate,
    )


def posted(definition: FormDefinition, *, store: bool) -> Posted:
    """Return the values of the request's form post.

    Args:
        store: keep files that came as parts of the form (a browser without scripts); needs a transaction.
    """
    texts = {name: request.form.getlist(name) for name in request.form if not name.startswith(BESIDE)}
    if store and request.files:
        texts = html.with_uploads(texts, _store_parts())
    values = html.from_html(definition, texts)
    changed = html.list_action(definition, texts, values)
    return Posted(changed if changed is not None else values, changed is not None)


def _store_parts() -> list[tuple[str, str, str]]:
    stored = []
    for part, sent in request.files.items(multi=True):
        content = sent.read()
        if content:
            clean = attachments.clean_upload(content, sent.filename or "")
            kept = attachments.store_upload(
                context.session(), context.actor(), context.app().files, clean, now=context.now()
            )
            stored.append((part, kept.digest, kept.name))
    return stored


def asks_position(definition: FormDefinition | None) -> bool:
    """Tell whether the form has a field for a position."""
    return definition is not None and any(part.component.type == "position" for part in level(definition.components))


def may_locate() -> bool:
    """Tell whether the reader's consent lets their position be stored now."""
    state = consent.state(context.session(), context.actor(), consent_rules.CHECK_IN)
    return consent_rules.may_store_position(state, now=context.now())


def step_of(session: Session, detail: TaskDetail) -> dict[str, Any] | None:
    """Return how a phone names this step of a visit, so that it can keep the submission; None for other tasks."""
    kind, _separator, visit_id = detail.task.business_key.partition(":")
    if kind != "visit" or not context.actor().has(Role.REP) or not detail.may_complete:
        return None
    same = [
        row.id
        for row in queries.tasks_of_instance(session, detail.task.instance_id)
        if row.element_id == detail.task.element_id
    ]
    occurrence = same.index(detail.task.id) + 1
    return {
        "visit": visit_id,
        "element": detail.task.element_id,
        "occurrence": occurrence,
        "title": f"{detail.task.subject} · {detail.task.label(locale())}",
    }


def is_off() -> bool:
    """Tell whether the reader wants no place recorded: then a check-in does not even mention positions."""
    return consent.mode_of(context.session(), context.actor(), now=context.now()) is LocationMode.OFF


def helps(session: Session, detail: TaskDetail, definition: FormDefinition | None, about: About) -> dict[str, str]:
    """Return the attributes with which the form's scripts help: the stamp of photos, and what was said last time."""
    if about.visit is None or definition is None or not detail.may_complete:
        return {}
    found = {"data-stamp": stamp_of(about.visit.visit.id, about.place_text)}
    if remembers(definition):
        visit = about.visit.visit
        last = last_reports(session, visit.rep_id, [visit.customer_id]).get((visit.customer_id, definition.key), {})
        values = remembered(definition, last)
        if values:
            found["data-last"] = orjson.dumps(values).decode()
    return found


def stamp_of(visit_id: UUID, place: str) -> str:
    """Return what is drawn into the photos of a visit below the time: a line each."""
    return f"{place}\n{visit_number(visit_id)}"


def addresses(detail: TaskDetail, *, locate: bool) -> dict[str, str]:
    """Return the addresses that the form's scripts call.

    Args:
        locate: whether the browser may be asked for a position.
    """
    task_id = detail.task.id
    step = step_of(context.session(), detail)
    return {
        "step": orjson.dumps(step).decode() if step else "",
        "action": url_for("inbox.submit", task_id=task_id),
        "upload_url": url_for("files.upload"),
        "draft_url": url_for("inbox.draft", task_id=task_id),
        "draft_key": f"{context.actor().user_id}:{task_id}",
        "position_url": url_for("visits.position") if locate else "",
        "file_url": url_for("files.download", digest="0" * 64).replace("0" * 64, "{file}"),
    }
