"""Why visits are made: an administrator's list, each purpose with the form that its report uses."""

import re
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine.access import Actor, Role
from engine.errors import ConflictError, FieldProblem, ForbiddenError, InvalidInputError, NotFoundError
from engine.process import bundles
from engine.visits.service import PROCESS
from engine.visits.tables import VisitPurpose
from forms.model import FormDefinition

MAX_NAME = 100
MAX_KEY = 36


def report_forms(session: Session) -> dict[str, FormDefinition]:
    """Return the forms that a purpose may use, by key: those of the newest visit process that none of its tasks names.

    A task that names its form always has that one; what a purpose chooses is the form of the report.

    Raises:
        NotFoundError: the visit's process is not deployed.
    """
    _id, bundle = bundles.latest(session, PROCESS)
    return {key: form for key, form in sorted(bundle.forms.items()) if key not in bundle.model.forms}


def create_purpose(
    session: Session, actor: Actor, *, name: str, name_en: str, form_key: str, is_active: bool, now: datetime
) -> str:
    """Add a purpose at the end of the list and return its key, which is made of the English name.

    Raises:
        ForbiddenError: the actor is no administrator.
        InvalidInputError: names each field.
        ConflictError: somebody else has just added the same.
    """
    _require_admin(actor)
    _check(session, name, name_en, form_key)
    purpose = VisitPurpose(
        key=_free_key(session, name_en),
        name=name.strip(),
        name_en=name_en.strip(),
        form_key=form_key,
        position=1 + (session.scalar(select(func.max(VisitPurpose.position))) or 0),
        is_active=is_active,
        changed_at=now,
        changed_by=actor.user_id,
    )
    try:
        with session.begin_nested():
            session.add(purpose)
    except IntegrityError as error:
        raise ConflictError("This purpose was added at the same moment.", code="purpose_taken") from error
    return purpose.key


def change_purpose(
    session: Session, actor: Actor, key: str, *, name: str, name_en: str, form_key: str, is_active: bool, now: datetime
) -> None:
    """Change a purpose; visits that are planned already keep the form that they began with.

    Raises:
        ForbiddenError: the actor is no administrator.
        NotFoundError: no such purpose.
        InvalidInputError: names each field.
    """
    _require_admin(actor)
    purpose = session.get(VisitPurpose, key, with_for_update=True)
    if purpose is None:
        raise NotFoundError("There is no such purpose.", code="purpose_unknown")
    _check(session, name, name_en, form_key, other_than=key)
    others = select(VisitPurpose.key).where(VisitPurpose.is_active.is_(True), VisitPurpose.key != key).limit(1)
    if not is_active and session.scalar(others) is None:
        problem = FieldProblem("At least one purpose must be offered.", code="last_purpose")
        raise InvalidInputError(errors={"is_active": [problem]})
    purpose.name, purpose.name_en = name.strip(), name_en.strip()
    purpose.form_key, purpose.is_active = form_key, is_active
    purpose.changed_at, purpose.changed_by = now, actor.user_id


def _require_admin(actor: Actor) -> None:
    if not (actor.is_system or actor.has(Role.ADMIN)):
        raise ForbiddenError("Only an administrator changes the purposes of visits.", code="not_an_admin")


def _check(session: Session, name: str, name_en: str, form_key: str, *, other_than: str = "") -> None:
    errors: dict[str, list[FieldProblem]] = {}
    for field, text, column in (("name", name, VisitPurpose.name), ("name_en", name_en, VisitPurpose.name_en)):
        if not text.strip() or len(text.strip()) > MAX_NAME:
            problem = FieldProblem("Enter a name of at most {max} characters.", code="name_invalid", max=MAX_NAME)
            errors[field] = [problem]
        elif session.scalar(select(VisitPurpose.key).where(column == text.strip(), VisitPurpose.key != other_than)):
            errors[field] = [FieldProblem("There is already a purpose of this name.", code="purpose_taken")]
    if form_key not in report_forms(session):
        errors["form_key"] = [FieldProblem("Choose a form of the visit's process.", code="form_unknown")]
    if errors:
        raise InvalidInputError(errors=errors)


def _free_key(session: Session, name_en: str) -> str:
    stem = re.sub(r"[^a-z0-9]+", "_", name_en.lower()).strip("_")[:MAX_KEY] or "purpose"
    taken = set(session.scalars(select(VisitPurpose.key)))
    # "new" is the address of the form for another one.
    free = (key for number in range(1, len(taken) + 3) if (key := stem if number == 1 else f"{stem}_{number}") != "new")
    return next(key for key in free if key not in taken)
