"""Files of every version of DMN open in the editor as 1.3, and decide the same."""

from datetime import UTC, datetime
from typing import Any

import pytest

from engine.feel import decisions
from engine.feel.dmn_versions import as_edited
from engine.feel.expressions import Scope
from tests.decision_files import CONDITIONAL, DATES, price_file, space

OFFER = {"list price": 1200, "price": 960, "gifts": [{"what": "pen", "n": 12}]}


def offer(source: bytes) -> Any:
    scope = Scope({"quantity": 12}, {"quantity": "number"}, datetime(2026, 3, 2, tzinfo=UTC), "Asia/Shanghai")
    return decisions.decide(decisions.parse(source), "offer", scope)


@pytest.mark.parametrize("version", DATES)
def test_a_file_of_each_version_decides_the_same_as_1_3(version: str) -> None:
    source = price_file(version)
    edition = as_edited(source)
    assert edition.version == version
    assert edition.obstacles == ()
    assert edition.is_rewritten == (version != "1.3")
    assert edition.content == price_file("1.3")
    assert offer(source) == offer(edition.content) == OFFER


@pytest.mark.parametrize("version", DATES)
def test_what_came_later_is_named_and_nothing_is_rewritten(version: str) -> None:
    edition = as_edited(price_file(version, CONDITIONAL))
    (obstacle,) = edition.obstacles
    assert (obstacle.kind, obstacle.holder, obstacle.element_id) == ("conditional", "Later", "k1")
    assert not edition.is_rewritten
    assert edition.content == price_file(version, CONDITIONAL)


def test_a_type_constraint_of_1_5_is_named() -> None:
    constraint = "<typeRef>number</typeRef><typeConstraint><text>[1..5]</text></typeConstraint>"
    item = f'<itemDefinition name="few" id="few">{constraint}</itemDefinition>'
    (obstacle,) = as_edited(price_file("1.5", item)).obstacles
    assert (obstacle.kind, obstacle.holder) == ("typeConstraint", "few")


def test_a_text_that_looks_like_the_name_of_a_version_is_not_touched() -> None:
    said = f'<![CDATA["a xmlns="{space("1.5")}MODEL/""]]>'
    logic = f'<literalExpression id="z"><text>{said}</text></literalExpression>'
    extra = f'<decision id="odd" name="Odd">{logic}</decision>'
    edition = as_edited(price_file("1.5", extra))
    assert [each.kind for each in edition.obstacles] == ["text"]
    assert edition.content == price_file("1.5", extra)
