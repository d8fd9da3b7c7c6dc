"""Support requests."""

from typing import Any
from uuid import UUID

from engine.access import Role
from engine.process import queries as process
from engine.support import queries, service
from web import context
from web.api import paging, schemas
from web.api.blueprint import ApiBlueprint
from web.security import policy
from web.transactions import transactional

blueprint = ApiBlueprint("api_requests", __name__, url_prefix="/api/v1/requests", description="Support requests")


@blueprint.route("", methods=["GET"])
@policy(by_token=True)
@blueprint.arguments(schemas.RequestQuery, location="query")
@blueprint.response(200, schemas.page_of(schemas.SupportRequest))
def list_requests(query: dict[str, Any]) -> Any:
    """List the requests that you may see, the newest first."""
    rows = queries.requests(
        context.session(),
        context.actor(),
        state=query["state"],
        type_=query["type"],
        search=query["q"],
        open_only=query["open"],
        after=paging.uuid_key(query.get("after")),
        limit=query["limit"],
    )
    return paging.page(rows, query["limit"])


@blueprint.route("", methods=["POST"])
@policy(Role.REP, Role.MANAGER, Role.OPS, by_token=True)
@blueprint.arguments(schemas.NewRequest)
@blueprint.response(201, schemas.RequestDetail)
@blueprint.alt_response(422, schema=schemas.Problem)
@transactional
def raise_request(body: dict[str, Any]) -> Any:
    """Raise a request and start its process."""
    lines = [service.Line(**line) for line in body.pop("lines")]
    request = service.raise_request(
        context.session(),
        context.actor(),
        type_=body.pop("type"),
        request_id=body.pop("id", None),
        lines=lines,
        now=context.now(),
        **body,
    )
    return _detail(request.id)


@blueprint.route("/<uuid:request_id>", methods=["GET"])
@policy(by_token=True)
@blueprint.response(200, schemas.RequestDetail)
@blueprint.alt_response(404, schema=schemas.Problem)
def get_request(request_id: UUID) -> Any:
    """Get a request with its lines and open tasks."""
    return _detail(request_id)


@blueprint.route("/<uuid:request_id>/cancel", methods=["POST"])
@policy(by_token=True)
@blueprint.arguments(schemas.Reason)
@blueprint.response(200, schemas.RequestDetail)
@blueprint.alt_response(404, schema=schemas.Problem)
@blueprint.alt_response(409, schema=schemas.Problem)
@transactional
def cancel_request(body: dict[str, Any], request_id: UUID) -> Any:
    """Cancel a request before it is shipped."""
    service.cancel_request(context.session(), context.actor(), request_id, reason=body["reason"], now=context.now())
    return _detail(request_id)


def _detail(request_id: UUID) -> dict[str, Any]:
    detail = queries.request_detail(context.session(), context.actor(), request_id)
    return {
        "request": detail.row,
        "description": detail.description,
        "lines": detail.lines,
        "handling": detail.handling,
        "tasks": process.tasks_of(context.session(), service.business_key(request_id)),
    }
