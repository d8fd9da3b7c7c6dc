"""What a person types to raise a request: kept on mistakes, turned into values for the service."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from uuid import UUID

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from engine.access import Actor
from engine.catalogue import service as catalogue
from engine.customers import queries as customers
from engine.customers.queries import CustomerRow
from engine.errors import FieldflowError, FieldProblem
from engine.support.service import MAY_HAVE_LINES, Line
from engine.visits import queries as visits
from engine.visits.queries import VisitRow
from web.i18n import translate as _
from web.i18n import zone

MORE_ROWS = 3
MAX_ROWS = 50
PICK_LIMIT = 200
SEPARATOR = " · "
WORK_ENDS = time(18, 0)


@dataclass
class Entry:
    """The form as typed; ``rows`` are (item, quantity) texts, with some empty ones at the end."""

    type: str = ""
    customer: str = ""
    subject: str = ""
    description: str = ""
    priority: str = "P3"
    needed_by: str = ""
    rows: list[tuple[str, str]] = field(default_factory=lambda: [("", "")])


def entry_of(form: MultiDict[str, str], *, more: int = 0) -> Entry:
    """Return what a post holds, with ``more`` further empty rows."""
    rows = list(zip(form.getlist("item"), form.getlist("quantity"), strict=False))[:MAX_ROWS]
    filled = [row for row in rows if any(text.strip() for text in row)]
    empty = len(rows) - len(filled) + more if more else int(not filled)
    return Entry(
        type=form.get("type", ""),
        customer=form.get("customer", "").strip(),
        subject=form.get("subject", "").strip(),
        description=form.get("description", "").strip(),
        priority=form.get("priority", "P3"),
        needed_by=form.get("needed_by", "").strip(),
        rows=filled + [("", "")] * empty,
    )


def lines_of(entry: Entry) -> list[Line]:
    """Return the filled rows; a quantity that is no number becomes 0, which the service refuses at its field.

    A type without items has no rows to be seen, so that what stands in them is dropped.
    """
    if entry.type and entry.type not in MAY_HAVE_LINES:
        return []
    filled = [row for row in entry.rows if any(text.strip() for text in row)]
    return [Line(item, int(text) if text.strip().isdecimal() else 0) for item, text in filled]


def day_of(text: str, errors: dict[str, list[FieldProblem]]) -> datetime | None:
    """Return the end of work of a typed day in the reader's zone."""
    if not text:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), WORK_ENDS, zone()).astimezone(UTC)
    except ValueError:
        errors["needed_by"] = [FieldProblem("Enter a day as year-month-day.", code="date_invalid")]
        return None


def offers(session: Session, locale: str) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Return what may be asked for: groups of the type that they are for, their heading, and (code, name) of each."""
    rows = catalogue.items(session)
    groups = (
        ("sample", _("Samples"), [row for row in rows if row.is_sample]),
        ("material", _("Materials"), [row for row in rows if row.is_material]),
        ("other", _("Other products"), [row for row in rows if not row.is_sample and not row.is_material]),
    )
    return [(kind, heading, [(row.code, row.label.text(locale)) for row in found]) for kind, heading, found in groups]


def label_of(customer: CustomerRow, locale: str) -> str:
    """Return how a customer stands in the picker."""
    return f"{customer.code}{SEPARATOR}{customer.label(locale)}"


def find_customer(
    session: Session, actor: Actor, text: str, errors: dict[str, list[FieldProblem]]
) -> tuple[UUID | None, tuple[CustomerRow, ...]]:
    """Return the customer that was picked or typed, or those that fit where it is not clear."""
    if not text:
        errors["customer"] = [FieldProblem("Choose a customer.", code="required")]
        return None, ()
    words = text.partition(SEPARATOR)[0].strip()
    found = customers.customers(session, actor, search=words, limit=20)
    exact = [each for each in found if words in {each.code, each.name, each.name_en}]
    if len(exact) == 1 or len(found) == 1:
        return (exact or found)[0].id, ()
    sentence = "Several customers fit: choose one." if found else "No customer of yours has this name or code."
    errors["customer"] = [FieldProblem(sentence, code="customer_unknown")]
    return None, found


def around(session: Session, actor: Actor, args: Mapping[str, str]) -> tuple[CustomerRow | None, VisitRow | None]:
    """Return the customer and the visit that the address names, as far as the actor may see them."""
    visit_id, customer_id = uuid_of(args.get("visit_id", "")), uuid_of(args.get("customer_id", ""))
    visit = None
    if visit_id is not None:
        visit = visits.visit_detail(session, actor, visit_id).visit
        customer_id = visit.customer_id
    if customer_id is None:
        return None, None
    try:
        return customers.customer(session, actor, customer_id), visit
    except FieldflowError:
        if visit is None:
            raise
        return customers.by_id(session, [customer_id])[customer_id], visit


def uuid_of(text: str) -> UUID | None:
    """Return an id, or None for anything else."""
    try:
        return UUID(text)
    except ValueError:
        return None
