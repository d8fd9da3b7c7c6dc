"""Who stands in the lanes of the processes that the features start, in words for the designer."""

from engine.process.topics import Lane

VISITS = ("visit", "day", "adverse_event", "report_correction", "sample_drop")

LANES: tuple[Lane, ...] = (
    Lane("Rep", ("外勤", "Rep"), ("这次拜访的外勤", "The rep of the visit"), VISITS),
    Lane(
        "Manager",
        ("主管", "Manager"),
        (
            "外勤或申请人的主管；没有主管时为主管组",
            "The manager of the rep or requester; without one the group of managers",
        ),
        ("visit", "report_correction", "sample_drop", "sample_fulfilment"),
    ),
    Lane(
        "Compliance", ("合规", "Compliance"), ("合规组", "The group compliance"), ("sample_drop", "sample_fulfilment")
    ),
    Lane(
        "Requester",
        ("申请人", "Requester"),
        ("提出请求的人", "Who raised the request"),
        ("support_request", "sample_fulfilment"),
    ),
    Lane(
        "Ops", ("后台", "Back office"), ("请求所在队列的组", "The group of the request's queue"), ("support_request",)
    ),
    Lane(
        "Approver",
        ("审批人", "Approver"),
        ("申请人的主管或总监组", "The requester's manager, or the group directors"),
        ("support_request",),
    ),
    Lane(
        "Warehouse",
        ("仓库", "Warehouse"),
        ("请求所在队列的组", "The group of the request's queue"),
        ("sample_fulfilment",),
    ),
    Lane("Safety", ("安全部门", "Safety desk"), ("安全组", "The group safety"), ("adverse_event",)),
    Lane(
        "Admin", ("准备的管理员", "Admin who prepared it"), ("准备修复的管理员", "Who prepared the repair"), ("repair",)
    ),
    Lane("Second", ("另一位管理员", "Another admin"), ("其他管理员", "The other administrators"), ("repair",)),
    Lane(
        "Owner", ("拜访负责人", "Owner of the visit"), ("冲突归属的人", "Who the conflict belongs to"), ("reconcile",)
    ),
)
