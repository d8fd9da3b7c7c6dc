"""Add and change customers, places and contacts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from engine.access import Actor
from engine.customers import queries
from engine.customers.tables import Contact, Customer, CustomerContact, Place
from engine.errors import FieldProblem, InvalidInputError

KINDS = ("hospital", "pharmacy", "store", "company", "clinic")
TIERS = ("A", "B", "C", "D")


def add_customer(
    session: Session,
    *,
    code: str,
    name: str,
    kind: str,
    now: datetime,
    name_en: str = "",
    tier: str = "C",
    owner_id: UUID | None = None,
    territory_id: UUID | None = None,
) -> UUID:
    """Add a customer.

    Raises:
        InvalidInputError: names each field.
    """
    errors: dict[str, list[FieldProblem]] = {}
    if kind not in KINDS:
        errors["kind"] = [FieldProblem("Choose one of: {choices}.", choices=", ".join(KINDS))]
    if tier not in TIERS:
        errors["tier"] = [FieldProblem("Choose one of: {choices}.", choices=", ".join(TIERS))]
    if not name.strip():
        errors["name"] = [FieldProblem("Enter a name.")]
    if errors:
        raise InvalidInputError(errors=errors)
    customer = Customer(
        code=code,
        name=name.strip(),
        name_en=name_en,
        kind=kind,
        tier=tier,
        owner_id=owner_id,
        territory_id=territory_id,
        created_at=now,
    )
    session.add(customer)
    session.flush()  # places and contacts refer to it
    return customer.id


def add_place(
    session: Session,
    customer_id: UUID,
    *,
    address: str,
    latitude: float | None = None,
    longitude: float | None = None,
    name: str = "",
    radius_m: int = 200,
) -> UUID:
    """Add a place of a customer; latitude and longitude are WGS 84 degrees."""
    place = Place(
        customer_id=customer_id,
        name=name,
        address=address,
        latitude=latitude,
        longitude=longitude,
        radius_m=min(max(radius_m, 30), 2000),
    )
    session.add(place)
    session.flush()  # visits refer to it
    return place.id


def add_contact(
    session: Session,
    customer_id: UUID,
    *,
    name: str,
    title: str = "",
    department: str = "",
    phone: str = "",
) -> UUID:
    """Add a person at a customer."""
    contact = Contact(name=name, title=title, department=department, phone=phone)
    session.add(contact)
    session.flush()  # the link below refers to it
    session.add(CustomerContact(customer_id=customer_id, contact_id=contact.id))
    return contact.id


def require_visible(session: Session, actor: Actor, customer_id: UUID) -> "queries.CustomerRow":
    """Return the customer if the actor may see it.

    Raises:
        NotFoundError: no such customer, or not in the actor's territories.
    """
    return queries.customer(session, actor, customer_id)
