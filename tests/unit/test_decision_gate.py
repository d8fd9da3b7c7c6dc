"""What the gate says about decision files of a bundle."""

from itertools import zip_longest

from engine.bpmn.model import Source
from engine.process.deployment import check_bundle

HEAD = '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="f" name="f" namespace="x">'


def decisions(cells: tuple[str, ...], logic: str = "", results: tuple[str, ...] = ()) -> Source:
    rules = "".join(
        f'<rule id="r{number}"><inputEntry id="c{number}"><text>{cell}</text></inputEntry>'
        f'<outputEntry id="o{number}"><text>{result}</text></outputEntry></rule>'
        for number, (cell, result) in enumerate(zip_longest(cells, results, fillvalue="1"), 1)
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


def process(*names: str) -> Source:
    """Return a process that declares variables, though nothing else."""
    properties = "".join(f'<s:property name="var.{name}" value="text"/>' for name in names)
    text = (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        'xmlns:s="http://spiffworkflow.org/bpmn/schema/1.0/core">'
        f'<process id="p"><extensionElements><s:properties>{properties}</s:properties></extensionElements></process>'
        "</definitions>"
    )
    return Source("p.bpmn", text.encode())


def test_a_text_without_quotes_is_warned_of_at_its_cell_unless_the_process_gives_it() -> None:
    table = decisions(("&lt; 10", ">= 10"), results=("director", '"manager"'))
    (only,) = [each for each in check_bundle([table, process("clerk.name")]) if each.params.get("file") == "limits.dmn"]
    assert (only.severity, only.code, only.element_id) == ("warning", "unquoted", "o1")
    assert only.template_zh.format(**only.params) == (
        'limits.dmn：“director”在这里是一个变量，没有任何输入提供它；若是文本，请加引号："director"。'
    )
    assert [each[1] for each in found(table)] == ["unquoted"]
    given = check_bundle([table, process("director.name")])
    assert [each for each in given if each.code == "unquoted"] == []
