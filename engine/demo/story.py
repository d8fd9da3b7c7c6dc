"""The story: each day the people of the demo company do their work, through the services, on a simulated clock."""

import heapq
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import count
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from engine.access import Actor
from engine.calendar.presets import china
from engine.calendar.rules import is_working_day
from engine.clock import SimulatedClock
from engine.demo import texts
from engine.demo.company import Company, DemoCustomer
from engine.evidence import service as evidence
from engine.ids import new_id
from engine.notifications import service as notifications
from engine.process import queries as process
from engine.process import user_tasks
from engine.process.queries import TaskRow
from engine.runner import Worker
from engine.support import fulfilment, picking
from engine.support import queries as support
from engine.support import service as support_service
from engine.visits import drafts
from engine.visits import queries as visit_queries
from engine.visits import service as visits
from engine.wiring import Application

ZONE = ZoneInfo("Asia/Shanghai")
VISITS_A_DAY = (3, 3)
METRES_A_DEGREE = 111_195
DILIGENCE, DILIGENCE_OF_LATE = 0.4, 0.08
"""How likely an ops person takes a task that they look at; in the last days less, so that the desk has work to show."""

Act = Callable[[Session, datetime], None]


class Story:
    """Tells day after day.

    Args:
        clock: moved along; every service gets its time.
        seed: of all that happens by chance.
    """

    def __init__(self, application: Application, company: Company, clock: SimulatedClock, *, seed: int) -> None:
        self._database = application.database
        self._worker = Worker(application.database, parts=application.worker.parts, clock=clock)
        self._chores = application.worker.chores
        self._company = company
        self._clock = clock
        self._random = Random(seed)  # noqa: S311 - a story, no secret
        self._agenda: list[tuple[datetime, int, Act]] = []
        self._order = count()
        self._finished = 0
        self._diligence = DILIGENCE
        self._reps = [login for login in company.actors if login.startswith("rep")]
        self._turns = {login: 0 for login in self._reps}

    def run_chores(self) -> None:
        """Let days run as processes from here on, as they do every day; of the weeks before nobody misses them."""
        self._worker.chores = self._chores
        self._diligence = DILIGENCE_OF_LATE

    def tell_day(self, day: date) -> int:
        """Let a whole day pass; returns how many visits have been finished since the start."""
        if is_working_day(china(), day):
            self._plan_day(day)
        self._act_until(_at(day, 23, 30))
        return self._finished

    def tell_today(self, now: datetime) -> None:
        """Plan today around ``now`` and let it pass until then; what lies ahead stays to be done.

        Whenever the demo is started, some visits are behind, one is next, and some are to come.
        """
        local = now.astimezone(ZONE)
        earliest, latest = _at(local.date(), 8, 30), _at(local.date(), 16, 0)
        first = min(max(now - timedelta(hours=3, minutes=30), earliest), latest)
        self._plan_day(local.date(), first=first.replace(minute=0, second=0, microsecond=0), lively=True)
        self._act_until(now)
        self._agenda.clear()

    def _plan_day(self, day: date, *, first: datetime | None = None, lively: bool = False) -> None:
        planned_at = self._clock() if lively else _at(day, 8, 5)
        for login in self._reps:
            number = self._random.randint(*VISITS_A_DAY) + (2 if lively else 0)
            start = first or _at(day, 9, self._random.choice((0, 15, 30)))
            for _ in range(number):
                self._at(planned_at, self._visit_plan(login, self._next_customer(login), start))
                start += timedelta(minutes=self._random.choice((75, 90, 105, 120)))
                if start.astimezone(ZONE).hour == 12:
                    start = _at(day, 13, 30)
            self._at(planned_at, self._tidy_drafts(login))
            self._at(_at(day, 18, 20), self._rep_evening(login))
        for hour in (10, 12, 15, 17):
            for login in ("ops1", "ops2", "ops3"):
                self._at(_at(day, hour, self._random.randint(5, 50)), self._desk_hour(login))
        self._at(_at(day, 17, 40), self._manager_hour("manager1"))
        self._at(_at(day, 17, 45), self._manager_hour("manager2"))
        self._at(_at(day, 16, 30), self._manager_hour("compliance1"))

    def _tidy_drafts(self, login: str) -> Act:
        def act(session: Session, now: datetime) -> None:
            actor = self._company.actors[login]
            assert actor.user_id is not None, "reps are people"
            for draft in visit_queries.drafts_of(session, actor.user_id):
                if draft.local_date <= now.astimezone(ZONE).date():
                    drafts.discard_draft(session, actor, draft.id)

        return act

    def _next_customer(self, login: str) -> DemoCustomer:
        own = self._company.customers_of(login)
        weighted = [customer for customer in own for _ in range({"A": 4, "B": 2}.get(customer.tier, 1))]
        self._turns[login] += 1
        return weighted[(self._turns[login] * 7) % len(weighted)]

    def _visit_plan(self, login: str, customer: DemoCustomer, start: datetime) -> Act:
        def act(session: Session, now: datetime) -> None:
            actor = self._company.actors[login]
            shelf = customer.kind in {"pharmacy", "store"} and self._random.random() < 0.35
            purpose = "shelf_check" if shelf else self._random.choice(("academic", "academic", "follow_up", "survey"))
            visit_id = visits.plan_visit(
                session,
                actor,
                customer_id=customer.id,
                purpose_key=purpose,
                planned_start=start,
                planned_end=start + timedelta(minutes=45),
                contact_ids=customer.contact_ids[:1],
                now=now,
            )
            chance = self._random.random()
            late = timedelta(minutes=self._random.randint(-8, 14))
            if chance < 0.03:
                self._at(start - timedelta(minutes=30), self._cancel(login, visit_id))
            elif chance > 0.04:
                self._at(start + late, self._check_in(login, visit_id, customer))
            else:
                self._at(_at((now + timedelta(days=1)).astimezone(ZONE).date(), 8, 40), self._miss(login, visit_id))

        return act

    def _cancel(self, login: str, visit_id: UUID) -> Act:
        def act(session: Session, now: datetime) -> None:
            reason = self._random.choice(texts.CANCEL_REASONS)
            visits.cancel_visit(session, self._company.actors[login], visit_id, reason=reason, now=now)

        return act

    def _check_in(self, login: str, visit_id: UUID, customer: DemoCustomer) -> Act:
        def act(session: Session, now: datetime) -> None:
            actor = self._company.actors[login]
            values: dict[str, Any] = {"method": "manual"}
            if login in self._company.consenting and self._random.random() < 0.9:
                evidence_id = evidence.record_position(session, actor, self._reading(customer, now), now=now)
                session.flush()  # the check-in reads it
                values = {"method": "position", "position_evidence": str(evidence_id)}
            if not self._do(session, actor, visits.business_key(visit_id), "visit_check_in", values, now):
                return
            stay = timedelta(minutes=self._random.randint(18, 55))
            self._at(now + stay, self._report(login, visit_id, customer))

        return act

    def _reading(self, customer: DemoCustomer, now: datetime) -> evidence.Reading:
        metres = abs(self._random.gauss(0, customer.radius_m * 0.55))
        accuracy = self._random.choice((8, 12, 18, 25, 40, 90, 160))
        return evidence.Reading(
            latitude=round(customer.latitude + metres / METRES_A_DEGREE * self._random.choice((-1, 1)), 6),
            longitude=customer.longitude,
            accuracy_m=accuracy,
            fix_at=now - timedelta(seconds=self._random.choice((3, 8, 20, 45, 120))),
        )

    def _report(self, login: str, visit_id: UUID, customer: DemoCustomer) -> Act:
        def act(session: Session, now: datetime) -> None:
            actor = self._company.actors[login]
            key = visits.business_key(visit_id)
            day = now.astimezone(ZONE).date()
            values = {
                "visit_explain": {"reason": "poor_signal", "explanation": self._random.choice(texts.EXPLANATIONS)},
                "visit_report": texts.report(self._random, customer.kind, day),
                "visit_shelf_check": texts.shelf_check(self._random),
                "visit_survey": texts.survey(self._random),
                "visit_check_out": {"method": "manual"},
            }
            for task in process.tasks_of(session, key):
                if task.form_key in values:
                    self._do_task(session, actor, task, values[task.form_key], now)
            self._finished += 1

        return act

    def _miss(self, login: str, visit_id: UUID) -> Act:
        def act(session: Session, now: datetime) -> None:
            values = {
                "happened": "missed",
                "missed_reason": "customer_absent",
                "explanation": self._random.choice(texts.MISS_REASONS),
            }
            actor = self._company.actors[login]
            self._do(session, actor, visits.business_key(visit_id), "visit_what_happened", values, now)

        return act

    def _desk_hour(self, login: str) -> Act:
        def act(session: Session, now: datetime) -> None:
            actor = self._company.actors[login]
            notifications.mark_read(session, actor, now=now)
            for task in process.inbox(session, actor, limit=12).tasks:
                values = self._handling(session, actor, task, now)
                if values is not None:
                    self._do_task(session, actor, task, values, now)

        return act

    def _rep_evening(self, login: str) -> Act:
        def act(session: Session, now: datetime) -> None:
            actor = self._company.actors[login]
            notifications.mark_read(session, actor, now=now)
            self._confirm(session, actor, now)

        return act

    def _confirm(self, session: Session, actor: Actor, now: datetime) -> None:
        for task in process.inbox(session, actor, limit=20).tasks:
            if task.form_key == "request_confirm" and self._random.random() < 0.7:
                self._do_task(session, actor, task, {"decision": "confirm", "rating": "good"}, now)
            elif task.form_key == "sample_receive" and self._random.random() < 0.4:
                self._do_task(session, actor, task, {"complete": "yes"}, now)
            elif task.form_key == "request_answer_question":
                self._do_task(session, actor, task, {"answer": "按上次的规格，送到药剂科即可。"}, now)

    def _manager_hour(self, login: str) -> Act:
        def act(session: Session, now: datetime) -> None:
            actor = self._company.actors[login]
            notifications.mark_read(session, actor, now=now)
            for task in process.inbox(session, actor, limit=20).tasks:
                if task.form_key == "visit_review":
                    self._do_task(session, actor, task, {"result": "ok", "comment": "记录清楚，继续保持。"}, now)
                elif task.form_key in {"request_approve_discount", "visit_approve", "sample_approve"}:
                    self._do_task(session, actor, task, {"decision": "approved"}, now)

        return act

    def _handling(self, session: Session, actor: Actor, task: TaskRow, now: datetime) -> dict[str, Any] | None:
        if task.process_key not in {support_service.PROCESS, fulfilment.PROCESS}:
            return None
        if self._random.random() >= self._diligence:
            return None
        if task.form_key == picking.RESERVE_FORM:
            lots = picking.form_context(session, actor, task.business_key, now)["allocation"]
            return {"lots": lots, "rest": "backorder"}
        detail = support.request_detail(session, actor, UUID(task.business_key.partition(":")[2]))
        lines = [{"item": line.item, "quantity": line.quantity} for line in detail.lines]
        return texts.handling(self._random, task.form_key or "", detail.row.queue, lines, now)

    def _do(
        self, session: Session, actor: Actor, business_key: str, form_key: str, values: dict[str, Any], now: datetime
    ) -> bool:
        for task in process.tasks_of(session, business_key):
            if task.form_key == form_key:
                return self._do_task(session, actor, task, values, now)
        return False

    @staticmethod
    def _do_task(session: Session, actor: Actor, task: TaskRow, values: dict[str, Any], now: datetime) -> bool:
        user_tasks.complete_user_task(session, actor, task.id, values, submission_id=new_id(), now=now)
        return True

    def _at(self, moment: datetime, act: Act) -> None:
        heapq.heappush(self._agenda, (moment, next(self._order), act))

    def _act_until(self, end: datetime) -> None:
        # One transaction for each stretch of the day; timers, deadlines and deliveries between them.
        while self._agenda and self._agenda[0][0] <= end:
            stretch = min(end, self._agenda[0][0] + timedelta(hours=2))
            with self._database.transaction() as session:
                while self._agenda and self._agenda[0][0] <= stretch:
                    moment, _number, act = heapq.heappop(self._agenda)
                    self._clock.move_to(max(moment, self._clock()))
                    act(session, self._clock())
            self._worker.run_until_idle()
        self._clock.move_to(max(end, self._clock()))
        self._worker.run_until_idle()


def _at(day: date, hour: int, minute: int) -> datetime:
    return datetime.combine(day, time(hour, minute), ZONE)
