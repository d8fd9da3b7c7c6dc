"""marshmallow's sentences in ours: each with a code for clients, and translated for people."""

import re

from engine.errors import FieldProblem

_SENTENCES: tuple[tuple[str, FieldProblem], ...] = (
    (r"Missing data for required field\.", FieldProblem("Fill in this field.", code="required")),
    (r"Field may not be null\.", FieldProblem("This field must not be null.", code="null")),
    (r"Unknown field\.", FieldProblem("There is no such field.", code="unknown_field")),
    (r"Invalid JSON body\.", FieldProblem("The body is not JSON.", code="not_json")),
    (r"Not a valid string\.", FieldProblem("This must be text.", code="text")),
    (r"Not a valid UUID\.", FieldProblem("This must be an id (UUID).", code="uuid")),
    (r"Not a valid (integer|number)\.", FieldProblem("This must be a whole number.", code="integer")),
    (r"Not a valid boolean\.", FieldProblem("This must be true or false.", code="boolean")),
    (r"Not a valid date\.", FieldProblem("This must be a date, such as 2026-03-27.", code="date")),
    (
        r"Not a valid (aware )?datetime\.",
        FieldProblem("This must be a time with its offset, such as 2026-03-27T14:30:00+08:00.", code="moment"),
    ),
    (r"Not a valid list\.", FieldProblem("This must be a list.", code="list")),
    (
        r"(Not a valid mapping type|Invalid input type|Invalid type)\.",
        FieldProblem("This must be an object with named fields.", code="object"),
    ),
    (
        r"Must be greater than or equal to (?P<min>\S+) and less than or equal to (?P<max>\S+)\.",
        FieldProblem("Enter a number from {min} to {max}.", code="range"),
    ),
    (
        r"Length must be between (?P<min>\d+) and (?P<max>\d+)\.",
        FieldProblem("The length must be from {min} to {max}.", code="length"),
    ),
    (r"Longer than maximum length (?P<max>\d+)\.", FieldProblem("The length must be at most {max}.", code="too_long")),
    (r"Must be one of: (?P<choices>.*)\.", FieldProblem("Choose one of: {choices}.", code="choice")),
)
_COMPILED = tuple((re.compile(pattern), problem) for pattern, problem in _SENTENCES)


def problem_of(sentence: str) -> FieldProblem:
    """Return what a sentence of marshmallow says; sentences of our own fields and validators stay as they are."""
    for pattern, problem in _COMPILED:
        match = pattern.fullmatch(sentence)
        if match:
            return FieldProblem(problem.template, code=problem.code, **match.groupdict())
    return FieldProblem(sentence)
