"""``fieldflow up``: the web server, the sweeper and one worker for each lane, kept alive together."""

import os
import signal
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

RESTART_PAUSE_S = 1.0
STOP_TIMEOUT_S = 15.0


@dataclass
class Part:
    """One process: its arguments to ``fieldflow``, and when it was last started."""

    name: str
    arguments: list[str]
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = field(default=0.0)


class Supervisor:
    """Starts parts, starts them again when they end, stops them in reverse order.

    Args:
        environment: of every part.
    """

    def __init__(self, parts: list[Part], environment: dict[str, str]) -> None:
        self._parts = parts
        self._environment = environment
        self._is_stopping = False

    def run(self, when_ready: Callable[[], None], health_url: str) -> None:
        """Run until SIGINT or SIGTERM."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        said = False
        try:
            while not self._is_stopping:
                for part in self._parts:
                    self._keep_alive(part)
                if not said and _is_healthy(health_url):
                    when_ready()
                    said = True
                time.sleep(0.1 if not said else 0.5)
        finally:
            self._end_all()

    def _keep_alive(self, part: Part) -> None:
        if part.process is not None and part.process.poll() is None:
            return
        if part.process is not None:
            if time.monotonic() - part.started_at < RESTART_PAUSE_S:
                return
            print(f"{part.name} ended with {part.process.returncode}; it is started again.", file=sys.stderr)  # noqa: T201 - a person watches
        command = [sys.executable, "-m", "web.cli", *part.arguments]
        part.process = subprocess.Popen(command, env=self._environment, start_new_session=True)  # noqa: S603 - our own program
        part.started_at = time.monotonic()

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._is_stopping = True

    def _end_all(self) -> None:
        running = [part.process for part in reversed(self._parts) if part.process and part.process.poll() is None]
        for process in running:
            process.terminate()
        until = time.monotonic() + STOP_TIMEOUT_S
        for process in running:
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def _is_healthy(url: str) -> bool:
    try:
        # Our own address; the certificate is ours too, and for phones.
        with urllib.request.urlopen(url, timeout=1, context=ssl._create_unverified_context()) as answer:  # noqa: S310, S323 - as above
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
