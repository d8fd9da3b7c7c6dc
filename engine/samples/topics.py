"""What processes may ask about samples that a rep hands over: ``samples.*``."""

from engine.process.topics import Parameter, Topic, TopicKind
from engine.samples import drops

REASON = Parameter("reason", "text", ("原因", "Reason"))

TOPICS: tuple[Topic, ...] = (
    Topic(
        "samples.facts",
        TopicKind.OPERATION,
        ("核对样品", "Check the samples"),
        operation=drops.facts,
        about=(
            "保存外勤所填，并给出审批表需要的事实。",
            "Keeps what the rep entered, and gives what the table of approvals needs.",
        ),
        takes=(
            Parameter("lot", "text", ("批次", "Lot"), is_required=True),
            Parameter("quantity", "number", ("数量", "Quantity")),
            Parameter("contact", "text", ("联系人", "Contact")),
        ),
        gives=(
            Parameter(
                "sample",
                "context",
                ("样品", "Sample"),
                help=("eligible、quantity、cycle_quantity", "eligible, quantity, cycle_quantity"),
            ),
            Parameter("item", "text", ("物品（中文）", "Item, in Chinese")),
            Parameter("item_en", "text", ("物品（英文）", "Item, in English")),
        ),
    ),
    Topic(
        "samples.record",
        TopicKind.OPERATION,
        ("登记样品发放", "Record the hand-over"),
        operation=drops.record,
        about=("已签名的样品出账。", "Writes the movement of samples that are signed for."),
        takes=(
            Parameter(
                "signature", "list", ("签名", "Signature"), help=("签名字段的文件", "The files of the signature field")
            ),
        ),
    ),
    Topic(
        "samples.reject",
        TopicKind.OPERATION,
        ("拒绝发放样品", "Reject the hand-over"),
        operation=drops.reject,
        about=("不发放样品，以拒绝结束。", "Ends the hand-over without a movement."),
        takes=(REASON,),
        gives=(REASON,),
    ),
)
