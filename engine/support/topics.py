"""What processes may ask of support requests: ``support.*``, and ``visit.raise_promises``."""

from engine.process.topics import Parameter, Topic, TopicKind
from engine.support import fulfilment
from engine.support import operations as support
from engine.support.rules import QUEUES
from engine.support.service import PRIORITIES

REASON = Parameter("reason", "text", ("原因", "Reason"))
QUEUE = Parameter("queue", "text", ("队列", "Queue"), choices=QUEUES)
PRIORITY = Parameter("priority", "text", ("优先级", "Priority"), choices={each: (each, each) for each in PRIORITIES})
RESOLVE_MINUTES = Parameter(
    "resolve_minutes",
    "number",
    ("处理时限（工作分钟）", "Time to resolve, in working minutes"),
    is_required=True,
)
RESOLVE_DUE = Parameter("resolve_due", "datetime", ("处理截止时间", "When it should be resolved"))
TRIAGE_DUE = Parameter("triage_due", "datetime", ("分诊截止时间", "When it should be triaged"))
OPS = Parameter("ops", "list", ("处理人员", "Who works on it"))
MARKS = {
    "first_response_100": ("首次响应超时", "The first response is late"),
    "resolve_75": ("处理时限已用 75%", "75 % of the time is used"),
    "resolve_100": ("处理时限已到", "The deadline has passed"),
    "resolve_150": ("超时 50%", "50 % over the deadline"),
}

PREFILL = (
    Parameter("lines", "list", ("尚未发出的明细", "Lines still to be sent")),
    Parameter("priority", "text", ("请求的优先级", "Priority of the request"), choices=PRIORITY.choices),
    Parameter("queue", "text", ("请求的队列", "Queue of the request"), choices=QUEUES),
    Parameter("subject", "text", ("请求的主题", "Subject of the request")),
)
"""What the page of a request fills its forms in with."""

