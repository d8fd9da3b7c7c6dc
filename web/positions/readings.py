"""What a device sends of its position, read and corrected; nothing here is logged."""

from datetime import datetime
from typing import Any

from engine.connectors.maps.coordinates import CoordinateSystem
from engine.errors import FieldProblem, InvalidInputError
from engine.evidence.service import Reading


def read(body: Any, *, now: datetime) -> Reading:
    """Return one reading; its time is set right by the difference between the phone's clock and ours.

    Raises:
        InvalidInputError: it is none.
    """
    try:
        return _reading(body, _sent_at(body, now), now)
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise _problem("position") from error


def read_batch(body: Any, *, now: datetime) -> list[Reading]:
    """Return the readings of a batch; they share the time at which the phone sent them.

    Raises:
        InvalidInputError: one of them is none.
    """
    try:
        sent_at = _sent_at(body, now)
        return [_reading(each, sent_at, now) for each in body["points"]]
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise _problem("points") from error


def _reading(body: Any, sent_at: datetime, now: datetime) -> Reading:
    return Reading(
        latitude=_number(body["latitude"]),
        longitude=_number(body["longitude"]),
        accuracy_m=_number(body["accuracy_m"]),
        fix_at=now - (sent_at - _instant(body["fixed_at"])),
        system=CoordinateSystem(body.get("coordinate_system", "wgs84")),
    )


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError
    return float(value)


def _sent_at(body: Any, now: datetime) -> datetime:
    return _instant(body["sent_at"]) if body.get("sent_at") else now


def _instant(text: Any) -> datetime:
    found = datetime.fromisoformat(str(text))
    if found.tzinfo is None:
        raise ValueError
    return found


def _problem(field: str) -> InvalidInputError:
    return InvalidInputError(errors={field: [FieldProblem("This is not a position.", code="position_invalid")]})
