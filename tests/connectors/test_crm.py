"""The contract of every CRM connector: one suite, run against each implementation."""

from pathlib import Path

import pytest

from engine.connectors.crm import Crm, VisitRecord
from engine.connectors.crm.memory import MemoryCrm

RECORD = VisitRecord("v1", "C001", "rep1", "2026-03-02T09:00:00+08:00", "2026-03-02T09:40:00+08:00", "met", "ok")


@pytest.fixture(params=["memory", "journal"])
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Crm:
    return MemoryCrm(tmp_path / "crm.jsonl" if request.param == "journal" else None)


def test_the_same_key_stores_once_and_answers_the_same(crm: MemoryCrm) -> None:
    assert crm.write_visit(RECORD, key="a") == crm.write_visit(RECORD, key="a")
    assert len(crm.visits()) == 1


def test_other_keys_store_other_records(crm: MemoryCrm) -> None:
    assert crm.write_visit(RECORD, key="a") != crm.write_visit(RECORD, key="b")
    assert [row["key"] for row in crm.visits()] == ["a", "b"]


def test_processes_share_a_journal(tmp_path: Path) -> None:
    first, second = MemoryCrm(tmp_path / "crm.jsonl"), MemoryCrm(tmp_path / "crm.jsonl")
    first.write_visit(RECORD, key="a")
    second.write_visit(RECORD, key="a")
    second.write_visit(RECORD, key="b")
    assert [row["key"] for row in first.visits()] == ["a", "b"]
