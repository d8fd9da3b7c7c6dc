"""Webhooks, browsers and chat rooms through the outbox: signed, tried again, sent again, forgotten when gone."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from engine import wiring
from engine.clock import SimulatedClock
from engine.errors import InvalidInputError
from engine.notifications import browsers, channels, hooks, preferences, rooms, texts
from engine.notifications.routing import Channel, Kind, Preferences
from engine.outbox import service as outbox
from engine.settings import Settings
from engine.wiring import Application
from tests import factories
from tests.connectors.receivers import Device, Receiver, receiving
from tests.factories import Company


@pytest.fixture
def here(database_url: str, tmp_path: Path, clock: SimulatedClock) -> Iterator[Application]:
    """Return an application that may post to this machine."""
    settings = Settings.from_environment({"FIELDFLOW_DATA": str(tmp_path), "FIELDFLOW_DATABASE_URL": database_url})
    built = wiring.build(replace(settings, outbound_allow="127.0.0.1"), clock=clock)
    yield built
    built.database.dispose()


@pytest.fixture
def company(here: Application, clock: SimulatedClock) -> Company:
    return here.database.run(lambda session: factories.add_company(session, now=clock()))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def tell(application: Application, to: list[str], template: str, number: int = 1) -> None:
    values = {"title": "仁济医院", "title_en": "Renji Hospital", "number": "R1", "who": "Anna"}
    payload = {"to": to, "template": template, "values": values, "business_key": "request:x"}
    application.database.run(
        lambda session: outbox.emit(
            session, "notify.send", payload, key=f"t:{template}:{number}", now=application.clock()
        )
    )
    application.worker.run_until_idle()


def add_hook(application: Application, url: str, *kinds: Kind) -> UUID:
    chosen = kinds or tuple(Kind)
    return application.database.run(
        lambda session: hooks.save(
            session, None, name="ERP", url=url, kinds=chosen, is_active=True, now=application.clock()
        )
    )


def test_a_webhook_is_told_of_its_kinds_and_can_check_who_speaks(
    here: Application, company: Company, receiver: Receiver
) -> None:
    hook_id = add_hook(here, receiver.url, Kind.DEADLINES)
    tell(here, [f"user:{company.packer.user_id}", f"user:{company.quoter.user_id}"], "deadline_breached")
    tell(here, [f"user:{company.packer.user_id}"], "comment")
    [post] = receiver.posts
    with here.database.reading() as session:
        secret = hooks.hook(session, hook_id).secret
    timestamp = post.headers["X-Fieldflow-Timestamp"]
    assert int(timestamp) == int(here.clock().timestamp())
    signed = hmac.new(secret.encode(), timestamp.encode() + b"." + post.body, hashlib.sha256).hexdigest()
    assert post.headers["X-Fieldflow-Signature"] == f"sha256={signed}"
    event = json.loads(post.body)
    assert event["id"] == post.headers["X-Fieldflow-Event"]
    assert (event["kind"], event["about"]) == ("deadlines", "request:x")
    assert event["text"] == {"zh": "R1 仁济医院：处理时限已到", "en": "R1 Renji Hospital: the deadline has passed"}


def test_a_webhook_that_fails_is_tried_again_then_given_up_and_sent_again_by_hand(
    here: Application, company: Company, receiver: Receiver, clock: SimulatedClock
) -> None:
    hook_id = add_hook(here, receiver.url)
    receiver.answers = [500] * outbox.MAX_ATTEMPTS
    tell(here, [f"user:{company.packer.user_id}"], "request_new")
    for _hour in range(outbox.MAX_ATTEMPTS):
        clock.move_to(clock() + timedelta(hours=1))
        here.worker.run_until_idle()
    assert len(receiver.posts) == outbox.MAX_ATTEMPTS
    [failed] = look(here, hook_id)
    assert (failed.delivery.state, failed.status) == ("failed", 500)

    here.database.run(lambda session: hooks.replay(session, hook_id, failed.delivery.id, now=clock()))
    here.worker.run_until_idle()
    [done] = look(here, hook_id)
    assert (done.delivery.state, done.status) == ("done", 200)

    here.database.run(lambda session: hooks.replay(session, hook_id, done.delivery.id, now=clock()))
    here.worker.run_until_idle()
    assert [each.delivery.state for each in look(here, hook_id)] == ["done", "done"]
    assert len({post.headers["X-Fieldflow-Event"] for post in receiver.posts}) == 1, "a receiver takes it once"


def test_a_webhook_to_this_machine_is_refused_where_no_setting_allows_it(
    here: Application, company: Company, receiver: Receiver
) -> None:
    hook_id = add_hook(here, receiver.url)
    here.channels.outbound = replace(here.channels.outbound, allowed=())
    tell(here, [f"user:{company.packer.user_id}"], "request_new")
    assert receiver.posts == []
    [refused] = look(here, hook_id)
    assert "not public" in refused.error


def test_a_webhook_that_is_switched_off_hears_nothing(here: Application, company: Company, receiver: Receiver) -> None:
    hook_id = add_hook(here, receiver.url)
    here.database.run(
        lambda session: hooks.save(
            session, hook_id, name="ERP", url=receiver.url, kinds=list(Kind), is_active=False, now=here.clock()
        )
    )
    tell(here, [f"user:{company.packer.user_id}"], "request_new")
    assert receiver.posts == []


def look(application: Application, hook_id: UUID) -> tuple[hooks.Sent, ...]:
    with application.database.reading() as session:
        return hooks.sent(session, hook_id)


def subscribed(application: Application, company: Company, url: str) -> Device:
    device = Device()
    keys = {"public_key": device.public_key, "auth": device.auth}
    with application.database.transaction() as session:
        browsers.subscribe(session, company.rep, endpoint=f"{url}/send/1", **keys, now=application.clock())
        only_push = Preferences(dict.fromkeys(Kind, frozenset({Channel.PUSH})), quiet_from=22 * 60, quiet_to=7 * 60)
        preferences.change(session, company.rep, only_push, now=application.clock())
    return device


def test_a_browser_shows_the_notice_and_knows_its_page(here: Application, company: Company, receiver: Receiver) -> None:
    device = subscribed(here, company, receiver.url)
    tell(here, [f"user:{company.rep.user_id}"], "request_closed")
    [post] = receiver.posts
    shown = json.loads(device.read(post.body))
    assert (shown["title"], shown["text"]) == ("外勤流", "R1 仁济医院：已关闭")
    assert shown["path"] == "/open/request:x"


def test_what_waited_over_night_is_one_notice_in_the_morning(
    here: Application, company: Company, receiver: Receiver, clock: SimulatedClock
) -> None:
    device = subscribed(here, company, receiver.url)
    clock.move_to(clock() + timedelta(hours=14))
    for number in range(4):
        tell(here, [f"user:{company.rep.user_id}"], "request_closed", number)
    assert receiver.posts == []
    clock.move_to(clock() + timedelta(hours=8))
    here.worker.run_until_idle()
    [post] = receiver.posts
    assert json.loads(device.read(post.body))["text"] == "外勤流：4 条通知"


@pytest.mark.parametrize("status", sorted(channels.GONE))
def test_a_browser_that_is_gone_is_forgotten(
    here: Application, company: Company, receiver: Receiver, status: int
) -> None:
    subscribed(here, company, receiver.url)
    receiver.answers = [status]
    tell(here, [f"user:{company.rep.user_id}"], "request_closed")
    with here.database.reading() as session:
        assert browsers.count(session, company.rep) == 0
    tell(here, [f"user:{company.rep.user_id}"], "request_closed", 2)
    assert len(receiver.posts) == 1


def test_a_browser_s_values_are_checked(here: Application, company: Company) -> None:
    device = Device()
    good = {"endpoint": "https://push.example/1", "public_key": device.public_key, "auth": device.auth}
    for name, wrong in (("endpoint", "javascript:1"), ("public_key", "AAAA"), ("auth", "AAAA")):
        with pytest.raises(InvalidInputError), here.database.transaction() as session:
            browsers.subscribe(session, company.rep, **(good | {name: wrong}), now=here.clock())  # type: ignore[arg-type]


def test_a_room_hears_what_goes_to_its_queues_in_its_language(
    here: Application, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(channels, "post_message", lambda _address, text: said.append(text))
    settings: dict[str, Any] = {"kinds": [Kind.REQUESTS], "groups": ["samples"], "locale": "en", "is_active": True}
    here.database.run(
        lambda session: rooms.save(
            session,
            None,
            name="Ops",
            address="wecombot://693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa",
            **settings,
            now=here.clock(),
        )
    )
    tell(here, ["group:samples"], "request_new")
    tell(here, ["group:technical"], "request_new", 2)
    tell(here, ["group:samples"], "comment")
    assert said == ["New support request R1: Renji Hospital\nhttp://127.0.0.1:8000/open/request:x"]


def test_a_changed_text_is_what_people_read_and_an_unknown_placeholder_is_named(
    here: Application, company: Company
) -> None:
    def change(zh: str, en: str) -> None:
        here.database.run(
            lambda session: texts.change(session, company.admin, "comment", zh=zh, en=en, now=here.clock())
        )

    with pytest.raises(InvalidInputError) as caught:
        change("{who} 说 {price}", "{who.__class__} {")
    assert str(caught.value.errors["zh"][0]) == "{price} is no placeholder here; there are: {title}, {who}."
    assert "{who.__class__}, {" in str(caught.value.errors["en"][0])

    change("{who}：{title}", "{who}: {title}")
    with here.database.reading() as session:
        assert texts.changed(session) == {"comment": ("{who}：{title}", "{who}: {title}")}
    here.database.run(lambda session: texts.reset(session, "comment"))
    with here.database.reading() as session:
        assert texts.changed(session) == {}
