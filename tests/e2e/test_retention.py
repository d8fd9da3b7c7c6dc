"""A9: what may be kept no longer is deleted at the press of a button, and the chains still verify, on the page."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select

from engine.audit import sealing
from engine.consent import service as consent
from engine.consent.rules import LocationMode
from engine.evidence import service as evidence
from engine.evidence.service import Reading
from engine.evidence.tables import CheckEvent, Position
from engine.ids import new_id
from tests import factories
from tests.e2e.conftest import PHONE, SignIn, Site

pytestmark = pytest.mark.e2e


def test_a9_positions_go_when_their_time_is_over_and_the_chains_hold(
    site: Site, sign_in: SignIn, off_loop: Callable[[Callable[[], Any]], Any]
) -> None:
    rep, database = site.company.rep, site.application.database
    assert rep.user_id is not None
    # The sweep would do it by itself before anybody presses.
    site.application.worker.chores = ((timedelta(seconds=1), sealing.seal),)

    def check(session: Any) -> None:
        now = site.clock()
        consent.choose_location_mode(session, rep, LocationMode.CHECK_IN, now=now)
        reading = Reading(*factories.PLACE, accuracy_m=20, fix_at=now)
        position_id = evidence.record_position(session, rep, reading, now=now)
        session.flush()
        evidence.record_event(
            session, rep.user_id, new_id(), kind="in", method="position", at=now, facts={}, grade="A",
            evidence_id=position_id,
        )  # fmt: skip

    def stored() -> tuple[int, int]:
        with database.reading() as session:
            return tuple(session.scalar(select(func.count()).select_from(each)) for each in (Position, CheckEvent))  # type: ignore[return-value]  # two counts

    off_loop(lambda: database.run(check))
    site.wait(timedelta(days=100))
    off_loop(lambda: database.run(check))
    site.wait(timedelta(days=81))
    assert off_loop(stored) == (2, 2)

    officer = sign_in("compliance")
    officer.click("nav a[href='/retention']")
    row = officer.locator("tr", has_text="签到位置")
    expect(row).to_contain_text("180 天")
    expect(row.locator(".badge")).to_have_text("1")
    officer.click("form[action='/retention/runs'] button")
    expect(officer.locator("#runs-head + ul li").first).to_contain_text("签到位置 1")
    expect(row.locator(".badge")).to_have_count(0)
    assert off_loop(stored) == (1, 2)
    officer.click("a[href='/retention/chains']")
    expect(officer.locator(".notice-success")).to_have_count(2)
    expect(officer.locator("main")).to_contain_text("1 人的 2 条签到记录")

    admin = sign_in("admin")
    admin.goto(f"{site.url}/operate/audit?action=retention.")
    expect(admin.locator("main")).to_contain_text("到期数据已删除")
    expect(admin.locator("main")).to_contain_text("签到位置")

    # On a phone the open tab is in view, though six do not fit.
    phone = sign_in("admin", viewport=PHONE)
    phone.goto(f"{site.url}/operate/audit")
    expect(phone.locator(".tabs [aria-current]")).to_be_in_viewport(ratio=1)
