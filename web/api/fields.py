"""Fields that let nothing in that the engine or a database would choke on."""

from datetime import datetime
from typing import Any

import marshmallow as ma
from marshmallow import fields

from engine.errors import FieldProblem

FIRST_YEAR, LAST_YEAR = 1900, 2200
OUT_OF_TIME = FieldProblem("Choose a time between the years 1900 and 2200.", code="moment")
UNSTORABLE = FieldProblem("This holds characters that cannot be stored.", code="characters")
BAD_FILE_NAME = FieldProblem("Name files like visit.bpmn, grade.dmn or report.json.", code="file_name")
FILE_NAME = r"^[A-Za-z0-9_.-]{1,100}\.(bpmn|dmn|json)$"


class Moment(fields.AwareDateTime):
    """An instant: ISO 8601 with an offset; a time without one, or outside of what calendars reckon, is refused."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        moment = super()._deserialize(value, attr, data, **kwargs)
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise ma.ValidationError(OUT_OF_TIME.template)
        return moment


class Text(fields.String):
    """Text that both databases can store: no NUL, no half of a surrogate pair."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
            raise ma.ValidationError(UNSTORABLE.template)
        return text
