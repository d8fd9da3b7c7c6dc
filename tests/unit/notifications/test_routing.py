"""Where a notice goes and when: nothing is lost, nothing disturbs in quiet hours, nothing waits longer than a day."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.access import Role
from engine.notifications import routing
from engine.notifications.routing import URGENT, Channel, Kind, Preferences, Routed, Wait
from engine.notifications.rules import TEMPLATES

SHANGHAI = ZoneInfo("Asia/Shanghai")
EVENING = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)  # 23:00 in Shanghai

FIRST = datetime(2025, 1, 1, tzinfo=UTC)
minutes = st.integers(0, 24 * 60 - 1)
moments = st.integers(0, 2 * 365 * 24 * 60).map(lambda count: FIRST + timedelta(minutes=count, seconds=count % 60))
zones = st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"])
preferences = st.builds(
    Preferences,
    channels=st.dictionaries(st.sampled_from(Kind), st.frozensets(st.sampled_from(Channel))),
    quiet_from=st.none() | minutes,
    quiet_to=st.none() | minutes,
    urgent_passes=st.booleans(),
    digest_at=st.none() | minutes,
)


@given(preferences, st.sampled_from(sorted(TEMPLATES)), moments, zones.map(ZoneInfo))
def test_every_chosen_channel_is_used_once_and_no_other(
    chosen: Preferences, template: str, now: datetime, zone: ZoneInfo
) -> None:
    routed = routing.route(chosen, template, now=now, zone=zone)
    wanted = chosen.channels.get(routing.kind_of(template), frozenset())
    assert sorted(each.channel for each in routed) == sorted(wanted)


@given(preferences, st.sampled_from(sorted(TEMPLATES)), moments, zones.map(ZoneInfo))
def test_nothing_is_sent_in_quiet_hours_but_what_may(
    chosen: Preferences, template: str, now: datetime, zone: ZoneInfo
) -> None:
    for routed in routing.route(chosen, template, now=now, zone=zone):
        sent_at = routed.due_at or now
        may_pass = template in URGENT and chosen.urgent_passes
        assert may_pass or not routing.is_quiet(chosen, sent_at, zone)


@given(preferences, st.sampled_from(sorted(TEMPLATES)), moments, zones.map(ZoneInfo))
def test_what_waits_waits_for_a_reason_and_not_for_ever(
    chosen: Preferences, template: str, now: datetime, zone: ZoneInfo
) -> None:
    for routed in routing.route(chosen, template, now=now, zone=zone):
        assert (routed.due_at is None) == (routed.wait is None)
        if routed.due_at is None:
            continue
        # A day with the longest of quiet hours after it, and an hour that the clocks may repeat.
        assert now < routed.due_at <= now + timedelta(hours=49)
        if routed.wait is Wait.QUIET:
            assert routing.is_quiet(chosen, now, zone)
            assert routed.due_at <= now + timedelta(hours=25)
        else:
            assert routed.channel is Channel.MAIL
            assert template not in URGENT


@given(moments, minutes, zones.map(ZoneInfo))
def test_the_next_local_time_is_that_time_unless_the_clocks_skip_it(
    after: datetime, minute: int, zone: ZoneInfo
) -> None:
    found = routing.next_local(after, minute, zone)
    assert after < found <= after + timedelta(hours=25)
    shown = found.astimezone(zone)
    at = shown.hour * 60 + shown.minute
    assert at == minute or (at - minute) % (24 * 60) in {30, 60}


def test_at_night_an_urgent_notice_passes_and_another_waits_for_the_morning() -> None:
    chosen = routing.default_preferences([Role.OPS])
    urgent = routing.route(chosen, "deadline_breached", now=EVENING, zone=SHANGHAI)
    assert urgent == (Routed(Channel.MAIL), Routed(Channel.PUSH))
    morning = datetime(2026, 3, 2, 23, 0, tzinfo=UTC)
    waits = routing.route(chosen, "comment", now=EVENING, zone=SHANGHAI)
    assert waits == (Routed(Channel.MAIL, morning, Wait.QUIET), Routed(Channel.PUSH, morning, Wait.QUIET))


def test_a_digest_that_falls_into_quiet_hours_waits_for_their_end() -> None:
    mails = {Kind.COMMENTS: frozenset({Channel.MAIL})}
    chosen = Preferences(mails, quiet_from=22 * 60, quiet_to=7 * 60, digest_at=6 * 60)
    [routed] = routing.route(chosen, "comment", now=EVENING - timedelta(hours=8), zone=SHANGHAI)
    assert routed == Routed(Channel.MAIL, datetime(2026, 3, 2, 23, 0, tzinfo=UTC), Wait.DIGEST)


@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_every_template_has_a_kind_of_its_own(template: str) -> None:
    known = template in routing._BY_TEMPLATE or template.startswith(tuple(routing._BY_START))
    assert known, "say in routing.py what this notice is about"
