"""What processes may ask about repairs: ``repair.*``."""

from engine.process.topics import Parameter, Topic, TopicKind
from engine.upkeep import proposals

OUTCOME = Parameter("outcome", "text", ("结果", "Outcome"))

TOPICS: tuple[Topic, ...] = (
    Topic(
        "repair.apply",
        TopicKind.OPERATION,
        ("执行修复", "Apply a repair"),
        operation=proposals.apply,
        about=(
            "执行修复；流程已变时给出错误 repair_outdated。",
            "Applies the repair; gives the error repair_outdated where the process has changed.",
        ),
        gives=(OUTCOME,),
    ),
    Topic(
        "repair.decline",
        TopicKind.OPERATION,
        ("登记修复未获同意", "Note that a repair is declined"),
        operation=proposals.decline,
        about=(
            "记录另一位管理员不同意；备注取自变量 decision。",
            "Notes that the other administrator does not agree; the note is the variable decision's.",
        ),
        gives=(OUTCOME,),
    ),
    Topic(
        "repair.outdate",
        TopicKind.OPERATION,
        ("登记修复已过期", "Note that a repair is outdated"),
        operation=proposals.outdate,
        about=("记录修复已不适用于现在的流程。", "Notes that the repair no longer fits its instance."),
        gives=(OUTCOME,),
    ),
)
