"""What a decision is told and what it says: the columns of its test table."""

import re
from dataclasses import dataclass

from engine.feel.decision_texts import all_texts
from engine.feel.decisions import check_decision, involved
from engine.feel.model import DecisionModel, ItemType

NAME = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")


@dataclass(frozen=True)
class Column:
    """An input by the name of its variable (dotted: an entry of a context), or an output."""

    name: str
    label: str
    type: str


def inputs_of(model: DecisionModel, decision_id: str) -> list[Column]:
    """Return the variables that a decision, and all that it requires, may look at.

    Args:
        decision_id: of a decision of the model.

    Raises:
        NotFoundError: the model has no such decision.
    """
    part = involved(model, decision_id)
    missing = {
        str(problem.params.get("name"))
        for _element, problem in check_decision(model, decision_id, {})
        if problem.code == "unknown_name"
    }
    found: dict[str, Column] = {}
    for decision in part.decisions.values():
        for each in decision.table.inputs if decision.table else ():
            if NAME.fullmatch(each.expression) and each.expression.partition(".")[0] in missing:
                column = Column(each.expression, each.label or each.expression, _declared(each.type))
                found.setdefault(each.expression, column)
    texts = all_texts(part)
    for root in sorted(missing - {name.partition(".")[0] for name in found}):
        paths = {path for text in texts for path in NAME.findall(text) if path.startswith(f"{root}.")}
        found.update({path: Column(path, path, "any") for path in sorted(paths) or [root]})
    for name, type_ in model.inputs.items():
        if name in missing and name in found:
            found[name] = Column(name, found[name].label, _declared(type_))
    return list(found.values())


def outputs_of(model: DecisionModel, decision_id: str) -> list[Column]:
    """Return what a decision says: one column without a name, or one for each output of its table."""
    decision = model.decisions[decision_id]
    table = decision.table
    if table is None:
        return [Column("", decision.name, _declared(decision.type))]
    if table.collects or table.aggregation is not None:
        return [Column("", decision.name, "any")]
    if len(table.outputs) == 1:
        only = table.outputs[0]
        return [Column("", only.label or only.name, _declared(only.type))]
    return [Column(each.name, each.label or each.name, _declared(each.type)) for each in table.outputs]


def _declared(type_: ItemType | None) -> str:
    return "any" if type_ is None else type_.declared
