"""What processes may ask about samples that a request is for: ``fulfilment.*``."""

from engine.process.topics import Parameter, Topic, TopicKind
from engine.support import fulfilment

REASON = Parameter("reason", "text", ("原因", "Reason"))
APPROVE_BY = Parameter("approve_by", "datetime", ("审批截止时间", "Until when it should be decided"))
RECEIVE_BY = Parameter("receive_by", "datetime", ("何时开始查件", "When its tracing begins"))
PARCEL = Parameter("parcel", "text", ("包裹标识", "Id of the parcel"), is_required=True)
RESULT = Parameter(
    "result",
    "context",
    ("履约结果", "Result"),
    help=("done、refused、reason、handling、handled_by", "done, refused, reason, handling, handled_by"),
)

TOPICS: tuple[Topic, ...] = (
    Topic(
        "fulfilment.weigh",
        TopicKind.LOOKUP,
        ("判断样品审批级别", "Weigh the approval of samples"),
        operation=fulfilment.weigh,
        about=(
            "用样品审批表判断全部物品由谁批准。",
            "Asks the table of approvals who must agree, for all items together.",
        ),
        gives=(
            Parameter("level", "context", ("审批级别", "Level"), help=("level 和 reason", "level and reason")),
            Parameter("items", "text", ("物品（中文）", "Items, in Chinese")),
            Parameter("items_en", "text", ("物品（英文）", "Items, in English")),
            APPROVE_BY,
        ),
    ),
    Topic(
        "fulfilment.escalate",
        TopicKind.OPERATION,
        ("扩大样品审批人", "Widen the approval of samples"),
        operation=fulfilment.escalate,
        about=(
            "审批超时后交给更多人：其他主管或总监。",
            "Offers an approval that is late to more people: other managers, or the directors.",
        ),
        takes=(
            Parameter(
                "level",
                "text",
                ("审批级别", "Level of the approval"),
                choices={"manager": ("主管", "Manager"), "compliance": ("合规", "Compliance")},
            ),
        ),
        gives=(Parameter("tell", "list", ("应通知的人", "Who should be told")), APPROVE_BY),
    ),
    Topic(
        "fulfilment.ask_compliance",
        TopicKind.OPERATION,
        ("转合规审批", "Ask compliance"),
        operation=fulfilment.ask_compliance,
        about=(
            "交合规审批，给出两个工作日的截止时间。",
            "Hands the approval on to compliance, with two business days.",
        ),
        gives=(APPROVE_BY,),
    ),
    Topic(
        "fulfilment.refuse",
        TopicKind.LOOKUP,
        ("拒绝样品", "Refuse the samples"),
        operation=fulfilment.refuse,
        about=("给出拒绝的原因和结果。", "Notes why there are no samples."),
        takes=(REASON,),
        gives=(REASON, RESULT),
    ),
    Topic(
        "fulfilment.propose",
        TopicKind.LOOKUP,
        ("计算待发样品", "Count what is to be sent"),
        operation=fulfilment.propose,
        about=("计算还要发多少，以及何时应发出。", "Counts what is still to be sent, and says by when."),
        gives=(
            Parameter("left", "number", ("待发数量", "How many are left")),
            Parameter("pick_by", "datetime", ("发货截止时间", "When they should leave")),
        ),
    ),
    Topic(
        "fulfilment.reserve",
        TopicKind.OPERATION,
        ("预留样品", "Reserve samples"),
        operation=fulfilment.reserve,
        about=(
            "预留所选批次；不足的部分欠着、替换或取消。",
            "Sets the chosen lots aside; what is missing is owed, substituted or given up.",
        ),
        takes=(
            Parameter("lots", "list", ("批次", "Lots"), help=("每行有 lot 和 quantity", "Rows of lot and quantity")),
            Parameter(
                "rest",
                "text",
                ("不足的部分", "What is missing"),
                choices={
                    "backorder": ("欠着", "Is owed"),
                    "substitute": ("替换", "Is substituted"),
                    "give_up": ("取消", "Is given up"),
                },
            ),
            Parameter("substitute", "text", ("替换品", "Substitute")),
        ),
        gives=(
            Parameter(
                "picked",
                "context",
                ("拣货结果", "What was picked"),
                help=("to_send、left、again", "to_send, left, again"),
            ),
        ),
    ),
    Topic(
        "fulfilment.send",
        TopicKind.OPERATION,
        ("登记样品发货", "Record a parcel of samples"),
        operation=fulfilment.send,
        about=("记录全部预留样品的发货。", "Records the shipment of everything that is set aside."),
        takes=(
            Parameter("carrier", "text", ("承运商", "Carrier")),
            Parameter("tracking_number", "text", ("运单号", "Tracking number")),
            Parameter("record", "context", ("处理记录", "What the person entered")),
        ),
        gives=(
            Parameter("parcel", "context", ("包裹", "Parcel"), help=("id 和 label", "id and label")),
            RECEIVE_BY,
        ),
    ),
    Topic(
        "fulfilment.traced",
        TopicKind.OPERATION,
        ("登记查件结果", "Record the tracing of a parcel"),
        operation=fulfilment.traced,
        about=("丢失的样品出账，重新欠发。", "What is lost leaves the ledger and is owed again."),
        takes=(
            PARCEL,
            Parameter(
                "found",
                "text",
                ("查件结果", "What was found"),
                choices={"on_the_way": ("在途", "On the way"), "lost": ("丢失", "Lost")},
            ),
            Parameter("note", "text", ("备注", "Note")),
        ),
        gives=(RECEIVE_BY,),
    ),
    Topic(
        "fulfilment.receive",
        TopicKind.OPERATION,
        ("登记样品签收", "Record the receipt of samples"),
        operation=fulfilment.receive,
        about=(
            "签收的样品入账，缺少的记为丢失。",
            "Writes a received parcel into the ledger; what is missing is lost.",
        ),
        takes=(
            PARCEL,
            Parameter(
                "missing",
                "list",
                ("缺少的批次", "Missing lots"),
                help=("每行有 lot 和 quantity", "Rows of lot and quantity"),
            ),
            REASON,
        ),
    ),
    Topic(
        "fulfilment.look_for_stock",
        TopicKind.LOOKUP,
        ("查样品库存", "Look for stock"),
        operation=fulfilment.look_for_stock,
        about=("查看欠发的样品现在是否有货。", "Tells whether what is owed is in stock by now."),
        gives=(
            Parameter(
                "stock",
                "context",
                ("库存", "Stock"),
                help=("state：settled、in_stock 或 waiting", "state: settled, in_stock or waiting"),
            ),
            Parameter("wait_until", "datetime", ("最晚等到", "Until when to wait")),
        ),
    ),
    Topic(
        "fulfilment.give_up_rest",
        TopicKind.OPERATION,
        ("取消欠货", "Give a backorder up"),
        operation=fulfilment.give_up_rest,
        about=("放弃欠得太久的样品，并停止计时。", "Gives up what has been owed for too long, and stops the clocks."),
    ),
    Topic(
        "fulfilment.sum_up",
        TopicKind.OPERATION,
        ("汇总样品履约", "Sum a fulfilment up"),
        operation=fulfilment.sum_up,
        about=(
            "判断是否全部办结：不欠货，也没有在途包裹。",
            "Tells whether everything is settled: nothing owed, no parcel under way.",
        ),
        gives=(RESULT,),
    ),
    Topic(
        "fulfilment.release",
        TopicKind.OPERATION,
        ("释放预留样品", "Free reserved samples"),
        operation=fulfilment.release,
        about=("请求取消后释放预留的样品。", "Frees what is set aside: the request is cancelled."),
    ),
)
