"""Customers, places and contacts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.ids import new_id
from engine.store.base import Base, JsonText, UtcDateTime


class Customer(Base):
    """An organisation that is visited."""

    __tablename__ = "customer"
    __table_args__ = (Index("ix_customer_territory", "territory_id", "name"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200), default="")
    kind: Mapped[str] = mapped_column(String(20))
    tier: Mapped[str] = mapped_column(String(1), default="C")
    status: Mapped[str] = mapped_column(String(20), default="active")
    owner_id: Mapped[UUID | None] = mapped_column(index=True)
    territory_id: Mapped[UUID | None]
    fields: Mapped[dict[str, Any]] = mapped_column(JsonText, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CustomerRef(Base):
    """What an outside system calls a customer, and which revision of it we know."""

    __tablename__ = "customer_ref"

    system: Mapped[str] = mapped_column(String(40), primary_key=True)
    external_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey(Customer.id), index=True)
    revision: Mapped[str] = mapped_column(String(100), default="")


class Place(Base):
    """Where a customer is visited. The position is the customer's address, nobody's whereabouts: WGS 84 degrees.

    ``source_system`` names the coordinate system that the position was given in. ``qr_secret`` makes the code that
    hangs at the place; a new one makes every older code worthless.
    """

    __tablename__ = "place"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey(Customer.id), index=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    address: Mapped[str] = mapped_column(String(300))
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    source_system: Mapped[str] = mapped_column(String(10), default="wgs84")
    radius_m: Mapped[int] = mapped_column(default=200)
    qr_secret: Mapped[str | None] = mapped_column(String(64))


class Contact(Base):
    """A person at customers."""

    __tablename__ = "contact"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(100))
    title: Mapped[str] = mapped_column(String(100), default="")
    department: Mapped[str] = mapped_column(String(100), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    card: Mapped[str | None] = mapped_column(String(64))


class CustomerContact(Base):
    """Which people belong to which customers."""

    __tablename__ = "customer_contact"

    customer_id: Mapped[UUID] = mapped_column(ForeignKey(Customer.id), primary_key=True)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey(Contact.id), primary_key=True, index=True)
