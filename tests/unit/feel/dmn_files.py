"""Builds DMN files for the tests, in the words of a table."""

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def text(tag: str, value: str, attributes: str = "") -> str:
    return f"<{tag}{attributes}><text>{escape(value)}</text></{tag}>"


def column(number: int, expression: str, kind: str = "", values: str = "") -> str:
    allowed = text("inputValues", values) if values else ""
    return (
        f'<input id="in{number}">{text("inputExpression", expression, f" typeRef={quoteattr(kind)}")}{allowed}</input>'
    )


def output(name: str, kind: str = "", values: str = "", default: str = "") -> str:
    inside = (text("outputValues", values) if values else "") + (text("defaultOutputEntry", default) if default else "")
    return f'<output id="out_{name}" name={quoteattr(name)} typeRef={quoteattr(kind)}>{inside}</output>'


def table(
    inputs: Sequence[str],
    outputs: Sequence[str],
    rules: Sequence[Sequence[str]],
    *,
    policy: str = "UNIQUE",
    aggregation: str = "",
) -> str:
    """Each rule lists its cells, then its outputs."""
    rows = ""
    for number, rule in enumerate(rules, start=1):
        cells = "".join(
            text("inputEntry", cell, f' id="r{number}c{n}"') for n, cell in enumerate(rule[: len(inputs)], 1)
        )
        results = "".join(text("outputEntry", value) for value in rule[len(inputs) :])
        rows += f'<rule id="r{number}">{cells}{results}</rule>'
    extra = f' aggregation="{aggregation}"' if aggregation else ""
    return (
        f'<decisionTable id="t" hitPolicy="{policy}"{extra}>{"".join(inputs)}{"".join(outputs)}{rows}</decisionTable>'
    )


def decision(identifier: str, logic: str, *, name: str = "", requires: Sequence[str] = ()) -> str:
    needs = "".join(
        f'<informationRequirement><requiredDecision href="#{need}"/></informationRequirement>' for need in requires
    )
    return f'<decision id="{identifier}" name={quoteattr(name or identifier)}>{needs}{logic}</decision>'


def definitions(*decisions: str, namespace: str = NAMESPACE) -> bytes:
    inside = "\n".join(decisions)
    return f'<definitions xmlns="{namespace}" id="d" name="d" namespace="x">\n{inside}\n</definitions>'.encode()