TOPICS: tuple[Topic, ...] = (
    Topic(
        "visit.raise_promises",
        TopicKind.OPERATION,
        ("为承诺建立请求", "Raise requests for promises"),
        operation=support.raise_promises,
        about=(
            "为报告中的每个承诺建立支持请求，外勤立即看到编号。",
            "Raises a request for each promise of a visit's report; the rep sees the numbers at once.",
        ),
        takes=(
            Parameter("promises", "list", ("承诺", "Promises"), help=("报告中的承诺各行", "The rows of the report")),
            Parameter("customer_id", "text", ("客户标识", "Id of the customer"), is_required=True),
            Parameter("requester_id", "text", ("申请人标识", "Id of the requester"), is_required=True),
        ),
        gives=(
            Parameter("request_numbers", "list", ("请求编号", "Numbers of the requests")),
            Parameter("request_ids", "list", ("请求标识", "Ids of the requests")),
        ),
    ),
    Topic(
        "support.route",
        TopicKind.OPERATION,
        ("分派请求", "Route the request"),
        operation=support.route,
        about=("把请求放入队列，并开始计时。", "Puts the request into its queue and starts its clocks."),
        takes=(
            QUEUE,
            Parameter(
                "first_response_minutes",
                "number",
                ("首次响应时限（工作分钟）", "Time to respond, in working minutes"),
                is_required=True,
            ),
            RESOLVE_MINUTES,
        ),
        gives=(
            Parameter("first_response_due", "datetime", ("首次响应截止时间", "When the first response is due")),
            RESOLVE_DUE,
            TRIAGE_DUE,
            QUEUE,
            OPS,
        ),
    ),
    Topic(
        "support.triage",
        TopicKind.OPERATION,
        ("登记分诊", "Record the triage"),
        operation=support.triage,
        about=(
            "记录首次响应并停止其计时，可改优先级和队列。",
            "Records the first response and stops its clock; may change priority and queue.",
        ),
        takes=(PRIORITY, QUEUE),
        gives=(PRIORITY, QUEUE, OPS),
    ),
    Topic(
        "support.begin",
        TopicKind.OPERATION,
        ("开始处理", "Begin handling"),
        operation=support.begin,
        about=(
            "标记为处理中，并按分诊结果调整时限。",
            "Marks the request as being handled, with the time that the triage gave it.",
        ),
        takes=(RESOLVE_MINUTES,),
        gives=(
            Parameter("items_left", "boolean", ("还有待发物品", "Items are still to be sent")),
            RESOLVE_DUE,
        ),
    ),
    Topic(
        "support.pause",
        TopicKind.OPERATION,
        ("暂停计时", "Pause the clocks"),
        operation=support.pause,
        about=("等待申请人答复时停止计时。", "Stops the clocks while the requester is asked."),
    ),
    Topic(
        "support.resume",
        TopicKind.OPERATION,
        ("恢复计时", "Resume the clocks"),
        operation=support.resume,
        about=(
            "继续计时，截止时间按暂停的工作时间顺延。",
            "Lets the clocks run on; the due times have moved by the pause.",
        ),
        gives=(RESOLVE_DUE, TRIAGE_DUE),
    ),
    Topic(
        "support.escalate",
        TopicKind.OPERATION,
        ("升级", "Escalate"),
        operation=support.escalate,
        about=("记录升级级别，只升不降。", "Notes how far the request has been escalated; never back."),
        takes=(Parameter("mark", "text", ("到达的时限标记", "Mark of the deadline"), is_required=True, choices=MARKS),),
        gives=(
            Parameter(
                "escalation",
                "context",
                ("升级", "Escalation"),
                help=("to：应通知的人；template：通知模板", "to: who should be told; template: of the notice"),
            ),
        ),
    ),
    Topic(
        "support.request_approval",
        TopicKind.OPERATION,
        ("选定审批人", "Choose the approver"),
        operation=support.request_approval,
        about=(
            "把折扣审批交给申请人的主管或总监。",
            "Offers the approval of a discount to the requester's manager, or to the directors.",
        ),
        takes=(
            Parameter(
                "level",
                "text",
                ("审批级别", "Level of the approval"),
                choices={"manager": ("主管", "Manager"), "director": ("总监", "Director")},
            ),
        ),
        gives=(Parameter("handled_by", "text", ("经办人", "Who handled it")),),
    ),
    Topic(
        "support.ship",
        TopicKind.OPERATION,
        ("登记发货", "Record the shipment"),
        operation=support.ship,
        about=("记录各行的发货数量和运单。", "Records what was sent of each line, and the parcel."),
        takes=(
            Parameter(
                "lines",
                "list",
                ("发货明细", "What was sent"),
                help=("每行有 item 和 shipped；为空表示全部发出", "Rows of item and shipped; empty means everything"),
            ),
            Parameter("carrier", "text", ("承运商", "Carrier")),
            Parameter("tracking_number", "text", ("运单号", "Tracking number")),
        ),
    ),
    Topic(
        "support.fulfil",
        TopicKind.OPERATION,
        ("登记处理结果", "Record the handling"),
        operation=support.fulfil,
        about=(
            "记录处理结果并停止计时，等申请人确认。",
            "Records what was done and stops the clocks; the requester is to confirm.",
        ),
        takes=(
            Parameter("record", "context", ("处理记录", "What the person entered")),
            Parameter(
                "handled_by",
                "text",
                ("经办人", "Who handled it"),
                help=("审批人最后经手时填写", "Where an approver had the last word"),
            ),
        ),
        gives=(Parameter("confirm_by", "datetime", ("确认截止时间", "Until when it should be confirmed")),),
    ),
    Topic(
        "support.reopen",
        TopicKind.OPERATION,
        ("重新打开", "Reopen the request"),
        operation=support.reopen,
        about=("再次处理请求，处理时限重新开始。", "Takes the request up again; the clock to resolve it starts anew."),
        takes=(REASON, RESOLVE_MINUTES),
        gives=(RESOLVE_DUE, TRIAGE_DUE),
    ),
    Topic(
        "support.close",
        TopicKind.OPERATION,
        ("关闭请求", "Close the request"),
        operation=support.close,
        about=("关闭请求。", "Closes the request."),
    ),
    Topic(
        "support.refuse",
        TopicKind.OPERATION,
        ("拒绝请求", "Refuse the request"),
        operation=support.refuse,
        about=("以拒绝结束请求。", "Ends the request as refused."),
        takes=(REASON,),
    ),
    Topic(
        "support.cancel",
        TopicKind.OPERATION,
        ("取消请求", "Cancel the request"),
        operation=support.cancel,
        about=("以取消结束请求。", "Ends the request as cancelled."),
        takes=(REASON,),
        gives=(Parameter("tell", "list", ("应通知的人", "Who should be told")),),
    ),
    Topic(
        "support.people",
        TopicKind.LOOKUP,
        ("查找相关人员", "Find the people of the request"),
        operation=support.requester,
        about=("给出申请人及其主管，用于通知。", "Gives the requester and their manager, for notices."),
        gives=(
            Parameter("requester", "list", ("申请人", "Requester")),
            Parameter("manager", "list", ("主管", "Manager")),
        ),
    ),
    Topic(
        "support.fulfil_samples",
        TopicKind.OPERATION,
        ("交仓库履约", "Hand samples to the warehouse"),
        operation=fulfilment.start,
        about=("为样品请求启动履约流程。", "Starts the fulfilment of a request for samples."),
    ),
)
