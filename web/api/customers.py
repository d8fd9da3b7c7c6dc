"""Customers with their places and contacts."""

from typing import Any
from uuid import UUID

from engine.customers import queries
from web import context
from web.api import paging, schemas
from web.api.blueprint import ApiBlueprint
from web.security import policy

blueprint = ApiBlueprint("api_customers", __name__, url_prefix="/api/v1/customers", description="Customers")


@blueprint.route("", methods=["GET"])
@policy(by_token=True)
@blueprint.arguments(schemas.CustomerQuery, location="query")
@blueprint.response(200, schemas.page_of(schemas.Customer))
def list_customers(query: dict[str, Any]) -> Any:
    """List the customers of your territories by name."""
    rows = queries.customers(
        context.session(),
        context.actor(),
        search=query["q"],
        kind=query["kind"],
        tier=query["tier"],
        after=paging.named_key(query.get("after")),
        limit=query["limit"],
    )
    next_key = f"{rows[-1].id}~{rows[-1].name}" if len(rows) == query["limit"] else None
    return {"items": rows, "next": next_key}


@blueprint.route("/<uuid:customer_id>", methods=["GET"])
@policy(by_token=True)
@blueprint.response(200, schemas.CustomerDetail)
@blueprint.alt_response(404, schema=schemas.Problem)
def get_customer(customer_id: UUID) -> Any:
    """Get a customer with its places and contacts."""
    return {
        "customer": queries.customer(context.session(), context.actor(), customer_id),
        "places": queries.places(context.session(), customer_id),
        "contacts": queries.contacts(context.session(), customer_id),
    }
