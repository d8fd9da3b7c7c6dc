"""Names for people: what an element is called in both languages, and the words for its kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Label:
    """A name in the default language and, where the model has one, in English."""

    default: str
    en: str | None = None

    def text(self, locale: str) -> str:
        """Return the name for a reader; ``locale`` like ``en`` or ``zh_Hans_CN``."""
        return self.en if self.en and locale.lower().startswith("en") else self.default


KINDS: Mapping[str, Label] = MappingProxyType(
    {
        "process": Label("流程", "Process"),
        "lane": Label("泳道", "Lane"),
        "sequenceFlow": Label("顺序流", "Sequence flow"),
        "userTask": Label("用户任务", "User task"),
        "manualTask": Label("手工任务", "Manual task"),
        "serviceTask": Label("服务任务", "Service task"),
        "scriptTask": Label("脚本任务", "Script task"),
        "businessRuleTask": Label("决策任务", "Business rule task"),
        "sendTask": Label("发送任务", "Send task"),
        "receiveTask": Label("接收任务", "Receive task"),
        "task": Label("任务", "Task"),
        "callActivity": Label("调用活动", "Call activity"),
        "subProcess": Label("子流程", "Sub-process"),
        "transaction": Label("事务子流程", "Transaction"),
        "adHocSubProcess": Label("即席子流程", "Ad hoc sub-process"),
        "startEvent": Label("开始事件", "Start event"),
        "endEvent": Label("结束事件", "End event"),
        "intermediateCatchEvent": Label("捕获事件", "Catch event"),
        "intermediateThrowEvent": Label("抛出事件", "Throw event"),
        "boundaryEvent": Label("边界事件", "Boundary event"),
        "exclusiveGateway": Label("排他网关", "Exclusive gateway"),
        "parallelGateway": Label("并行网关", "Parallel gateway"),
        "inclusiveGateway": Label("包容网关", "Inclusive gateway"),
        "eventBasedGateway": Label("事件网关", "Event-based gateway"),
        "complexGateway": Label("复杂网关", "Complex gateway"),
    }
)
"""What the kinds of BPMN are called, by their names in the file."""
