"""A position is stored under a consent that was given, in this text, not withdrawn and not older than a year."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from engine.consent.rules import (
    CHECK_IN,
    MANUAL,
    TEXT_VERSION,
    VALID_FOR,
    ConsentState,
    LocationMode,
    location_mode,
    may_store_position,
)

NOW = datetime(2026, 11, 23, tzinfo=UTC)
GIVEN = ConsentState(UUID(int=1), True, TEXT_VERSION, NOW - timedelta(days=1), None)
REFUSED = replace(GIVEN, is_granted=False)
WITHDRAWN = replace(GIVEN, withdrawn_at=NOW)
OLD = replace(GIVEN, given_at=NOW - VALID_FOR)
OTHER_TEXT = replace(GIVEN, text_version="2020-01")


@pytest.mark.parametrize(
    ("state", "may"),
    [
        pytest.param(GIVEN, True, id="given"),
        pytest.param(replace(OLD, given_at=OLD.given_at + timedelta(seconds=1)), True, id="a year but a second"),
        pytest.param(None, False, id="never asked"),
        pytest.param(REFUSED, False, id="refused"),
        pytest.param(WITHDRAWN, False, id="withdrawn"),
        pytest.param(OLD, False, id="a year old"),
        pytest.param(OTHER_TEXT, False, id="another text"),
    ],
)
def test_only_a_valid_consent_lets_a_position_be_stored(state: ConsentState | None, may: bool) -> None:
    assert may_store_position(state, now=NOW) is may


@pytest.mark.parametrize(
    ("states", "mode"),
    [
        pytest.param({}, None, id="never asked"),
        pytest.param({CHECK_IN: GIVEN}, LocationMode.CHECK_IN, id="position"),
        pytest.param({CHECK_IN: GIVEN, MANUAL: GIVEN}, LocationMode.CHECK_IN, id="position before by hand"),
        pytest.param({CHECK_IN: REFUSED, MANUAL: GIVEN}, LocationMode.MANUAL, id="by hand"),
        pytest.param({CHECK_IN: REFUSED, MANUAL: REFUSED}, LocationMode.OFF, id="off"),
        pytest.param({CHECK_IN: WITHDRAWN}, LocationMode.MANUAL, id="withdrawn"),
        pytest.param({CHECK_IN: OLD, MANUAL: GIVEN}, None, id="to be asked again"),
        pytest.param({CHECK_IN: OTHER_TEXT}, None, id="another text"),
    ],
)
def test_the_answers_make_the_mode(states: dict[str, ConsentState], mode: LocationMode | None) -> None:
    assert location_mode(states, now=NOW) == mode
