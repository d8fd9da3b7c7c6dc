"""Notification outside the application: a message to one person by one channel."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Notice:
    """A rendered text for one person.

    Args:
        html: the body as HTML, for channels that show it.
        preferences_url: where the person chooses what to be told.
    """

    to_address: str
    subject: str
    body: str
    html: str = ""
    preferences_url: str = ""


class Notifier(Protocol):
    """What every channel does."""

    def send(self, notice: Notice, *, key: str) -> None:
        """Send once for each key, as far as the channel can tell.

        Raises:
            RetryableError: the channel cannot be reached now.
        """
        ...
