"""A drawing of every kind of element that the engine runs, with every setting that elements have here."""

from xml.sax.saxutils import quoteattr

from lxml import etree

from engine.bpmn.elements import FLOW_NODES
from tests.unit.bpmn.build import HEAD as OPENING
from tests.unit.bpmn.build import boundary, error, flows, message, node, properties, script, subprocess, timer

HEAD = OPENING.partition("?>")[2].strip().encode()
LOOP = '<bpmn:standardLoopCharacteristics testBefore="true" loopMaximum="3"><bpmn:loopCondition xsi:type="bpmn:tFormalExpression">x &gt; 1</bpmn:loopCondition></bpmn:standardLoopCharacteristics>'  # noqa: E501
MULTI = '<bpmn:multiInstanceLoopCharacteristics isSequential="true"><bpmn:loopCardinality xsi:type="bpmn:tFormalExpression">3</bpmn:loopCardinality><bpmn:completionCondition xsi:type="bpmn:tFormalExpression">completed = 2</bpmn:completionCondition></bpmn:multiInstanceLoopCharacteristics>'  # noqa: E501
PARALLEL = "<bpmn:multiInstanceLoopCharacteristics/>"
CONDITION = '<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">amount &gt; 100</bpmn:conditionExpression>'

INNER = (
    node("startEvent", "inner_start")
    + node("task", "inner_task")
    + node("endEvent", "inner_error", error("E"))
)  # fmt: skip

NODES = (
    node("startEvent", "begun", message("start"))
    + node("userTask", "user", "<bpmn:documentation>What to do</bpmn:documentation>", form="visit_report",
           due="due_at", result="answer", name_en="Do it", field__text_1="customer")
    + node("userTask", "chosen_form", form="=form_name")
    + node("manualTask", "manual", MULTI)
    + node("serviceTask", "service", LOOP, topic="visit.check_in", param__grade="grade", param__method='"manual"')
    + script("script", "{ total: 1 + 2 }")
    + node("businessRuleTask", "rule", decision="evidence_grade", result="grade")
    + node("sendTask", "send", attrs='messageRef="m_ask"', to="key", payload="{ a: 1 }")
    + node("receiveTask", "receive", attrs='messageRef="m_answer"')
    + node("callActivity", "call", PARALLEL, attrs='calledElement="other"', loop__collection="rows", loop__item="row",
           loop__result="results", loop__value="row.value")
    + node("exclusiveGateway", "choice", attrs='default="f_choice_parallel"')
    + node("parallelGateway", "parallel")
    + node("inclusiveGateway", "inclusive")
    + node("eventBasedGateway", "events")
    + node("intermediateCatchEvent", "until", timer("remind_at", "timeDate"))
    + node("intermediateCatchEvent", "heard", message("answer"))
    + node("intermediateThrowEvent", "said", message("ask"), payload="{ b: 2 }")
    + node("intermediateThrowEvent", "milestone")
    + subprocess("body", INNER, "inner_start inner_task inner_error")
    + boundary("later", "body", timer('duration("PT1H")'), interrupting=False)
    + boundary("told", "body", message("answer"))
    + boundary("broken", "body", error("E"))
    + node("endEvent", "over")
    + node("endEvent", "over_said", message("ask"), payload="{}")
    + node("endEvent", "over_all", "<bpmn:terminateEventDefinition/>")
    + '<bpmn:dataObject id="data"/><bpmn:dataObjectReference id="data_ref" name="Data" dataObjectRef="data"/>'
    + '<bpmn:textAnnotation id="remark"><bpmn:text>A remark</bpmn:text></bpmn:textAnnotation>'
    + '<bpmn:association id="link" sourceRef="user" targetRef="remark"/>'
)  # fmt: skip

LINKS = """
begun user chosen_form manual service script rule send receive call choice
choice parallel inclusive events until heard said milestone body over
choice over_said
later over_all
"""


def drawing(*, inside: str = "") -> str:
    """Return the file; ``inside`` is added to the manual task's multi-instance loop."""
    declared = "".join(f'<bpmn:message id="m_{name}" name="{name}"/>' for name in ("start", "ask", "answer"))
    declared += '<bpmn:error id="e_E" name="E" errorCode="E"/>'
    shapes: list[str] = []
    ids: list[tuple[str, str]] = []
    body = NODES + flows(LINKS).replace(
        'id="f_choice_over_said" sourceRef="choice" targetRef="over_said">',
        f'id="f_choice_over_said" name="large" sourceRef="choice" targetRef="over_said">'
        f"{properties(name_en='big')}{CONDITION}",
    )
    if inside:
        body = body.replace("<bpmn:loopCardinality", f"{inside}<bpmn:loopCardinality", 1)
    for each in etree.fromstring(HEAD + body.encode() + b"</bpmn:definitions>").iter():
        kind = etree.QName(each).localname
        if kind in FLOW_NODES | {"dataObjectReference", "textAnnotation"}:
            ids.append((kind, each.get("id")))
    for number, (kind, element_id) in enumerate(ids):
        size = 36 if kind.endswith("Event") else 50 if kind.endswith("Gateway") else 90
        x, y = 200 + 140 * (number % 8), 120 + 140 * (number // 8)
        expanded = ' isExpanded="true"' if kind == "subProcess" else ""
        shapes.append(
            f'<bpmndi:BPMNShape id="{element_id}_di" bpmnElement={quoteattr(element_id)}{expanded}>'
            f'<dc:Bounds x="{x}" y="{y}" width="{size}" height="{size}"/></bpmndi:BPMNShape>'
        )
    edges = [part.split('"')[0] for part in body.split('<bpmn:sequenceFlow id="')[1:]] + ["link"]
    lines = "".join(
        f'<bpmndi:BPMNEdge id="{each}_di" bpmnElement="{each}"><di:waypoint x="0" y="0"/><di:waypoint x="9" y="9"/>'
        "</bpmndi:BPMNEdge>"
        for each in edges
    )
    lane_members = "".join(f"<bpmn:flowNodeRef>{each}</bpmn:flowNodeRef>" for each in ("begun", "user", "over"))
    lanes = (
        f'<bpmn:laneSet id="lanes"><bpmn:lane id="lane_rep" name="代表">{properties(key="Rep", name_en="Rep")}'
        f"{lane_members}</bpmn:lane></bpmn:laneSet>"
    )
    settings = properties(name_en="Everything", var__amount="number", var__due_at="datetime", odd__setting="kept")
    plane = (
        '<bpmndi:BPMNDiagram id="diagram"><bpmndi:BPMNPlane id="plane" bpmnElement="collaboration">'
        '<bpmndi:BPMNShape id="pool_di" bpmnElement="pool" isHorizontal="true">'
        '<dc:Bounds x="80" y="60" width="1400" height="900"/></bpmndi:BPMNShape>'
        '<bpmndi:BPMNShape id="lane_di" bpmnElement="lane_rep" isHorizontal="true">'
        '<dc:Bounds x="110" y="60" width="1370" height="900"/></bpmndi:BPMNShape>'
        f"{''.join(shapes)}{lines}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>"
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" '
        'xmlns:di="http://www.omg.org/spec/DD/20100524/DI" id="defs" targetNamespace="urn:test">'
        '<bpmn:collaboration id="collaboration"><bpmn:participant id="pool" name="池" processRef="support_request"/>'
        f"</bpmn:collaboration>{declared}"
        f'<bpmn:process id="support_request" name="全部" isExecutable="true">{settings}{lanes}{body}</bpmn:process>'
        f"{plane}</bpmn:definitions>"
    )
