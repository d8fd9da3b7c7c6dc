"""Preparing an installation: a demo that was stopped half-way starts over."""

from pathlib import Path

import pytest
from sqlalchemy import text

from engine import demo, wiring
from engine.people import service as people
from engine.settings import Settings
from web import cli


def build(folder: Path) -> wiring.Application:
    return wiring.build(Settings.from_environment({"FIELDFLOW_DATA": str(folder)}))


def names(application: wiring.Application) -> list[str]:
    with application.database.reading() as session:
        return list(session.scalars(text("SELECT name FROM team")))


def test_a_demo_that_was_stopped_starts_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(application: wiring.Application, **_options: object) -> None:
        with application.database.transaction() as session:
            people.add_team(session, "half")
        raise KeyboardInterrupt

    def whole(application: wiring.Application, **_options: object) -> None:
        with application.database.transaction() as session:
            people.add_team(session, "whole")

    monkeypatch.setattr(demo, "fill", stopped)
    first = build(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        cli.prepare(first, demo=True)
    assert names(first) == ["half"]
    first.database.dispose()

    monkeypatch.setattr(demo, "fill", whole)
    second = build(tmp_path)
    cli.prepare(second, demo=True)
    assert names(second) == ["whole"]
    assert not (tmp_path / "demo.unfinished").exists()
    second.database.dispose()
