"""What each element does when a token is READY on it. FEEL and topics are asked first, then the token moves."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import ErrorEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.simple import TerminateEventDefinition
from SpiffWorkflow.util.task import TaskState

from engine.bpmn import instants, loops, specs
from engine.bpmn.effects import Thrown, Wait
from engine.bpmn.elements import Element
from engine.bpmn.errors import ValuesError
from engine.bpmn.mends import Token
from engine.bpmn.values import checked

if TYPE_CHECKING:
    from engine.bpmn.run import Run


def perform(run: "Run", token: Token) -> None:
    """Do what the element under a READY token does."""
    _BEHAVIOUR.get(type(token.task_spec), _pass)(run, token)


def absorb(token: Token, element: Element, result: Any) -> None:
    """Take the result of an element into the variables: under its property ``result``, else entry by entry.

    Raises:
        ValuesError: it may not become variables.
    """
    name = element.properties.get("result")
    if name:
        values = checked({name: result})
    elif result is None:
        return
    elif isinstance(result, Mapping):
        values = checked(result)
    else:
        raise ValuesError("The result is no set of named values; name a variable for it.", code="result_unnamed")
    if values:
        token.data = {**token.data, **values}


def _pass(run: "Run", token: Token) -> None:
    run.finish(token)


def _open(run: "Run", token: Token) -> None:
    if "open" in token.internal_data:
        return
    element: Element = token.task_spec.element
    form: Any = element.properties.get("form") or None
    if form and form.startswith("="):
        form = run.host.evaluate(form[1:], token.data)
        if not isinstance(form, str):
            raise ValuesError("The expression for the form gave no form key.", code="form_unknown")
    due = None
    if text := element.properties.get("due"):
        value = text if instants.is_literal(text) else run.host.evaluate(text, token.data)
        due = None if value is None else instants.instant(value, now=run.host.now).isoformat()
    fields = _evaluated(run, token, element, "field.")
    token.internal_data["open"] = {"form": form, "due": due, "fields": checked(fields)}
    run.opened[token.id] = token


def _evaluated(run: "Run", token: Token, element: Element, prefix: str) -> dict[str, Any]:
    texts = {name: text for name, text in element.properties.items() if name.startswith(prefix) and text}
    values = run.host.evaluate_all(list(texts.values()), token.data)
    return {name.removeprefix(prefix): value for name, value in zip(texts, values, strict=True)}


def _script(run: "Run", token: Token) -> None:
    element: Element = token.task_spec.element
    result = run.host.evaluate(element.script or "{}", token.data)
    absorb(token, element, result)
    run.finish(token, result)


def _rule(run: "Run", token: Token, element: Element) -> None:
    result = run.host.decide(element.properties.get("decision", ""), token.data)
    absorb(token, element, result)
    run.finish(token, result)


def _service(run: "Run", token: Token) -> None:
    element: Element = token.task_spec.element
    if element.kind == "businessRuleTask":
        _rule(run, token, element)
        return
    parameters = _evaluated(run, token, element, "param.")
    result = run.host.call(
        element.properties.get("topic", ""), parameters, token.data, element_id=element.id, token=token.key
    )
    if isinstance(result, Wait):
        token._set_state(TaskState.STARTED)
        token.internal_data["awaits"] = True
        return
    absorb(token, element, result)
    run.finish(token, dict(result))


def _exclusive(run: "Run", token: Token) -> None:
    spec = token.task_spec
    flows = spec.element.flows
    chosen = next((flow for flow in flows if flow.default), None)
    for flow in flows:
        if flow.default:
            continue
        if flow.condition is None or run.host.condition(flow.condition, token.data):
            chosen = flow
            break
    if chosen is None:
        raise ValuesError("No condition of the gateway holds, and it has no default flow.", code="no_flow")
    run.finish(token, {"flows": [chosen.id]}, targets=[spec.targets[chosen.id]])


def _inclusive(run: "Run", token: Token) -> None:
    spec = token.task_spec
    flows = spec.element.flows
    chosen = [
        flow
        for flow in flows
        if not flow.default and (flow.condition is None or run.host.condition(flow.condition, token.data))
    ] or [flow for flow in flows if flow.default]
    if not chosen:
        raise ValuesError("No condition of the gateway holds, and it has no default flow.", code="no_flow")
    run.finish(token, {"flows": [flow.id for flow in chosen]}, targets=[spec.targets[flow.id] for flow in chosen])


def _enter(run: "Run", token: Token) -> None:
    token._set_state(TaskState.STARTED)
    run.enter(run.tree.open_scope(token), token.data)


def _throw(run: "Run", token: Token) -> None:
    spec = token.task_spec
    if not isinstance(spec.event_definition, MessageEventDefinition):
        run.finish(token)
        return
    element: Element = spec.element
    texts = element.properties
    payload = run.host.evaluate(texts["payload"], token.data) if texts.get("payload") else {}
    to = run.host.evaluate(texts["to"], token.data) if texts.get("to") else None
    run.messages.append(Thrown(element.message or "", checked(payload), to, element.id))
    run.finish(token, {"message": element.message, "to": to})


def _end(run: "Run", token: Token) -> None:
    definition = token.task_spec.event_definition
    if isinstance(definition, ErrorEventDefinition):
        run.raise_error(token, definition.code or "", definition.name or definition.code or "", ended=True)
        return
    if isinstance(definition, TerminateEventDefinition):
        for other in token.workflow.live_tokens():
            if other is not token and other.live:
                run.withdraw(other)
    _throw(run, token)


_BEHAVIOUR: dict[type, Callable[["Run", Token], None]] = {
    defaults.UserTask: _open,
    defaults.ManualTask: _open,
    defaults.ScriptTask: _script,
    defaults.ServiceTask: _service,
    defaults.SendTask: _throw,
    defaults.IntermediateThrowEvent: _throw,
    defaults.ExclusiveGateway: _exclusive,
    specs.InclusiveGateway: _inclusive,
    specs.EndEvent: _end,
    specs.SubProcess: _enter,
    specs.CallActivity: _enter,
    specs.StandardLoop: loops.perform,
    specs.SequentialMultiInstance: loops.perform,
    specs.ParallelMultiInstance: loops.perform,
}
