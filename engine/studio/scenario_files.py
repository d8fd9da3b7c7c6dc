"""Scenario tests: what is done to a process and what it does then, as a JSON file of its bundle.

``scenarios/<name>.json``::

    {"title": "…", "started_at": "2026-03-02T01:00:00+00:00", "data": {…},
     "answers": {"<element>": [{…}, {"error": "<code>"}]},
     "acts": [{"act": "start", "then": {…}},
              {"act": "complete", "element": "…", "values": {…}, "then": {…}},
              {"act": "message", "name": "…", "payload": {…}, "then": {…}},
              {"act": "timer", "then": {…}}]}

``then`` holds what the recording saw: ``ran`` (elements), ``open`` (user tasks that opened, with their due time),
``decisions`` (results by element) and ``status``. The clock is the run's own: a timer fires when an act says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

import orjson

from engine.errors import InvalidInputError
from engine.process import bundles

ACTS = ("start", "complete", "message", "timer")
MAX_ACTS = 200
MAX_BYTES = 500_000


@dataclass(frozen=True)
class Scenario:
    """A scenario as it is stored; ``document`` is its JSON."""

    name: str
    title: str
    started_at: datetime
    document: Mapping[str, Any]

    @property
    def acts(self) -> Sequence[Mapping[str, Any]]:
        """What is done, beginning with the start."""
        found: Sequence[Mapping[str, Any]] = self.document["acts"]
        return found


def parse(name: str, content: bytes) -> Scenario:
    """Read a scenario.

    Raises:
        InvalidInputError: it is none; the sentence says why.
    """
    try:
        document = orjson.loads(content) if len(content) <= MAX_BYTES else None
    except orjson.JSONDecodeError as error:
        _refuse(name, str(error))
    if not isinstance(document, dict):
        _refuse(name, "an object is needed")
    acts = document.get("acts")
    if not isinstance(acts, list) or not acts or len(acts) > MAX_ACTS:
        _refuse(name, f"“acts” is a list of 1 to {MAX_ACTS}")
    for number, act in enumerate(acts):
        _require_act(name, number, act)
    if not isinstance(document.get("data", {}), dict) or not isinstance(document.get("answers", {}), dict):
        _refuse(name, "“data” and “answers” are objects")
    try:
        started_at = datetime.fromisoformat(str(document.get("started_at")))
    except ValueError:
        _refuse(name, "“started_at” is no date and time")
    if started_at.tzinfo is None:
        _refuse(name, "“started_at” has no time zone")
    short = name.rpartition("/")[2].removesuffix(".json")
    return Scenario(short, str(document.get("title") or short)[:200], started_at, document)


def _require_act(name: str, number: int, act: Any) -> None:
    kind = act.get("act") if isinstance(act, dict) else None
    if kind not in ACTS or (kind == "start") != (number == 0):
        _refuse(name, f"act {number + 1} is none of {', '.join(ACTS)}, the first of which is “start”")
    texts = {"complete": "element", "message": "name"}
    if kind in texts and not isinstance(act.get(texts[kind]), str):
        _refuse(name, f"act {number + 1} has no “{texts[kind]}”")
    if any(not isinstance(act.get(key, {}), dict) for key in ("values", "payload", "then")):
        _refuse(name, f"act {number + 1}: “values”, “payload” and “then” are objects")


def _refuse(name: str, reason: str) -> NoReturn:
    raise InvalidInputError(
        "{name} is no scenario test: {reason}.", code="scenario_malformed", name=name[:120], reason=reason
    )


def in_files(files: Mapping[str, bytes]) -> list[str]:
    """Return the names of a bundle's scenario files."""
    return [name for name in sorted(files) if name.startswith(bundles.SCENARIOS)]
