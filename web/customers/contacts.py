"""Contacts of a customer: one person's history, and a photographed card that becomes a contact."""

from functools import cache
from typing import Any
from uuid import UUID

import orjson
from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from engine.access import Role
from engine.attachments import service as attachments
from engine.customers import queries as customers
from engine.customers import service as customers_service
from engine.errors import FieldProblem, InvalidInputError, NotFoundError
from engine.people import queries as people
from engine.process import bundles
from engine.samples import queries as samples
from engine.support import queries as support
from engine.visits import queries as visits
from engine.visits.contact_history import visits_with
from forms import definition as form_definitions
from forms import render, schema
from forms.model import FormDefinition
from web import context
from web.i18n import locale, translate
from web.i18n import translate as _
from web.inbox import task_form
from web.samples.views import item_names
from web.security import policy
from web.transactions import transactional
from web.visits.page import BACK_OFFICE, reachable

blueprint = Blueprint("contacts", __name__, template_folder="templates")


@blueprint.get("/customers/<uuid:customer_id>/contacts/<uuid:contact_id>")
@policy(Role.REP, Role.MANAGER, Role.OPS, Role.ADMIN, Role.COMPLIANCE)
def contact(customer_id: UUID, contact_id: UUID) -> ResponseReturnValue:
    """Show one person: when they were met, what was said and promised, and what they were given."""
    session, actor = context.session(), context.actor()
    customer = customers.customer(session, actor, customer_id)
    person = next((each for each in customers.contacts(session, customer_id) if each.id == contact_id), None)
    if person is None:
        raise NotFoundError("There is no such contact for you.", code="contact_unknown")
    past = visits_with(session, customer_id, contact_id)
    promised = support.of_visits(session, [row.id for row, _summary in past])
    given = [row for row in samples.given_to(session, customer_id, limit=100) if row.contact_id == contact_id]
    return render_template(
        "customers/contact.html",
        customer=customer,
        contact=person,
        past=past,
        promises=[request for row, _summary in past for request in promised[row.id]],
        given=given,
        items=samples_names(given),
        names=people.names(session, {row.rep_id for row, _summary in past}),
        purposes={each.key: each.label(locale()) for each in visits.purposes(session)},
        sees_all=actor.has(*BACK_OFFICE),
        linked=reachable(session, actor),
        plans_visits=actor.has(Role.REP, Role.MANAGER),
    )


@blueprint.get("/customers/<uuid:customer_id>/contacts/new")
@policy(Role.REP, Role.MANAGER)
def new(customer_id: UUID) -> ResponseReturnValue:
    """Show the short form of a new contact, with a place for the photographed card."""
    return _page(customer_id, {})


@blueprint.post("/customers/<uuid:customer_id>/contacts/new")
@policy(Role.REP, Role.MANAGER)
def add(customer_id: UUID) -> ResponseReturnValue:
    """Add the contact; the card's photo stays with the customer."""
    try:
        return _add(customer_id)
    except InvalidInputError as error:
        typed = task_form.posted(card_form(), store=False).values
        return _page(customer_id, typed, errors=error.errors), 422


@transactional
def _add(customer_id: UUID) -> ResponseReturnValue:
    session, actor = context.session(), context.actor()
    customer = customers.customer(session, actor, customer_id)
    posted = task_form.posted(card_form(), store=True)
    values = _clean(posted.values)
    digests = [entry["file"] for entry in values.get("card") or []]
    if attachments.attach(session, actor, f"customer:{customer.id}", digests):
        problem = FieldProblem("This file did not arrive. Remove it and add it again.", code="file_unknown")
        raise InvalidInputError(errors={"card": [problem]})
    contact_id = customers_service.add_contact(
        session,
        customer.id,
        name=values["name"],
        title=values.get("title") or "",
        department=values.get("department") or "",
        phone=values.get("phone") or "",
        card=digests[0] if digests else None,
    )
    flash(_("The contact was added."), "success")
    return redirect(url_for("contacts.contact", customer_id=customer.id, contact_id=contact_id))


add.is_transactional = True  # type: ignore[attr-defined]  # _add is; the page after a mistake only reads


@cache
def card_form() -> FormDefinition:
    """Return the form of a new contact, as it ships."""
    return form_definitions.parse(orjson.loads((bundles.FORMS / "contact_card.json").read_bytes()))


def _clean(values: dict[str, Any]) -> dict[str, Any]:
    result = schema.validate(card_form(), values)
    if not result.ok:
        raise InvalidInputError(
            errors={
                path: [FieldProblem(each.template, code=each.code, **each.params) for each in problems]
                for path, problems in result.errors.items()
            }
        )
    return result.values


def _page(customer_id: UUID, values: dict[str, Any], errors: dict[str, Any] | None = None) -> str:
    customer = customers.customer(context.session(), context.actor(), customer_id)
    return render_template(
        "customers/new_contact.html",
        customer=customer,
        form=render.view(card_form(), values, errors=errors, locale=locale(), translate=translate),
        upload_url=url_for("files.upload"),
        file_url=url_for("files.download", digest="0" * 64).replace("0" * 64, "{file}"),
    )


def samples_names(given: list[samples.GivenRow]) -> dict[str, str]:
    """Return the names of what was given, by code."""
    return item_names({row.item for row in given})
