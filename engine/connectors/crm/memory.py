"""A CRM in memory that remembers its idempotency keys, with a journal on disk so that processes can share it."""

import fcntl
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from engine.connectors.crm import VisitRecord


class MemoryCrm:
    """Keeps visit records by idempotency key.

    Args:
        journal: JSON lines, one for each record; None keeps all in this process.
    """

    def __init__(self, journal: Path | None = None) -> None:
        self._journal = journal
        self._lock = threading.Lock()
        self._records: dict[str, dict[str, Any]] = {}
        self._read_to = 0

    def write_visit(self, record: VisitRecord, *, key: str) -> str:
        """Store a visit once for each key and return its revision."""
        with self._lock:
            if self._journal is None:
                return self._store(record, key)
            self._journal.parent.mkdir(parents=True, exist_ok=True)
            with self._journal.open("a+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                file.seek(self._read_to)  # what other processes have added since
                for line in file:
                    entry = orjson.loads(line)
                    self._records[entry["key"]] = entry
                is_new = key not in self._records
                revision = self._store(record, key)
                if is_new:
                    file.write(orjson.dumps(self._records[key]) + b"\n")
                self._read_to = file.seek(0, 2)
                return revision

    def visits(self) -> list[dict[str, Any]]:
        """Return what was written, in order: ``key``, ``revision`` and the record's fields."""
        with self._lock:
            if self._journal is not None and self._journal.exists():
                return [orjson.loads(line) for line in self._journal.read_bytes().splitlines()]
            return list(self._records.values())

    def _store(self, record: VisitRecord, key: str) -> str:
        if key not in self._records:
            self._records[key] = {"key": key, "revision": f"r{len(self._records) + 1}", **asdict(record)}
        return str(self._records[key]["revision"])
