"""Finished instances run again on a draft: what would change is named, and nothing is guessed."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from engine.access import SYSTEM, user_principal
from engine.bpmn.model import Source
from engine.process import bundles, deployment, service, topics, user_tasks
from engine.process.tables import HistoryEvent, ProcessInstance, UserTask
from engine.process.topics import StepContext, Topic, TopicKind
from engine.studio import recordings
from engine.studio.recorded_cases import cases, document
from engine.studio.replay import CHANGED, NOT_COMPARABLE, SAME, STOPPED, Replayed, replay
from tests.integration.conftest import MODELS, Lane
from tests.unit.bpmn.build import boundary, bpmn, end, node, timer

FILES = {name: (MODELS / name).read_bytes() for name in ("three_tasks.bpmn", "bench_enter.json")}


def draft(*changes: tuple[str, str, str], files: dict[str, bytes] = FILES) -> bundles.Bundle:
    found = dict(files)
    for name, old, new in changes:
        assert old.encode() in found[name]
        found[name] = found[name].replace(old.encode(), new.encode())
    return bundles.build(bundles.sources_from(found))


def finish(lane: Lane, amount: int, **values: Any) -> UUID:
    """Run an instance to its end, a minute for each step."""
    instance = lane.start()
    while tasks := [row for row in lane.tasks(lane.anna) if row.instance_id == instance]:
        lane.clock.move_to(lane.clock() + timedelta(minutes=1))
        given = {"amount": amount, "note": "as agreed", **values} if tasks[0].element_id == "enter" else {}
        lane.complete(lane.anna, tasks[0].id, given)
    return instance


def replayed(lane: Lane, bundle: bundles.Bundle) -> list[Replayed]:
    with lane.database.reading() as session:
        return [replay(case, bundle) for case in cases(session, "three_tasks", limit=10)][::-1]


def told(found: Replayed) -> list[tuple[str, str, str | None]]:
    return [(each.kind, each.problem.code, each.element_id) for each in found.differences]


def test_the_same_process_does_the_same(lane: Lane) -> None:
    finish(lane, 70), finish(lane, 10)
    assert [each.verdict for each in replayed(lane, draft())] == [SAME, SAME]


def test_replaying_writes_nothing(lane: Lane) -> None:
    finish(lane, 70)
    with lane.database.reading() as session:
        before = [session.scalar(select(func.count()).select_from(table)) for table in (HistoryEvent, ProcessInstance)]
    replayed(lane, draft(("three_tasks.bpmn", "total &gt; 100", "total &gt; 500")))
    with lane.database.reading() as session:
        after = [session.scalar(select(func.count()).select_from(table)) for table in (HistoryEvent, ProcessInstance)]
    assert before == after


def test_another_way_is_named_and_stops_where_nobody_answered(lane: Lane) -> None:
    finish(lane, 70), finish(lane, 10)
    large, small = replayed(lane, draft(("three_tasks.bpmn", "total &gt; 100", "total &gt; 500")))
    assert small.verdict == SAME
    assert large.verdict == STOPPED
    assert ("path", "not_open", "check_large") in told(large)
    missed = [each.problem for each in large.differences if each.problem.code == "not_open"]
    assert {each.template for each in missed} == {
        "“{name}” was completed then; the draft does not come to it, and what was entered is not used."
    }
    assert ("stop", "not_answered", "check_small") in told(large)


def test_a_new_required_field_is_named_and_does_not_stop_the_rest(lane: Lane) -> None:
    finish(lane, 70, note=None), finish(lane, 70)
    old = '"key": "note"'
    bare, noted = replayed(lane, draft(("bench_enter.json", old, f'{old}, "required": true')))
    assert (bare.verdict, noted.verdict) == (CHANGED, SAME)
    ((kind, code, element),) = told(bare)
    assert (kind, element) == ("field", "enter")
    assert code.startswith("required")


def test_a_new_step_stops_the_case(lane: Lane) -> None:
    finish(lane, 70)
    (found,) = replayed(
        lane,
        draft(
            ("three_tasks.bpmn", 'sourceRef="finish" targetRef="done"', 'sourceRef="finish" targetRef="file"'),
            (
                "three_tasks.bpmn",
                '<bpmn:endEvent id="done"><bpmn:incoming>f9</bpmn:incoming></bpmn:endEvent>',
                '<bpmn:endEvent id="done"/><bpmn:userTask id="file" name="归档"/>'
                '<bpmn:sequenceFlow id="f10" sourceRef="file" targetRef="done"/>',
            ),
        ),
    )
    assert found.verdict == STOPPED
    assert told(found) == [("stop", "not_answered", "file")]


def test_a_case_becomes_a_scenario_that_passes_on_its_own_version(lane: Lane) -> None:
    finish(lane, 70)
    with lane.database.reading() as session:
        (case,) = cases(session, "three_tasks", limit=1)
    found = document(case)
    assert [act["act"] for act in found["acts"]] == ["start", "complete", "complete", "complete"]
    played = recordings.play(draft(), found)
    assert played.refused is None
    assert played.happened[-1].status == "completed"


def test_what_was_repaired_by_hand_is_set_apart(lane: Lane) -> None:
    instance = finish(lane, 70)
    with lane.database.transaction() as session:
        session.add(
            HistoryEvent(instance_id=instance, at=lane.now, kind="moved", actor_name="Ada", detail={"trail": []})
        )
    (found,) = replayed(lane, draft())
    assert (found.verdict, found.differences[0].problem.code) == (NOT_COMPARABLE, "touched")


def test_what_does_not_run_as_it_did_is_set_apart(lane: Lane) -> None:
    instance = finish(lane, 70)
    with lane.database.transaction() as session:
        first = session.scalars(
            select(HistoryEvent).where(HistoryEvent.instance_id == instance).order_by(HistoryEvent.id).limit(1)
        ).one()
        first.detail = {**first.detail, "trail": [{"id": "nowhere", "kind": "task"}]}
    (found,) = replayed(lane, draft())
    (why,) = found.differences
    assert (found.verdict, why.kind, why.problem.code) == (NOT_COMPARABLE, "inexact", "inexact")
    assert "does not lead through" in why.problem.template
    assert not found.has("stop")  # which is counted of the cases that stop on the draft, and of no others


DMN = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="urn:test">
<decision id="limit" name="限额"><decisionTable hitPolicy="UNIQUE">
<input id="i" label="金额"><inputExpression typeRef="number"><text>amount</text></inputExpression></input>
<output id="o" name="hours" typeRef="number"/>
<rule id="r1"><inputEntry><text>&lt; 100</text></inputEntry><outputEntry><text>4</text></outputEntry></rule>
<rule id="r2"><inputEntry><text>&gt;= 100</text></inputEntry><outputEntry><text>1</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


def timed(hours: str = "hours", topic: str = "test.rate") -> dict[str, bytes]:
    """Return a process with a decision, a service and a deadline that lets a step lapse."""
    body = (
        node("businessRuleTask", "decide", decision="limit", result="hours")
        + node("serviceTask", "rate", topic=topic, result="rate")
        + node("userTask", "ask", due=f'at + duration("PT1H") * {hours}')
        + boundary("late", "ask", timer(f'at + duration("PT1H") * {hours}', "timeDate"))
        + end("lapsed")
    )
    links = "start decide rate ask end\nlate lapsed"
    declared = {"var__amount": "number", "var__at": "datetime", "var__hours": "number", "var__rate": "number"}
    return {"timed.bpmn": bpmn(body, links, key="timed", **declared), "limit.dmn": DMN.encode()}


def answer_or_lapse(lane: Lane, amount: int, wait: timedelta, *, is_swept: bool = True) -> None:
    """Run the process, with an answer after a time if its deadline has not fired before."""
    principals = [user_principal(actor.user_id) for actor in lane.people if actor.user_id]
    with lane.database.transaction() as session:
        instance = service.start_instance(
            session, SYSTEM, "timed", business_key=f"bench:{amount}", title="Bench",
            data={"amount": amount, "at": lane.now.isoformat()}, lanes={"": principals}, now=lane.now,
        )  # fmt: skip
    lane.clock.move_to(lane.clock() + wait)
    with lane.database.transaction() as session:
        fired = is_swept and service.advance_instance(session, instance, now=lane.now)
    with lane.database.transaction() as session:
        task = session.scalars(select(UserTask).where(UserTask.instance_id == instance)).one()
        task.candidates = principals
        if not fired:
            user_tasks.complete_user_task(session, lane.anna, task.id, {}, submission_id=None, now=lane.now)


@pytest.fixture
def finished(lane: Lane, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Run the process three times: answered, lapsed, answered late in the hour; return what the service was asked."""
    asked: list[str] = []

    def rate(context: StepContext, _parameters: Any) -> dict[str, Any]:
        asked.append(context.business_key)
        return {"value": 7}

    monkeypatch.setitem(
        topics._topics, "test.rate", Topic("test.rate", TopicKind.LOOKUP, ("费", "Rate"), operation=rate)
    )
    with lane.database.transaction() as session:
        files = [Source(name, content) for name, content in timed().items()]
        deployment.store(session, SYSTEM, files, now=lane.now)
    for amount, wait in ((10, 30), (500, 90), (10, 200)):
        answer_or_lapse(lane, amount, timedelta(minutes=wait))
    return asked


