"""Drives the shipped processes as people do: through the services, one transaction for each act."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select

from engine.access import Actor
from engine.clock import SimulatedClock
from engine.consent import rules as consent_rules
from engine.consent import service as consent
from engine.evidence import service as evidence
from engine.notifications import service as notifications
from engine.process import queries as process
from engine.process import user_tasks
from engine.process.queries import TaskRow
from engine.support import queries as requests
from engine.support import service as support
from engine.support.tables import SupportRequest
from engine.visits import rules as visit_rules
from engine.visits import service as visit_service
from engine.visits.tables import Visit, VisitReport
from engine.wiring import Application
from tests import databases, factories

Result = TypeVar("Result")
DEGREE_M = 111_195
"""Metres in a degree of latitude, on a sphere of 6,371 km."""

REPORT = {"outcome": "met", "summary": "介绍了新适应症"}


class World:
    """A company at work.

    Args:
        application: on an empty database.
        clock: the clock that it shows.
    """

    def __init__(self, application: Application, clock: SimulatedClock) -> None:
        self.application = application
        self.clock = clock
        self.company: factories.Company = databases.filled(application.database, ("company", clock()), self._found)
        application.worker.run_until_idle()  # what is done once a minute is done for this minute

    def _found(self) -> factories.Company:
        now = self.clock()
        company = self.do(lambda session: factories.add_company(session, now=now))
        self.do(lambda session: factories.deploy_factory_processes(session, now=now))
        return company

    def do(self, work: Callable[[Any], Result]) -> Result:
        """Do something in a transaction of its own, then what follows of it."""
        result = self.application.database.run(work)
        self.application.worker.run_until_idle()
        return result

    def look(self, work: Callable[[Any], Result]) -> Result:
        """Read something."""
        with self.application.database.reading() as session:
            result = work(session)
            session.expunge_all()  # rows stay readable after the session
            return result

    def wait(self, until: datetime | timedelta) -> None:
        """Let time pass, and do what falls due."""
        self.clock.move_to(self.clock() + until if isinstance(until, timedelta) else until)
        self.application.worker.run_until_idle()

    # What people see

    def inbox(self, actor: Actor) -> list[str]:
        """Return the element ids in a person's inbox, sorted, without those of the person's day (``day_tasks``)."""
        tasks = self.look(lambda session: process.inbox(session, actor)).tasks
        return sorted(task.element_id for task in tasks if task.process_key != "day")

    def day_tasks(self, actor: Actor) -> list[str]:
        """Return the element ids of a person's own day."""
        tasks = self.look(lambda session: process.inbox(session, actor)).tasks
        return sorted(task.element_id for task in tasks if task.process_key == "day")

    def task(self, actor: Actor, element_id: str) -> TaskRow:
        """Return a task of a person's inbox."""
        tasks = self.look(lambda session: process.inbox(session, actor)).tasks
        found = [task for task in tasks if task.element_id == element_id]
        assert len(found) == 1, f"{actor.name} has {[task.element_id for task in tasks]}, not one {element_id}"
        return found[0]

    def notices(self, actor: Actor) -> list[str]:
        """Return the templates of a person's notifications, the oldest first, without the digests of days."""
        found = self.look(lambda session: notifications.mine(session, actor))
        return [notice.template for notice in reversed(found) if notice.template != "day_digest"]

    def texts(self, actor: Actor, locale: str = "zh") -> list[str]:
        """Return a person's notifications as they read them, the oldest first."""
        from engine.notifications.rules import render

        found = self.look(lambda session: notifications.mine(session, actor))
        return [render(notice.template, notice.values, locale) for notice in reversed(found)]

    def incidents(self) -> list[str]:
        """Return what is stuck."""
        return [f"{i.element_id}: {i.message}" for i in self.look(process.open_incidents)]

    def instance_state(self, business_key: str) -> str:
        """Return the state of the instance about an object."""
        return self.look(lambda session: process.instances_of(session, business_key))[0].state

    def trail(self, business_key: str) -> list[str]:
        """Return the elements that ran, in order, from the history."""
        instance = self.look(lambda session: process.instances_of(session, business_key))[0]
        events = self.look(lambda session: process.history(session, instance.id))
        return [entry["id"] for event in events for entry in event.detail["trail"]]

    # What people do

    def complete(self, actor: Actor, element_id: str, values: Mapping[str, Any] | None = None) -> None:
        """Submit the form of a task in the person's inbox."""
        task = self.task(actor, element_id)
        self.do(
            lambda session: user_tasks.complete_user_task(
                session, actor, task.id, values or {}, submission_id=None, now=self.clock()
            )
        )
        assert self.incidents() == []

    def plan(
        self,
        actor: Actor,
        *,
        start: datetime | None = None,
        for_rep: Actor | None = None,
        customer_id: UUID | None = None,
        purpose: str = "report",
        sampled: bool = False,
    ) -> UUID:
        """Plan a visit; in an hour if ``start`` is None. ``sampled``: whether it is drawn for review."""
        return self.do(
            lambda session: visit_service.plan_visit(
                session,
                actor,
                customer_id=customer_id or self.company.customer_id,
                purpose_key=purpose,
                planned_start=start or self.clock() + timedelta(hours=1),
                rep_id=for_rep.user_id if for_rep else None,
                visit_id=visit_id_drawn(sampled),
                now=self.clock(),
            )
        )

    def visit(self, visit_id: UUID) -> Visit:
        """Return a visit's row."""
        return self.look(lambda session: session.get_one(Visit, visit_id))

    def report(self, visit_id: UUID) -> VisitReport:
        """Return a visit's report."""
        return self.look(lambda session: session.get_one(VisitReport, visit_id))

    def follower_of(self, visit_id: UUID) -> Visit:
        """Return the visit that follows one."""
        return self.look(lambda session: session.scalars(select(Visit).where(Visit.follows_id == visit_id)).one())

    def position(
        self, actor: Actor, *, distance_m: float, accuracy_m: float = 20, age_s: float = 5, is_mock: bool = False
    ) -> dict[str, str]:
        """Record a position so far north of the customer and return the values of the check-in form."""

        def record(session: Any) -> UUID:
            consent.answer(session, actor, consent_rules.CHECK_IN, is_granted=True, now=self.clock())
            reading = evidence.Reading(
                latitude=factories.PLACE[0] + distance_m / DEGREE_M,
                longitude=factories.PLACE[1],
                accuracy_m=accuracy_m,
                fix_at=self.clock() - timedelta(seconds=age_s),
                is_mock=is_mock,
            )
            return evidence.record_position(session, actor, reading, now=self.clock())

        return {"method": "position", "position_evidence": str(self.do(record))}

    def make_visit(self, visit_id: UUID, report: Mapping[str, Any] = REPORT) -> None:
        """Check in by hand, leave, and report: the whole visit of the rep."""
        rep = self.company.rep
        self.complete(rep, "check_in", {"method": "manual"})
        self.complete(rep, "check_out", {"method": "manual"})
        self.complete(rep, "report", report)

    def ask(self, type_: str, **extra: Any) -> UUID:
        """Raise a request as the rep and return its id."""
        if type_ in support.NEEDS_LINES:
            extra.setdefault("lines", [support.Line("M-1" if type_ == "material" else "P-1", 10)])
        return self.do(
            lambda session: (
                support.raise_request(
                    session,
                    self.company.rep,
                    type_=type_,
                    subject="要一份资料",
                    customer_id=self.company.customer_id,
                    now=self.clock(),
                    **extra,
                ).id
            )
        )

    def request(self, request_id: UUID) -> SupportRequest:
        """Return a request's row."""
        return self.look(lambda session: session.get_one(SupportRequest, request_id))

    def request_detail(self, request_id: UUID) -> requests.RequestDetail:
        """Return a request as its requester sees it."""
        return self.look(lambda session: requests.request_detail(session, self.company.rep, request_id))


def visit_id_drawn(sampled: bool) -> UUID:
    """Return an id that is, or is not, in the review sample."""
    from engine.ids import new_id

    return next(candidate for candidate in iter(new_id, None) if visit_rules.is_sampled(candidate) is sampled)
