"""The sweeper is killed while deadlines escalate: each mark is told once, and none is lost."""

import threading
from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import func, select

from engine.calendar.tables import Deadline
from engine.clock import utc_now
from engine.notifications.tables import Notification
from engine.outbox.tables import Delivery, DeliveryState
from engine.process.tables import HistoryEvent, Incident
from engine.support.tables import SupportRequest
from engine.wiring import Application
from tests.bench.deadlines import fall_due, unfired
from tests.chaos.processes import Installation
from tests.chaos.test_kills import unsettled, wait_until

REQUESTS = 200
KILLS = 5
TARGETS = ("sweep", "worker user")

pytestmark = pytest.mark.chaos


def told(application: Application) -> int:
    with application.database.reading() as session:
        return session.scalar(select(func.count()).select_from(HistoryEvent).where(HistoryEvent.kind == "message")) or 0


def test_each_escalation_fires_once_though_the_sweeper_is_killed(
    application: Application, installation: Installation
) -> None:
    fall_due(application.database, REQUESTS, 1, due_at=utc_now() - timedelta(minutes=1))
    dice, pause = Random(5), threading.Event()

    def state() -> str:
        return f"{told(application)} told\n{installation.log[-2000:]}"

    for number in range(KILLS):
        before = told(application)
        wait_until(lambda before=before: told(application) >= min(before + 20, REQUESTS), state)  # type: ignore[misc]
        pause.wait(dice.random() * 0.15)  # anywhere in a batch
        installation.kill(TARGETS[number % 2])
    wait_until(lambda: unfired(application.database, utc_now()) == 0, state)
    wait_until(lambda: unsettled(application) == 0, state)
    with application.database.reading() as session:
        assert session.scalars(select(Incident)).all() == []
        assert set(session.scalars(select(Delivery.state))) == {DeliveryState.DONE}
        steps = Counter(session.scalars(select(HistoryEvent.instance_id).where(HistoryEvent.kind == "message")))
        assert Counter(steps.values()) == {1: REQUESTS}
        assert [75] not in session.scalars(select(Deadline.marks)).all()
        warned = session.scalars(select(SupportRequest.escalation)).all()
        assert Counter(warned)["warned"] == REQUESTS
        told_of = select(func.count()).select_from(Notification).where(Notification.template == "deadline_warning")
        assert session.scalar(told_of) == REQUESTS
