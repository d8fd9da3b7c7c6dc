"""Keep the catalogue, and offer it to forms as choice lists."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.catalogue.tables import Product
from forms.model import Choice, Text


@dataclass(frozen=True)
class Item:
    """A product or material, and what it may be asked for."""

    code: str
    label: Text
    is_sample: bool
    is_material: bool


def add_product(
    session: Session,
    *,
    code: str,
    name: str,
    name_en: str = "",
    line: str = "",
    is_sample: bool = False,
    is_material: bool = False,
) -> UUID:
    """Add a product or material."""
    product = Product(code=code, name=name, name_en=name_en, line=line, is_sample=is_sample, is_material=is_material)
    session.add(product)
    session.flush()  # callers refer to it
    return product.id


def product_choices(session: Session, _actor: Actor, _business_key: str) -> Sequence[Choice]:
    """Return the active products by name, as a form's choice list; the value is the code."""
    return [Choice(row.code, row.label) for row in items(session)]


def sample_choices(session: Session, _actor: Actor, _business_key: str) -> Sequence[Choice]:
    """Return the active products that may be given away as samples, as a form's choice list."""
    return [Choice(row.code, row.label) for row in items(session) if row.is_sample]


def material_choices(session: Session, _actor: Actor, _business_key: str) -> Sequence[Choice]:
    """Return the active materials, as a form's choice list."""
    return [Choice(row.code, row.label) for row in items(session) if row.is_material]


def items(session: Session) -> tuple[Item, ...]:
    """Return what is active, by line and name."""
    columns = Product.code, Product.name, Product.name_en, Product.is_sample, Product.is_material
    query = select(*columns).where(Product.is_active.is_(True)).order_by(Product.line, Product.name)
    return tuple(
        Item(row.code, Text(row.name, row.name_en), row.is_sample, row.is_material) for row in session.execute(query)
    )


def product_names(session: Session, codes: Collection[str]) -> dict[str, tuple[str, str]]:
    """Return (zh, en) names by code."""
    rows = session.execute(select(Product.code, Product.name, Product.name_en).where(Product.code.in_(codes)))
    return {row.code: (row.name, row.name_en or row.name) for row in rows}


def is_sample(session: Session, code: str) -> bool:
    """Tell whether a product may be given away as a sample."""
    query = select(Product.id).where(Product.code == code, Product.is_sample.is_(True), Product.is_active.is_(True))
    return session.scalar(query) is not None
