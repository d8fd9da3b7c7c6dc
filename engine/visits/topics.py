"""What processes may ask of visits and their corrections: the topics ``visit.*`` and ``correction.*``.

``visit.raise_promises`` is the support's: see there.
"""

from engine.process.topics import Parameter, Topic, TopicKind
from engine.visits import correction_operations as corrections
from engine.visits import operations as visits

REASON = Parameter("reason", "text", ("原因", "Reason"))
METHOD = Parameter(
    "method",
    "text",
    ("签到方式", "How it was checked"),
    choices={
        "position": ("定位", "By position"),
        "qr": ("扫码", "By code"),
        "manual": ("手工", "By hand"),
    },
)
EVIDENCE = Parameter("evidence_id", "text", ("位置凭证", "Evidence of the position"))
QR_CODE = Parameter("qr_code", "text", ("扫到的码", "Code that was scanned"))
PERMISSION = Parameter("permission", "text", ("定位授权状态", "State of the permission to locate"))
FACTS = Parameter(
    "facts",
    "context",
    ("签到事实", "Facts of the check"),
    help=("“读取签到事实”的结果", "What “Read the facts of the check-in” gave"),
)
GRADE = Parameter("grade", "text", ("评级", "Grade"))
STATED = Parameter(
    "at",
    "datetime",
    ("自述时间", "Time that the rep states"),
    help=("事后补报时填写；为空则取当前时间", "For what is reported afterwards; empty means now"),
)
EXPLANATION = Parameter("explanation", "text", ("说明", "Explanation"))

