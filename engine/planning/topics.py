"""What processes may ask about a rep's day: ``day.*``."""

from engine.planning import operations as planning
from engine.process.topics import Parameter, Topic, TopicKind

TOPICS: tuple[Topic, ...] = (
    Topic(
        "day.order",
        TopicKind.OPERATION,
        ("排拜访顺序", "Order the stops"),
        operation=planning.order,
        about=("为当天的拜访提出一个顺序。", "Proposes an order of the day's visits."),
        gives=(
            Parameter("stops", "number", ("站数", "How many stops")),
            Parameter("late", "number", ("会迟到的站数", "How many of them would be late")),
        ),
    ),
    Topic(
        "day.confirm",
        TopicKind.OPERATION,
        ("保存顺序", "Keep the order"),
        operation=planning.confirm,
        about=(
            "保存外勤确认的顺序；不属于当天的拜访略过。",
            "Keeps the order that the rep confirmed; what is no visit of the day is left out.",
        ),
        takes=(Parameter("order", "list", ("顺序", "Order"), help=("每行有 visit", "Rows of visit")),),
    ),
    Topic(
        "day.close",
        TopicKind.OPERATION,
        ("小结", "Sum up the day"),
        operation=planning.close,
        about=(
            "结束并汇总当天；备注取自变量 closing。",
            "Closes the day and sums it up; its note is the variable closing's.",
        ),
        gives=(
            Parameter("title", "text", ("标题", "Title")),
            Parameter("made", "number", ("已完成", "Made")),
            Parameter("missed", "number", ("未完成", "Missed")),
            Parameter("open", "number", ("未结束", "Open")),
            Parameter("promises", "number", ("承诺", "Promises")),
            Parameter("km", "text", ("计划路程（公里）", "Planned kilometres")),
            Parameter("note", "text", ("备注", "Note")),
        ),
    ),
)
