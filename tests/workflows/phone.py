"""A phone without a network: it keeps what its rep does and sends it later, as often as one likes."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from engine.access import Actor
from engine.evidence.service import Reading
from engine.ids import new_id
from engine.offline import service as offline
from engine.offline.rules import ActionKind, Sent, Stamp
from engine.offline.service import Answer, Incoming
from tests.workflows.world import World

REPORT = {"outcome": "met", "summary": "离线写的报告"}


class Phone:
    """One phone of one rep.

    Args:
        wrong_by: how far its clock is off.
    """

    def __init__(self, world: World, rep: Actor, *, wrong_by: timedelta = timedelta()) -> None:
        self.world = world
        self.rep = rep
        self.device_id = new_id()
        self.boot = "first"
        self.wrong_by = wrong_by
        self.started = world.clock()
        self.outbox: list[Incoming] = []
        self._sequences: dict[str, int] = {}

    def stamp(self) -> Stamp:
        """Return what its clocks show."""
        now = self.world.clock()
        return Stamp(now + self.wrong_by, (now - self.started).total_seconds() * 1000, self.boot)

    def restart(self) -> None:
        """Kill the browser: what was stored stays, the monotonic clock starts anew."""
        self.boot = f"{self.boot}+"
        self.started = self.world.clock()

    def do(
        self,
        kind: ActionKind,
        visit_id: UUID | None,
        body: Mapping[str, Any],
        *,
        stream: str = "",
        reading: Reading | None = None,
    ) -> Incoming:
        """Keep an action."""
        name = stream or f"visit:{visit_id}"
        self._sequences[name] = self._sequences.get(name, 0) + 1
        action = Incoming(
            id=new_id(),
            kind=kind,
            stream=name,
            sequence=self._sequences[name],
            visit_id=visit_id,
            body=dict(body),
            stamp=self.stamp(),
            reading=reading,
            reading_field="position_evidence" if reading else "",
        )
        self.outbox.append(action)
        return action

    def step(
        self, visit_id: UUID, element_id: str, values: Mapping[str, Any], *, reading: Reading | None = None
    ) -> Incoming:
        """Submit the form of a step."""
        body = {"element_id": element_id, "occurrence": 1, "values": dict(values)}
        return self.do(ActionKind.COMPLETE_TASK, visit_id, body, reading=reading)

    def whole_visit(self, visit_id: UUID, report: Mapping[str, Any] = REPORT) -> None:
        """Check in, leave half an hour later, and report ten minutes after that."""
        self.step(visit_id, "check_in", {"method": "manual"})
        self.pass_time(timedelta(minutes=30))
        self.step(visit_id, "check_out", {"method": "manual"})
        self.pass_time(timedelta(minutes=10))
        self.step(visit_id, "report", report)

    def pass_time(self, span: timedelta) -> None:
        """Let time pass on the phone and on the server alike."""
        self.world.wait(span)

    def send(self, actions: Sequence[Incoming] | None = None) -> list[Answer]:
        """Send what it keeps, or the actions given."""
        stamp = self.stamp()
        sent = Sent(stamp.device_at, stamp.monotonic_ms, stamp.boot)
        batch = list(self.outbox if actions is None else actions)
        return self.world.do(
            lambda session: offline.receive(session, self.rep, self.device_id, batch, sent, now=self.world.clock())
        )


def states(answers: Sequence[Answer]) -> list[str]:
    """Return what became of the actions."""
    return [str(answer.state) for answer in answers]


def event_times(phone: Phone, at: datetime) -> list[datetime]:
    """Return the times that a whole visit begun at ``at`` must show: arrival, departure, report."""
    return [at, at + timedelta(minutes=30), at + timedelta(minutes=40)]
