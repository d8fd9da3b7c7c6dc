"""User tasks."""

from typing import Any
from uuid import UUID

from engine.desk import service as desk
from engine.process import assignment, filters, queries, user_tasks
from engine.process.assignment import Change
from engine.process.conditions import standpoint
from engine.process.filters import Filter
from engine.process.inbox import parse_order
from forms import schema as form_schema
from web import context
from web.api import schemas, task_schemas
from web.api.blueprint import ApiBlueprint
from web.inbox import task_form
from web.security import policy
from web.transactions import transactional

blueprint = ApiBlueprint("api_tasks", __name__, url_prefix="/api/v1/tasks", description="User tasks: your inbox")


@blueprint.route("", methods=["GET"])
@policy(by_token=True)
@blueprint.arguments(task_schemas.TaskQuery, location="query")
@blueprint.response(200, schemas.page_of(schemas.Task))
def list_tasks(query: dict[str, Any]) -> Any:
    """List your open tasks, the most urgent first."""
    session, actor = context.session(), context.actor()
    page = queries.inbox(
        session,
        actor,
        show=_filter(query),
        order=parse_order(query["sort"]),
        view=standpoint(actor, context.now()),
        after=query["after"],
        limit=query["limit"],
    )
    return {"items": page.tasks, "next": page.next_key}


def _filter(query: dict[str, Any]) -> Filter:
    show = filters.parse(query["filter"])
    named = {"process": ("process", "in"), "element": ("element", "in"), "q": ("search", "has")}
    more = [filters.condition(*named[name], [query[name]]) for name in named if query[name].strip()]
    if query.get("due_before"):
        more.append(filters.condition("due", "before", [query["due_before"].isoformat()]))
    if query["mine"]:
        more.append(filters.condition("assignee", "in", [filters.ME]))
    return show.and_also(*more)


@blueprint.route("/<uuid:task_id>", methods=["GET"])
@policy(by_token=True)
@blueprint.response(200, task_schemas.TaskDetail)
@blueprint.alt_response(404, schema=schemas.Problem)
def get_task(task_id: UUID) -> Any:
    """Get a task with the definition of its form."""
    return _detail(task_id)


@blueprint.route("/<uuid:task_id>/claim", methods=["POST"])
@policy(by_token=True)
@blueprint.response(200, task_schemas.TaskDetail)
@blueprint.alt_response(404, schema=schemas.Problem)
@blueprint.alt_response(409, schema=schemas.Problem)
@transactional
def claim_task(task_id: UUID) -> Any:
    """Take a task that is offered to several people."""
    assignment.claim(context.session(), context.actor(), task_id, now=context.now())
    context.session().flush()  # the answer below shows who has it
    return _detail(task_id)


@blueprint.route("/<uuid:task_id>/release", methods=["POST"])
@policy(by_token=True)
@blueprint.response(200, task_schemas.TaskDetail)
@blueprint.alt_response(404, schema=schemas.Problem)
@blueprint.alt_response(409, schema=schemas.Problem)
@transactional
def release_task(task_id: UUID) -> Any:
    """Give a task back to those to whom it is offered."""
    assignment.release(context.session(), context.actor(), task_id, now=context.now())
    context.session().flush()  # the answer below shows that nobody has it
    return _detail(task_id)


@blueprint.route("/<uuid:task_id>/assign", methods=["POST"])
@policy(by_token=True)
@blueprint.arguments(task_schemas.AssignTask)
@blueprint.response(200, task_schemas.Assigned)
@blueprint.alt_response(404, schema=schemas.Problem)
@blueprint.alt_response(409, schema=schemas.Problem)
@blueprint.alt_response(422, schema=schemas.Problem)
@transactional
def assign_task(body: dict[str, Any], task_id: UUID) -> Any:
    """Give a task to a person who may do it."""
    changed = desk.assign(context.session(), context.actor(), task_id, body["user_id"], now=context.now())
    return {"task_id": task_id, "assignee_id": body["user_id"], "changed": changed}


@blueprint.route("/<uuid:task_id>", methods=["PATCH"])
@policy(by_token=True)
@blueprint.arguments(task_schemas.ChangeTask)
@blueprint.response(200, task_schemas.Changed)
@blueprint.alt_response(404, schema=schemas.Problem)
@blueprint.alt_response(409, schema=schemas.Problem)
@blueprint.alt_response(422, schema=schemas.Problem)
@transactional
def change_task(body: dict[str, Any], task_id: UUID) -> Any:
    """Change priority, due time or follow-up of a task."""
    session, actor = context.session(), context.actor()
    changed = desk.change(session, actor, task_id, Change(frozenset(body), **body), now=context.now())
    return {"task": queries.task(session, task_id), "changed": changed}


@blueprint.route("/<uuid:task_id>/complete", methods=["POST"])
@policy(by_token=True)
@blueprint.arguments(task_schemas.CompleteTask)
@blueprint.response(200, task_schemas.Completed)
@blueprint.alt_response(404, schema=schemas.Problem)
@blueprint.alt_response(409, schema=schemas.Problem)
@blueprint.alt_response(422, schema=schemas.Problem)
@transactional
def complete_task(body: dict[str, Any], task_id: UUID) -> Any:
    """Submit the form of a task and run its process on."""
    return user_tasks.complete_user_task(
        context.session(),
        context.actor(),
        task_id,
        body["values"],
        submission_id=body["submission_id"],
        now=context.now(),
    )


def _detail(task_id: UUID) -> dict[str, Any]:
    detail = queries.task_detail(context.session(), context.actor(), task_id)
    form = task_form.definition_of(context.session(), detail)
    return {
        "task": detail.task,
        "may_complete": detail.may_complete,
        "draft": detail.draft,
        "values": detail.values,
        "form": dict(form.document) if form else None,
        "json_schema": form_schema.json_schema(form) if form else None,
    }
