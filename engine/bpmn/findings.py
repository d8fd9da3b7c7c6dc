"""What the gate says about a model, as sentences in English and Chinese that name the element."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.bpmn.documents import Node
from engine.bpmn.labels import Label

Severity = Literal["error", "warning"]

SENTENCES: dict[str, tuple[str, str]] = {
    "too_large": ("The file is larger than 2 MB.", "文件超过 2 MB。"),
    "doctype": ("A DOCTYPE is not allowed in a process file.", "流程文件中不允许出现 DOCTYPE。"),
    "not_xml": ("The file is not well-formed XML: {reason}", "文件不是格式正确的 XML：{reason}"),
    "not_bpmn": ("The file is not a BPMN 2.0 file.", "文件不是 BPMN 2.0 文件。"),
    "unreadable": ("The file cannot be checked: {reason}", "无法检查该文件：{reason}"),
    "no_process": ("The file has no executable process.", "文件中没有可执行的流程。"),
    "too_many_nodes": (
        "The process “{id}” has {count} elements; {limit} are possible. Split it with call activities.",
        "流程“{id}”有 {count} 个元素，最多允许 {limit} 个。请用调用活动拆分。",
    ),
    "no_id": ("This {kind} has no id.", "此 {kind} 没有 id。"),
    "id_twice": ("The id “{id}” is used more than once.", "id“{id}”被重复使用。"),
    "reserved_id": (
        "The id “{id}” is reserved: it would cut the process short. Choose another.",
        "id“{id}”是保留字，会使流程提前结束，请换一个。",
    ),
    "dangling": (
        "“{id}” refers to “{reference}” ({attribute}), which is not there.",
        "“{id}”引用的“{reference}”（{attribute}）不存在。",
    ),
    "crosses_scope": (
        "The flow “{id}” leaves its sub-process; flows stay inside.",
        "顺序流“{id}”穿过了子流程边界；顺序流只能在同一层内。",
    ),
    "unsupported": ("“{id}”: {what} is not supported here.", "“{id}”：此处不支持{what_zh}。"),
    "ignored": ("“{id}”: {what} has no effect here.", "“{id}”：{what_zh}在此不起作用。"),
    "no_start": ("“{id}” has no start event.", "“{id}”没有开始事件。"),
    "no_end": ("“{id}” has no end event.", "“{id}”没有结束事件。"),
    "starts_twice": (
        "“{id}” has more than one start event of the same kind.",
        "“{id}”有多个同类的开始事件。",
    ),
    "start_kind": (
        "The start event “{id}” must be plain, or for the process itself start by a message.",
        "开始事件“{id}”必须是普通开始事件；流程本身也可由消息启动。",
    ),
    "several_flows": (
        "“{id}” has several outgoing flows; only gateways split. Put a gateway behind it.",
        "“{id}”有多条流出的顺序流；只有网关可以分支，请在其后加网关。",
    ),
    "no_name": (
        "“{id}” has no name: people would only read what kind of step it is, and where.",
        "“{id}”没有名称，使用者只会看到它的类型和位置。",
    ),
    "no_name_en": (
        "“{id}” has no English name; English readers see the Chinese one.",
        "“{id}”没有英文名称，英文界面会显示中文名。",
    ),
    "no_form": (
        "“{id}” has no form: people only press “Done”.",
        "“{id}”没有表单，使用者只能点“完成”。",
    ),
    "no_result": (
        "“{id}” names no variable for its form's values: each becomes a variable of its own.",
        "“{id}”没有填写“结果变量”，表单的每个值都会成为单独的变量。",
    ),
    "plain_task": (
        "“{id}” has no type: it does nothing, and nobody is asked. Choose what it is, such as a user task.",
        "“{id}”没有类型：不会做任何事，也不会有人收到。请选择它是什么，例如用户任务。",
    ),
    "no_way_out": ("“{id}” leads nowhere; it acts as an end.", "“{id}”没有后续，相当于在此结束。"),
    "boundary_no_way": ("The boundary event “{id}” needs an outgoing flow.", "边界事件“{id}”需要一条流出的顺序流。"),
    "unreachable": ("“{id}” can never be reached.", "“{id}”永远无法到达。"),
    "end_goes_on": ("The end event “{id}” has an outgoing flow.", "结束事件“{id}”不能有流出的顺序流。"),
    "no_incoming": ("“{id}” cannot have incoming flows.", "“{id}”不能有流入的顺序流。"),
    "boundary_target": (
        "The boundary event “{id}” must sit on a task, sub-process or call activity.",
        "边界事件“{id}”必须附着在任务、子流程或调用活动上。",
    ),
    "boundary_loops": (
        "The boundary event “{id}” leads straight back to its own activity; put a task or a merging gateway between.",
        "边界事件“{id}”直接返回到自身所附的活动；请在中间加一个任务或合并网关。",
    ),
    "error_boundary": (
        "The error event “{id}” must interrupt its activity.",
        "错误边界事件“{id}”必须是中断型的。",
    ),
    "no_condition": (
        "The flow “{id}” needs a condition, or must be the default flow of its gateway.",
        "顺序流“{id}”需要条件，或设为网关的默认流。",
    ),
    "no_default": (
        "The gateway “{id}” has no default flow: the process stops here if no condition holds.",
        "网关“{id}”没有默认流：若所有条件都不成立，流程将停在此处。",
    ),
    "condition_ignored": (
        "The condition of the flow “{id}” has no effect: only exclusive and inclusive gateways choose.",
        "顺序流“{id}”上的条件不起作用：只有排他网关和包容网关会选择。",
    ),
    "gateway_events": (
        "Behind the event-based gateway “{id}” two or more message or timer events or receive tasks must follow.",
        "事件网关“{id}”之后只能是消息事件、定时事件或接收任务，且至少两个。",
    ),
    "no_topic": ("The service task “{id}” has no topic.", "服务任务“{id}”没有主题（topic）。"),
    "unknown_topic": ("“{id}”: nothing serves the topic “{name}”.", "“{id}”：没有处理主题“{name}”的服务。"),
    "unknown_form": ("“{id}”: there is no form “{name}”.", "“{id}”：没有表单“{name}”。"),
    "unknown_lane": ("“{id}”: there is no lane “{name}”.", "“{id}”：没有泳道“{name}”。"),
    "no_lane": ("“{id}” is in no lane, so nobody would get it.", "“{id}”不在任何泳道中，没有人会收到它。"),
    "no_parameter": (
        "“{id}”: the topic “{topic}” needs the parameter “{name}”.",
        "“{id}”：主题“{topic}”需要参数“{name}”。",
    ),
    "no_decision": ("The business rule task “{id}” names no decision.", "决策任务“{id}”没有指定决策。"),
    "unknown_decision": ("“{id}”: there is no decision “{name}”.", "“{id}”：没有决策“{name}”。"),
    "no_message": ("“{id}” names no message.", "“{id}”没有指定消息。"),
    "unknown_message": ("“{id}”: nobody knows the message “{name}”.", "“{id}”：未知消息“{name}”。"),
    "required_topic": (
        "The process “{id}” must have a service task with the topic “{name}”: figures depend on it.",
        "流程“{id}”必须包含主题为“{name}”的服务任务：统计数据依赖它。",
    ),
    "no_script": ("The script task “{id}” is empty.", "脚本任务“{id}”为空。"),
    "script_language": (
        "“{id}” is written in {name}; only FEEL runs here.",
        "“{id}”使用的是 {name}；此处只能使用 FEEL。",
    ),
    "no_timer": ("The timer “{id}” has no time.", "定时事件“{id}”没有设置时间。"),
    "timer_cycle": (
        "The timer “{id}” repeats; draw a loop with a plain timer instead.",
        "定时事件“{id}”是循环定时；请改用普通定时事件画出循环。",
    ),
    "no_called": ("The call activity “{id}” names no process.", "调用活动“{id}”没有指定流程。"),
    "loop_needs": ("The loop “{id}” needs {what}.", "循环“{id}”需要{what_zh}。"),
    "variable_type": (
        "The variable “{name}” has the unknown type “{type}”.",
        "变量“{name}”的类型“{type}”未知。",
    ),
    "parser": ("The process does not parse: {reason}", "流程无法解析：{reason}"),
    "parser_time": ("The process takes too long to parse; it was given {limit} s.", "流程解析超时（限 {limit} 秒）。"),
    "expression": ("“{id}”: {en}", "“{id}”：{zh}"),
}


@dataclass(frozen=True)
class Finding:
    """One fault; ``template_en`` and ``template_zh`` take ``params``.

    Args:
        name: what the element is called, which stands in the sentence in place of its id.
    """

    element_id: str | None
    line: int | None
    severity: Severity
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
    template_en: str = ""
    template_zh: str = ""
    name: Label | None = None

    def text(self, locale: str) -> str:
        """Return the sentence for a reader; ``locale`` like ``en`` or ``zh_Hans_CN``."""
        template = self.template_en if locale.lower().startswith("en") else self.template_zh
        name = {"id": self.name.text(locale)} if self.name is not None else {}
        return template.format(**{**self.params, **name})


def finding(code: str, node: Node = None, *, severity: Severity = "error", **params: Any) -> Finding:
    """Return a finding about an element; its id is a parameter of the sentence."""
    element_id = node.get("id") if node is not None else None
    en, zh = SENTENCES[code]
    return Finding(
        element_id=element_id,
        line=node.sourceline if node is not None else None,
        severity=severity,
        code=code,
        params={"id": element_id or "?", **params},
        template_en=en,
        template_zh=zh,
    )
