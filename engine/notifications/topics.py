"""What a process says when it tells people: the parameters of ``notify.send``."""

from engine.notifications.rules import TEMPLATES
from engine.process.topics import Parameter

NOTICE: tuple[Parameter, ...] = (
    Parameter(
        "to",
        "list",
        ("通知谁", "Who is told"),
        is_required=True,
        help=("人员或组的列表，例如变量 rep", "A list of people or groups, such as the variable rep"),
    ),
    Parameter("template", "text", ("通知模板", "Template"), is_required=True, choices=TEMPLATES),
    Parameter(
        "values",
        "context",
        ("模板中的值", "Values of the template"),
        help=("例如 {title: customer, number: number}", "Such as {title: customer, number: number}"),
    ),
    Parameter(
        "business_key",
        "text",
        ("关于哪个对象", "What it is about"),
        help=(
            '业务编号，通知会链接到它："visit:" + visit_id',
            'A business key, to which the notice leads: "visit:" + visit_id',
        ),
    ),
    Parameter("except", "list", ("不通知谁", "Who is not told"), help=("人员标识的列表", "A list of ids of people")),
)
