"""Small models of a visit and a request, drawn in one row: enough for pages, nothing of the real processes' rules."""

from lxml import etree

from engine.bpmn.model import Source
from engine.process.bundles import FORMS
from tests.unit.bpmn.build import (
    boundary,
    definitions,
    end,
    flows,
    message,
    node,
    properties,
    script,
    start,
    subprocess,
)

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
NAMES = {
    "triage": ("分派请求", "Triage the request"),
    "handle": ("处理请求", "Handle the request"),
    "confirm": ("确认结果", "Confirm the result"),
    "body": ("处理过程", "Handling"),
    "check_in": ("签到", "Check in"),
    "approve": ("批准拜访", "Approve the visit"),
    "route": ("分派到队列", "Route"),
    "visit_body": ("拜访过程", "The visit"),
}


def request_sources() -> list[Source]:
    """Return a request's process: triage and handle by Ops, confirm by the requester, cancel by message."""
    body = (
        start("body_start")
        + node("userTask", "triage", form="request_triage", due="first_response_due")
        + node("serviceTask", "record_triage", topic="support.triage", param__queue="queue")
        + node("serviceTask", "begin", topic="support.begin")
        + node("userTask", "handle", form="request_handle", result="record")
        + node("serviceTask", "fulfil", topic="support.fulfil", param__record="record")
        + end("body_end")
    )
    inner = subprocess("body", body, "body_start triage record_triage begin handle fulfil body_end")
    parts = (
        start("begun")
        + node("serviceTask", "route", topic="support.route", param__queue='"support"',
               param__first_response_minutes="60", param__resolve_minutes="240")
        + inner
        + boundary("cancelled", "body", message("request_cancelled"))
        + node("serviceTask", "cancel", topic="support.cancel", param__reason="reason")
        + end("is_cancelled")
        + node("userTask", "confirm")
        + node("serviceTask", "close", topic="support.close")
        + end("is_closed")
    )  # fmt: skip
    links = "begun route body confirm close is_closed\ncancelled cancel is_cancelled"
    lanes = {"Ops": ["begun", "route", "body", "cancelled", "cancel", "is_cancelled"],
             "Requester": ["confirm", "close", "is_closed"]}  # fmt: skip
    variables = {"var__first_response_due": "datetime", "var__record": "context", "var__queue": "text",
                 "var__reason": "text", "name_en": "Support request"}  # fmt: skip
    process = _process("support_request", "支持请求", parts, links, lanes, **variables)
    file = definitions(process, messages="request_cancelled")
    forms = [_form("request_triage"), _form("request_handle")]
    return [Source("support_request.bpmn", draw(file)), *forms]


def visit_sources() -> list[Source]:
    """Return a visit's process: approve by the manager, check in by the rep, cancel by message, missed by a timer."""
    body = (
        start("body_start")
        + node("exclusiveGateway", "needs_approval", attrs='default="f_needs_approval_check_in"')
        + node("userTask", "approve", form="visit_approve")
        + node("userTask", "check_in", form="visit_check_in")
        + node("serviceTask", "record_check_in", topic="visit.check_in")
        + node("serviceTask", "report", topic="visit.report", param__values="{}")
        + end("body_end")
    )
    links = "body_start needs_approval check_in record_check_in report body_end\nneeds_approval [needs_approval] approve check_in"
    inner = subprocess("visit_body", body, links)
    limit = "<bpmn:timerEventDefinition><bpmn:timeDate>day_limit_at</bpmn:timeDate></bpmn:timerEventDefinition>"
    parts = (
        start("begun") + inner
        + boundary("cancelled", "visit_body", message("visit_cancelled"))
        + boundary("day_over", "visit_body", limit)
        + node("serviceTask", "cancel", topic="visit.cancel", param__reason="reason") + end("is_cancelled")
        + node("serviceTask", "miss", topic="visit.miss") + end("is_missed")
        + node("serviceTask", "complete", topic="visit.complete") + end("is_complete")
        + script("note", "{ noted: true }")
    )  # fmt: skip
    links = "begun visit_body note complete is_complete\ncancelled cancel is_cancelled\nday_over miss is_missed"
    lanes = {"Rep": ["begun", "visit_body", "cancelled", "cancel", "is_cancelled", "day_over", "miss", "is_missed",
                     "complete", "is_complete", "note"],
             "Manager": ["approve"]}  # fmt: skip
    variables = {"var__day_limit_at": "datetime", "var__needs_approval": "boolean", "var__reason": "text",
                 "var__noted": "boolean", "name_en": "Visit"}  # fmt: skip
    file = definitions(_process("visit", "拜访", parts, links, lanes, **variables), messages="visit_cancelled")
    return [Source("visit.bpmn", draw(file)), _form("visit_approve"), _form("visit_check_in")]


