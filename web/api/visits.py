"""Visits."""

from typing import Any
from uuid import UUID

from engine.access import Role
from engine.process import queries as process
from engine.visits import queries, service
from web import context
from web.api import paging, schemas
from web.api.blueprint import ApiBlueprint
from web.security import policy
from web.transactions import transactional

blueprint = ApiBlueprint("api_visits", __name__, url_prefix="/api/v1/visits", description="Field visits")


@blueprint.route("", methods=["GET"])
@policy(by_token=True)
@blueprint.arguments(schemas.VisitQuery, location="query")
@blueprint.response(200, schemas.page_of(schemas.Visit))
def list_visits(query: dict[str, Any]) -> Any:
    """List the visits that you may see, the newest first."""
    after = paging.uuid_key(query.pop("after", None))
    rows = queries.visits(context.session(), context.actor(), after=after, **query)
    return paging.page(rows, query["limit"])


@blueprint.route("", methods=["POST"])
@policy(Role.REP, Role.MANAGER, by_token=True)
@blueprint.arguments(schemas.NewVisit)
@blueprint.response(201, schemas.VisitDetail)
@blueprint.alt_response(422, schema=schemas.Problem)
@blueprint.alt_response(409, schema=schemas.Problem)
@transactional
def plan_visit(body: dict[str, Any]) -> Any:
    """Plan a visit and start its process."""
    visit_id = service.plan_visit(
        context.session(), context.actor(), visit_id=body.pop("id", None), now=context.now(), **body
    )
    return _detail(visit_id)


@blueprint.route("/<uuid:visit_id>", methods=["GET"])
@policy(by_token=True)
@blueprint.response(200, schemas.VisitDetail)
@blueprint.alt_response(404, schema=schemas.Problem)
def get_visit(visit_id: UUID) -> Any:
    """Get a visit with its report and open tasks."""
    return _detail(visit_id)


@blueprint.route("/<uuid:visit_id>/cancel", methods=["POST"])
@policy(Role.REP, Role.MANAGER, by_token=True)
@blueprint.arguments(schemas.Reason)
@blueprint.response(200, schemas.VisitDetail)
@blueprint.alt_response(404, schema=schemas.Problem)
@blueprint.alt_response(409, schema=schemas.Problem)
@transactional
def cancel_visit(body: dict[str, Any], visit_id: UUID) -> Any:
    """Cancel a visit that is not over."""
    service.cancel_visit(context.session(), context.actor(), visit_id, reason=body["reason"], now=context.now())
    return _detail(visit_id)


def _detail(visit_id: UUID) -> dict[str, Any]:
    detail = queries.visit_detail(context.session(), context.actor(), visit_id)
    return {
        "visit": detail.visit,
        "contact_ids": detail.contact_ids,
        "report": detail.report,
        "tasks": process.tasks_of(context.session(), service.business_key(visit_id)),
    }
