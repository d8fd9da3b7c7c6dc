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
from typing import Any

import orjson

from engine.errors import InvalidInputError
from engine.process import bundles

ACTS = ("start", "complete", "message", "timer")
MAX_ACTS = 200
MAX_BYTES = 500_000
CODE = "scenario_malformed"


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
    short = name.rpartition("/")[2].removesuffix(".json")
    try:
        document = orjson.loads(content) if len(content) <= MAX_BYTES else None
    except orjson.JSONDecodeError as error:
        raise InvalidInputError("The scenario {name} is not written as JSON.", code=CODE, name=short) from error
    if not isinstance(document, dict) or any(
        not isinstance(document.get(key, {}), dict) for key in ("data", "answers")
    ):
        raise InvalidInputError("The scenario {name} needs objects: itself, data and answers.", code=CODE, name=short)
    acts = document.get("acts")
    if not isinstance(acts, list) or not 0 < len(acts) <= MAX_ACTS:
        raise InvalidInputError("The scenario {name} needs a list of 1 to {n} acts.", code=CODE, name=short, n=MAX_ACTS)
    for number, act in enumerate(acts, start=1):
        if not _is_act(number, act):
            raise InvalidInputError("The scenario {name}: act {n} is malformed.", code=CODE, name=short, n=number)
    try:
        started_at = datetime.fromisoformat(str(document.get("started_at")))
    except ValueError as error:
        raise InvalidInputError("The scenario {name} has no time to start at.", code=CODE, name=short) from error
    if started_at.tzinfo is None:
        raise InvalidInputError("The scenario {name} starts at a time without a zone.", code=CODE, name=short)
    return Scenario(short, str(document.get("title") or short)[:200], started_at, document)


def _is_act(number: int, act: Any) -> bool:
    kind = act.get("act") if isinstance(act, dict) else None
    if kind not in ACTS or (kind == "start") != (number == 1):
        return False
    texts = {"complete": "element", "message": "name"}
    if kind in texts and not isinstance(act.get(texts[kind]), str):
        return False
    return all(isinstance(act.get(key, {}), dict) for key in ("values", "payload", "then"))


def in_files(files: Mapping[str, bytes]) -> list[str]:
    """Return the names of a bundle's scenario files."""
    return [name for name in sorted(files) if name.startswith(bundles.SCENARIOS)]
