"""Correct a report: freely within a day, later through the process ``report_correction``.

What a report has set off stays as it is: a promise has become a request, so its rows cannot be corrected here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.access import Actor, group_principal, user_principal
from engine.calendar import company as calendar
from engine.customers import queries as customers
from engine.errors import ConflictError, InvalidInputError, NotFoundError
from engine.ids import new_id
from engine.people import queries as people
from engine.process import bundles, topics, user_tasks
from engine.process import queries as process
from engine.process import service as process_service
from engine.visits import adverse, service
from engine.visits.crm import write_again
from engine.visits.states import CorrectionState, VisitState
from engine.visits.tables import ReportCorrection, Visit, VisitPurpose, VisitReport
from forms import definition as form_definitions
from forms.model import FormDefinition

PROCESS = "report_correction"
FREE_FOR = timedelta(hours=24)
APPROVE_WITHIN_DAYS = 3
FIXED = frozenset({"promises"})
REASON = "correction_reason"
_REASON_FIELD = {
    "type": "textarea",
    "key": REASON,
    "label": {"zh": "为什么更正", "en": "Why the report is corrected"},
    "help": {"zh": "主管同意后生效。", "en": "It takes effect once your manager agrees."},
    "required": True,
    "max_length": 1000,
    "rows": 2,
}

_SAVE = {"zh": "保存更正", "en": "Save the correction"}
_PROPOSE = {"zh": "提交更正，待主管同意", "en": "Propose the correction"}


@dataclass(frozen=True)
class CorrectionRow:
    """A correction as screens show it; ``before`` and ``after`` are the whole values."""

    id: UUID
    visit_id: UUID
    before: dict[str, Any]
    after: dict[str, Any]
    reason: str
    state: str
    proposed_by: UUID
    proposed_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None
    decision_reason: str | None


@dataclass(frozen=True)
class Correctable:
    """A report that its rep may correct now.

    Args:
        form: the report's form without what cannot be corrected, and with the reason where one is needed.
        is_free: no one has to agree.
        seen: how many corrections there are; sent back, so that none is overwritten unseen.
    """

    visit: Visit
    report: VisitReport
    form: FormDefinition
    bundle: bundles.Bundle
    is_free: bool
    seen: int


def business_key(correction_id: UUID) -> str:
    """Return the key by which the process of a correction is found."""
    return f"correction:{correction_id}"


def is_free(reported_at: datetime, now: datetime) -> bool:
    """Tell whether a report is still its writer's alone."""
    return now - reported_at <= FREE_FOR


def correctable(session: Session, actor: Actor, visit_id: UUID, *, now: datetime) -> Correctable:
    """Return the report of a visit with the form that corrects it.

    Raises:
        NotFoundError: no such visit of the actor's, no report yet, or its form is gone.
        ConflictError: a correction waits for the manager.
    """
    visit = service.load(session, actor, visit_id)
    report = session.scalar(
        select(VisitReport).where(VisitReport.visit_id == visit_id).execution_options(populate_existing=True)
    )
    instances = process.instances_of(session, service.business_key(visit_id))
    bundle = bundles.of_instance(session, instances[0].id) if instances else None
    form = bundle.forms.get(report.form_key) if bundle and report else None
    if report is None or bundle is None or form is None or visit.rep_id != actor.user_id:
        raise NotFoundError("There is no report of yours to correct.", code="report_unknown")
    rows = corrections_of(session, visit_id)
    if any(row.state == CorrectionState.PROPOSED for row in rows):
        raise ConflictError("A correction of this report already waits for your manager.", code="correction_waiting")
    free = is_free(report.reported_at, now)
    return Correctable(visit, report, _editable(form, with_reason=not free), bundle, free, len(rows))


def correct_report(
    session: Session, actor: Actor, visit_id: UUID, values: Mapping[str, Any], *, seen: int, now: datetime
) -> CorrectionRow:
    """Change a report, or propose the change to the manager when the report is older than a day.

    Args:
        values: as the correcting form defines them.
        seen: what ``Correctable.seen`` was when the form was drawn.

    Raises:
        NotFoundError: see ``correctable``.
        ConflictError: the report was corrected meanwhile, or a correction waits.
        InvalidInputError: names each field; nothing was changed.
    """
    session.execute(select(VisitReport.visit_id).where(VisitReport.visit_id == visit_id).with_for_update())
    found = correctable(session, actor, visit_id, now=now)
    if seen != found.seen:
        raise ConflictError("This report was corrected meanwhile; please look again.", code="report_changed")
    clean = _clean(session, actor, found, values)
    reason = str(clean.pop(REASON, None) or "").strip()
    before = dict(found.report.values)
    after = {**{key: before[key] for key in FIXED if key in before}, **clean}
    if not changed_keys(before, after):
        raise InvalidInputError("Nothing was changed.", code="nothing_changed")
    assert actor.user_id is not None, "the system corrects nothing"
    row = ReportCorrection(
        id=new_id(),
        visit_id=visit_id,
        before=before,
        after=after,
        reason=reason,
        state=CorrectionState.PROPOSED,
        proposed_by=actor.user_id,
        proposed_at=now,
    )
    session.add(row)
    if found.is_free:
        adverse.watch(session, actor, apply_correction(session, actor, row, now=now), now=now)
    else:
        session.flush()  # the process reads what is stored
        _start(session, actor, found.visit, row, now=now)
    return _row(row)


