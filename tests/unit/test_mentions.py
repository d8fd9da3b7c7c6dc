"""Whom a text mentions."""

import pytest

from engine.comments.rules import Named, mentioned
from engine.ids import new_id

ANNA, ANN = Named(new_id(), "Anna", "anna"), Named(new_id(), "Ann", "ann.lee")
ZHANG, ZHANG_MIN = Named(new_id(), "张", "zhang"), Named(new_id(), "张敏", "zhangmin")
TWIN = Named(new_id(), "Anna", "anna2")
PEOPLE = [ANNA, ANN, ZHANG, ZHANG_MIN, TWIN]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@anna2 please", [[TWIN]]),
        ("@Ann, and @ann.lee.", [[ANN]]),
        ("请@张敏看一下", [[ZHANG_MIN]]),
        ("请@张 看", [[ZHANG]]),
        ("@ANNA", [[ANNA, TWIN]]),
        ("mail to x@anna.example", []),
        ("@annabel and @nobody, a @ alone, @", []),
        ("(@zhang) @zhang", [[ZHANG]]),
        ("@@zhang", [[ZHANG]]),
    ],
)
def test_the_longest_name_that_stands_there_is_meant(text: str, found: list[list[Named]]) -> None:
    assert mentioned(text, PEOPLE) == found
