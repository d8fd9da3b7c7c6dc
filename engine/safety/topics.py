"""What processes may ask about adverse events: ``safety.*``."""

from engine.process.topics import Parameter, Topic, TopicKind
from engine.safety import operations as safety

STAGES = {
    "report": ("报告", "Report"),
    "intake": ("受理", "Intake"),
    "assessment": ("评估", "Assessment"),
    "submission": ("提交", "Submission"),
    "follow_up": ("随访", "Follow-up"),
}

PREFILL = (
    Parameter("what_happened", "text", ("已知：发生了什么", "Known: what happened")),
    Parameter("product", "text", ("已知：涉及的产品", "Known: product concerned")),
    Parameter("patient_initials", "text", ("已知：患者姓名首字母", "Known: patient's initials")),
    Parameter("patient_age", "number", ("已知：患者年龄", "Known: patient's age")),
    Parameter("onset", "date", ("已知：发生日期", "Known: date of onset")),
)
"""What one stage knows of the event (``rules.KNOWN``), as the form of the next one is filled in with it."""

TOPICS: tuple[Topic, ...] = (
    Topic(
        "safety.record",
        TopicKind.OPERATION,
        ("登记不良事件内容", "Record what is known of an adverse event"),
        operation=safety.record,
        about=("保存一个阶段填写的内容。", "Keeps what a stage entered."),
        takes=(
            Parameter("stage", "text", ("阶段", "Stage"), choices=STAGES),
            Parameter(
                "values",
                "context",
                ("填写的内容", "What was entered"),
                help=("该阶段表单的结果变量", "The result variable of the stage's form"),
            ),
        ),
        gives=(Parameter("follow_up_by", "datetime", ("下次随访截止时间", "When the next follow-up is due")),),
    ),
    Topic(
        "safety.classify",
        TopicKind.OPERATION,
        ("登记严重程度", "Record the seriousness"),
        operation=safety.classify,
        about=(
            "保存严重程度；提交期限从首次获知算起。",
            "Keeps how serious it is; the days to submit it count from when it was first known.",
        ),
        takes=(
            Parameter("serious", "boolean", ("严重", "Serious")),
            Parameter(
                "submit_within_days",
                "number",
                ("提交期限（天）", "Days to submit it"),
                help=("为空则为 15 天", "Empty means 15"),
            ),
        ),
        gives=(Parameter("submit_by", "datetime", ("提交截止时间", "When it must be submitted")),),
    ),
    Topic(
        "safety.close",
        TopicKind.OPERATION,
        ("结案不良事件", "Close an adverse event"),
        operation=safety.close,
        about=("结案；不构成事件的仍如此标记。", "Closes the case; what was no event stays marked so."),
    ),
)
