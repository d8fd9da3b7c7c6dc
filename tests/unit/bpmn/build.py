"""Writes small BPMN files: ``bpmn(node("userTask", "a"), ..., flows="start a end")``."""

from xml.sax.saxutils import escape, quoteattr

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="defs" targetNamespace="urn:test">\n'
)


def properties(**values: str) -> str:
    """Write extension properties; ``__`` in a name stands for a dot."""
    if not values:
        return ""
    rows = "".join(
        f"<spiffworkflow:property name={quoteattr(name.replace('__', '.'))} value={quoteattr(value)}/>"
        for name, value in values.items()
    )
    return (
        f"<bpmn:extensionElements><spiffworkflow:properties>{rows}</spiffworkflow:properties></bpmn:extensionElements>"
    )


def node(kind: str, node_id: str, inner: str = "", *, attrs: str = "", **settings: str) -> str:
    """Write a flow node; keyword arguments are properties."""
    return f'<bpmn:{kind} id="{node_id}" name="{node_id}" {attrs}>{properties(**settings)}{inner}</bpmn:{kind}>\n'


def script(node_id: str, feel: str) -> str:
    """Write a script task."""
    return node("scriptTask", node_id, f"<bpmn:script>{escape(feel)}</bpmn:script>")


def timer(feel: str, part: str = "timeDuration") -> str:
    """Write a timer definition."""
    return f"<bpmn:timerEventDefinition><bpmn:{part}>{escape(feel)}</bpmn:{part}></bpmn:timerEventDefinition>"


def message(name: str) -> str:
    """Write a message definition; the message ``m_<name>`` must be declared by ``messages=``."""
    return f'<bpmn:messageEventDefinition messageRef="m_{name}"/>'


def error(code: str | None = None) -> str:
    """Write an error definition; the error ``e_<code>`` must be declared by ``errors=``."""
    return f'<bpmn:errorEventDefinition errorRef="e_{code}"/>' if code else "<bpmn:errorEventDefinition/>"


def boundary(node_id: str, on: str, definition: str, *, interrupting: bool = True) -> str:
    """Write a boundary event."""
    cancel = "true" if interrupting else "false"
    return node("boundaryEvent", node_id, definition, attrs=f'attachedToRef="{on}" cancelActivity="{cancel}"')


def flow(text: str) -> str:
    """Write flows of a line like ``a b [x > 1] c``: from a to b, from b to c if the condition holds."""
    out, words = [], []
    rest = text.strip()
    while rest:
        if rest[0] == "[":
            end = rest.index("]")
            words.append(rest[: end + 1])
            rest = rest[end + 1 :].strip()
        else:
            word, _, rest = rest.partition(" ")
            words.append(word)
            rest = rest.strip()
    source = words[0]
    condition = ""
    for word in words[1:]:
        if word.startswith("["):
            condition = f"<bpmn:conditionExpression>{escape(word[1:-1])}</bpmn:conditionExpression>"
            continue
        out.append(
            f'<bpmn:sequenceFlow id="f_{source}_{word}" sourceRef="{source}" targetRef="{word}">{condition}'
            "</bpmn:sequenceFlow>\n"
        )
        source, condition = word, ""
    return "".join(out)


def flows(text: str) -> str:
    """Write the flows of several lines."""
    return "".join(flow(line) for line in text.strip().splitlines() if line.strip())


def start(node_id: str = "start", inner: str = "") -> str:
    """Write a start event."""
    return node("startEvent", node_id, inner)


def end(node_id: str = "end", inner: str = "", **settings: str) -> str:
    """Write an end event."""
    return node("endEvent", node_id, inner, **settings)


def subprocess(node_id: str, body: str, links: str, **settings: str) -> str:
    """Write an embedded sub-process."""
    return node("subProcess", node_id, body + flows(links), **settings)


def process(key: str, body: str, links: str, **settings: str) -> str:
    """Write a process."""
    head = f'<bpmn:process id="{key}" name="{key}" isExecutable="true">'
    return f"{head}{properties(**settings)}\n{body}{flows(links)}</bpmn:process>\n"


def definitions(inner: str, *, messages: str = "", errors: str = "") -> bytes:
    """Write a file with messages and errors, whose names are given as words."""
    declared = "".join(f'<bpmn:message id="m_{name}" name="{name}"/>\n' for name in messages.split())
    declared += "".join(f'<bpmn:error id="e_{code}" name="{code}" errorCode="{code}"/>\n' for code in errors.split())
    return (HEAD + declared + inner + "</bpmn:definitions>").encode()


def bpmn(body: str, links: str, *, key: str = "p", messages: str = "", errors: str = "", **settings: str) -> bytes:
    """Write a file with one process that has the start event ``start`` and the end event ``end``."""
    return definitions(process(key, start() + body + end(), links, **settings), messages=messages, errors=errors)
