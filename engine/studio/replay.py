"""Run finished instances again, on the version that they ran on and on a draft, and say what would have changed.

Both runs get the same: what people submitted, which messages came, what services answered, and the time of each. What
differs between them is the draft's doing. A case whose first run is not what the history says (somebody repaired it, or
a timer fired late after an outage) is set apart: nothing could be concluded from it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from engine.bpmn.labels import Label
from engine.errors import FieldProblem
from engine.process.bundles import Bundle
from engine.process.history import RecordedEvent
from engine.studio.isolated import TIME_ZONE, Answers, IsolatedRun
from engine.studio.recorded_cases import Case
from engine.studio.scenarios import contrast, moment, written
from forms import schema

TICK = timedelta(microseconds=1)
MAX_TIMERS = 100
SAME, CHANGED, STOPPED, NOT_COMPARABLE = "same", "changed", "stopped", "not_comparable"


@dataclass(frozen=True)
class Difference:
    """What would have been otherwise; its kind is path, decision, deadline, service, field or stop.

    Of a case that cannot be compared it says why, and its kind is inexact.
    """

    kind: str
    problem: FieldProblem
    element_id: str | None = None


@dataclass(frozen=True)
class Replayed:
    """What became of one case."""

    case: Case
    verdict: str
    differences: tuple[Difference, ...] = ()

    def has(self, kind: str) -> bool:
        """Tell whether anything of this kind differs."""
        return any(each.kind == kind for each in self.differences)


@dataclass
class _Ran:
    run: IsolatedRun
    notes: list[Difference] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    @property
    def path(self) -> Counter[str]:
        return Counter(entry.element_id for entry in self.run.trail)


def replay(case: Case, draft: Bundle) -> Replayed:
    """Run one case on its own version and on a draft."""
    if case.is_forgotten or case.is_touched:
        problem = (
            FieldProblem("What was typed in it has been forgotten, as its time was over.", code="forgotten")
            if case.is_forgotten
            else FieldProblem("Somebody repaired or moved it by hand.", code="touched")
        )
        return Replayed(case, NOT_COMPARABLE, (Difference("inexact", problem),))
    before = _drive(case, case.baseline)
    if before.path != Counter(case.ran):
        return Replayed(case, NOT_COMPARABLE, (Difference("inexact", _why(before, case)),))
    after = _drive(case, draft, compared=before.run)
    found = [
        *_decisions(before.run, after.run),
        *_paths(before, after),
        *_deadlines(before.run, after.run),
        *_questions(before.run, after.run),
        *after.notes,
    ]
    if any(each.kind == "stop" for each in found):
        return Replayed(case, STOPPED, tuple(found))
    return Replayed(case, CHANGED if found else SAME, tuple(found))


def _why(ran: _Ran, case: Case) -> FieldProblem:
    """Return why the first run is not what the history says."""
    if ran.run.stop is not None:
        return FieldProblem(
            "It cannot be run again just as it was: it stops at “{name}”, which it did not do then. {reason}",
            code="inexact",
            name=ran.run.label(ran.run.stop.element_id),
            reason=ran.run.stop.message,
        )
    lacking, surplus = Counter(case.ran) - ran.path, ran.path - Counter(case.ran)
    elements = case.baseline.model.elements
    timer = next((each for each in surplus if each in elements and elements[each].event.kind == "timer"), None)
    if timer is not None:
        return FieldProblem(
            "It cannot be run again just as it was: the timer “{name}” was due, and did not fire then.",
            code="inexact",
            name=ran.run.label(timer),
        )
    if lacking:
        return FieldProblem(
            "It cannot be run again just as it was: its record does not lead through “{name}” again.",
            code="inexact",
            name=ran.run.label(next(iter(lacking))),
        )
    return FieldProblem(
        "It cannot be run again just as it was: its record leads through “{name}”, where it did not go then.",
        code="inexact",
        name=ran.run.label(next(iter(surplus))),
    )


def _drive(case: Case, bundle: Bundle, *, compared: IsolatedRun | None = None) -> _Ran:
    run = IsolatedRun(bundle, Answers(case.answers, case.topics), now=case.instance.started_at)
    ran = _Ran(run)
    run.start(case.data)
    for event in case.events:
        # A timer that is due at the very moment of a submission was not first, or the history would say so.
        run.wait_until(event.at if event.kind == "timer" else event.at - TICK)
        run.host.now = max(run.host.now, event.at)
        if not run.is_running:
            break
        _feed(ran, case, event, compared)
    _let_timers_end(run)
    if compared is not None:
        _note_missed(ran, compared)
        _note_end(ran)
    return ran


def _let_timers_end(run: IsolatedRun) -> None:
    """Let what only waits for time come to its end; where a person is asked, it stands."""
    for _ in range(MAX_TIMERS):
        if any(not task.optional for task in run.open_tasks()) or run.jump() is None:
            return


def _feed(ran: _Ran, case: Case, event: RecordedEvent, compared: IsolatedRun | None) -> None:
    run = ran.run
    if event.kind == "completed" and event.element_id is not None:
        if compared is not None:
            ran.notes += _fields(case, run.bundle, event)
        if run.complete(event.element_id, event.detail.get("values", {})) is None and compared is not None:
            ran.missed.append(event.element_id)
    elif event.kind == "message":
        name = str(event.detail.get("message", ""))
        if run.send(name, event.detail.get("payload", {})) is None and compared is not None:
            problem = FieldProblem(
                "Nothing would wait for the message “{name}” when it came.", code="not_awaited", name=name
            )
            ran.notes.append(Difference("path", problem))
    elif event.kind == "revised":
        run.revise(event.detail.get("values", {}))


def _note_missed(ran: _Ran, compared: IsolatedRun) -> None:
    """Say of the steps that people completed why what they entered is not used: of each once."""
    opened = {task.element_id for task in ran.run.opened}
    for element_id in dict.fromkeys(ran.missed):
        name = compared.label(element_id)
        if element_id not in ran.run.bundle.model.elements:
            problem = FieldProblem(
                "“{name}” was completed then; the draft has no such step, and what was entered is not used.",
                code="not_open",
                name=name,
            )
        elif element_id not in opened:
            problem = FieldProblem(
                "“{name}” was completed then; the draft does not come to it, and what was entered is not used.",
                code="not_open",
                name=name,
            )
        else:
            problem = FieldProblem(
                "“{name}” was completed then; on the draft it is not open then, and what was entered is not used.",
                code="not_open",
                name=name,
            )
        ran.notes.append(Difference("path", problem, element_id))


def _note_end(ran: _Ran) -> None:
    run = ran.run
    if run.stop is not None:
        question = run.question
        name = run.label(run.stop.element_id)
        problem = (
            FieldProblem(
                "It stops at “{name}”: what {topic} would have answered was never recorded.",
                code="no_answer",
                name=name,
                topic=question.topic,
            )
            if question
            else FieldProblem("It stops at “{name}”: {reason}", code="failed", name=name, reason=run.stop.message)
        )
        ran.notes.append(Difference("stop", problem, run.stop.element_id or None))
    elif run.is_running:
        waiting = [task.element_id for task in run.open_tasks() if not task.optional]
        if waiting:
            problem = FieldProblem(
                "It stops at the step “{name}”: nobody answered it, since it did not open then.",
                code="not_answered",
                name=run.label(waiting[0]),
            )
            ran.notes.append(Difference("stop", problem, waiting[0]))
        else:
            problem = FieldProblem("It does not come to its end with what is recorded.", code="goes_on")
            ran.notes.append(Difference("stop", problem))


def _paths(before: _Ran, after: _Ran) -> list[Difference]:
    found = []
    surplus = after.path - before.path
    lacking = before.path - after.path
    for element_id in surplus:
        problem = FieldProblem("It would go through “{name}”.", code="added_way", name=after.run.label(element_id))
        found.append(Difference("path", problem, element_id))
    # What comes after a stop is not another path: it is not known.
    if not after.run.stop and not after.run.is_running:
        for element_id in lacking:
            problem = FieldProblem(
                "It would not go through “{name}”.", code="lost_way", name=before.run.label(element_id)
            )
            found.append(Difference("path", problem, element_id))
    return found


def _decisions(before: IsolatedRun, after: IsolatedRun) -> list[Difference]:
    found = []
    old, new = _results(before), _results(after)
    for element_id, results in new.items():
        for was, now in zip(old.get(element_id, ()), results, strict=False):
            if was != now:
                then, instead = contrast(was, now)
                problem = FieldProblem(
                    "“{name}” would decide {now} instead of {then}.",
                    code="decided",
                    name=after.label(element_id),
                    now=instead,
                    then=then,
                )
                found.append(Difference("decision", problem, element_id))
    return found


def _results(run: IsolatedRun) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for entry in run.trail:
        if entry.kind == "businessRuleTask":
            found.setdefault(entry.element_id, []).append(entry.result)
    return found


def _deadlines(before: IsolatedRun, after: IsolatedRun) -> list[Difference]:
    found = []
    old, new = _dues(before), _dues(after)
    for element_id, times in new.items():
        for was, now in zip(old.get(element_id, ()), times, strict=False):
            if was != now:
                problem = FieldProblem(
                    "“{name}” would be due {now} instead of {then}.",
                    code="due",
                    name=after.label(element_id),
                    now=moment(now),
                    then=moment(was),
                )
                found.append(Difference("deadline", problem, element_id))
    return found


def _dues(run: IsolatedRun) -> dict[str, list[str | None]]:
    found: dict[str, list[str | None]] = {}
    for task in run.opened:
        found.setdefault(task.element_id, []).append(task.due)
    for entry in run.trail:
        if isinstance(entry.result, Mapping) and "due_at" in entry.result:
            found.setdefault(entry.element_id, []).append(entry.result["due_at"])
    return found


def _questions(before: IsolatedRun, after: IsolatedRun) -> list[Difference]:
    """Say what services would be asked otherwise: their recorded answers may not be what they would say to that."""
    found = []
    old: dict[str, list[Mapping[str, Any]]] = {}
    for question in before.host.asked:
        old.setdefault(question.element_id, []).append(question.parameters)
    seen: Counter[str] = Counter()
    for question in after.host.asked:
        known = old.get(question.element_id, [])
        number = seen[question.element_id]
        seen[question.element_id] += 1
        if number >= len(known) or known[number] == question.parameters:
            continue
        changed = [key for key, value in question.parameters.items() if known[number].get(key) != value]
        problem = FieldProblem(
            "“{name}” would ask {topic} with {what}; the answer of then is used all the same.",
            code="asked",
            name=after.label(question.element_id),
            topic=question.topic,
            what=", ".join(f"{key} = {written(question.parameters[key])}" for key in changed) or "–",
        )
        found.append(Difference("service", problem, question.element_id))
    return found


def _fields(case: Case, draft: Bundle, event: RecordedEvent) -> list[Difference]:
    """Return what a form of the draft would not take of what was entered; what its own form did not take is no news."""
    element_id = event.element_id or ""
    key = event.detail.get("form")
    element = draft.model.elements.get(element_id)
    if element is None:
        return []
    named = element.properties.get("form", "")
    new_key = key if named.startswith("=") else named
    old, new = case.baseline.forms.get(key or ""), draft.forms.get(new_key or "")
    if new is None or (old is not None and old.document == new.document):
        return []
    values = event.detail.get("values", {})
    context = {"timezone": TIME_ZONE, "today": event.at.date().isoformat()}
    known = _problems(old, values, context) if old is not None else set()
    fresh = sorted(_problems(new, values, context) - known)
    titles = {**_titles(old.components if old else ()), **_titles(new.components)}
    found = []
    for path, code in fresh:
        name = titles.get(path.rpartition(".")[2], Label(path))
        problem = _field_problem(code, element.name, name)
        found.append(Difference("field", problem, element_id))
    return found


def _field_problem(code: str, step: Label, name: Label) -> FieldProblem:
    if code.startswith("required"):
        return FieldProblem(
            "“{step}”: the field “{name}” would be required, and nothing was entered.", code=code, step=step, name=name
        )
    if code == "unknown":
        return FieldProblem("“{step}”: “{name}” would not be asked any more.", code=code, step=step, name=name)
    return FieldProblem("“{step}”: what was entered in “{name}” would be refused.", code=code, step=step, name=name)


def _problems(form: Any, values: Mapping[str, Any], context: Mapping[str, Any]) -> set[tuple[str, str]]:
    result = schema.validate(form, values, context=context)
    return {(path, problem.code) for path, problems in result.errors.items() for problem in problems}


def _titles(components: Sequence[Any]) -> dict[str, Label]:
    found: dict[str, Label] = {}
    for component in components:
        found[component.key] = Label(component.label.zh or component.key, component.label.en or None)
        found |= _titles(component.children)
    return found
