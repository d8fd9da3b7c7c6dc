"""The only place that reads the time."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the current time, aware, UTC."""
    return datetime.now(UTC)


class SimulatedClock:
    """A clock that stands where it was put: demo data, scenario tests and replay use it.

    Args:
        start: aware; the time that the clock shows until it is moved.
    """

    def __init__(self, start: datetime) -> None:
        self.time = start

    def __call__(self) -> datetime:
        """Return the time that the clock shows, aware, UTC."""
        return self.time

    def move_to(self, time: datetime) -> None:
        """Show ``time`` from now on; a clock never goes back.

        Raises:
            ValueError: ``time`` lies before the time that the clock shows.
        """
        if time < self.time:
            raise ValueError(f"The clock shows {self.time}; it cannot go back to {time}.")
        self.time = time
