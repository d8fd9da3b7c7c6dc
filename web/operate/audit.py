"""The audit: who did what to what, when and why, with what it was before and after."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.access import Role
from engine.audit import sealing
from engine.audit import service as audit
from engine.audit.service import AuditRow
from engine.errors import NotFoundError
from engine.process import pictures
from engine.process.conditions import standpoint
from web import context
from web.i18n import locale
from web.operate import audit_words
from web.operate.listing import day_bounds
from web.operate.paging import key_from, key_of
from web.security import policy

blueprint = Blueprint("operate_audit", __name__, template_folder="templates", url_prefix="/operate/audit")

PAGE_SIZE = 50
NAMES = ("q", "kind", "key", "person", "action", "from", "to")


@dataclass(frozen=True)
class Entry:
    """An event in words, with the differences between before and after."""

    row: AuditRow
    action: str
    subject: str
    address: str
    changes: list[audit_words.Change]


@blueprint.get("")
@policy(Role.ADMIN)
def events() -> ResponseReturnValue:
    """List events, the newest first."""
    session, view = context.session(), standpoint(context.actor(), context.now())
    show = {name: request.args.get(name, "").strip()[:200] for name in NAMES}
    rows = audit.events(
        session,
        subject=(show["kind"], show["key"]) if show["kind"] and show["key"] else None,
        actor_id=_uuid(show["person"]),
        action=show["action"],
        words=show["q"],
        since=day_bounds(show["from"], view),
        until=day_bounds(show["to"], view, plus=1),
        before=key_from(request.args.get("after", "")),
        limit=PAGE_SIZE + 1,
    )
    more, rows = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE]
    return render_template(
        "operate/audit.html",
        entries=[_entry(row) for row in rows],
        show=show,
        asked={name: value for name, value in show.items() if value},
        people=[(str(user_id), name) for user_id, name in audit.people(session)],
        areas=audit_words.areas(),
        next_key=key_of(rows[-1].at, rows[-1].id) if more else None,
    )


@blueprint.get("/chain")
@policy(Role.ADMIN)
def chain() -> ResponseReturnValue:
    """Verify the chain of all events."""
    return render_template("operate/chain.html", verdict=sealing.verify(context.session()))


def _entry(row: AuditRow) -> Entry:
    return Entry(
        row,
        audit_words.action_label(row.action),
        row.subject_name or row.subject_key,
        _address(row.subject_kind, row.subject_key),
        audit_words.changes(row.before, row.after, _names(row)),
    )


def _names(row: AuditRow) -> dict[str, str]:
    """Return the names of the elements that an event of an instance, or of a process, is about, if it is about any."""
    if not audit_words.OF_ELEMENTS & {*(row.before or {}), *(row.after or {})}:
        return {}
    session, instance_id = context.session(), _uuid(row.subject_key)
    if row.subject_kind == "instance" and instance_id is not None:
        with suppress(NotFoundError):  # its time was over, and it was deleted
            return pictures.element_names(session, instance_id, locale())
    if row.action.startswith("migration."):
        return pictures.names_of_process(session, row.subject_key, locale())
    return {}


def _address(kind: str, key: str) -> str:
    """Return the page of a subject, if it has one."""
    endpoints: dict[str, tuple[str, str, Any]] = {
        "instance": ("operate.instance", "instance_id", _uuid(key)),
        "cause": ("operate_incidents.cause", "cause_id", key),
        "delivery": ("operate_jobs.job", "delivery_id", _uuid(key)),
        "person": ("people.user", "user_id", _uuid(key)),
    }
    if kind == "retention":
        return url_for("operate_retention.overview")
    endpoint, argument, value = endpoints.get(kind, ("", "", None))
    return url_for(endpoint, **{argument: value}) if value else ""


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@blueprint.app_template_filter("audit_time")
def audit_time(at: datetime) -> str:
    """Return a time to the second, for the order of events."""
    return at.astimezone(context.local_now().tzinfo).strftime("%Y-%m-%d %H:%M:%S")