def apply_correction(session: Session, actor: Actor, row: ReportCorrection, *, now: datetime) -> Visit:
    """Put a correction's changes into the report as it stands now, and write the CRM anew.

    Only what the correction changed is touched, so that nothing corrected meanwhile is lost.
    """
    visit, report = session.get_one(Visit, row.visit_id), session.get_one(VisitReport, row.visit_id)
    values = dict(report.values)
    for key in changed_keys(row.before, row.after):
        if key in row.after:
            values[key] = row.after[key]
        else:
            values.pop(key, None)
    report.values = values
    report.summary = str(values.get("summary") or "")[:4000]
    visit.outcome = values.get("outcome") or visit.outcome
    row.state = CorrectionState.APPLIED
    row.decided_by, row.decided_at = actor.user_id, now
    if visit.state == VisitState.COMPLETED:
        session.flush()  # the record is read from what is stored
        write_again(session, visit, row.id, now=now)
    return visit


def corrections_of(session: Session, visit_id: UUID) -> tuple[CorrectionRow, ...]:
    """Return the corrections of a visit's report, the oldest first; the caller may see the visit."""
    query = select(ReportCorrection).where(ReportCorrection.visit_id == visit_id)
    return tuple(_row(row) for row in session.scalars(query.order_by(ReportCorrection.proposed_at)))


def correction(session: Session, correction_id: UUID) -> CorrectionRow:
    """Return a correction; the caller checks who may see its visit.

    Raises:
        NotFoundError: no such correction.
    """
    found = session.get(ReportCorrection, correction_id)
    if found is None:
        raise NotFoundError("There is no such correction.", code="correction_unknown")
    return _row(found)


def changed_keys(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the fields that differ, in the order of the form; nothing given is the same in every shape."""

    def given(value: Any) -> Any:
        return None if value in (None, "", [], False) else value

    keys = [*after, *(key for key in before if key not in after)]
    return tuple(key for key in keys if given(before.get(key)) != given(after.get(key)))


def _clean(session: Session, actor: Actor, found: Correctable, values: Mapping[str, Any]) -> dict[str, Any]:
    bundle = replace(found.bundle, forms={found.form.key: found.form})
    key = service.business_key(found.visit.id)
    # "Not before today" means the day of the report.
    day = found.report.reported_at
    clean = user_tasks.validate(session, actor, bundle, found.form.key, values, business_key=key, now=day)
    for check in topics.submission_checks(is_live=False):
        check(session, actor, key, found.form, clean)
    return clean


def _editable(form: FormDefinition, *, with_reason: bool) -> FormDefinition:
    document = dict(form.document)
    parts = _without_fixed(document["components"])
    document["components"] = [*parts, _REASON_FIELD] if with_reason else parts
    document["submit"] = _PROPOSE if with_reason else _SAVE
    return form_definitions.parse(document)


def _without_fixed(parts: list[Any]) -> list[Any]:
    kept = [part for part in parts if part.get("key") not in FIXED]
    return [
        {**part, "children": _without_fixed(part["children"])} if part.get("type") == "section" else part
        for part in kept
    ]


def _start(session: Session, actor: Actor, visit: Visit, row: ReportCorrection, *, now: datetime) -> None:
    manager_id = people.manager_of(session, visit.rep_id)
    managers = [user_principal(manager_id)] if manager_id else [group_principal("managers")]
    customer = customers.by_id(session, [visit.customer_id])[visit.customer_id]
    purpose = session.get_one(VisitPurpose, visit.purpose_key)
    rep = [user_principal(visit.rep_id)]
    process_service.start_instance(
        session,
        actor,
        PROCESS,
        business_key=business_key(row.id),
        title=customer.name,
        title_en=customer.label("en"),
        data={
            "correction_id": str(row.id),
            "visit_id": str(visit.id),
            "customer": customer.name,
            "customer_en": customer.label("en"),
            "purpose": purpose.name,
            "purpose_en": purpose.name_en,
            "reason": row.reason,
            "rep": rep,
            "manager": managers,
            "approve_by": calendar.business_days_later(session, now, APPROVE_WITHIN_DAYS).isoformat(),
        },
        lanes={"Rep": rep, "Manager": managers},
        now=now,
    )


def _row(found: ReportCorrection) -> CorrectionRow:
    return CorrectionRow(**{name: getattr(found, name) for name in CorrectionRow.__dataclass_fields__})
