"""Drafts: saved file by file with optimistic locks, reviewed, published together, rolled back; each act is audited."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from engine.access import Actor, Role
from engine.audit import service as audit
from engine.errors import ConflictError, InvalidInputError, NotFoundError
from engine.ids import new_id
from engine.people import service as people
from engine.process import bundles, definitions
from engine.studio import drafts, imports, publishing, recordings, reviews, running, scenarios
from engine.studio.archives import write
from engine.studio.drafts import OvertakenError
from tests.integration.conftest import Lane

KEY = "three_tasks"
FILE = f"{KEY}.bpmn"
ADA, BO = (Actor(new_id(), name, frozenset({Role.ADMIN})) for name in ("Ada", "Bo"))


class Studio:
    """What two administrators do to drafts of the process of three tasks."""

    def __init__(self, lane: Lane) -> None:
        self.lane, self.clock = lane, lane.clock
        self.version = self.read(lambda session: definitions.definitions(session, key=KEY))[0]

    def do(self, work: Callable[[Session], Any]) -> Any:
        with self.lane.database.transaction() as session:
            return work(session)

    def read(self, work: Callable[[Session], Any]) -> Any:
        with self.lane.database.reading() as session:
            return work(session)

    def begin(self, actor: Actor = ADA) -> UUID:
        return self.do(lambda s: drafts.create(s, actor, self.version.id, title="", now=self.clock()))

    def files(self, draft_id: UUID) -> dict[str, drafts.FileRow]:
        return self.read(lambda session: drafts.files(session, draft_id))

    def save(
        self, draft_id: UUID, old: str, new: str, *, actor: Actor = ADA, revision: int | None = None, name: str = FILE
    ) -> int:
        file = self.files(draft_id)[name]
        assert old.encode() in file.content
        content = file.content.replace(old.encode(), new.encode())
        known = file.revision if revision is None else revision
        return self.do(lambda s: drafts.save_file(s, actor, draft_id, name, content, revision=known, now=self.clock()))

    def publish(self, draft_id: UUID, note: str = "", failing: tuple[str, ...] = ()) -> int:
        files = running.complete_files(self.read(lambda session: drafts.contents(session, draft_id)))
        revision = self.read(lambda session: drafts.draft(session, draft_id)).revision
        return self.do(
            lambda s: publishing.publish(
                s, ADA, draft_id, bundles.sources_from(files), revision=revision, failing=failing, note=note,
                now=self.clock(),
            )
        )[1]  # fmt: skip

    def actions(self, kind: str = "draft") -> list[str]:
        return [row.action for row in self.read(audit.events) if row.subject_kind == kind][::-1]


@pytest.fixture
def studio(lane: Lane) -> Studio:
    return Studio(lane)


def test_a_draft_has_every_file_and_is_published_as_a_whole(studio: Studio) -> None:
    draft_id = studio.begin()
    assert set(studio.files(draft_id)) == {FILE, "bench_enter.json"}
    studio.save(draft_id, "total &gt; 100", "total &gt; 50")
    studio.save(draft_id, '"version": 1', '"version": 2', name="bench_enter.json")
    assert studio.publish(draft_id, "lower") == 2
    newest = studio.read(lambda session: definitions.definitions(session, key=KEY))[0]
    files = studio.read(lambda session: definitions.definition_files(session, newest.id))
    assert b"total &gt; 50" in files[FILE]
    assert b'"version": 2' in files["bench_enter.json"]
    assert studio.actions() == ["draft.created", "draft.saved", "draft.saved"]
    assert studio.actions("definition") == ["definition.published"]
    with pytest.raises(ConflictError, match="over"):
        studio.save(draft_id, "total &gt; 50", "total &gt; 60")


def test_two_who_change_the_same_file_lose_nothing(studio: Studio) -> None:
    draft_id = studio.begin()
    read = studio.files(draft_id)[FILE].revision
    studio.save(draft_id, 'name="复核"', 'name="严格复核"', actor=BO)
    with pytest.raises(OvertakenError) as overtaken:
        studio.save(draft_id, "total &gt; 100", "total &gt; 50", revision=read)
    assert overtaken.value.who == "Bo"
    assert overtaken.value.file is not None
    assert "严格复核".encode() in overtaken.value.file.content
    (change,) = [each for each in overtaken.value.changes if each.area == "element"]
    assert (change.subject_id, change.details[0].property) == ("check_large", "name")
    # Who looked at it may put theirs in its place, with the revision that is there now.
    studio.save(draft_id, "total &gt; 100", "total &gt; 50", revision=overtaken.value.file.revision)


def test_two_who_change_different_files_do_not_meet(studio: Studio) -> None:
    draft_id = studio.begin()
    revisions = {name: file.revision for name, file in studio.files(draft_id).items()}
    studio.save(draft_id, "total &gt; 100", "total &gt; 50", actor=BO, revision=revisions[FILE])
    name = "bench_enter.json"
    studio.save(draft_id, '"version": 1', '"version": 2', revision=revisions[name], name=name)
    assert len(studio.files(draft_id)) == 2


def test_the_same_content_again_is_no_conflict(studio: Studio) -> None:
    draft_id = studio.begin()
    read = studio.files(draft_id)[FILE].revision
    saved = studio.save(draft_id, "total &gt; 100", "total &gt; 50")
    content = studio.files(draft_id)[FILE].content
    again = studio.do(lambda s: drafts.save_file(s, BO, draft_id, FILE, content, revision=read, now=studio.clock()))
    assert again == saved


def test_files_come_and_go_and_names_are_guarded(studio: Studio) -> None:
    draft_id = studio.begin()

    def save(name: str, content: bytes | None, revision: int) -> int:
        return studio.do(
            lambda s: drafts.save_file(s, ADA, draft_id, name, content, revision=revision, now=studio.clock())
        )

    first = save("scenarios/one.json", b"{}", 0)
    save("scenarios/one.json", None, first)
    assert "scenarios/one.json" not in studio.files(draft_id)
    save("scenarios/one.json", b"[]", 0)
    for name in ("../x.bpmn", "x.sh", "scenarios/../x.json", "a/b.json", ""):
        with pytest.raises(InvalidInputError, match="no name for a file"):
            save(name, b"x", 0)
    with pytest.raises(InvalidInputError, match="2 MB"):
        save("big.json", b"0" * 2_000_001, 0)


def test_a_version_published_in_between_stops_the_draft_until_it_was_looked_at(studio: Studio) -> None:
    mine, theirs = studio.begin(), studio.begin(BO)
    studio.save(mine, "total &gt; 100", "total &gt; 50")
    studio.save(theirs, 'name="复核"', 'name="严格复核"', actor=BO)
    assert studio.publish(theirs) == 2
    with pytest.raises(ConflictError, match="Version 2 was published"):
        studio.publish(mine)
    assert studio.do(lambda s: publishing.follow_newest(s, ADA, mine, now=studio.clock())) == 2
    assert studio.publish(mine) == 3


def test_what_was_checked_is_what_is_published(studio: Studio) -> None:
    draft_id = studio.begin()
    files = studio.read(lambda session: drafts.sources(session, draft_id))
    studio.save(draft_id, "total &gt; 100", "total &gt; 50", actor=BO)
    with pytest.raises(ConflictError, match="Check it again"):
        studio.do(
            lambda s: publishing.publish(s, ADA, draft_id, files, revision=1, failing=(), note="", now=studio.clock())
        )


def test_rolling_back_publishes_the_old_files_again(studio: Studio) -> None:
    draft_id = studio.begin()
    studio.save(draft_id, "total &gt; 100", "total &gt; 50")
    studio.publish(draft_id)
    old = studio.read(lambda session: bundles.sources_of(session, studio.version.id))

    def back(reason: str) -> tuple[UUID, int]:
        return studio.do(
            lambda s: publishing.roll_back(s, ADA, studio.version.id, old, reason=reason, now=studio.clock())
        )

    with pytest.raises(InvalidInputError, match="Say why"):
        back(" ")
    _id, version = back("Too strict")
    assert version == 3
    newest = studio.read(lambda session: definitions.definitions(session, key=KEY))[0]
    assert newest.digest == studio.version.digest
    assert "Too strict" in newest.note
    (event,) = [row for row in studio.read(audit.events) if row.action == "definition.rolled_back"]
    assert event.after == {"version": 3, "files_of": 1}


def test_a_review_stands_beside_the_draft_and_grows_stale(studio: Studio) -> None:
    draft_id = studio.begin()
    bo = studio.do(
        lambda s: people.add_user(
            s, login="bo", name="Bo", password="correct horse", roles=[Role.ADMIN], now=studio.clock()
        )
    )

    def say(actor: Actor, kind: str, **values: Any) -> None:
        studio.clock.move_to(studio.clock() + timedelta(seconds=1))
        studio.do(lambda s: reviews.review(s, actor, draft_id, kind, now=studio.clock(), **values))

    say(ADA, "asked", asked_id=bo)
    theirs = Actor(bo, "Bo", frozenset({Role.ADMIN}))
    assert studio.read(lambda session: reviews.asked_of(session, theirs)) == {draft_id}
    say(theirs, "approved")
    assert studio.read(lambda session: reviews.asked_of(session, theirs)) == set()
    studio.save(draft_id, "total &gt; 100", "total &gt; 50")
    say(BO, "comment", text="Why 50?")
    rows = studio.read(lambda session: reviews.reviews(session, draft_id))
    assert [(row.kind, row.is_stale) for row in rows] == [("asked", True), ("approved", True), ("comment", False)]
    assert rows[0].asked_name == "Bo"
    with pytest.raises(InvalidInputError):
        say(BO, "comment", text=" ")
    with pytest.raises(NotFoundError):
        say(ADA, "asked", asked_id=new_id())
    assert [each for each in studio.actions() if each != "draft.created"] == [
        "draft.asked", "draft.approved", "draft.saved", "draft.comment",
    ]  # fmt: skip


def record(studio: Studio, draft_id: UUID, title: str = "Large amounts") -> str:
    """Click through a large amount and keep it."""

    def act(work: Callable[..., Any], *arguments: Any, **values: Any) -> Any:
        return studio.do(lambda s: work(s, ADA, *arguments, now=studio.clock(), **values))

    recording = act(recordings.begin, draft_id, title=title, started_at=studio.clock(), data={}, answers={})
    act(recordings.add_act, recording, {"act": "complete", "element": "enter", "values": {"amount": 70, "note": ""}})
    with pytest.raises(ConflictError):
        act(recordings.add_act, recording, {"act": "timer"})
    act(recordings.add_act, recording, {"act": "complete", "element": "check_large", "values": {}})
    return act(recordings.keep, recording)


def outcomes(studio: Studio, draft_id: UUID) -> list[scenarios.Outcome]:
    files = studio.read(lambda session: drafts.contents(session, draft_id))
    return scenarios.run_all(running.build(files), files)


def test_a_recorded_scenario_guards_the_draft(studio: Studio) -> None:
    draft_id = studio.begin()
    name = record(studio, draft_id)
    assert [each.passes for each in outcomes(studio, draft_id)] == [True]
    studio.save(draft_id, "total &gt; 100", "total &gt; 500")
    (failed,) = outcomes(studio, draft_id)
    assert not failed.passes
    assert failed.element_id == "check_large"
    studio.do(lambda s: publishing.require_green(s, ADA, KEY, is_required=True, now=studio.clock()))
    with pytest.raises(ConflictError, match="must pass"):
        studio.publish(draft_id, failing=(failed.name,))
    # Taken as right, it passes again.
    recording = studio.do(lambda s: recordings.begin_from(s, ADA, draft_id, name, now=studio.clock()))
    studio.do(lambda s: recordings.undo(s, ADA, recording, now=studio.clock()))
    studio.do(
        lambda s: recordings.add_act(
            s, ADA, recording, {"act": "complete", "element": "check_small", "values": {}}, now=studio.clock()
        )
    )
    studio.do(lambda s: recordings.keep(s, ADA, recording, now=studio.clock()))
    assert [each.passes for each in outcomes(studio, draft_id)] == [True]
    assert studio.publish(draft_id) == 2
    files = studio.read(
        lambda session: definitions.definition_files(session, definitions.definitions(session, key=KEY)[0].id)
    )
    assert f"scenarios/{name}.json" in files


def test_a_recording_is_its_authors(studio: Studio) -> None:
    draft_id = studio.begin()
    recording = studio.do(
        lambda s: recordings.begin(
            s, ADA, draft_id, title="x", started_at=studio.clock(), data={}, answers={}, now=studio.clock()
        )
    )
    with pytest.raises(NotFoundError):
        studio.read(lambda session: recordings.recording(session, BO, recording))
    assert studio.do(lambda s: recordings.drop(s, ADA, recording, now=studio.clock())) == draft_id


def test_an_import_shows_its_conflicts_and_becomes_a_draft(studio: Studio) -> None:
    draft_id = studio.begin()
    studio.save(draft_id, "total &gt; 100", "total &gt; 50")
    files = studio.read(lambda session: drafts.contents(session, draft_id))
    packed = write(files, {"process": KEY, "version": 0})
    held = studio.do(lambda s: imports.hold(s, ADA, "bundle.zip", packed, now=studio.clock()))
    plan = studio.read(lambda session: imports.plan(session, ADA, held))
    assert plan.process_key == KEY
    assert {problem.code for problem in plan.conflicts} == {"newer_here", "draft_open"}
    assert [change.subject_id for change in plan.changes] == ["f4"]
    with pytest.raises(NotFoundError):
        studio.read(lambda session: imports.plan(session, BO, held))
    imported = studio.do(lambda s: imports.accept(s, ADA, held, [], now=studio.clock()))
    row = studio.read(lambda session: drafts.draft(session, imported))
    assert (row.process_key, row.base_version) == (KEY, 1)
    assert studio.publish(imported) == 2


def test_old_drafts_are_forgotten_and_open_ones_are_not(studio: Studio) -> None:
    kept, gone = studio.begin(), studio.begin()
    studio.do(lambda s: drafts.discard(s, ADA, gone, reason="", now=studio.clock()))
    later = studio.clock() + timedelta(days=100)
    assert studio.do(lambda s: drafts.forget_old(s, later)) == 1
    assert studio.read(lambda session: drafts.draft(session, kept)).is_open
    with pytest.raises(NotFoundError):
        studio.read(lambda session: drafts.draft(session, gone))
