"""Processes that ship reach an installation with a new release, unless somebody there has edited them."""

import pytest

from engine.access import SYSTEM, Actor, Role
from engine.bpmn.model import Source
from engine.clock import SimulatedClock
from engine.ids import new_id
from engine.process import bundles, definitions, deployment
from engine.wiring import Application

ADMIN = Actor(new_id(), "Admin", frozenset({Role.ADMIN}))


def older() -> list[Source]:
    """Return the visit as an earlier release might have shipped it."""
    return [
        Source(each.name, each.content.replace("准备拜访".encode(), "准备".encode()))
        for each in bundles.factory_sources("visit")
    ]


def versions(application: Application) -> int:
    with application.database.reading() as session:
        return len(definitions.definitions(session, key="visit"))


def ship(application: Application, clock: SimulatedClock) -> list[str]:
    return application.database.run(lambda session: deployment.deploy_shipped(session, now=clock()))


def test_a_new_release_replaces_what_nobody_edited(application: Application, clock: SimulatedClock) -> None:
    application.database.run(
        lambda session: deployment.deploy(session, SYSTEM, older(), note=deployment.SHIPPED, now=clock())
    )
    assert ship(application, clock) == []
    assert versions(application) == 2
    assert ship(application, clock) == []
    assert versions(application) == 2


@pytest.mark.parametrize("actor", [ADMIN, SYSTEM], ids=["in the studio", "by the command line"])
def test_what_somebody_published_stays(application: Application, clock: SimulatedClock, actor: Actor) -> None:
    ship(application, clock)
    application.database.run(lambda session: deployment.deploy(session, actor, older(), now=clock()))
    assert ship(application, clock) == ["visit"]
    assert versions(application) == 2
