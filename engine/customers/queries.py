"""What screens show of customers; every loader is scoped to the actor."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from engine.access import Actor, Role
from engine.customers.tables import Contact, Customer, CustomerContact, CustomerRef, Place
from engine.errors import NotFoundError
from engine.store.kept import rows_by_id

SEES_ALL = (Role.ADMIN, Role.OPS, Role.COMPLIANCE)


@dataclass(frozen=True)
class CustomerRow:
    """A customer as lists show it."""

    id: UUID
    code: str
    name: str
    name_en: str
    kind: str
    tier: str
    status: str
    owner_id: UUID | None
    territory_id: UUID | None

    def label(self, locale: str) -> str:
        """Return the name in the reader's language."""
        return (self.name_en or self.name) if locale == "en" else self.name


@dataclass(frozen=True)
class PlaceRow:
    """A place of a customer; WGS 84 degrees. ``has_code``: a code hangs there that can be scanned."""

    id: UUID
    customer_id: UUID
    name: str
    address: str
    latitude: float | None
    longitude: float | None
    radius_m: int

    @property
    def position(self) -> tuple[float, float] | None:
        """Latitude and longitude, if both are known."""
        return None if self.latitude is None or self.longitude is None else (self.latitude, self.longitude)

    has_code: bool = False


@dataclass(frozen=True)
class ContactRow:
    """A person at a customer."""

    id: UUID
    name: str
    title: str
    department: str
    phone: str
    card: str | None = None


def _visible(actor: Actor) -> Select[Any]:
    query = select(Customer)
    if actor.is_system or actor.has(*SEES_ALL):
        return query
    return query.where(or_(Customer.territory_id.in_(actor.territory_ids), Customer.owner_id == actor.user_id))


def customer(session: Session, actor: Actor, customer_id: UUID) -> CustomerRow:
    """Return a customer of the actor's territories.

    Raises:
        NotFoundError: no such customer, or another territory's.
    """
    found = session.scalar(_visible(actor).where(Customer.id == customer_id))
    if found is None:
        raise NotFoundError("There is no such customer for you.", code="customer_unknown")
    return _row(found)


def customers(
    session: Session,
    actor: Actor,
    *,
    search: str = "",
    kind: str = "",
    tier: str = "",
    after: tuple[str, UUID] | None = None,
    limit: int = 50,
) -> tuple[CustomerRow, ...]:
    """Return the actor's customers by name, by keyset on (name, id)."""
    query = _visible(actor).order_by(Customer.name, Customer.id).limit(limit)
    if search:
        pattern = f"%{search.replace('%', '').replace('_', '')}%"
        query = query.where(
            or_(Customer.name.ilike(pattern), Customer.name_en.ilike(pattern), Customer.code.ilike(pattern))
        )
    if kind:
        query = query.where(Customer.kind == kind)
    if tier:
        query = query.where(Customer.tier == tier)
    if after is not None:
        query = query.where(or_(Customer.name > after[0], (Customer.name == after[0]) & (Customer.id > after[1])))
    return tuple(_row(found) for found in session.scalars(query))


def by_id(session: Session, ids: Collection[UUID]) -> dict[UUID, CustomerRow]:
    """Return customers by id, for objects that the caller has already found visible."""
    return {key: _row(found) for key, found in rows_by_id(session, Customer, ids).items()}


def places(session: Session, customer_id: UUID) -> tuple[PlaceRow, ...]:
    """Return the places of a customer."""
    rows = session.scalars(select(Place).where(Place.customer_id == customer_id).order_by(Place.id))
    return tuple(_place(row) for row in rows)


def first_places(session: Session, customer_ids: Collection[UUID]) -> dict[UUID, PlaceRow]:
    """Return the first place of each customer, by customer."""
    rows = session.scalars(select(Place).where(Place.customer_id.in_(set(customer_ids))).order_by(Place.id.desc()))
    return {row.customer_id: _place(row) for row in rows}


def places_by_id(session: Session, ids: Collection[UUID]) -> dict[UUID, PlaceRow]:
    """Return places by id."""
    return {key: _place(row) for key, row in rows_by_id(session, Place, ids).items()}


def contacts(session: Session, customer_id: UUID) -> tuple[ContactRow, ...]:
    """Return the people at a customer, by name."""
    rows = session.scalars(
        select(Contact)
        .join(CustomerContact, CustomerContact.contact_id == Contact.id)
        .where(CustomerContact.customer_id == customer_id)
        .order_by(Contact.name)
    )
    return tuple(ContactRow(row.id, row.name, row.title, row.department, row.phone, row.card) for row in rows)


def contacts_by_id(session: Session, ids: Collection[UUID]) -> dict[UUID, ContactRow]:
    """Return contacts by id."""
    rows = rows_by_id(session, Contact, ids).values()
    return {row.id: ContactRow(row.id, row.name, row.title, row.department, row.phone, row.card) for row in rows}


def external_id(session: Session, customer_id: UUID, system: str) -> str | None:
    """Return what an outside system calls the customer."""
    return session.scalar(
        select(CustomerRef.external_id).where(CustomerRef.customer_id == customer_id, CustomerRef.system == system)
    )


def count_by_tier(session: Session, actor: Actor) -> dict[str, int]:
    """Return how many active customers of each tier the actor sees."""
    counts: dict[str, int] = {}
    for tier in session.scalars(_visible(actor).where(Customer.status == "active").with_only_columns(Customer.tier)):
        counts[tier] = counts.get(tier, 0) + 1
    return counts


def owned_ids(session: Session, owner_ids: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """Return the ids of the active customers that each of these people owns."""
    owned: dict[UUID, set[UUID]] = {owner_id: set() for owner_id in owner_ids}
    rows = session.execute(
        select(Customer.owner_id, Customer.id).where(Customer.owner_id.in_(owner_ids), Customer.status == "active")
    )
    for owner_id, customer_id in rows:
        if owner_id is not None:
            owned[owner_id].add(customer_id)
    return owned


def _row(found: Customer) -> CustomerRow:
    return CustomerRow(**{name: getattr(found, name) for name in CustomerRow.__dataclass_fields__})


def _place(found: Place) -> PlaceRow:
    names = PlaceRow.__dataclass_fields__.keys() - {"has_code"}
    return PlaceRow(**{name: getattr(found, name) for name in names}, has_code=found.qr_secret is not None)
