"""Notices outside the application: at once, after quiet hours, in the digest; each exactly once, across restarts."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import func, select

from engine import wiring
from engine.access import Actor
from engine.clock import SimulatedClock
from engine.notifications import preferences, sending, service
from engine.notifications.routing import Channel, Kind, Preferences
from engine.notifications.tables import HeldNotice
from engine.outbox import service as outbox
from engine.wiring import Application
from tests import factories
from tests.factories import Company

ALL_MAIL = dict.fromkeys(Kind, frozenset({Channel.MAIL}))
NIGHT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)  # Monday 23:00 in Shanghai
MORNING = NIGHT + timedelta(hours=8)


@pytest.fixture
def company(application: Application, clock: SimulatedClock) -> Company:
    return application.database.run(lambda session: factories.add_company(session, now=clock()))


def tell(application: Application, to: Iterable[Actor], template: str, number: int, **values: Any) -> None:
    payload = {
        "to": [f"user:{actor.user_id}" for actor in to],
        "template": template,
        "values": {"title": f"No {number}", "number": f"R{number}", "who": "Anna"} | values,
        "business_key": "",
    }
    key = f"test:{template}:{number}"
    application.database.run(
        lambda session: outbox.emit(session, "notify.send", payload, key=key, now=application.clock())
    )


def choose(application: Application, actor: Actor, chosen: Preferences) -> None:
    application.database.run(lambda session: preferences.change(session, actor, chosen, now=application.clock()))


def mails(application: Application) -> list[EmailMessage]:
    folder = application.settings.data_folder / "mail"
    return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in folder.glob("*.eml")]  # type: ignore[misc]


Restart = Callable[[], Application]


@pytest.fixture
def restart(application: Application, clock: SimulatedClock) -> Iterator[Restart]:
    """Return a function that gives another process on the same database: it remembers nothing."""
    running = [application]

    def start() -> Application:
        running[-1].database.dispose()
        running.append(wiring.build(application.settings, clock=clock))
        return running[-1]

    yield start
    running[-1].database.dispose()


def held(application: Application) -> int:
    with application.database.reading() as session:
        return session.scalar(select(func.count()).select_from(HeldNotice)) or 0


def test_o8_quiet_hours_hold_all_but_what_is_urgent(
    application: Application, company: Company, clock: SimulatedClock, restart: Restart
) -> None:
    clock.move_to(NIGHT)
    choose(application, company.packer, Preferences(ALL_MAIL, quiet_from=22 * 60, quiet_to=7 * 60))
    for number in range(3):
        tell(application, [company.packer], "request_new", number)
    tell(application, [company.packer], "deadline_breached", 9)
    application.worker.run_until_idle()
    assert [mail["Subject"] for mail in mails(application)] == ["R9 No 9：处理时限已到"]
    assert held(application) == 3

    for minutes in (1, 479):
        clock.move_to(NIGHT + timedelta(minutes=minutes))
        application = restart()
        application.worker.run_until_idle()
    assert len(mails(application)) == 1

    clock.move_to(MORNING)
    application = restart()
    application.worker.run_until_idle()
    application = restart()
    application.worker.run_until_idle()
    subjects = sorted(mail["Subject"] for mail in mails(application))
    assert subjects == ["R9 No 9：处理时限已到", "外勤流：3 条通知"]
    assert held(application) == 0


def test_o8_a_digest_holds_the_day_and_comes_once_at_its_time(
    application: Application, company: Company, clock: SimulatedClock, restart: Restart
) -> None:
    choose(application, company.packer, Preferences(ALL_MAIL, digest_at=17 * 60))
    for number in range(5):
        tell(application, [company.packer], "request_new", number)
        application.worker.run_until_idle()
        clock.move_to(clock() + timedelta(hours=1))
        application = restart()
    assert mails(application) == []
    with application.database.reading() as session:
        assert service.unread_count(session, company.packer) == 5, "in the application nothing waits"

    clock.move_to(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
    for _restart in range(3):
        application = restart()
        application.worker.run_until_idle()
    [digest] = mails(application)
    body = digest.get_body(("plain",))
    assert body is not None
    assert [f"R{number}：No {number}" in body.get_content() for number in range(5)] == [True] * 5
    assert digest["Subject"] == "外勤流：5 条通知"

    tell(application, [company.packer], "request_new", 7)
    application.worker.run_until_idle()
    clock.move_to(clock() + timedelta(days=1))
    application.worker.run_until_idle()
    assert len(mails(application)) == 2


def test_a_sweeper_that_dies_sends_nothing_twice(
    application: Application, company: Company, clock: SimulatedClock
) -> None:
    clock.move_to(NIGHT)
    choose(application, company.packer, Preferences(ALL_MAIL, quiet_from=22 * 60, quiet_to=7 * 60))
    tell(application, [company.packer], "request_new", 1)
    application.worker.run_until_idle()
    clock.move_to(MORNING)
    with pytest.raises(ZeroDivisionError), application.database.transaction() as session:
        assert sending.release(session, clock()) == 1
        raise ZeroDivisionError
    assert held(application) == 1
    assert application.database.run(lambda session: sending.release(session, clock())) == 1
    assert application.database.run(lambda session: sending.release(session, clock())) == 0
    application.worker.run_until_idle()
    assert len(mails(application)) == 1


def test_a_channel_that_fails_keeps_no_other_from_its_work(
    application: Application, company: Company, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: Any, **_options: Any) -> None:
        raise OSError("gone")

    choose(application, company.packer, Preferences(ALL_MAIL))
    choose(application, company.quoter, Preferences(ALL_MAIL))
    monkeypatch.setattr(application.notifier, "send", refuse)
    tell(application, [company.packer, company.quoter], "comment", 1)
    application.worker.sweep(do_deliveries=True)
    application.worker.sweep(do_deliveries=True)
    with application.database.reading() as session:
        assert [service.unread_count(session, each) for each in (company.packer, company.quoter)] == [1, 1]
    monkeypatch.undo()
    clock.move_to(clock() + timedelta(minutes=1))
    application.worker.run_until_idle()
    assert len(mails(application)) == 2


def test_a_mail_speaks_the_reader_s_language_and_leads_to_the_choice(
    application: Application, company: Company
) -> None:
    from engine.people import service as people

    application.database.run(lambda session: people.change_appearance(session, company.packer, locale="en", theme=None))
    tell(application, [company.packer], "comment", 4, title="<b>仁济医院</b>", title_en="<b>Renji</b>")
    application.worker.run_until_idle()
    [mail] = mails(application)
    plain, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert html is not None
    assert mail["Subject"] == "Anna commented on <b>Renji</b>"
    assert "&lt;b&gt;Renji&lt;/b&gt;" in html.get_content()
    assert "/me/notifications" in plain.get_content()
    assert mail["List-Unsubscribe"] == f"<{application.settings.public_url}/me/notifications>"


def test_who_may_no_longer_sign_in_gets_nothing(application: Application, company: Company) -> None:
    from engine.people.tables import User

    with application.database.transaction() as session:
        session.get_one(User, company.packer.user_id).is_active = False
    tell(application, [company.packer], "comment", 5)
    application.worker.run_until_idle()
    assert mails(application) == []
