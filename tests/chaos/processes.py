"""The processes of an installation, which can be killed and started again."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from engine import valkey
from engine.outbox.service import LANES

ROOT = Path(__file__).resolve().parents[2]


class Installation:
    """Web server, sweeper, a worker for each lane and the job server, all on this machine.

    Args:
        folder: of the data.
        database_url: of a database with all tables.
    """

    def __init__(self, folder: Path, database_url: str) -> None:
        redis_url, self._server = valkey.start_or_adopt(folder / "valkey")
        self.port = free_port()
        self.kills = 0
        self._environment = {
            **os.environ, "FIELDFLOW_DATA": str(folder), "FIELDFLOW_DATABASE_URL": database_url,
            "FIELDFLOW_REDIS_URL": redis_url, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1",
        }  # fmt: skip
        self._log = (folder / "processes.log").open("ab")
        self._commands = {
            "web": ["web", "--host", "127.0.0.1", "--port", str(self.port), "--workers", "1"],
            "sweep": ["sweep", "--loop"],
            **{f"worker {lane}": ["worker", "--lane", lane] for lane in LANES},
        }
        self._running = {name: self._start(name) for name in self._commands}

    @property
    def log(self) -> str:
        """Return what the processes have said."""
        return Path(self._log.name).read_text("utf-8", "replace")

    def kill(self, name: str, *, only_child: bool = False) -> None:
        """Kill a process with all it has started, at once, and start it again.

        Args:
            only_child: kill what serves the requests and leave its master, which starts another one.
        """
        self.kills += 1
        process = self._running[name]
        child = _child_of(process.pid) if only_child else None
        if child is not None:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            return
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)
        self._running[name] = self._start(name)

    def stop(self) -> None:
        """End everything that was started here."""
        for process in self._running.values():
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)
        if self._server is not None:
            self._server.terminate()
            self._server.wait(10)
        self._log.close()

    def _start(self, name: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "tests.chaos.launch", *self._commands[name]]
        return subprocess.Popen(
            command, env=self._environment, cwd=ROOT, start_new_session=True, stdout=self._log, stderr=self._log
        )


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _child_of(pid: int) -> int | None:
    with suppress(OSError):
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return int(children[0]) if children else None
    return None
