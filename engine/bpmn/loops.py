"""Standard loops and multi-instance activities.

The token on the loop counts; each turn is a child token on the wrapped activity. Settings, in FEEL: ``loopCondition``,
``loopMaximum`` and ``testBefore`` of a standard loop; of a multi-instance activity the properties ``loop.collection``
(a list) with ``loop.item`` (the variable that holds the item, ``item`` by default), or ``loopCardinality``; and
``loop.result`` (a variable for the list of what each turn gave) with ``loop.value`` (what it gave); and
``completionCondition``. Without ``loop.result`` the variables that the turns changed are merged.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState

from engine.bpmn import specs
from engine.bpmn.errors import ValuesError
from engine.bpmn.mends import Token
from engine.bpmn.values import checked, merge

if TYPE_CHECKING:
    from engine.bpmn.run import Run


def is_turn(owner: Token | None, token: Token) -> bool:
    """Tell whether a token is a turn of the loop that its parent stands on."""
    return (
        owner is not None
        and owner.live
        and isinstance(owner.task_spec, specs.LOOPS)
        and owner.task_spec.task_spec == token.task_spec.name
    )


def turn_done(owner: Token, token: Token) -> None:
    """Note that a turn has ended, and have the run look at the loop."""
    owner.internal_data.setdefault("arrived", []).append([token.internal_data.get("index", 0), token.data])
    owner._ready()


def perform(run: "Run", token: Token) -> None:
    """Take in the turns that have ended, then start the next or go on behind the loop."""
    settings: Mapping[str, str] = token.task_spec.element.loop
    if "turns" not in token.internal_data:
        # Evaluated before anything is noted: if the collection is no list, nothing of the loop has begun.
        items = None if settings["kind"] == "standard" else _items(run, token, settings)
        token.internal_data |= {"turns": 0, "done": 0, "items": items}
    _take_in(run, token, settings)
    if settings["kind"] == "standard":
        _again(run, token, settings)
    else:
        _next_items(run, token, settings)


def _items(run: "Run", token: Token, settings: Mapping[str, str]) -> list[Any]:
    if "collection" in settings:
        items = run.host.evaluate(settings["collection"], token.data)
        if not isinstance(items, list):
            raise ValuesError("The collection of a multi-instance activity is no list.", code="loop_collection")
        return list(checked({"items": items})["items"])
    count = run.host.evaluate(settings.get("cardinality", "0"), token.data)
    if isinstance(count, bool) or not isinstance(count, int | float) or count != int(count) or not 0 <= count <= 1000:
        raise ValuesError("The number of turns is no whole number up to 1000.", code="loop_cardinality")
    return list(range(int(count)))


def _take_in(run: "Run", token: Token, settings: Mapping[str, str]) -> None:
    internal = token.internal_data
    arrived = internal.get("arrived", [])
    results = [run.host.evaluate(settings["value"], data) if "value" in settings else None for _index, data in arrived]
    for (index, data), result in zip(arrived, results, strict=True):
        internal["done"] += 1
        if settings["kind"] == "standard":
            token.data = data
            continue
        kept = {key: value for key, value in data.items() if key != _item_name(settings) or key in token.data}
        if "result" in settings:
            internal.setdefault("results", []).append([index, result])
        elif settings["kind"] == "sequential":
            token.data = kept
        else:
            internal["merged"] = merge(token.data, [internal.get("merged", token.data), kept])
    internal.pop("arrived", None)


def _again(run: "Run", token: Token, settings: Mapping[str, str]) -> None:
    turns = token.internal_data["turns"]
    more = not ("maximum" in settings and turns >= int(settings["maximum"]))
    if more and "condition" in settings and (turns or settings["test_before"] == "true"):
        more = run.host.condition(settings["condition"], token.data)
    if more:
        token._set_state(TaskState.STARTED)
        _turn(token, turns, {})
    else:
        _leave(run, token, settings)


def _next_items(run: "Run", token: Token, settings: Mapping[str, str]) -> None:
    internal = token.internal_data
    items = internal["items"]
    if internal["done"] and "until" in settings and run.host.condition(settings["until"], _seen(token, settings)):
        for child in token.children:
            run.withdraw(child)
        _leave(run, token, settings)
    elif internal["done"] >= len(items):
        _leave(run, token, settings)
    else:
        token._set_state(TaskState.STARTED)
        last = len(items) if settings["kind"] == "parallel" else internal["done"] + 1
        for index in range(internal["turns"], last):
            _turn(token, index, {_item_name(settings): items[index]})


def _seen(token: Token, settings: Mapping[str, str]) -> dict[str, Any]:
    """Return what a completion condition sees: the variables, and how far the loop is."""
    internal = token.internal_data
    data = {**token.data, **internal.get("merged", {})}
    if "result" in settings:
        data[settings["result"]] = _collected(token)
    return {**data, "completed": internal["done"], "total": len(internal["items"])}


def _turn(token: Token, index: int, values: Mapping[str, Any]) -> None:
    token.internal_data["turns"] += 1
    child = token._add_child(token.workflow.spec.task_specs[token.task_spec.task_spec])
    child.internal_data["index"] = index
    child.data = {**token.data, **values} if values else token.data
    child._ready()


def _collected(token: Token) -> list[Any]:
    return [result for _index, result in sorted(token.internal_data.get("results", []), key=lambda pair: pair[0])]


def break_off(run: "Run", token: Token) -> None:
    """End the turns of a loop that are under way, and go on behind it with what the others gave."""
    for child in token.children:
        if child.live:
            run.withdraw(child)
    _leave(run, token, token.task_spec.element.loop)


def item_name(settings: Mapping[str, str]) -> str:
    """Return the variable in which a turn finds its item."""
    return _item_name(settings)


def _leave(run: "Run", token: Token, settings: Mapping[str, str]) -> None:
    internal = token.internal_data
    if "result" in settings:
        token.data = {**token.data, **checked({settings["result"]: _collected(token)})}
    elif "merged" in internal:
        token.data = internal["merged"]
    run.finish(token)


def _item_name(settings: Mapping[str, str]) -> str:
    return settings.get("item", "item" if "collection" in settings else "index")