def _form(key: str) -> Source:
    return Source(f"{key}.json", (FORMS / f"{key}.json").read_bytes())


def _process(key: str, name: str, parts: str, links: str, lanes: dict[str, list[str]], **settings: str) -> str:
    rows = "".join(
        f'<bpmn:lane id="lane_{lane}" name="{lane}">'
        + "".join(f"<bpmn:flowNodeRef>{each}</bpmn:flowNodeRef>" for each in members)
        + "</bpmn:lane>"
        for lane, members in lanes.items()
    )
    head = f'<bpmn:process id="{key}" name="{name}" isExecutable="true">{properties(**settings)}'
    return f'{head}<bpmn:laneSet id="lanes_{key}">{rows}</bpmn:laneSet>{parts}{flows(links)}</bpmn:process>'


def draw(file: bytes) -> bytes:
    """Give a file names in two languages and a plane with every element in a row, flows as straight lines."""
    root = etree.fromstring(file)
    for each in root.iter(f"{BPMN}*"):
        if each.get("id") in NAMES:
            zh, en = NAMES[each.get("id")]
            each.set("name", zh)
            _add_property(each, "name_en", en)
    process = root.find(f"{BPMN}process")
    shapes, edges = [], []
    _scope(process, 160, 120, shapes, edges)
    di = (
        '<bpmndi:BPMNDiagram xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" '
        'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI" id="d">'
        f'<bpmndi:BPMNPlane id="plane" bpmnElement="{process.get("id")}">{"".join(shapes)}{"".join(edges)}'
        "</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>"
    )
    root.append(etree.fromstring(di))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _scope(scope, x, y, shapes, edges):
    boxes = {}
    for each in scope:
        kind = etree.QName(each).localname
        if each.get("attachedToRef"):
            host = boxes[each.get("attachedToRef")]
            offset = 60 * sum(1 for other in boxes if other.startswith("@"))
            boxes[each.get("id")] = (host[0] + 60 + offset, host[1] + host[3] - 18, 36, 36)
            boxes[f"@{each.get('id')}"] = (0, 0, 0, 0)
        elif kind.endswith("Event") or kind.endswith("Gateway"):
            size = 50 if kind.endswith("Gateway") else 36
            boxes[each.get("id")] = (x, y - size // 2, size, size)
            x += size + 60
        elif kind == "subProcess":
            inner, height = _scope(each, x + 40, y, shapes, edges), 160
            boxes[each.get("id")] = (x, y - height // 2, inner - x + 20, height)
            x = inner + 80
        elif kind.endswith("Task"):
            boxes[each.get("id")] = (x, y - 40, 100, 80)
            x += 160
        else:
            continue
        left, top, width, height = boxes[each.get("id")]
        expanded = ' isExpanded="true"' if kind == "subProcess" else ""
        shapes.append(
            f'<bpmndi:BPMNShape id="{each.get("id")}_di" bpmnElement="{each.get("id")}"{expanded}>'
            f'<dc:Bounds x="{left}" y="{top}" width="{width}" height="{height}"/></bpmndi:BPMNShape>'
        )
    for each in scope.findall(f"{BPMN}sequenceFlow"):
        a, b = boxes[each.get("sourceRef")], boxes[each.get("targetRef")]
        edges.append(
            f'<bpmndi:BPMNEdge id="{each.get("id")}_di" bpmnElement="{each.get("id")}">'
            f'<di:waypoint x="{a[0] + a[2]}" y="{a[1] + a[3] // 2}"/><di:waypoint x="{b[0]}" y="{b[1] + b[3] // 2}"/>'
            "</bpmndi:BPMNEdge>"
        )
    return x


def _add_property(each, name: str, value: str) -> None:
    spiff = "{http://spiffworkflow.org/bpmn/schema/1.0/core}"
    block = each.find(f"{BPMN}extensionElements/{spiff}properties")
    if block is None:
        extension = each.find(f"{BPMN}extensionElements")
        if extension is None:
            extension = etree.Element(f"{BPMN}extensionElements")
            each.insert(0, extension)
        block = etree.SubElement(extension, f"{spiff}properties")
    etree.SubElement(block, f"{spiff}property", name=name, value=value)
