"""Find adverse events in what reps report, and open their cases."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.access import Actor, group_principal, user_principal
from engine.customers import queries as customers
from engine.errors import FieldProblem, InvalidInputError, NotFoundError
from engine.ids import new_id
from engine.process import bundles
from engine.process import service as process
from engine.process.decisions import ask
from engine.safety import rules
from engine.safety.rules import CaseState
from engine.safety.tables import AdverseEvent
from forms.model import FormDefinition

PROCESS = "adverse_event"
SAFETY_DESK = "compliance"
FORMS = "adverse_event_"
TEXT_LIMIT = 8000


def business_key(case_id: UUID) -> str:
    """Return the key by which the process of a case is found."""
    return f"adverse:{case_id}"


def find_word(session: Session, text: str, *, now: datetime) -> str:
    """Return the word in a text that speaks of an adverse event, by the table ``adverse_words``; "" if there is none.

    Where the process was never deployed there is no table, so that no word is found.

    Raises:
        NotFoundError: somebody took the table out of the process: that must not pass as "no word found".
    """
    if not text.strip():
        return ""
    variables = {"report_text": text[:TEXT_LIMIT]}
    try:
        return str(ask(session, PROCESS, "adverse_words", variables, now=now, time_zone="UTC") or "")
    except NotFoundError as error:
        if error.code != "process_not_deployed":
            raise
        return ""


def open_case(
    session: Session,
    actor: Actor,
    *,
    visit_id: UUID,
    customer_id: UUID,
    reporter_id: UUID,
    found_by: str,
    what_happened: str,
    happened_at: datetime,
    now: datetime,
) -> UUID:
    """Open the case of a visit and start its process; the case that the visit has already is returned as it is.

    Args:
        found_by: ``rules.FLAG``, or the word that was found.
        what_happened: what the report says, for the rep to complete.
        happened_at: when the rep wrote it: the 24 hours count from there, and not from when it was sent.
    """
    known = session.scalar(select(AdverseEvent.id).where(AdverseEvent.visit_id == visit_id))
    if known is not None:
        return known
    case_id = new_id()
    case = AdverseEvent(
        id=case_id,
        number=f"AE-{case_id.hex[-8:].upper()}",
        visit_id=visit_id,
        customer_id=customer_id,
        reporter_id=reporter_id,
        found_by=found_by[:100],
        state=CaseState.DRAFT,
        record={"draft": {"what_happened": what_happened[:2000]}},
        raised_at=now,
    )
    session.add(case)
    session.flush()  # the process's operations read what is stored
    if bundles.is_deployed(session, PROCESS):
        _start(session, actor, case, happened_at, now=now)
    return case_id


def _start(session: Session, actor: Actor, case: AdverseEvent, happened_at: datetime, *, now: datetime) -> None:
    customer = customers.by_id(session, [case.customer_id])[case.customer_id]
    rep, safety = [user_principal(case.reporter_id)], [group_principal(SAFETY_DESK)]
    process.start_instance(
        session,
        actor,
        PROCESS,
        business_key=business_key(case.id),
        title=f"{customer.name} · {case.number}",
        title_en=f"{customer.label('en')} · {case.number}",
        data={
            "case_id": str(case.id),
            "visit_id": str(case.visit_id),
            "number": case.number,
            "customer": customer.name,
            "customer_en": customer.label("en"),
            "rep": rep,
            "safety": safety,
            **rules.times(happened_at),
        },
        lanes={"Rep": rep, "Safety": safety},
        now=now,
    )


def load(session: Session, business_key: str) -> AdverseEvent:
    """Return the case of a business key.

    Raises:
        NotFoundError: there is none.
    """
    case = session.get(AdverseEvent, UUID(business_key.removeprefix("adverse:")))
    if case is None:
        raise NotFoundError("There is no such case.", code="case_unknown")
    return case


def refuse_personal_data(
    _session: Session, _actor: Actor, _business_key: str, form: FormDefinition, values: Mapping[str, Any]
) -> None:
    """Refuse a form of a case in which a text holds a phone or identity number.

    Raises:
        InvalidInputError: names each field.
    """
    if not form.key.startswith(FORMS):
        return
    problem = FieldProblem("Leave out phone and id numbers: a patient has initials and an age here.", code="personal")
    found = {key: [problem] for key, text in values.items() if isinstance(text, str) and rules.is_too_personal(text)}
    if found:
        raise InvalidInputError(errors=found)
