"""What can be wrong with an expression, as sentences in English (the translation key) and Chinese."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.errors import FieldflowError

SENTENCES: dict[str, tuple[str, str]] = {
    "syntax": (
        "The expression “{source}” cannot be read as FEEL.",
        "表达式“{source}”不是有效的 FEEL 表达式。",
    ),
    "unknown_name": (
        "“{source}” is not a known variable; use is defined(…) if it may be missing.",
        "“{source}”不是已知变量；如果它可能不存在，请使用 is defined(…)。",
    ),
    "unknown_function": ("There is no function “{source}”.", "没有名为“{source}”的函数。"),
    "missing_entry": (
        "“{source}” was not found; use is defined(…) if it may be missing.",
        "找不到“{source}”；如果它可能不存在，请使用 is defined(…)。",
    ),
    "unknown_member": (
        "“{owner}” has no entry “{name}” that is known here; the nearest is “{owner}.{nearest}”.",
        "“{owner}”中没有已知的“{name}”，最接近的是“{owner}.{nearest}”。",
    ),
    "type": (
        "“{source}” brings together different types: {left_en} and {right_en}.",
        "“{source}”中两边的类型不同：{left_zh}和{right_zh}。",
    ),
    "arithmetic": (
        "“{source}” calculates with types that do not fit: {left_en} and {right_en}.",
        "“{source}”用不相容的类型进行计算：{left_zh}和{right_zh}。",
    ),
    "order": (
        "“{source}” compares {left_en}, which has no order.",
        "“{source}”比较的是{left_zh}，没有大小顺序。",
    ),
    "operand": (
        "“{source}” compares with the test “{name}”, where a value belongs.",
        "“{source}”应与一个值比较，但写的是检验“{name}”。",
    ),
    "null": (
        "A value in “{source}” is empty; decide with is defined(…) what then holds.",
        "“{source}”中有空值；请用 is defined(…) 说明此时应如何处理。",
    ),
    "not_boolean": (
        "“{source}” must be true or false, but it is {type_en}.",
        "“{source}”必须为 true 或 false，但实际为{type_zh}。",
    ),
    "not_condition": (
        "The condition “{source}” must be true or false, but it is {type_en}.",
        "条件“{source}”必须为 true 或 false，但实际为{type_zh}。",
    ),
    "not_timer": (
        "“{source}” must be a date, a date and time or a duration, but it is {type_en}.",
        "“{source}”必须是日期、日期时间或时长，但实际为{type_zh}。",
    ),
    "not_of_type": (
        "“{source}” should be {wanted_en}, but it is {type_en}.",
        "“{source}”应为{wanted_zh}，但实际为{type_zh}。",
    ),
    "not_data": (
        "“{source}” gives {type_en}, which cannot be stored.",
        "“{source}”的结果是{type_zh}，无法保存。",
    ),
    "fraction_equality": (
        "“{source}” tests fractions for equality; round both sides or use a range.",
        "“{source}”判断小数是否相等；请先四舍五入或改用区间。",
    ),
    "division_by_zero": ("“{source}” divides by zero.", "“{source}”除数为零。"),
    "overflow": ("The number in “{source}” is too large.", "“{source}”中的数字过大。"),
    "zone": (
        "“{source}” compares a time with a time zone to one without.",
        "“{source}”将带时区的时间与不带时区的时间进行比较。",
    ),
    "index": (
        "“{source}” picks by a position that is not a whole number from 1 on.",
        "“{source}”使用的位置不是从 1 开始的整数。",
    ),
    "range": (
        "The range “{source}” has ends of different types.",
        "区间“{source}”两端的类型不同。",
    ),
    "arguments": (
        "“{source}” calls a function with values it cannot use.",
        "“{source}”传给函数的参数无法使用。",
    ),
    "variable_type": (
        "The variable “{name}” does not hold {type_en}.",
        "变量“{name}”的值不是{type_zh}。",
    ),
    "too_large": (
        "The expression “{source}” or its result is too large.",
        "表达式“{source}”或其结果过大。",
    ),
    "timeout": ("The expression “{source}” takes too long.", "表达式“{source}”计算时间过长。"),
    "memory": ("The expression “{source}” needs too much memory.", "表达式“{source}”占用内存过多。"),
    "input_not_allowed": (
        "The input “{source}” has a value that the table does not allow.",
        "输入“{source}”的值不在决策表允许的范围内。",
    ),
    "output_not_allowed": (
        "The output “{source}” has a value that the table does not allow.",
        "输出“{source}”的值不在决策表允许的范围内。",
    ),
    "duplicate_entry": (
        "The context “{source}” names an entry twice.",
        "上下文“{source}”中有重复的条目名称。",
    ),
    "value_not_allowed": (
        "“{source}” has a value that its type does not allow.",
        "“{source}”的值不在其类型允许的范围内。",
    ),
    "missing_field": (
        "“{source}” has no entry “{name}”, which its type demands.",
        "“{source}”缺少其类型要求的条目“{name}”。",
    ),
    "several_rules": (
        "Several rules of the decision “{source}” match, but its hit policy allows only one.",
        "决策“{source}”有多条规则匹配，但其命中策略只允许一条。",
    ),
    "rules_disagree": (
        "Rules of the decision “{source}” match with different results.",
        "决策“{source}”匹配的规则结果不一致。",
    ),
    "not_numbers": (
        "The results of the decision “{source}” cannot be added or compared: they are not all numbers.",
        "决策“{source}”的结果不全是数字，无法汇总。",
    ),
    "failed": (
        "The expression “{source}” cannot be evaluated.",
        "表达式“{source}”无法计算。",
    ),
}
EXAMPLES: dict[str, tuple[str, str]] = {
    "unary": ('Write for example [5..10], > 10 or "text".', '写法例如 [5..10]、> 10 或 "文本"。'),
    "condition": ("Write for example amount > 10.", "写法例如 amount > 10。"),
    "timer": ("Write for example PT2H (2 hours) or P1D (1 day).", "写法例如 PT2H（2 小时）或 P1D（1 天）。"),
    "duration": (
        'Write for example duration("PT2H") for 2 hours or duration("P1D") for 1 day.',
        '写法例如 duration("PT2H")（2 小时）或 duration("P1D")（1 天）。',
    ),
    "value": ('Write for example 10, "text" or amount * 2.', '写法例如 10、"文本" 或 amount * 2。'),
    "text": ('Write for example "text".', '写法例如 "文本"。'),
    "number": ("Write for example 10 or amount * 2.", "写法例如 10 或 amount * 2。"),
    "boolean": ("Write for example true or amount > 10.", "写法例如 true 或 amount > 10。"),
    "date": ('Write for example today() or date("2026-01-31").', '写法例如 today() 或 date("2026-01-31")。'),
    "datetime": ('Write for example now() + duration("PT2H").', '写法例如 now() + duration("PT2H")。'),
}
"""What is for what → how one writes it, in English and Chinese; said where an expression cannot be read."""
TYPES: dict[str, tuple[str, str]] = {
    "string": ("text", "文本"),
    "text": ("text", "文本"),
    "number": ("a number", "数字"),
    "money": ("an amount of money", "金额"),
    "boolean": ("yes or no", "是/否"),
    "date": ("a date", "日期"),
    "date time": ("a date and time", "日期和时间"),
    "datetime": ("a date and time", "日期和时间"),
    "time": ("a time of day", "时刻"),
    "duration": ("a length of time", "时长"),
    "list": ("a list", "列表"),
    "context": ("a group of values", "一组值"),
    "function": ("a function", "函数"),
    "range": ("a range", "区间"),
    "null": ("empty", "空值"),
    "unknown": ("something unknown", "未知类型"),
}
"""Types as FEEL and as processes name them → their names in English and Chinese."""
_LONGEST_SOURCE = 120
_TYPED = ("left", "right", "type", "wanted")
_DETAILS = ("name", "wanted", "left", "right", "rule", "column", "part", "element", "decision", "owner", "nearest")


def _known(code: str) -> str:
    return code if code in SENTENCES else "failed"


def _params(fault: Mapping[str, Any], expression: str) -> dict[str, Any]:
    text = str(fault.get("expression", expression))
    start, end = fault.get("from"), fault.get("to")
    whole = start is None or end is None or start >= end or fault["code"] == "syntax"
    source = text if whole else text[start:end]
    if len(source) > _LONGEST_SOURCE:
        source = source[: _LONGEST_SOURCE - 1] + "…"
    names: dict[str, Any] = {key: fault[key] for key in _DETAILS if key in fault}
    for key in ("rule", "column"):
        if key in names:
            names[key] += 1
    kind = fault.get("type") or "null"
    defaults: dict[str, Any] = {"left": "unknown", "right": "unknown", "name": source}
    found = {**defaults, "type": "null" if kind == "nil" else kind, **names, "source": source}
    for name in _TYPED:
        raw = str(found.get(name, "unknown"))
        found[f"{name}_en"], found[f"{name}_zh"] = TYPES.get("null" if raw == "nil" else raw, (raw, f" {raw} "))
    return found


class FeelError(FieldflowError):
    """An expression has no usable result: an incident, never a silent "no".

    ``params`` hold the text of the expression and names of types, never values of variables; ``rule`` and ``column``
    count from 1 and are there only for a cell of a decision table.

    Args:
        fault: what the isolate reports: code, place and names of types.
        expression: the text that was evaluated, when the fault does not carry it.
    """

    code = "failed"

    def __init__(self, fault: Mapping[str, Any], expression: str = "") -> None:
        code = _known(fault["code"])
        super().__init__(SENTENCES[code][0], code=code, **_params(fault, expression))


@dataclass(frozen=True)
class Problem:
    """A finding about an expression before it runs."""

    code: str
    template_en: str
    template_zh: str
    params: dict[str, Any] = field(default_factory=dict)
    position: tuple[int, int] = (0, 0)

    def __str__(self) -> str:
        """Return the English sentence."""
        return self.template_en.format(**self.params)


def problem_from(fault: dict[str, Any], expression: str, kind: str) -> Problem:
    """Turn a fault that the linter reports into a finding.

    Args:
        kind: what the expression is for; whoever cannot write FEEL is shown how it is written there.
    """
    code = _known(fault["code"])
    english, chinese = SENTENCES[code]
    if code == "syntax" and kind in EXAMPLES:
        english, chinese = f"{english} {EXAMPLES[kind][0]}", chinese + EXAMPLES[kind][1]
    position = (fault.get("from") or 0, fault.get("to") or len(expression))
    return Problem(code, english, chinese, _params(fault, expression), position)
