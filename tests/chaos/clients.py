"""Programs that make visits by the API and hold the server to what it has acknowledged."""

import http.client
import json
import threading
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from engine.clock import utc_now
from engine.ids import new_id

TIMEOUT_S = 20
PAUSE_S = 0.05
"""Between two attempts while the server is away."""


@dataclass
class Ledger:
    """What the server has acknowledged."""

    visits: list[UUID] = field(default_factory=list)
    submissions: dict[UUID, UUID] = field(default_factory=dict)
    finished: dict[UUID, str] = field(default_factory=dict)
    repeated: int = 0
    retries: int = 0
    refused: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def count(self) -> int:
        """Return how much there is."""
        return len(self.visits) + len(self.submissions)


class Client(threading.Thread):
    """One rep's phone: plans a visit, checks in, checks out, reports, and begins again, until told to stop.

    Whatever was sent and not answered is sent again under the same id, as a phone does.
    """

    def __init__(self, port: int, token: str, customer_id: UUID, ledger: Ledger, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self._port, self._token, self._customer_id = port, token, customer_id
        self._ledger, self._stop_event = ledger, stop

    def run(self) -> None:
        """Make visits."""
        while not self._stop_event.is_set():
            self._make_visit()

    def _make_visit(self) -> None:
        visit_id = new_id()
        start = (utc_now() + timedelta(hours=1)).isoformat()
        body = {
            "id": str(visit_id),
            "customer_id": str(self._customer_id),
            "purpose_key": "report",
            "planned_start": start,
        }
        if self._send("POST", "/visits", body) is None:
            return
        with self._ledger.lock:
            self._ledger.visits.append(visit_id)
        by_hand = {"method": "manual"}
        summary = f"report {new_id()}"
        steps = (("check_in", by_hand), ("check_out", by_hand), ("report", {"outcome": "met", "summary": summary}))
        for element_id, values in steps:
            if not self._complete(visit_id, element_id, values):
                return
        with self._ledger.lock:
            self._ledger.finished[visit_id] = summary

    def _complete(self, visit_id: UUID, element_id: str, values: dict[str, Any]) -> bool:
        detail = self._send("GET", f"/visits/{visit_id}", None)
        task = next((row for row in detail["tasks"] if row["element_id"] == element_id), None) if detail else None
        if task is None:
            if detail:
                self._refuse(
                    f"{element_id} of {visit_id} is not open: {[row['element_id'] for row in detail['tasks']]}"
                )
            return False
        submission_id = new_id()
        body = {"submission_id": str(submission_id), "values": values}
        done = self._send("POST", f"/tasks/{task['id']}/complete", body)
        if done is None:
            return False
        with self._ledger.lock:
            self._ledger.submissions[UUID(task["id"])] = submission_id
            self._ledger.repeated += done["repeated"]
        return True

    def _send(self, method: str, path: str, body: dict[str, Any] | None) -> dict[str, Any] | None:
        """Return the answer; None once it is time to stop, or if the server refuses."""
        while not self._stop_event.is_set():
            try:
                status, answer = self._once(method, path, body)
            except (OSError, http.client.HTTPException, ValueError):
                with self._ledger.lock:
                    self._ledger.retries += 1
                self._stop_event.wait(PAUSE_S)
                continue
            if status < 400:
                return answer
            if status != 503:
                self._refuse(f"{method} {path}: {status} {answer}")
                return None
            self._stop_event.wait(PAUSE_S)
        return None

    def _once(self, method: str, path: str, body: dict[str, Any] | None) -> tuple[int, dict[str, Any]]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT_S)
        try:
            headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
            connection.request(method, f"/api/v1{path}", json.dumps(body) if body else None, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def _refuse(self, sentence: str) -> None:
        with self._ledger.lock:
            self._ledger.refused.append(sentence)
