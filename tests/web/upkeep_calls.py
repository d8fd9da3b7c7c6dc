"""Calls of repairs and migrations, each ready to be made once, with the action that must then be in the audit."""

from typing import Any
from uuid import UUID

import orjson

from engine.access import SYSTEM, Role
from engine.ids import new_id
from engine.people import service as people
from engine.process import bundles, deployment, repair
from engine.process import queries as process
from engine.process.repair_edits import edit
from engine.upkeep import migrations, proposals
from tests.web.operate_world import request_instance
from tests.web.world import World

Prepared = tuple[str, dict[str, Any], str]
"""Path, form and action."""


def _standing(world: World) -> tuple[UUID, int, str]:
    instance_id = request_instance(world)
    version, tokens = world.read(lambda session: repair.standing(session, instance_id))
    return instance_id, version, next(token.token for token in tokens if token.element_id == "reached_resolve_75")


def work(world: World) -> Prepared:
    instance_id, version, token = _standing(world)
    edits = orjson.dumps([{"act": "cancel", "token": token}]).decode()
    form = {"do": "apply", "edits": edits, "version": version, "reason": "x"}
    return f"/operate/instances/{instance_id}/repair", form, "instance.repaired"


def undo(world: World) -> Prepared:
    instance_id, version, token = _standing(world)
    snapshot_id = world.write(
        lambda session: repair.apply(
            session, SYSTEM, instance_id, [edit("cancel", token=token)], version=version, reason="x",
            is_approved=True, now=world.now,
        )
    )  # fmt: skip
    path = f"/operate/instances/{instance_id}/repairs/{snapshot_id}/undo"
    return path, {"reason": "x"}, "instance.repair_undone"


def decide(world: World) -> Prepared:
    instance_id, version, _token = _standing(world)

    def propose(session: Any) -> UUID:
        other = people.add_user(
            session, login=f"admin-{new_id()}", name="另一位", password="correct horse", roles=[Role.ADMIN],
            now=world.now,
        )  # fmt: skip
        row = proposals.propose(
            session, people.actor_for(session, other), instance_id, [edit("add", to="body")], version=version,
            reason="x", now=world.now,
        )  # fmt: skip
        return row.id

    return f"/operate/repairs/{world.write(propose)}/decide", {"decision": "agreed"}, "instance.repaired"


def _versions(world: World, instance_id: UUID) -> tuple[UUID, UUID]:
    """Return the version on which an instance runs, and a new one."""

    def store(session: Any) -> UUID:
        files = {source.name: source.content for source in bundles.factory_sources("support_request")}
        mark = f"<!-- {new_id()} --></bpmn:definitions>".encode()
        files["support_request.bpmn"] = files["support_request.bpmn"].replace(b"</bpmn:definitions>", mark)
        return deployment.store(session, SYSTEM, bundles.sources_from(files), now=world.now)[0]

    old = world.read(lambda session: process.instance(session, instance_id)).definition_id
    return old, world.write(store)


def _run(world: World, *, until: str) -> str:
    instance_id = request_instance(world)
    from_id, to_id = _versions(world, instance_id)
    run_id, actor = new_id(), world.read(lambda session: people.actor_for(session, world.ids["admin"]))

    def prepared(session: Any) -> None:
        migrations.prepare(session, actor, run_id, from_id, to_id, {}, instance_ids=[instance_id], now=world.now)

    world.write(prepared)
    if until == "done":
        world.write(lambda session: migrations.start(session, actor, run_id, reason="x", now=world.now))
        migrations.work(world.application.database, run_id, clock=lambda: world.now)
    return f"/operate/migrations/{run_id}"


def prepare(world: World) -> Prepared:
    instance_id = request_instance(world)
    from_id, to_id = _versions(world, instance_id)
    form = {"run_id": new_id(), "from": from_id, "to": to_id, "which": "some", "instance_id": str(instance_id)}
    return "/operate/migrations/new", {name: str(value) for name, value in form.items()}, "migration.prepared"


def start(world: World) -> Prepared:
    return f"{_run(world, until='checked')}/start", {"reason": "x"}, "migration.started"


def take_back(world: World) -> Prepared:
    return f"{_run(world, until='done')}/undo", {"reason": "x"}, "migration.undone"


def take_one_back(world: World) -> Prepared:
    return f"{_run(world, until='done')}/0/undo", {"reason": "x"}, "instance.migration_undone"
