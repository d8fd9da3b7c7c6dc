"""The web server: gunicorn with threads, told in Python instead of a configuration file."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

THREADS = 8
REQUEST_TIMEOUT_S = 60


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Serves the application that ``make`` gives, made in each worker process after the fork.

    Args:
        make: a V8 isolate or a database connection made before a fork would hang the child.
        address: ``host:port``.
        workers: processes, of ``THREADS`` threads each.
        certificate: for HTTPS; its key lies beside it.
    """

    def __init__(
        self, make: Callable[[], Flask], address: str, *, workers: int, certificate: Path | None = None
    ) -> None:
        self._make = make
        self._settings = {
            "bind": address,
            "workers": workers,
            "worker_class": "gthread",
            "threads": THREADS,
            "timeout": REQUEST_TIMEOUT_S,
            "graceful_timeout": 10,
            "keepalive": 30,
            "loglevel": "warning",
            "limit_request_line": 8190,
        }
        if certificate is not None:
            self._settings |= {"certfile": str(certificate), "keyfile": str(certificate.with_name("server.key"))}
        super().__init__()

    def load_config(self) -> None:
        """Hand gunicorn its settings."""
        for name, value in self._settings.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Make the application: in the worker, not in the parent."""
        return self._make()


def start_sweeping(loop: Callable[[threading.Event], None]) -> threading.Event:
    """Run the sweeper in a thread of this process; setting the event ends it."""
    stop = threading.Event()
    threading.Thread(target=loop, args=(stop,), name="sweeper", daemon=True).start()
    return stop
