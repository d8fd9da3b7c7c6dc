"""Decision tables of a DMN file."""

from lxml import etree

from engine.feel.dmn_source import Reader, near_id
from engine.feel.items import type_of
from engine.feel.model import Aggregation, HitPolicy, Input, Output, Rule, Table


def read_table(reader: Reader, element: etree._Element) -> Table:
    """Read a table; what is wrong in it is refused at its element."""
    inputs = tuple(_input(reader, column) for column in reader.children(element, "input"))
    outputs = tuple(_output(reader, column) for column in reader.children(element, "output"))
    if not outputs:
        reader.refuse(element, "no_output")
    names = [output.name for output in outputs]
    if len(outputs) > 1 and ("" in names or len(set(names)) < len(names)):
        reader.refuse(element, "output_name")
    rules = tuple(_rule(reader, rule, inputs, outputs) for rule in reader.children(element, "rule"))
    policy, aggregation = _policy(reader, element, outputs)
    return Table(inputs, outputs, rules, policy, aggregation)


def _input(reader: Reader, element: etree._Element) -> Input:
    holder = reader.child(element, "inputExpression")
    expression = "" if holder is None else reader.expression(holder, "value")
    if not expression:
        reader.refuse(element, "empty")
    kind = type_of(reader, holder)
    values = reader.child(element, "inputValues")
    text = None if values is None else reader.expression(values, "unary", kind) or None
    return Input(element.get("id", ""), element.get("label", expression), expression, kind, text)


def _output(reader: Reader, element: etree._Element) -> Output:
    kind = type_of(reader, element)
    values, default = reader.child(element, "outputValues"), reader.child(element, "defaultOutputEntry")
    return Output(
        element.get("id", ""),
        element.get("name", ""),
        element.get("label", element.get("name", "")),
        kind,
        None if values is None else reader.expression(values, "unary", kind) or None,
        None if default is None else reader.expression(default, "value") or None,
    )


def _rule(reader: Reader, element: etree._Element, inputs: tuple[Input, ...], outputs: tuple[Output, ...]) -> Rule:
    entries, results = reader.children(element, "inputEntry"), reader.children(element, "outputEntry")
    for found, expected in ((entries, inputs), (results, outputs)):
        if len(found) != len(expected):
            reader.refuse(element, "entries", found=len(found), expected=len(expected))
    types = [column.type for column in inputs] + [None] * len(entries)
    # An empty cell is what editors write for "-".
    cells = tuple(reader.expression(entry, "unary", types[n]) or "-" for n, entry in enumerate(entries))
    texts = tuple(reader.expression(result, "value") for result in results)
    return Rule(element.get("id", ""), cells, texts, tuple(near_id(each) or "" for each in (*entries, *results)))


def _policy(reader: Reader, table: etree._Element, outputs: tuple[Output, ...]) -> tuple[HitPolicy, Aggregation | None]:
    name, operator = table.get("hitPolicy", "UNIQUE"), table.get("aggregation")
    if name not in set(HitPolicy):
        reader.refuse(table, "hit_policy", name=name)
        return HitPolicy.UNIQUE, None
    policy = HitPolicy(name)
    if policy in {HitPolicy.PRIORITY, HitPolicy.OUTPUT_ORDER} and not any(output.values for output in outputs):
        reader.refuse(table, "no_values", name=name)
    if operator is None:
        return policy, None
    if operator not in set(Aggregation) or policy is not HitPolicy.COLLECT or len(outputs) != 1:
        reader.refuse(table, "aggregation", name=operator)
        return policy, None
    return policy, Aggregation(operator)