def replayed_timed(lane: Lane, files: dict[str, bytes]) -> list[Replayed]:
    bundle = bundles.build(bundles.sources_from(files))
    with lane.database.reading() as session:
        return [replay(case, bundle) for case in cases(session, "timed", limit=10)][::-1]


def test_services_answer_from_the_record_and_are_not_asked(lane: Lane, finished: list[str]) -> None:
    assert len(finished) == 3
    assert [each.verdict for each in replayed_timed(lane, timed())] == [SAME, SAME, SAME]
    assert len(finished) == 3


def test_who_answers_at_the_very_moment_of_the_deadline_was_first(lane: Lane, finished: list[str]) -> None:
    answer_or_lapse(lane, 10, timedelta(hours=4), is_swept=False)
    assert [each.verdict for each in replayed_timed(lane, timed())][-1] == SAME


def test_a_timer_that_did_not_fire_is_why_a_case_cannot_be_compared(lane: Lane, finished: list[str]) -> None:
    answer_or_lapse(lane, 10, timedelta(hours=5), is_swept=False)
    late = replayed_timed(lane, timed())[-1]
    (why,) = late.differences
    assert (late.verdict, why.kind) == (NOT_COMPARABLE, "inexact")
    assert "the timer “{name}” was due, and did not fire then" in why.problem.template