TOPICS: tuple[Topic, ...] = (
    Topic(
        "visit.approve",
        TopicKind.OPERATION,
        ("批准拜访", "Approve the visit"),
        operation=visits.approve,
        about=(
            "批准后拜访照常进行；不批准则以所给原因取消。",
            "Lets the visit go ahead, or cancels it with the reason.",
        ),
        takes=(
            Parameter("approved", "boolean", ("是否批准", "Approved"), help=("为空视为批准", "Empty means yes")),
            REASON,
        ),
    ),
    Topic(
        "visit.check_facts",
        TopicKind.LOOKUP,
        ("读取签到事实", "Read the facts of the check-in"),
        operation=visits.check_facts,
        about=(
            "计算评级表所需的距离、精度等事实，不含坐标。",
            "Works out what the grade table needs: distances, no coordinates.",
        ),
        takes=(METHOD, EVIDENCE, QR_CODE, PERMISSION),
        gives=(
            METHOD,
            Parameter("accuracy_m", "number", ("精度（米）", "Accuracy in metres")),
            Parameter("age_s", "number", ("定位距今（秒）", "Age of the position in seconds")),
            Parameter("distance_m", "number", ("距地点（米）", "Distance to the place in metres")),
            Parameter("radius_m", "number", ("地点半径（米）", "Radius of the place in metres")),
            Parameter("place_known", "boolean", ("地点有坐标", "The place has a pin")),
            Parameter("mock", "boolean", ("模拟定位", "The position is a mock")),
            Parameter("qr", "boolean", ("扫码正确", "The code is the place's")),
            Parameter("impossible_speed", "boolean", ("移动过快", "Nobody moves that fast")),
            PERMISSION,
        ),
    ),
    Topic(
        "visit.check_in",
        TopicKind.OPERATION,
        ("登记签到", "Record the check-in"),
        operation=visits.check_in,
        about=("记录到达时间和评级；已签到的拜访不变。", "Records the arrival with its grade; once only."),
        takes=(FACTS, GRADE, EVIDENCE, STATED, METHOD, EXPLANATION),
    ),
    Topic(
        "visit.explain",
        TopicKind.OPERATION,
        ("登记说明", "Record the explanation"),
        operation=visits.explain,
        about=("保存外勤对一次签到的说明。", "Keeps what the rep says about a check-in."),
        takes=(EXPLANATION, FACTS, GRADE, EVIDENCE, STATED, METHOD),
    ),
    Topic(
        "visit.report",
        TopicKind.OPERATION,
        ("保存报告", "Store the report"),
        operation=visits.report,
        about=(
            "保存报告内容，并给出后续网关需要的结论。",
            "Stores the report, and gives what the gateways behind it ask.",
        ),
        takes=(
            Parameter(
                "values",
                "context",
                ("报告内容", "Values of the report"),
                is_required=True,
                help=("报告表单的结果变量", "The result variable of the report's form"),
            ),
            Parameter("form", "text", ("表单标识", "Key of the form")),
        ),
        gives=(
            Parameter("outcome", "text", ("拜访结果", "Outcome")),
            Parameter("adverse_event", "boolean", ("提到不良事件", "An adverse event is mentioned")),
            Parameter("promises", "list", ("承诺", "Promises")),
            Parameter("promise_count", "number", ("承诺数", "How many promises")),
            Parameter("follow_up_count", "number", ("后续拜访数", "How many follow-up visits")),
            Parameter("review_sampled", "boolean", ("抽中复核", "Drawn for a review")),
            Parameter(
                "report",
                "context",
                ("报告", "Report"),
                help=("表单标识和结果；内容保存在数据库中", "Its form and outcome; the values stand in the database"),
            ),
        ),
    ),
    Topic(
        "visit.check_out",
        TopicKind.OPERATION,
        ("登记签退", "Record the check-out"),
        operation=visits.check_out,
        about=("记录离开时间和事实。", "Records the departure with its facts."),
        takes=(
            METHOD,
            EVIDENCE,
            QR_CODE,
            PERMISSION,
            Parameter("note", "text", ("备注", "Note")),
            STATED,
            Parameter(
                "afterwards",
                "boolean",
                ("事后补报", "Reported afterwards"),
                help=("没有自述时间时按计划时长计算", "Without a stated time the planned length counts"),
            ),
            GRADE,
        ),
    ),
    Topic(
        "visit.raise_adverse_event",
        TopicKind.OPERATION,
        ("上报不良事件", "Open an adverse event"),
        operation=visits.raise_adverse_event,
        about=(
            "为报告中的不良事件建立个案，外勤立即看到草稿。",
            "Opens the case of what the report mentions; the rep has its draft at once.",
        ),
    ),
    Topic(
        "visit.draft_follow_ups",
        TopicKind.OPERATION,
        ("生成后续拜访草稿", "Draft follow-up visits"),
        operation=visits.draft_follow_ups,
        about=("按报告的下一步生成拜访草稿。", "Makes a draft of each next visit that the report names."),
        gives=(Parameter("follow_ups_made", "number", ("已生成草稿数", "How many drafts")),),
    ),
    Topic(
        "visit.complete",
        TopicKind.OPERATION,
        ("完成拜访", "Complete the visit"),
        operation=visits.complete,
        about=("把拜访标记为已完成。", "Marks the visit as made."),
        gives=(Parameter("review_by", "datetime", ("复核截止时间", "Until when it may be reviewed")),),
    ),
    Topic(
        "visit.cancel",
        TopicKind.OPERATION,
        ("取消拜访", "Cancel the visit"),
        operation=visits.cancel,
        about=("以取消结束拜访。", "Ends the visit as cancelled."),
        takes=(REASON,),
        gives=(Parameter("tell", "list", ("应通知的人", "Who should be told")),),
    ),
    Topic(
        "visit.miss",
        TopicKind.OPERATION,
        ("登记未完成", "Record the visit as missed"),
        operation=visits.miss,
        about=("以未完成结束拜访。", "Ends the visit as missed."),
        takes=(REASON,),
    ),
    Topic(
        "visit.reschedule",
        TopicKind.OPERATION,
        ("改期", "Reschedule the visit"),
        operation=visits.reschedule,
        about=("结束这次拜访，并计划一次与它相连的新拜访。", "Ends the visit and plans a new one that follows it."),
        takes=(
            Parameter(
                "new_start",
                "datetime",
                ("新的开始时间", "New start"),
                help=(
                    "只给日期时沿用原来的时刻；为空则顺延一天",
                    "A day alone keeps the time of day; empty means a day later",
                ),
            ),
            REASON,
        ),
        gives=(Parameter("new_visit_id", "text", ("新拜访的标识", "Id of the new visit")),),
    ),
    Topic(
        "visit.review",
        TopicKind.OPERATION,
        ("登记复核", "Record the review"),
        operation=visits.review,
        about=("保存主管对报告的复核。", "Stores the manager's review of the report."),
        takes=(
            Parameter("result", "text", ("复核结果", "Result")),
            Parameter("comment", "text", ("评语", "Comment")),
        ),
    ),
    Topic(
        "visit.crm_record",
        TopicKind.LOOKUP,
        ("准备 CRM 记录", "Prepare the CRM record"),
        operation=visits.crm_record,
        about=("给出“写入 CRM”需要的记录，不含位置。", "Gives the record that “Write to the CRM” takes: no positions."),
        gives=(
            Parameter("visit_id", "text", ("拜访标识", "Id of the visit")),
            Parameter("customer_ref", "text", ("客户编号", "The customer's number")),
            Parameter("rep", "text", ("外勤登录名", "Login of the rep")),
            Parameter("started_at", "datetime", ("开始时间", "Start")),
            Parameter("ended_at", "datetime", ("结束时间", "End")),
            Parameter("outcome", "text", ("拜访结果", "Outcome")),
            Parameter("summary", "text", ("小结", "Summary")),
        ),
    ),
    Topic(
        "visit.people",
        TopicKind.LOOKUP,
        ("查找相关人员", "Find the people of the visit"),
        operation=visits.people_of_visit,
        about=("给出外勤、主管和合规部门，用于通知。", "Gives the rep, the manager and compliance, for notices."),
        gives=(
            Parameter("rep", "list", ("外勤", "Rep")),
            Parameter("manager", "list", ("主管", "Manager")),
            Parameter("compliance", "list", ("合规部门", "Compliance")),
            Parameter("customer_id", "text", ("客户标识", "Id of the customer")),
            Parameter("requester_id", "text", ("申请人标识", "Id of the requester")),
        ),
    ),
    Topic(
        "correction.apply",
        TopicKind.OPERATION,
        ("更正报告", "Apply the correction"),
        operation=corrections.apply,
        about=("把更正写入报告。", "Puts the correction into the report."),
    ),
    Topic(
        "correction.reject",
        TopicKind.OPERATION,
        ("拒绝更正", "Reject the correction"),
        operation=corrections.reject,
        about=("报告保持原样，更正申请仍可查看。", "Leaves the report as it is; the proposal stays to be seen."),
        takes=(REASON,),
    ),
)
