"""Add and change customers, places and contacts."""

import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from engine.access import Actor
from engine.connectors.maps.coordinates import CoordinateSystem, Point, to_wgs84
from engine.customers import codes, queries
from engine.customers.tables import Contact, Customer, CustomerContact, Place
from engine.errors import FieldProblem, InvalidInputError, NotFoundError

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
    system: str = CoordinateSystem.WGS84,
) -> UUID:
    """Add a place of a customer.

    Args:
        latitude: degrees in ``system``, as longitude; stored in WGS 84.
        system: wgs84, gcj02 or bd09: that of the map which the position was read from.
    """
    place = Place(customer_id=customer_id, name=name, address=address, radius_m=min(max(radius_m, 30), 2000))
    if latitude is not None and longitude is not None:
        place.latitude, place.longitude = to_wgs84((latitude, longitude), system)
        place.source_system = system
    session.add(place)
    session.flush()  # visits refer to it
    return place.id


def set_place_position(session: Session, place_id: UUID, point: Point, *, system: str) -> None:
    """Give a place its position.

    Args:
        point: latitude and longitude in ``system``; stored in WGS 84.

    Raises:
        NotFoundError: no such place.
    """
    place = session.get(Place, place_id)
    if place is None:
        raise NotFoundError("There is no such place.", code="place_unknown")
    place.latitude, place.longitude = to_wgs84(point, system)
    place.source_system = system


def renew_code(session: Session, actor: Actor, place_id: UUID) -> None:
    """Make the code that hangs at a place, or a new one: older prints are worthless from then on.

    Raises:
        NotFoundError: no such place, or of a customer that the actor does not see.
    """
    place = session.get(Place, place_id)
    if place is None:
        raise NotFoundError("There is no such place.", code="place_unknown")
    queries.customer(session, actor, place.customer_id)
    place.qr_secret = secrets.token_hex(32)


def code_of(session: Session, actor: Actor, place_id: UUID) -> codes.PlaceCode | None:
    """Return the code of a place for printing, None if none was made.

    Raises:
        NotFoundError: no such place, or of a customer that the actor does not see.
    """
    place = session.get(Place, place_id)
    if place is None:
        raise NotFoundError("There is no such place.", code="place_unknown")
    queries.customer(session, actor, place.customer_id)
    return codes.code_of(place.id, place.qr_secret) if place.qr_secret else None


def is_code_of(session: Session, place_id: UUID, text: str) -> bool:
    """Tell whether a text that was scanned or typed is the code of a place."""
    place = session.get(Place, place_id)
    return place is not None and place.qr_secret is not None and codes.matches(text, place.id, place.qr_secret)


def add_contact(
    session: Session,
    customer_id: UUID,
    *,
    name: str,
    title: str = "",
    department: str = "",
    phone: str = "",
    card: str | None = None,
) -> UUID:
    """Add a person at a customer.

    Args:
        card: SHA-256 of the photographed business card.
    """
    contact = Contact(name=name, title=title, department=department, phone=phone, card=card)
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
