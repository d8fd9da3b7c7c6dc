"""A fair lock for SQLite's one writer: first come, first served within the process, a file lock between processes.

SQLite's own busy handler polls and starves: with web and worker both writing, the slowest of a hundred writers
waited for more than a second. Here a writer waits in a queue before it begins its transaction.
"""

import fcntl
import os
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class WriterLock:
    """The right to write to one SQLite file.

    Args:
        path: the lock file beside the database; None for a database in memory (one process only).
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._mutex = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._held = False
        self._file: int | None = None
        self._pid = os.getpid()

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Hold the lock for the length of a ``with`` block."""
        self._enter_queue()
        try:
            self._lock_file()
            try:
                yield
            finally:
                self._unlock_file()
        finally:
            self._leave_queue()

    def _enter_queue(self) -> None:
        with self._mutex:
            if not self._held:
                self._held = True
                return
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        turn.acquire()

    def _leave_queue(self) -> None:
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._held = False

    def _lock_file(self) -> None:
        if self._path is None:
            return
        if self._file is None or self._pid != os.getpid():
            # A file lock belongs to the open file, and a forked child shares it with its parent.
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._pid = os.getpid()
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def _unlock_file(self) -> None:
        if self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_UN)
