"""What is doubtful about the tables of a file, though it can be evaluated: gaps, overlaps, forgotten quotes."""

from collections.abc import Collection, Iterator
from itertools import islice

from engine.feel.coverage import MOST_FINDINGS, Example, gaps, overlaps
from engine.feel.model import Box, Decision, DecisionModel, Finding, HitPolicy, Table
from engine.feel.unquoted import unquoted_names

SENTENCES = {
    "gap": (
        "No rule of the decision “{name}” matches when {example}.",
        "当 {example_zh} 时，决策“{name}”没有匹配的规则。",
    ),
    "gap_anywhere": (
        "The decision “{name}” has no rule.",
        "决策“{name}”没有任何规则。",
    ),
    "overlap": (
        "Rules {first} and {second} of the decision “{name}” both match when {example}, but its hit policy allows one.",
        "当 {example_zh} 时，决策“{name}”的规则 {first} 和 {second} 同时匹配，但其命中策略只允许一条。",
    ),
    "overlap_always": (
        "Rules {first} and {second} of the decision “{name}” match the same inputs, but its hit policy allows one.",
        "决策“{name}”的规则 {first} 和 {second} 匹配相同的输入，但其命中策略只允许一条。",
    ),
    "disagreement": (
        "Rules {first} and {second} of the decision “{name}” both match when {example}, with different results.",
        "当 {example_zh} 时，决策“{name}”的规则 {first} 和 {second} 同时匹配，但结果不同。",
    ),
    "disagreement_always": (
        "Rules {first} and {second} of the decision “{name}” match the same inputs, with different results.",
        "决策“{name}”的规则 {first} 和 {second} 匹配相同的输入，但结果不同。",
    ),
    "unquoted": (
        '“{name}” is a variable here, and no input provides it; if it is text, put it in quotes: "{name}".',
        '“{name}”在这里是一个变量，没有任何输入提供它；若是文本，请加引号："{name}"。',
    ),
}

_WORDS = {"": ("another text", "其他文本"), "true": ("yes", "是"), "false": ("no", "否")}


def table_findings(model: DecisionModel, given: Collection[str] = ()) -> list[Finding]:
    """Return names that nothing gives, gaps of UNIQUE tables, and overlaps that break UNIQUE or ANY.

    Gaps and overlaps are at most ten of each kind a table.

    Args:
        given: names of the variables that the process declares.
    """
    found = [_finding(place, "unquoted", name=name) for place, name in unquoted_names(model, given)]
    for decision in model.decisions.values():
        for owner, table in _tables(decision.logic, decision.id):
            found += [*_gaps(decision, owner, table), *_overlaps(decision, owner, table)]
    return found


def _tables(box: Box, owner: str) -> Iterator[tuple[str, Table]]:
    if box.table is not None:
        yield owner, box.table
    for part in box.parts:
        yield from _tables(part, part.id or owner)


def _finding(element: str, code: str, **params: object) -> Finding:
    english, chinese = SENTENCES[code]
    return Finding(element, None, code, english, chinese, params)


def _shown(table: Table, example: Example) -> dict[str, str]:
    """Return the example in both languages: columns as the table's head calls them, values as people write them."""
    names = {expression: _name(table, expression) for expression, _value in example}
    shown = []
    for expression, value in example:
        name = names[expression]
        # Two columns of the same name are told apart by what they read.
        if list(names.values()).count(name) > 1:
            name = f"{name} ({expression})"
        shown.append((name, _words(value)))
    return {
        "example": ", ".join(f"{name} = {english}" for name, (english, _chinese) in shown),
        "example_zh": "，".join(f"{name} = {chinese}" for name, (_english, chinese) in shown),
    }


def _name(table: Table, expression: str) -> str:
    labels = (" ".join(each.label.split()) for each in table.inputs if each.expression.strip() == expression)
    return next(filter(None, labels), expression)


def _words(value: str) -> tuple[str, str]:
    if value in _WORDS:
        return _WORDS[value]
    text = value[1:-1] if value.startswith('"') else value
    shown = f"“{text}”" if value.startswith('"') else value.removeprefix('date("').removesuffix('")')
    return shown, shown


def _gaps(decision: Decision, owner: str, table: Table) -> Iterator[Finding]:
    if table.hit_policy is not HitPolicy.UNIQUE or any(output.default for output in table.outputs):
        return
    for gap in islice(gaps(table), MOST_FINDINGS):
        code = "gap" if gap.example else "gap_anywhere"
        yield _finding(owner, code, name=decision.name, **_shown(table, gap.example))


def _overlaps(decision: Decision, owner: str, table: Table) -> Iterator[Finding]:
    if table.hit_policy not in {HitPolicy.UNIQUE, HitPolicy.ANY}:
        return
    is_unique = table.hit_policy is HitPolicy.UNIQUE
    found = (
        each for each in overlaps(table) if is_unique or _outputs(table, each.first) != _outputs(table, each.second)
    )
    for each in islice(found, MOST_FINDINGS):
        code = ("overlap" if is_unique else "disagreement") + ("" if each.example else "_always")
        numbers = {"first": each.first, "second": each.second}
        rule = table.rules[each.second - 1].id or owner
        yield _finding(rule, code, name=decision.name, **_shown(table, each.example), **numbers)


def _outputs(table: Table, number: int) -> tuple[str, ...]:
    """Return a rule's results as they are written: whether different texts mean the same is not judged."""
    return table.rules[number - 1].outputs
