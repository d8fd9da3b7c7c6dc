"""How long scenario tests and replays take: a hundred of the one, three hundred of the other."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select

from engine.ids import new_id
from engine.process import bundles, deployment
from engine.process.tables import HistoryEvent, ProcessInstance
from engine.store.database import Database
from engine.studio import scenarios
from engine.studio.isolated import IsolatedRun
from engine.studio.recorded_cases import cases
from engine.studio.replay import CHANGED, replay
from tests.bench.report import Report
from tests.bench.world import build

SCENARIOS = 100
CASES = 300
STARTED_AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
VISIT = {
    "visit_id": "v", "customer": "仁济医院", "customer_en": "Renji Hospital", "customer_id": "c", "requester_id": "rep",
    "purpose": "学术拜访", "purpose_en": "Call", "needs_approval": False, "assigned": False, "rep": ["user:rep"],
    "manager": ["user:manager"], "compliance": ["group:compliance"], "report_form": "visit_report",
    "planned_start": "2026-03-02T02:00:00+00:00", "approve_by": "2026-03-02T10:00:00+00:00",
    "check_in_remind_at": "2026-03-02T02:15:00+00:00", "report_remind_at": "2026-03-02T12:00:00+00:00",
    "report_late_at": "2026-03-03T04:00:00+00:00", "day_limit_at": "2026-03-02T20:00:00+00:00",
    "decide_by": "2026-03-04T10:00:00+00:00",
}  # fmt: skip
FACTS = {
    "method": "position", "mock": False, "qr": False, "age_s": 5, "distance_m": 100, "radius_m": 200,
    "place_known": True, "impossible_speed": False,
}  # fmt: skip
REPORTED = {"outcome": "met", "adverse_event": False, "promise_count": 0, "follow_up_count": 0, "promises": []}
ANSWERS: dict[str, dict[str, Any]] = {
    "visit.report": {**REPORTED, "review_sampled": False, "report": {"form": "visit_report"}},
    "visit.complete": {"review_by": "2026-03-05T10:00:00+00:00"},
    "visit.crm_record": {"visit_id": "v"},
}
ACTS: tuple[dict[str, Any], ...] = (
    {"act": "start"},
    {"act": "complete", "element": "prepare", "values": {}},
    {"act": "complete", "element": "check_in", "values": {"method": "position", "position_evidence": "e"}},
    {"act": "complete", "element": "check_out", "values": {"method": "manual"}},
    {"act": "complete", "element": "report", "values": {"outcome": "met", "summary": "介绍了新适应症"}},
)
"""A visit as most are; only its position differs from one to the next, so that each is another question to FEEL."""


def bench_scenarios(report: Report) -> None:
    """Run a hundred scenarios of the visit process, as the studio's page does."""
    sources = {source.name: source.content for source in bundles.factory_sources("visit")}
    bundle = bundles.build(bundles.sources_from(sources))
    files = {f"scenarios/n{number}.json": orjson.dumps(_scenario(bundle, number)) for number in range(SCENARIOS)}
    begun = time.perf_counter()
    outcomes = scenarios.run_all(bundle, files)
    spent = time.perf_counter() - begun
    assert all(outcome.passes for outcome in outcomes), "a scenario is what was recorded"
    report.add(f"studio: {SCENARIOS} scenario tests of the visit process", spent, "s", 30)


def _scenario(bundle: bundles.Bundle, number: int) -> dict[str, Any]:
    answers = {
        element.id: [{**FACTS, "accuracy_m": 5 + number / 10}]
        if element.properties["topic"] == "visit.check_facts"
        else [ANSWERS.get(element.properties["topic"], {})]
        for element in bundle.model.elements.values()
        if element.kind == "serviceTask"
    }
    document = {
        "title": f"Visit {number}",
        "started_at": STARTED_AT.isoformat(),
        "data": {**VISIT, "visit_id": f"v{number}"},
        "answers": answers,
        "acts": [dict(act) for act in ACTS],
    }
    run = IsolatedRun(bundle, scenarios.answers_of(document), now=STARTED_AT)
    for act in document["acts"]:
        happened = scenarios.perform(run, act, document["data"])
        assert happened is not None, f"{act} is not waited for: {run.stop}"
        act["then"] = scenarios.seen(run, happened)
    return document


def bench_replay(report: Report, kind: str, url: str, folder: Path) -> None:
    """Replay three hundred finished visits on a draft with another table of evidence grades."""
    world = build(url, folder)
    sources = {source.name: source.content for source in bundles.factory_sources("visit")}
    with world.database.transaction() as session:
        definition_id, _version = deployment.store(session, world.actor, bundles.sources_from(sources), now=STARTED_AT)
    bundle = bundles.build(bundles.sources_from(sources))
    for number in range(CASES):
        _store(world.database, definition_id, bundle, number)
    changed = {**sources, "evidence_grade.dmn": sources["evidence_grade.dmn"].replace(b"&lt;= 50", b"&lt;= 20")}
    draft = bundles.build(bundles.sources_from(changed))
    begun = time.perf_counter()
    with world.database.reading() as session:
        found = [replay(case, draft) for case in cases(session, "visit", limit=CASES)]
    spent = time.perf_counter() - begun
    assert len(found) == CASES
    assert any(each.verdict == CHANGED for each in found), [each.differences for each in found[:3]]
    report.add(f"{kind}: replay of {CASES} finished visits on a draft", spent, "s", 30)
    world.database.dispose()


def _store(database: Database, definition_id: UUID, bundle: bundles.Bundle, number: int) -> None:
    """Write a finished visit with its history, as running it would."""
    document = _scenario(bundle, number)
    run = IsolatedRun(bundle, scenarios.answers_of(document), now=STARTED_AT)
    instance_id = new_id()
    with database.transaction() as session:
        session.add(
            ProcessInstance(
                id=instance_id, definition_id=definition_id, digest=bundle.digest, process_key="visit",
                business_key=f"visit:{number}", title=f"Visit {number}", state="completed", lanes={}, awaiting=[],
                state_bytes=b"", started_at=STARTED_AT, ended_at=STARTED_AT,
            )
        )  # fmt: skip
        session.flush()  # the history refers to it
        for minute, act in enumerate(document["acts"]):
            run.host.now = STARTED_AT + timedelta(minutes=minute)
            happened = scenarios.perform(run, act, document["data"])
            assert happened is not None
            trail = [
                {"id": entry.element_id, "kind": entry.kind, **({"result": entry.result} if entry.result else {})}
                for entry in happened.trail
            ]
            first = {"data": document["data"]} if act["act"] == "start" else {"values": act["values"]}
            session.add(
                HistoryEvent(
                    instance_id=instance_id, at=run.host.now, element_id=act.get("element"), actor_name="",
                    kind="started" if act["act"] == "start" else "completed", detail={**first, "trail": trail},
                )
            )  # fmt: skip
        assert run.step is not None
        assert run.step.status == "completed", run.open_tasks()
        assert session.scalar(select(ProcessInstance.id).where(ProcessInstance.id == instance_id))
