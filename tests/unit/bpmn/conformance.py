"""Small models for each supported element, with the acts that drive them: ``CASES`` is name → (file, data, acts)."""

from collections.abc import Callable
from typing import Any

from tests.unit.bpmn.build import (
    boundary,
    bpmn,
    definitions,
    end,
    error,
    message,
    node,
    process,
    script,
    start,
    subprocess,
    timer,
)
from tests.unit.bpmn.harness import Instance

Act = Callable[[Instance], Any]


def done(element_id: str, **values: Any) -> Act:
    return lambda instance: instance.complete(element_id, **values)


def sent(name: str, **payload: Any) -> Act:
    return lambda instance: instance.send(name, **payload)


def later(**delta: float) -> Act:
    return lambda instance: instance.advance(**delta)


def settled(result: Any) -> Act:
    return lambda instance: instance.settle(instance.host.calls[-1][3], result)


USER = node("userTask", "a")
AB = USER + node("userTask", "b")
BODY = start("s_in") + node("userTask", "inner") + end("e_in")
SUB = subprocess("sub", BODY, "s_in inner e_in")
MULTI = "<bpmn:multiInstanceLoopCharacteristics{}>{}</bpmn:multiInstanceLoopCharacteristics>"
UNTIL = "<bpmn:completionCondition>{}</bpmn:completionCondition>"
LOOP = (
    "<bpmn:standardLoopCharacteristics {}><bpmn:loopCondition>{}</bpmn:loopCondition>"
    "</bpmn:standardLoopCharacteristics>"
)
XOR = node("exclusiveGateway", "x", attrs='default="f_x_b"')
OR = node("inclusiveGateway", "o", attrs='default="f_o_a"') + node("inclusiveGateway", "oj")
SPLIT = node("parallelGateway", "f") + node("parallelGateway", "j")
EVENTS = (
    node("eventBasedGateway", "g")
    + node("intermediateCatchEvent", "m", message("yes"))
    + node("intermediateCatchEvent", "t", timer("PT1H"))
)

