"""What the gate says about decision files of a bundle."""

from engine.bpmn.model import Source
from engine.process.deployment import check_bundle

HEAD = '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="f" name="f" namespace="x">'


def decisions(cells: tuple[str, ...], logic: str = "") -> Source:
    rules = "".join(
        f'<rule id="r{number}"><inputEntry id="c{number}"><text>{cell}</text></inputEntry>'
        f'<outputEntry id="o{number}"><text>{number}</text></outputEntry></rule>'
        for number, cell in enumerate(cells, 1)
    )
    table = (
        '<decisionTable id="t"><input id="i"><inputExpression id="e" typeRef="number"><text>amount</text>'
        f'</inputExpression></input><output id="o" name="level" typeRef="number"/>{rules}</decisionTable>'
    )
    return Source(
        "limits.dmn", f'{HEAD}<decision id="d" name="Limits">{logic or table}</decision></definitions>'.encode()
    )


def found(source: Source) -> list[tuple[str, str, str, str]]:
    """Severity, code, English and Chinese of what concerns the decision file."""
    return [
        (each.severity, each.code, each.template_en.format(**each.params), each.template_zh.format(**each.params))
        for each in check_bundle([source])
        if "limits.dmn" in each.params.get("file", "")
    ]


def test_gaps_and_overlaps_are_warnings_in_both_languages() -> None:
    gap, overlap = found(decisions(("[0..10)", "[11..20]", ">= 20", "&lt; 0")))
    assert gap[:2] == ("warning", "gap")
    assert gap[2:] == (
        "limits.dmn: No rule of the decision “Limits” matches when amount = 10.",
        "limits.dmn：当 amount = 10 时，决策“Limits”没有匹配的规则。",
    )
    assert overlap[:2] == ("warning", "overlap")
    assert "2" in overlap[3] and "3" in overlap[3] and "amount = 20" in overlap[3]


def test_a_table_without_either_has_no_finding() -> None:
    assert found(decisions(("&lt; 10", ">= 10"))) == []


def test_what_is_not_evaluated_is_an_error_in_both_languages() -> None:
    ((severity, code, english, chinese),) = found(decisions((), '<functionDefinition id="j" kind="Java"/>'))
    assert (severity, code) == ("error", "external")
    assert english == "limits.dmn: The function is of kind Java; only FEEL functions are evaluated."
    assert chinese == "limits.dmn：函数类型为 Java，仅支持 FEEL 函数。"
