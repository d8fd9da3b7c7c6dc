"""Do deliveries and sweep: in RQ workers, in the sweeper, and in a thread of the embedded mode."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from engine.bpmn.step import BpmnError
from engine.clock import Clock, utc_now
from engine.connectors.crm import CrmRefusedError
from engine.errors import FieldflowError, FieldProblem, RetryableError
from engine.outbox import service as outbox
from engine.outbox.service import MAX_ATTEMPTS, Claim
from engine.process import incidents, topics
from engine.process import service as process
from engine.process.topics import DeliveryContext, Topic
from engine.store.database import Database, is_passing

log = logging.getLogger(__name__)

TIMER_BATCH = 50
PERMANENT = (BpmnError, CrmRefusedError)
MESSAGE_RETRY = timedelta(seconds=5)

SweepPart = Callable[[Session, datetime], int]
"""One kind of overdue work: does a batch of it and returns how many it did."""


class LostFenceError(Exception):
    """Another worker has taken the delivery over; this one's writes are rolled back."""


@dataclass
class Worker:
    """Does the deliveries and the sweeping of one database.

    Args:
        parts: overdue work of features (deadlines), each in its own transaction.
        chores: as parts, but looked for no more often than their interval: what may wait costs an idle sweep nothing.
    """

    database: Database
    parts: tuple[SweepPart, ...] = ()
    clock: Clock = utc_now
    chores: tuple[tuple[timedelta, SweepPart], ...] = ()
    _looked_at: dict[SweepPart, datetime] = field(default_factory=dict)

    def deliver(self, delivery_id: UUID) -> bool:
        """Do one delivery, if it is free; True if it is now done or failed for good.

        Every outcome is stored; nothing is raised for the delivery's sake.
        """
        now = self.clock()
        claim = self.database.run(lambda session: outbox.claim(session, delivery_id, now=now))
        if claim is None:
            return False
        topic = topics.find(claim.topic)
        try:
            return self._attempt(claim, topics.served(claim.topic))
        except LostFenceError:
            return False
        except PERMANENT as error:
            return self._give_up(claim, topic, error)
        except Exception as error:  # noqa: BLE001 - the boundary of a job: every failure is stored and tried again
            log.warning("delivery %s (%s) attempt %s: %s", claim.id, claim.topic, claim.attempts, _describe(error))
            if claim.attempts >= MAX_ATTEMPTS:
                return self._give_up(claim, topic, error)
            reason = _describe(error)
            self.database.run(lambda session: outbox.postpone(session, claim, reason, now=self.clock()))
            return False

    def sweep(self, *, do_deliveries: bool) -> int:
        """Do what is overdue: timers, the features' parts, and deliveries nobody has done.

        Args:
            do_deliveries: do them here (no Redis); else ring for them again.

        Returns:
            how much there was to do.
        """
        count = self.fire_timers()
        for part in (*self.parts, *self._due_chores()):
            count += self.database.run(lambda session, part=part: part(session, self.clock()))  # type: ignore[misc]  # mypy cannot infer a lambda with a default
        with self.database.reading() as session:
            waiting = list(outbox.due(session, now=self.clock()))
        if do_deliveries:
            for delivery_id, _lane in waiting:
                self.deliver(delivery_id)
        elif waiting and not self.database.on_commit(list(waiting)):
            # Nobody hears the bell: better done late by the sweeper than not at all.
            for delivery_id, _lane in waiting:
                self.deliver(delivery_id)
        return count + len(waiting)

    def _due_chores(self) -> list[SweepPart]:
        now, never = self.clock(), datetime.min.replace(tzinfo=UTC)
        due = [part for every, part in self.chores if now - self._looked_at.get(part, never) >= every]
        self._looked_at.update(dict.fromkeys(due, now))
        return due

    def fire_timers(self) -> int:
        """Fire the timers that are due, some fifty for each commit; where one fails, a savepoint for each instance.

        Instances that somebody works on just now are left for the next time.
        """
        now = self.clock()
        with self.database.reading() as session:
            due = list(process.due_instances(session, now=now, limit=TIMER_BATCH))
        if not due:
            return 0
        failed: list[UUID] = []

        def fire(session: Session) -> None:
            failed.clear()
            free = process.lock_due_instances(session, due)
            try:
                with session.begin_nested():
                    for instance_id in free:
                        process.advance_instance(session, instance_id, now=now)
                return
            except Exception as error:  # noqa: BLE001 - whose fault it is shows below
                _raise_passing(error)
                log.warning("a timer of %s instances failed: each by itself", len(free))
            for instance_id in free:
                try:
                    with session.begin_nested():
                        process.advance_instance(session, instance_id, now=now)
                except Exception as error:
                    _raise_passing(error)
                    log.exception("timer of instance %s", instance_id)
                    failed.append(instance_id)

        self.database.run(fire)
        for instance_id in failed:
            self.database.run(lambda session, stuck=instance_id: incidents.park_timer(session, stuck, now=now))  # type: ignore[misc]  # as above
        return len(due)

    def run_until_idle(self, *, rounds: int = 100) -> None:
        """Sweep until nothing is left to do now: demo data and tests."""
        for _ in range(rounds):
            if not self.sweep(do_deliveries=True):
                return

    def loop(self, stop: threading.Event, *, do_deliveries: bool, interval_s: float = 1.0) -> None:
        """Sweep until ``stop``; an idle instance costs nothing, an idle system one indexed look a second."""
        while not stop.is_set():
            try:
                busy = self.sweep(do_deliveries=do_deliveries) >= TIMER_BATCH
            except Exception:
                log.exception("sweep")
                busy = False
            if not busy:
                stop.wait(interval_s)

    def _attempt(self, claim: Claim, topic: Topic) -> bool:
        context = DeliveryContext(key=claim.key, attempt=claim.attempts, now=self.clock())
        result: dict[str, Any] = {}
        if topic.handler is not None:
            result = dict(topic.handler(context, claim.payload) or {})

        def settle(session: Session) -> bool:
            now = self.clock()
            if topic.effect is not None and not topic.effect(session, context, claim.payload):
                return self._wait_for_receiver(session, claim, now)
            if not outbox.settle(session, claim, now=now):
                raise LostFenceError
            if claim.was_renewed:
                incidents.resolve_for_delivery(session, claim.id, now=now)
            if claim.token and claim.instance_id:
                process.settle_delivery(
                    session, claim.instance_id, claim.token, result, element_id=claim.element_id, now=now
                )
            return True

        return self.database.run(settle)

    @staticmethod
    def _wait_for_receiver(session: Session, claim: Claim, now: datetime) -> bool:
        if claim.expires_at and claim.expires_at <= now:
            return outbox.fail(session, claim, "the message's time ran out", now=now)
        age = now - claim.created_at
        outbox.postpone(session, claim, "not awaited yet", now=now, delay=max(MESSAGE_RETRY, age / 4))
        return False

    def _give_up(self, claim: Claim, topic: Topic | None, error: Exception) -> bool:
        def end(session: Session) -> bool:
            now = self.clock()
            if not outbox.fail(session, claim, _describe(error), now=now):
                return False
            if claim.instance_id is None:
                return True
            if isinstance(error, BpmnError) and claim.token and topic is not None and topic.waits:
                process.settle_delivery(
                    session, claim.instance_id, claim.token, error, element_id=claim.element_id, now=now
                )
                return True
            incidents.note_failed_delivery(
                session,
                claim.instance_id,
                element_id=claim.element_id or "",
                token=None,
                delivery_id=claim.id,
                code=getattr(error, "code", "unexpected"),
                message=_describe(error),
                problem=_problem(error),
                now=now,
            )
            return True

        return self.database.run(end)


def _raise_passing(error: Exception) -> None:
    # What comes of others at work is no fault of an instance: the whole batch is tried again.
    if isinstance(error, DBAPIError) and is_passing(error):
        raise error


def _problem(error: Exception) -> FieldProblem | None:
    if isinstance(error, FieldflowError):
        return FieldProblem.of(error)
    if isinstance(error, BpmnError):
        return error.problem
    return FieldProblem("It failed in a way that nobody foresaw: {kind}.", code="unexpected", kind=type(error).__name__)


def _describe(error: Exception) -> str:
    # Only our own errors are known to carry no personal data; of others the type must do.
    if isinstance(error, (FieldflowError, RetryableError, *PERMANENT)):
        return str(error)
    return type(error).__name__
