import pytest

from engine.clock import SimulatedClock
from engine.wiring import Application
from tests.factories import Company
from tests.workflows.world import World


@pytest.fixture
def world(application: Application, clock: SimulatedClock) -> World:
    """Return a company with every process deployed."""
    return World(application, clock)


@pytest.fixture
def company(world: World) -> Company:
    """Return the world's company."""
    return world.company
