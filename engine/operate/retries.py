"""Try many failed things again: each by itself, one outcome and reason for each, as ``engine.desk.bulk`` does it.

Deliveries take their turns half a second apart, so that whatever was down is not met by all of them at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine.access import Actor, Role
from engine.audit import service as audit
from engine.desk import acts, bulk
from engine.desk.acts import Act, Turn
from engine.errors import FieldProblem, ForbiddenError, InvalidInputError
from engine.outbox import queries as deliveries
from engine.process import causes, incidents, jobs

INCIDENTS, DELIVERIES = "incident", "delivery"
RETRY = {INCIDENTS: "retry_incident", DELIVERIES: "retry_job"}
APART = timedelta(seconds=0.5)


@dataclass(frozen=True)
class Outcome:
    """What became of the deliveries that a run put back: numbers, as of now."""

    done: int
    waiting: int
    failed: int
    dropped: int


def start(session: Session, actor: Actor, run_id: UUID, about: str, chosen: str | None, *, now: datetime) -> bulk.Run:
    """Try again all open incidents of a cause, or all that were given up of a topic.

    Args:
        run_id: minted by the client; asking again with it does nothing and gives the same run.
        about: ``INCIDENTS`` or ``DELIVERIES``.
        chosen: the cause or the topic; None: all.

    Raises:
        InvalidInputError: there is nothing left to try.
        NotFoundError: no such cause.
    """
    if about == INCIDENTS:
        ids = causes.open_ids(session, chosen, limit=bulk.MAX_TASKS)
    else:
        ids = deliveries.dead_ids(session, topic=chosen or "", limit=bulk.MAX_TASKS)
    if not ids and not bulk.is_known(session, actor, run_id):
        raise InvalidInputError("Nothing is left to try again.", code="nothing_left")
    run = bulk.start(session, actor, run_id, RETRY[about], {}, task_ids=ids, about=about, now=now)
    if run.is_new:
        audit.record(
            session,
            actor,
            f"{about}.retried_many",
            subject=("cause" if about == INCIDENTS else "topic", chosen or "*"),
            after={"number": run.total, "run": str(run_id)},
            now=now,
        )
    return run


def outcome(session: Session, run: bulk.Run) -> Outcome:
    """Return what became of the deliveries that a run put back; elements run in the run itself."""
    ids = [item.task_id for item in bulk.items(session, run.id, outcomes=[bulk.OK], limit=bulk.MAX_TASKS)]
    if run.act == RETRY[INCIDENTS]:
        found = causes.by_ids(session, ids)
        ids = [row.delivery_id for row in found.values() if row.delivery_id is not None]
    states = [row.state for row in deliveries.by_ids(session, ids).values()]
    return Outcome(states.count("done"), states.count("pending"), states.count("failed"), states.count("dropped"))


def register() -> None:
    """Let runs try incidents and deliveries again."""
    over = frozenset({"incident_resolved", "instance_ended", "delivery_over"})
    acts.register(RETRY[INCIDENTS], Act(_nothing, _retry_incident, INCIDENTS, over))
    acts.register(RETRY[DELIVERIES], Act(_nothing, _retry_delivery, DELIVERIES, over))


def _retry_incident(
    session: Session, actor: Actor, incident_id: UUID, _values: Mapping[str, Any], turn: Turn, now: datetime
) -> bool | FieldProblem:
    _require_admin(actor)
    return incidents.retry(session, actor, incident_id, now=now, delay=APART * turn.position) or True


def _retry_delivery(
    session: Session, actor: Actor, delivery_id: UUID, _values: Mapping[str, Any], turn: Turn, now: datetime
) -> bool:
    _require_admin(actor)
    if deliveries.delivery(session, delivery_id).state != "failed":
        return False
    jobs.run_now(session, actor, delivery_id, now=now, delay=APART * turn.position)
    return True


def _require_admin(actor: Actor) -> None:
    if not actor.has(Role.ADMIN):
        raise ForbiddenError("You may not do this.", code="not_admin")


def _nothing(_values: Mapping[str, Any]) -> dict[str, Any]:
    return {}