def test_another_decision_moves_the_deadline_and_the_way(lane: Lane, finished: list[str]) -> None:
    files = timed()
    files["limit.dmn"] = files["limit.dmn"].replace(b"<text>4</text>", b"<text>2</text>")
    soon, lapsed, late = replayed_timed(lane, files)
    assert lapsed.verdict == SAME
    # Answered after half an hour: in time, however the limit stands.
    assert (soon.verdict, {kind for kind, _code, _element in told(soon)}) == (CHANGED, {"decision", "deadline"})
    # Answered after more than three hours: the draft would not have waited.
    assert late.verdict == CHANGED
    assert ("path", "added_way", "lapsed") in told(late)
    assert ("path", "lost_way", "ask") in told(late)
    assert ("decision", "decided", "decide") in told(late)


def test_a_longer_deadline_lets_the_lapsed_case_wait_for_nobody(lane: Lane, finished: list[str]) -> None:
    _soon, lapsed, _late = replayed_timed(lane, timed(hours="24"))
    assert lapsed.verdict == STOPPED
    assert ("stop", "not_answered", "ask") in told(lapsed)


def test_a_service_that_was_never_asked_stops_the_case(lane: Lane, finished: list[str]) -> None:
    files = timed()
    extra = node("serviceTask", "check", topic="test.other").encode()
    files["timed.bpmn"] = (
        files["timed.bpmn"]
        .replace(b'targetRef="ask"', b'targetRef="check"')
        .replace(
            b"</bpmn:process>", extra + b'<bpmn:sequenceFlow id="fx" sourceRef="check" targetRef="ask"/></bpmn:process>'
        )
    )
    for found in replayed_timed(lane, files):
        assert found.verdict == STOPPED
        assert told(found) == [("stop", "no_answer", "check")]
