"""Run scenario tests and say what is not as it was recorded: the first difference, with the names it is about."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import orjson

from engine.errors import FieldProblem, InvalidInputError
from engine.process.bundles import Bundle
from engine.studio.isolated import Answer, Answers, Failure, Happened, IsolatedRun
from engine.studio.scenario_files import Scenario, in_files, parse


@dataclass(frozen=True)
class Outcome:
    """What became of a scenario; ``difference`` is the first thing that is not as recorded, None: it passes."""

    name: str
    title: str
    difference: FieldProblem | None
    element_id: str | None = None
    nodes: frozenset[str] = frozenset()
    flows: frozenset[str] = frozenset()

    @property
    def passes(self) -> bool:
        """Whether all is as recorded."""
        return self.difference is None


def answers_of(document: Mapping[str, Any]) -> Answers:
    """Return what services say in a scenario; the last answer of an element holds for all further turns."""
    given: dict[str, list[Answer]] = {}
    for element, found in document.get("answers", {}).items():
        rows = found if isinstance(found, list) else [found]
        given[element] = [_answer(row) for row in rows if isinstance(row, dict)]
    return Answers(given, repeats=True)


def _answer(row: Mapping[str, Any]) -> Answer:
    return Failure(str(row["error"])) if set(row) == {"error"} else row


def perform(run: IsolatedRun, act: Mapping[str, Any], data: Mapping[str, Any]) -> Happened | None:
    """Do one act; None if the run does not wait for it."""
    match act["act"]:
        case "start":
            return run.start(data)
        case "complete":
            return run.complete(act["element"], act.get("values", {}))
        case "message":
            return run.send(act["name"], act.get("payload", {}))
        case _:
            return run.jump()


def seen(run: IsolatedRun, happened: Happened) -> dict[str, Any]:
    """Return what a recording keeps of an act: the ``then`` of the file."""
    rules = {entry.element_id: entry.result for entry in happened.trail if _is_rule(run, entry.element_id)}
    return {
        "ran": [entry.element_id for entry in happened.trail],
        "open": [{"element": task.element_id, "due": task.due} for task in happened.opened],
        **({"decisions": rules} if rules else {}),
        "status": happened.status,
    }


def _is_rule(run: IsolatedRun, element_id: str) -> bool:
    found = run.bundle.model.elements.get(element_id)
    return found is not None and found.kind == "businessRuleTask"


def run_scenario(bundle: Bundle, scenario: Scenario) -> Outcome:
    """Run a scenario on a bundle and compare."""
    run = IsolatedRun(bundle, answers_of(scenario.document), now=scenario.started_at)
    for number, act in enumerate(scenario.acts, start=1):
        happened = perform(run, act, scenario.document.get("data", {}))
        found = _not_taken(run, number, act) if happened is None else _difference(run, number, act, happened)
        if found is not None:
            return _outcome(scenario, run, *found)
    return _outcome(scenario, run, None, None)


def _outcome(scenario: Scenario, run: IsolatedRun, difference: FieldProblem | None, element: str | None) -> Outcome:
    nodes, flows = run.visited()
    return Outcome(scenario.name, scenario.title, difference, element, nodes, flows)


_Found: TypeAlias = tuple[FieldProblem, str | None]


def _not_taken(run: IsolatedRun, number: int, act: Mapping[str, Any]) -> _Found:
    if act["act"] == "complete":
        element = act["element"]
        problem = FieldProblem(
            "Act {n}: the step “{name}” is not open.", code="not_open", n=number, name=run.label(element)
        )
        return problem, element
    if act["act"] == "message":
        problem = FieldProblem(
            "Act {n}: nothing waits for the message “{name}”.", code="not_awaited", n=number, name=act["name"]
        )
        return problem, None
    return FieldProblem("Act {n}: no timer waits.", code="no_timer", n=number), None


def _difference(run: IsolatedRun, number: int, act: Mapping[str, Any], happened: Happened) -> _Found | None:
    then: Mapping[str, Any] = act.get("then", {})
    if run.stop is not None and then.get("status") != "stopped":
        problem = FieldProblem(
            "Act {n}: it stops at “{name}”: {reason}",
            code="stopped",
            n=number,
            name=run.label(run.stop.element_id),
            reason=run.stop.message,
        )
        return problem, run.stop.element_id
    return (
        _path_differs(run, number, then, happened)
        or _decision_differs(run, number, then, happened)
        or _opened_differs(run, number, then, happened)
        or _status_differs(number, then, happened)
    )


def _path_differs(run: IsolatedRun, number: int, then: Mapping[str, Any], happened: Happened) -> _Found | None:
    if not isinstance(then.get("ran"), list):
        return None
    ran = [entry.element_id for entry in happened.trail]
    # Branches that run beside each other have no order: what counts is what ran, and how often.
    lacking, surplus = _left_over(then["ran"], ran), _left_over(ran, then["ran"])
    if lacking:
        name = run.label(lacking[0])
        problem = FieldProblem("Act {n}: “{name}” is not reached any more.", code="not_reached", n=number, name=name)
        return problem, lacking[0]
    if surplus:
        name = run.label(surplus[0])
        problem = FieldProblem("Act {n}: “{name}” is reached, and was not before.", code="reached", n=number, name=name)
        return problem, surplus[0]
    return None


def _left_over(wanted: Iterable[Any], given: Iterable[Any]) -> list[str]:
    rest = Counter(map(str, given))
    found = []
    for each in map(str, wanted):
        if rest[each]:
            rest[each] -= 1
        else:
            found.append(each)
    return found


def _decision_differs(run: IsolatedRun, number: int, then: Mapping[str, Any], happened: Happened) -> _Found | None:
    results = seen(run, happened).get("decisions", {})
    for element, wanted in (then.get("decisions") or {}).items():
        if element in results and results[element] != wanted:
            was, now = contrast(wanted, results[element])
            problem = FieldProblem(
                "Act {n}: “{name}” decides {now} instead of {then}.",
                code="decided",
                n=number,
                name=run.label(element),
                now=now,
                then=was,
            )
            return problem, element
    return None


def _opened_differs(run: IsolatedRun, number: int, then: Mapping[str, Any], happened: Happened) -> _Found | None:
    if not isinstance(then.get("open"), list):
        return None
    wanted = [row for row in then["open"] if isinstance(row, dict)]
    now = [task.element_id for task in happened.opened]
    lacking = _left_over((row.get("element") for row in wanted), now)
    surplus = _left_over(now, (row.get("element") for row in wanted))
    if lacking or surplus:
        element = (lacking or surplus)[0]
        name = run.label(element)
        problem = (
            FieldProblem("Act {n}: the step “{name}” does not open.", code="opened", n=number, name=name)
            if lacking
            else FieldProblem(
                "Act {n}: the step “{name}” opens, and did not before.", code="opened", n=number, name=name
            )
        )
        return problem, element
    for row, task in zip(sorted(wanted, key=_place), sorted(happened.opened, key=lambda t: t.element_id), strict=True):
        if "due" in row and row["due"] != task.due:
            problem = FieldProblem(
                "Act {n}: “{name}” is due {now} instead of {then}.",
                code="due",
                n=number,
                name=run.label(task.element_id),
                now=moment(task.due),
                then=moment(row["due"]),
            )
            return problem, task.element_id
    return None


def _place(row: Mapping[str, Any]) -> str:
    return str(row.get("element"))


def _status_differs(number: int, then: Mapping[str, Any], happened: Happened) -> _Found | None:
    wanted = then.get("status")
    if wanted in {None, happened.status}:
        return None
    if wanted == "running":
        return FieldProblem("Act {n}: the process is over already.", code="over", n=number), None
    return FieldProblem("Act {n}: the process goes on, and was over then.", code="goes_on", n=number), None


def moment(text: Any) -> "datetime | str":
    """Return a due time for a sentence."""
    try:
        return datetime.fromisoformat(str(text)) if text else "–"
    except ValueError:
        return str(text)


def contrast(was: Any, now: Any) -> tuple[str, str]:
    """Return two results for a sentence; of two sets of named values only those that differ."""
    if isinstance(was, dict) and isinstance(now, dict):
        names = [name for name in dict.fromkeys([*was, *now]) if was.get(name) != now.get(name)]
        return written({name: was.get(name) for name in names}), written({name: now.get(name) for name in names})
    return written(was), written(now)


def written(value: Any) -> str:
    """Return a result for a sentence, short."""
    if isinstance(value, dict) and value:
        text = ", ".join(f"{name} = {written(inner)}" for name, inner in value.items())
    else:
        text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return text if len(text) <= 120 else f"{text[:119]}…"


def run_all(bundle: Bundle, files: Mapping[str, bytes]) -> list[Outcome]:
    """Run every scenario of a bundle; one that cannot be read does not pass."""
    found = []
    for name in in_files(files):
        try:
            found.append(run_scenario(bundle, parse(name, files[name])))
        except InvalidInputError as error:
            problem = FieldProblem.of(error)
            found.append(Outcome(name.rpartition("/")[2].removesuffix(".json"), name, problem))
    return found