CASES: dict[str, tuple[bytes, dict[str, Any], list[Act]]] = {
    "sequence": (bpmn(AB, "start a b end"), {"n": 1}, [done("a", n=2), done("b", m=[{"k": 1.5}])]),
    "plain task and manual task": (
        bpmn(node("task", "t") + node("manualTask", "a"), "start t a end"),
        {},
        [done("a")],
    ),
    "script": (bpmn(script("s", "{'y': x + 1}") + USER, "start s a end"), {"x": 1}, [done("a")]),
    "exclusive, condition": (bpmn(XOR + AB, "start x b end\nx [n > 1] a end"), {"n": 2}, [done("a")]),
    "exclusive, default": (bpmn(XOR + AB, "start x b end\nx [n > 1] a end"), {"n": 1}, [done("b")]),
    "exclusive, merge": (
        bpmn(XOR + AB + node("exclusiveGateway", "y") + node("userTask", "c"), "start x b y c end\nx [n > 1] a y"),
        {"n": 2},
        [done("a"), done("c")],
    ),
    "parallel": (
        bpmn(SPLIT + AB + node("userTask", "c"), "start f a j c end\nf b j"),
        {"x": {"p": 1, "q": 1}, "l": [1]},
        [done("b", x={"p": 2, "q": 1}), done("a", x={"p": 1, "q": 3}, l=[1, 2]), done("c")],
    ),
    "parallel, nested": (
        bpmn(
            SPLIT + AB + node("userTask", "c") + node("parallelGateway", "f2") + node("parallelGateway", "j2"),
            "start f a j end\nf f2 b j2 j\nf2 c j2",
        ),
        {"n": 0},
        [done("c", c=1), done("a", a=1), done("b", b=1)],
    ),
    "parallel in a loop": (
        bpmn(
            SPLIT + AB + node("exclusiveGateway", "again") + XOR,
            "start again f a j x b2 end\nf b j\nx [n > 0] again".replace("b2", "b_end")
            .replace("x b_end end", "x b3")
            .replace("x b3", "x end"),
        ).replace(b'default="f_x_b"', b'default="f_x_end"'),
        {"n": 9},
        [done("a", n=1), done("b"), done("b", k=1), done("a", n=0)],
    ),
    "inclusive, two of three": (
        bpmn(OR + AB + node("userTask", "c"), "start o a oj end\no [n > 1] b oj\no [n > 2] c oj"),
        {"n": 3},
        [done("c", c=1), done("b", b=1)],
    ),
    "inclusive, default": (
        bpmn(OR + AB, "start o a oj end\no [n > 1] b oj"),
        {"n": 0},
        [done("a")],
    ),
    "event gateway, message": (
        bpmn(EVENTS + AB, "start g m a end\ng t b end", messages="yes"),
        {},
        [sent("yes", q=1), done("a")],
    ),
    "event gateway, timer": (
        bpmn(EVENTS + AB, "start g m a end\ng t b end", messages="yes"),
        {},
        [later(hours=2), done("b")],
    ),
    "timer, duration": (
        bpmn(node("intermediateCatchEvent", "t", timer("P1M")) + USER, "start t a end"),
        {},
        [later(days=30), later(days=1), done("a")],
    ),
    "timer, instant": (
        bpmn(node("intermediateCatchEvent", "t", timer("due", "timeDate")), "start t end"),
        {"due": "2026-03-02T22:00:00+08:00"},
        [later(hours=1), later(hours=1)],
    ),
    "receive and send": (
        bpmn(
            node("receiveTask", "r", attrs='messageRef="m_in"')
            + node("sendTask", "s", attrs='messageRef="m_out"', payload="{'v': v + 1}", to="who"),
            "start r s end",
            messages="in out",
        ),
        {"who": "visit:7"},
        [sent("in", v=1)],
    ),
    "throw and message end": (
        definitions(
            process(
                "p",
                start()
                + node("intermediateThrowEvent", "t", message("one"), payload="{'a': 1}")
                + end("end", message("two")),
                "start t end",
            ),
            messages="one two",
        ),
        {},
        [],
    ),
    "boundary timer, interrupting": (
        bpmn(AB + boundary("t", "a", timer("PT1H")), "start a end\nt b end"),
        {},
        [later(hours=1), done("b")],
    ),
    "boundary timer, not interrupting": (
        bpmn(AB + boundary("t", "a", timer("PT1H"), interrupting=False), "start a end\nt b end"),
        {"x": 1},
        [later(hours=2), done("a", x=2), done("b", y=1)],
    ),
    "boundary message, twice": (
        bpmn(AB + boundary("m", "a", message("ping"), interrupting=False), "start a end\nm b end", messages="ping"),
        {},
        [sent("ping", n=1), sent("ping", n=2), done("b"), done("a"), done("b")],
    ),
    "sub-process": (bpmn(SUB + USER, "start sub a end"), {"x": 1}, [done("inner", x=2), done("a")]),
    "sub-process, interrupted": (
        bpmn(SUB + USER + boundary("m", "sub", message("stop")), "start sub end\nm a end", messages="stop"),
        {"x": 1},
        [sent("stop", why="late"), done("a")],
    ),
    "sub-process, disturbed": (
        bpmn(SUB + USER + boundary("t", "sub", timer("PT5M"), interrupting=False), "start sub end\nt a end"),
        {"x": 1},
        [later(minutes=6), done("a", seen=True), done("inner", x=2)],
    ),
    "error end": (
        bpmn(
            subprocess("sub", start("s_in") + node("userTask", "inner") + end("bad", error("E1")), "s_in inner bad")
            + AB
            + boundary("all", "sub", error())
            + boundary("one", "sub", error("E1")),
            "start sub end\nall a end\none b end",
            errors="E1",
        ),
        {},
        [done("inner", x=1), done("b")],
    ),
    "terminate": (
        bpmn(SPLIT + AB + end("stop", "<bpmn:terminateEventDefinition/>"), "start f a stop\nf b end").replace(
            b'<bpmn:parallelGateway id="j" name="j" ></bpmn:parallelGateway>', b""
        ),
        {},
        [done("a", x=1)],
    ),
    "call activity": (
        definitions(
            process("p", start() + node("callActivity", "c", attrs='calledElement="q"') + end(), "start c end")
            + process("q", start("qs") + node("userTask", "qa") + end("qe"), "qs qa qe")
        ),
        {"x": 1},
        [done("qa", y=2)],
    ),
    "service, at once": (
        bpmn(node("serviceTask", "s", topic="a.b", param__v="x + 1", result="r"), "start s end"),
        {"x": 1},
        [],
    ),
    "service, later": (
        bpmn(node("serviceTask", "s", topic="wait.one") + USER, "start s a end"),
        {},
        [settled({"ok": True}), done("a")],
    ),
    "business rule": (bpmn(node("businessRuleTask", "r", decision="grade", result="g"), "start r end"), {}, []),
    "standard loop": (
        bpmn(node("userTask", "a", LOOP.format("", "n &lt; 3")), "start a end"),
        {"n": 0},
        [done("a", n=1), done("a", n=2), done("a", n=3)],
    ),
    "standard loop, tested first": (
        bpmn(node("userTask", "a", LOOP.format('testBefore="true"', "n &lt; 3")), "start a end"),
        {"n": 3},
        [],
    ),
    "multi-instance, parallel": (
        bpmn(
            node(
                "userTask",
                "a",
                MULTI.format("", ""),
                loop__collection="xs",
                loop__item="x",
                loop__result="ys",
                loop__value="y",
            ),
            "start a end",
        ),
        {"xs": [1, 2]},
        [done("a", y=10), done("a", y=20)],
    ),
    "multi-instance, sequential": (
        bpmn(node("userTask", "a", MULTI.format(' isSequential="true"', ""), loop__collection="xs"), "start a end"),
        {"xs": [1, 2], "sum": 0},
        [done("a", sum=1), done("a", sum=3)],
    ),
    "multi-instance, until": (
        bpmn(
            node("userTask", "a", MULTI.format("", UNTIL.format("completed &gt; 1")), loop__collection="xs")
            + node("userTask", "b"),
            "start a b end",
        ),
        {"xs": [1, 2, 3]},
        [done("a"), done("a"), done("b")],
    ),
    "multi-instance, empty": (
        bpmn(node("userTask", "a", MULTI.format("", ""), loop__collection="xs"), "start a end"),
        {"xs": []},
        [],
    ),
    "multi-instance of sub-processes": (
        bpmn(
            subprocess("sub", BODY + MULTI.format("", ""), "s_in inner e_in", loop__collection="xs")
            + USER
            + boundary("m", "sub", message("stop")),
            "start sub end\nm a end",
            messages="stop",
        ),
        {"xs": ["p", "q"]},
        [done("inner", k=1), sent("stop"), done("a")],
    ),
    "loop by a gateway": (
        bpmn(
            node("exclusiveGateway", "y") + USER + XOR, "start y a x b_ end\nx [n > 0] y".replace("x b_ end", "x end")
        ).replace(b'default="f_x_b"', b'default="f_x_end"'),
        {},
        [done("a", n=2), done("a", n=1), done("a", n=0)],
    ),
    "message start": (
        definitions(process("p", start("start", message("go")) + USER + end(), "start a end"), messages="go"),
        {},
        [done("a")],
    ),
}
