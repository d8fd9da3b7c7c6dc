"""Process definitions and instances: for administrators."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from engine.access import Role
from engine.process import bundles, definitions, deployment, queries
from web import audit, context
from web.api import paging, schemas
from web.api.blueprint import ApiBlueprint
from web.security import policy
from web.transactions import transactional

blueprint = ApiBlueprint("api_processes", __name__, url_prefix="/api/v1", description="Definitions and instances")


@blueprint.route("/definitions", methods=["GET"])
@policy(Role.ADMIN, by_token=True)
@blueprint.response(200, schemas.Definition(many=True))
def list_definitions() -> Any:
    """List every version of every process, the newest first."""
    return list(definitions.definitions(context.session()))  # Flask would take a tuple for body and status


@blueprint.route("/definitions", methods=["POST"])
@policy(Role.ADMIN, by_token=True)
@blueprint.arguments(schemas.Deploy)
@blueprint.response(201, schemas.DefinitionDetail)
@blueprint.alt_response(422, schema=schemas.Problem)
def deploy(body: dict[str, Any]) -> Any:
    """Publish a bundle as the next version; findings name their elements."""
    sources = bundles.sources_from({name: text.encode() for name, text in body["files"].items()})
    # The check may take seconds and needs no lock, so it comes before the transaction.
    deployment.require_sound(sources)
    return _store(sources, body["note"])


deploy.is_transactional = True  # _store is; the check before it only reads


@transactional
def _store(sources: Sequence[Any], note: str) -> dict[str, Any]:
    definition_id, version = deployment.store(context.session(), context.actor(), sources, note=note, now=context.now())
    context.session().flush()  # the answer below reads the files
    row = definitions.definition(context.session(), definition_id)
    after = {"version": version, "note": note}
    audit.changed("definition.deployed", ("definition", row.key), name=row.name, after=after)
    return _detail(definition_id)


@blueprint.route("/definitions/<uuid:definition_id>", methods=["GET"])
@policy(Role.ADMIN, by_token=True)
@blueprint.response(200, schemas.DefinitionDetail)
@blueprint.alt_response(404, schema=schemas.Problem)
def get_definition(definition_id: UUID) -> Any:
    """Get a version with its files."""
    return _detail(definition_id)


@blueprint.route("/instances", methods=["GET"])
@policy(Role.ADMIN, by_token=True)
@blueprint.arguments(schemas.InstanceQuery, location="query")
@blueprint.response(200, schemas.page_of(schemas.Instance))
def list_instances(query: dict[str, Any]) -> Any:
    """List instances, the newest first."""
    rows = queries.instances(
        context.session(),
        process_key=query["process"],
        state=query["state"],
        after=paging.uuid_key(query.get("after")),
        limit=query["limit"],
    )
    return paging.page(rows, query["limit"])


@blueprint.route("/instances/<uuid:instance_id>", methods=["GET"])
@policy(Role.ADMIN, by_token=True)
@blueprint.response(200, schemas.InstanceDetail)
@blueprint.alt_response(404, schema=schemas.Problem)
def get_instance(instance_id: UUID) -> Any:
    """Get an instance with its tasks and history."""
    session = context.session()
    return {
        "instance": queries.instance(session, instance_id),
        "tasks": queries.tasks_of_instance(session, instance_id),
        "history": queries.history(session, instance_id),
    }


def _detail(definition_id: UUID) -> dict[str, Any]:
    files = definitions.definition_files(context.session(), definition_id)
    return {
        "definition": definitions.definition(context.session(), definition_id),
        "files": {name: content.decode(errors="replace") for name, content in files.items()},
    }
