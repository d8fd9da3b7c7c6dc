"""What processes may ask about work that was done offline: ``reconcile.*``."""

from engine.offline import cases
from engine.process.topics import Parameter, Topic, TopicKind

NOTE = Parameter("note", "text", ("备注", "Note"))
LEFT = Parameter("left", "number", ("未能补录的条数", "How many could not be applied"))

TOPICS: tuple[Topic, ...] = (
    Topic(
        "reconcile.apply",
        TopicKind.OPERATION,
        ("补录离线记录", "Apply work done offline"),
        operation=cases.apply,
        about=(
            "按填写内容补录；已结束的拜访由一次后续拜访承接。",
            "Applies what was entered; a visit that is over is followed by a new one.",
        ),
        takes=(
            Parameter(
                "how",
                "text",
                ("方式", "How"),
                choices={"apply": ("按原样", "As it was entered"), "change": ("改后再用", "As drafts to be changed")},
            ),
            NOTE,
        ),
        gives=(LEFT,),
    ),
    Topic(
        "reconcile.set_aside",
        TopicKind.OPERATION,
        ("不采用离线记录", "Set work done offline aside"),
        operation=cases.set_aside,
        about=("不采用，填写的内容仍留存。", "Leaves it unapplied; what was entered stays on record."),
        takes=(NOTE,),
        gives=(LEFT,),
    ),
)
