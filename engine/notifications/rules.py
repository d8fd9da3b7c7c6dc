"""The texts of notifications: placeholders only, no logic; zh and en."""

import re
from collections.abc import Mapping
from typing import Any

Texts = Mapping[str, tuple[str, str]]
"""Template → its text in Chinese and in English."""

TEMPLATES: dict[str, tuple[str, str]] = {
    "visit_assigned": ("新的拜访：{title}", "New visit: {title}"),
    "visit_received": ("{title}：{who} 的拜访现由您负责", "{title}: you take over {who}'s visit"),
    "visit_given_away": ("{title}：拜访已转交给 {who}", "{title}: {who} takes over your visit"),
    "check_in_reminder": ("{title}：已过计划时间，还没有签到", "{title}: past the planned time and not checked in"),
    "report_reminder": ("{title}：今天的拜访报告还没有写", "{title}: today's report is still to be written"),
    "report_late": ("{title}：拜访报告已逾期", "{title}: the report is late"),
    "visit_rejected": ("{title}：拜访未获批准。{reason}", "{title}: the visit was not approved. {reason}"),
    "promise_kept": ("{title}：{number} 已办结", "{title}: {number} is done"),
    "visit_cancelled": ("{title}：拜访已取消", "{title}: the visit was cancelled"),
    "visit_missed": ("{title}：拜访未完成", "{title}: the visit was missed"),
    "adverse_event": ("{title}：报告中提到不良事件 {number}", "{title}: a report mentions an adverse event {number}"),
    "adverse_event_reminder": (
        "{title}：不良事件 {number} 还没有补充，4 小时后由安全部门接管",
        "{title}: adverse event {number} is still to be completed; the safety desk takes over in 4 hours",
    ),
    "adverse_event_taken_over": (
        "{title}：不良事件 {number} 由安全部门接管",
        "{title}: the safety desk takes over adverse event {number}",
    ),
    "adverse_event_serious": ("{title}：严重不良事件 {number}", "{title}: serious adverse event {number}"),
    "adverse_event_closed": ("{title}：不良事件 {number} 已结案", "{title}: adverse event {number} is closed"),
    "request_new": ("新的支持请求 {number}：{title}", "New support request {number}: {title}"),
    "request_question": ("{number} {title}：后台需要您补充信息", "{number} {title}: the back office has a question"),
    "request_fulfilled": ("{number} {title}：已处理，请确认", "{number} {title}: handled, please confirm"),
    "request_closed": ("{number} {title}：已关闭", "{number} {title}: closed"),
    "request_cancelled": ("{number} {title}：已取消", "{number} {title}: cancelled"),
    "first_response_late": ("{number} {title}：首次响应已超时", "{number} {title}: the first response is late"),
    "deadline_warning": ("{number} {title}：处理时限已用 75%", "{number} {title}: 75 % of the time is used"),
    "deadline_breached": ("{number} {title}：处理时限已到", "{number} {title}: the deadline has passed"),
    "deadline_head": (
        "{number} {title}：超时 50%，请主管介入",
        "{number} {title}: 50 % over the deadline, the head of ops is needed",
    ),
    "conflict_opened": (
        "{title}：离线时做的事与系统里的记录有冲突，请处理",
        "{title}: work done without a network conflicts with what happened meanwhile, please decide",
    ),
    "conflict_late": ("{title}：冲突还没有处理", "{title}: the conflict is still to be decided"),
    "conflict_applied": (
        "{title}：冲突已处理，离线记录已补录",
        "{title}: the conflict is decided, the work is recorded",
    ),
    "conflict_set_aside": (
        "{title}：冲突已处理，离线记录未采用",
        "{title}: the conflict is decided, the work is set aside",
    ),
    "repair_proposed": (
        "{title}：{who} 准备了一项有风险的修复，请您批准",
        "{title}: {who} prepared a risky repair, please decide",
    ),
    "repair_applied": ("{title}：修复已获同意并执行", "{title}: your repair was agreed to and applied"),
    "repair_declined": ("{title}：修复未获同意", "{title}: your repair was declined"),
    "repair_outdated": (
        "{title}：流程已有变化，修复没有执行",
        "{title}: the process has changed, your repair was not applied",
    ),
    "review_asked": ("{who} 请您复核草稿“{title}”", "{who} asks you to review the draft “{title}”"),
    "review_approved": ("{who} 同意草稿“{title}”", "{who} agrees to the draft “{title}”"),
    "review_change_wanted": ("{who} 希望修改草稿“{title}”", "{who} wishes for a change of the draft “{title}”"),
    "review_comment": ("{who} 评论了草稿“{title}”", "{who} commented on the draft “{title}”"),
    "correction_waiting": ("{title}：报告更正待审批", "{title}: a correction of the report waits for you"),
    "correction_applied": ("{title}：报告已按您的更正修改", "{title}: the report was corrected"),
    "correction_rejected": (
        "{title}：报告更正未获同意。{reason}",
        "{title}: the correction was refused. {reason}",
    ),
    "sample_drop_approved": ("{title}：样品可以发放：{item}", "{title}: the samples may be handed over: {item}"),
    "sample_drop_rejected": ("{title}：样品不能发放：{item}。{reason}", "{title}: no samples: {item}. {reason}"),
    "sample_approval_late": (
        "{number} {title}：样品审批已超时，请代为处理",
        "{number} {title}: an approval of samples is late, please decide in its stead",
    ),
    "samples_refused": ("{number} {title}：样品不能发放。{reason}", "{number} {title}: no samples. {reason}"),
    "samples_sent": ("{number} {title}：样品已发出：{parcel}", "{number} {title}: samples are on their way: {parcel}"),
    "samples_given_up": ("{number} {title}：欠货已取消", "{number} {title}: what was owed is given up"),
    "day_digest": (
        "{title}：拜访完成 {made}，未完成 {missed}，待处理 {open}；承诺 {promises}；路线约 {km} 公里。{note}",
        "{title}: {made} visits made, {missed} missed, {open} open; {promises} promises; route about {km} km. {note}",
    ),
    "pin_proposed": (
        "{title}：{who} 的签到给出了该地点的坐标，请确认",
        "{title}: a check-in of {who} proposes the position of this place, please confirm it",
    ),
    "comment": ("{who} 在 {title} 留言", "{who} commented on {title}"),
    "mention": ("{who} 在 {title} 提到了您", "{who} mentioned you in {title}"),
}


PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


def render(template: str, values: Mapping[str, Any], locale: str, texts: Texts | None = None) -> str:
    """Return the text of a notification; a placeholder without a value stays empty.

    Args:
        values: of the placeholders; beside ``title`` may stand ``title_en``, which English readers get.
        texts: what an admin has changed, by template.
    """
    zh, en = (texts or {}).get(template) or TEMPLATES.get(template, ("{title}", "{title}"))
    if locale == "en":
        return fill(en, {key: values.get(f"{key}_en") or value for key, value in values.items()})
    return fill(zh, values)


def fill(text: str, values: Mapping[str, Any]) -> str:
    """Return a text with its placeholders filled: names in braces and nothing else, so that no text can do anything."""
    return PLACEHOLDER.sub(lambda found: str(values.get(found[1], "")), text)


def placeholders(template: str) -> frozenset[str]:
    """Return the placeholders that texts of a template may have."""
    return frozenset(PLACEHOLDER.findall("".join(TEMPLATES.get(template, ()))))


def unknown_placeholders(template: str, text: str) -> tuple[str, ...]:
    """Return what stands in braces and is no placeholder of the template, and braces that have no partner."""
    named = [each for each in re.findall(r"\{([^{}]*)\}", text) if each not in placeholders(template)]
    left = re.findall(r"[{}]", re.sub(r"\{[^{}]*\}", "", text))
    return (*named, *left)
