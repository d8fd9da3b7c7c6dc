"""Read what a phone sends; shape only, meaning is the engine's."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from engine.errors import FieldProblem, InvalidInputError
from engine.evidence.service import Reading
from engine.offline.rules import ActionKind, Sent, Stamp
from engine.offline.service import Incoming

STREAM_LENGTH = 60
MAX_SEQUENCE = 1_000_000


def parcel(body: Any) -> tuple[UUID, list[Incoming], Sent]:
    """Return the device, its actions and its clocks at sending.

    Raises:
        InvalidInputError: names the field.
    """
    if not isinstance(body, dict) or not isinstance(body.get("actions"), list):
        raise _invalid("actions")
    stamp = _stamp(body.get("clock"), "clock")
    sent = Sent(stamp.device_at, stamp.monotonic_ms, stamp.boot)
    actions = [_action(each, f"actions.{number}") for number, each in enumerate(body["actions"])]
    return _uuid(body.get("device"), "device"), actions, sent


def _action(body: Any, path: str) -> Incoming:
    if not isinstance(body, dict):
        raise _invalid(path)
    kind, stream, sequence, content = (body.get(name) for name in ("kind", "stream", "sequence", "body"))
    if kind not in {each.value for each in ActionKind}:
        raise _invalid(f"{path}.kind")
    if not isinstance(stream, str) or not 0 < len(stream) <= STREAM_LENGTH:
        raise _invalid(f"{path}.stream")
    if isinstance(sequence, bool) or not isinstance(sequence, int) or not 0 < sequence <= MAX_SEQUENCE:
        raise _invalid(f"{path}.sequence")
    if not isinstance(content, dict):
        raise _invalid(f"{path}.body")
    stamp = _stamp(body.get("clock"), f"{path}.clock")
    position = body.get("position")
    return Incoming(
        id=_uuid(body.get("id"), f"{path}.id"),
        kind=ActionKind(kind),
        stream=stream,
        sequence=sequence,
        visit_id=_uuid(body["visit"], f"{path}.visit") if body.get("visit") else None,
        body=content,
        stamp=stamp,
        reading=_reading(position, stamp, f"{path}.position") if position is not None else None,
        reading_field=str(position.get("field") or "position_evidence")[:60] if isinstance(position, dict) else "",
    )


def _reading(body: Any, stamp: Stamp, path: str) -> Reading:
    # The age of the fix is the phone's to say, by the clock that it had: its time would carry the clock's error.
    numbers = (
        [body.get(name) for name in ("latitude", "longitude", "accuracy_m", "age_s")] if isinstance(body, dict) else []
    )
    if not numbers or any(isinstance(each, bool) or not isinstance(each, int | float) for each in numbers):
        raise _invalid(path)
    latitude, longitude, accuracy_m, age_s = (float(each) for each in numbers if each is not None)
    if not 0 <= age_s < 10_000_000:
        raise _invalid(path)
    return Reading(latitude, longitude, accuracy_m, stamp.device_at - timedelta(seconds=age_s))


def _stamp(body: Any, path: str) -> Stamp:
    if not isinstance(body, dict):
        raise _invalid(path)
    monotonic, boot = body.get("monotonic_ms"), body.get("boot")
    if isinstance(monotonic, bool) or not isinstance(monotonic, int | float) or not isinstance(boot, str):
        raise _invalid(path)
    try:
        device_at = datetime.fromisoformat(str(body.get("device_at")))
    except ValueError as error:
        raise _invalid(path) from error
    if device_at.tzinfo is None or not 2000 < device_at.year < 2200:
        raise _invalid(path)
    return Stamp(device_at, float(monotonic), boot[:60])


def _uuid(value: Any, path: str) -> UUID:
    try:
        return UUID(str(value))
    except ValueError as error:
        raise _invalid(path) from error


def _invalid(path: str) -> InvalidInputError:
    return InvalidInputError(errors={path: [FieldProblem("This is missing or of the wrong kind.", code="invalid")]})
