"""What a running step asks for: FEEL, decisions and topics, bound to one transaction."""

import logging
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.bpmn.step import WAIT, BpmnError, Wait
from engine.errors import FieldflowError
from engine.feel.decisions import decide
from engine.feel.expressions import Scope, condition, evaluate, evaluate_all
from engine.outbox import service as outbox_service
from engine.process import topics
from engine.process.bundles import Bundle
from engine.process.topics import StepContext, TopicKind

log = logging.getLogger(__name__)


class StepHost:
    """Serves one step of one instance; ``engine.bpmn.step.Host`` names the methods."""

    def __init__(
        self,
        session: Session,
        actor: Actor,
        bundle: Bundle,
        *,
        instance_id: UUID,
        business_key: str,
        lanes: Mapping[str, list[str]],
        now: datetime,
        happened_at: datetime | None = None,
    ) -> None:
        self.now = now
        self._happened_at = happened_at
        self.lanes = {name: list(principals) for name, principals in lanes.items()}
        self._session = session
        self._actor = actor
        self._bundle = bundle
        self._instance_id = instance_id
        self._business_key = business_key

    def evaluate(self, expression: str, data: Mapping[str, Any]) -> Any:
        """Return the value of a FEEL expression over the instance's data."""
        return evaluate(expression, self._scope(data))

    def evaluate_all(self, expressions: Sequence[str], data: Mapping[str, Any]) -> list[Any]:
        """Return the values of several FEEL expressions, in one call."""
        return evaluate_all(expressions, self._scope(data))

    def condition(self, expression: str, data: Mapping[str, Any]) -> bool:
        """Return the value of a FEEL condition; null is an error."""
        return condition(expression, self._scope(data))

    def decide(self, decision: str, data: Mapping[str, Any]) -> Any:
        """Return the result of a decision of the bundle.

        Raises:
            BpmnError: the bundle has no such decision.
        """
        model = self._bundle.decisions.get(decision)
        if model is None:
            raise BpmnError("decision_unknown", "The bundle has no decision {name}.", name=decision)
        return decide(model, decision, self._scope(data))

    def call(
        self, topic: str, parameters: Mapping[str, Any], data: Mapping[str, Any], *, element_id: str, token: str
    ) -> Mapping[str, Any] | Wait:
        """Do what a service task asks for.

        An operation runs in a savepoint, a lookup only reads: if it fails, the rest of the step still stands. A fault
        that nobody thought of parks the element as well: it must not cost people what they typed.

        Raises:
            BpmnError: the operation failed with an error that the model may catch.
            FieldflowError: the operation failed.
            DBAPIError: the database's failures pass, for the whole transaction to be tried again.
        """
        found = topics.served(topic)
        key = f"{self._instance_id}:{token}"
        if found.kind is TopicKind.DELIVERY:
            outbox_service.emit(
                self._session,
                topic,
                dict(parameters),
                key=key,
                now=self.now,
                lane=found.lane,
                instance_id=self._instance_id,
                element_id=element_id,
                token=token if found.waits else None,
            )
            return WAIT if found.waits else {}
        context = StepContext(
            session=self._session,
            actor=self._actor,
            now=self.now,
            instance_id=self._instance_id,
            business_key=self._business_key,
            data=data,
            lanes=self.lanes,
            key=key,
            happened_at=self._happened_at,
        )
        assert found.operation is not None, f"{topic} has no operation"
        try:
            with nullcontext() if found.kind is TopicKind.LOOKUP else self._session.begin_nested():
                return found.operation(context, parameters)
        except (FieldflowError, BpmnError, DBAPIError):
            raise
        except Exception as error:
            log.exception("topic %s at %s of instance %s", topic, element_id, self._instance_id)
            reason = type(error).__name__
            raise FieldflowError(
                "The operation {topic} failed: {reason}.", code="operation_failed", topic=topic, reason=reason
            ) from error

    def _scope(self, data: Mapping[str, Any]) -> Scope:
        return Scope(variables=data, types=self._bundle.model.variables, now=self.now, time_zone=self._actor.time_zone)
