"""The database of one company: reading, and the one place where the project commits."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from engine.errors import RetryableError
from engine.store.writer_lock import WriterLock

BUSY_TIMEOUT_S = 30
LOCK_TIMEOUT_MS = 5_000
STATEMENT_TIMEOUT_MS = 30_000
LOCK_ATTEMPTS = 4

# SQLSTATE: serialization_failure, deadlock_detected, lock_not_available, unique_violation.
PASSING_FAILURES = {"40001", "40P01", "55P03", "23505"}

AFTER_COMMIT = "after_commit"
"""Key of ``session.info``: a list of whatever ``Database.on_commit`` is to hear of once it is committed."""

Result = TypeVar("Result")


class Database:
    """Reads and transactions on one database.

    Args:
        url: ``sqlite:///path`` or ``postgresql+psycopg://…``.
        pool_size: connections kept for each process (PostgreSQL).

    ``file`` is the database's file, None for PostgreSQL and in memory.
    ``on_commit`` is called after a commit with what the transaction put into ``session.info[AFTER_COMMIT]``.
    """

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self.on_commit: Callable[[list[Any]], object] = _ignore
        parsed = make_url(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self.url = url
        self.file: Path | None = None
        if self.is_sqlite:
            in_memory = parsed.database in {None, "", ":memory:"}
            options: dict[str, Any] = {"connect_args": {"timeout": BUSY_TIMEOUT_S, "check_same_thread": False}}
            if in_memory:
                options["poolclass"] = StaticPool
            self.file = None if in_memory else Path(str(parsed.database))
            lock_path = None if in_memory else Path(f"{parsed.database}.writer")
            self._writer_lock: WriterLock | None = WriterLock(lock_path)
            self.engine = create_engine(url, **options)
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        else:
            self._writer_lock = None
            settings = f"-c lock_timeout={LOCK_TIMEOUT_MS} -c statement_timeout={STATEMENT_TIMEOUT_MS} -c timezone=UTC"
            self.engine = create_engine(
                url,
                pool_size=pool_size,
                max_overflow=pool_size,
                pool_pre_ping=True,
                connect_args={"options": settings},
            )
        self._write_engine = self.engine.execution_options(fieldflow_writes=True)
        self._read_engine = self.engine if self.is_sqlite else self.engine.execution_options(postgresql_readonly=True)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open a session that may write; leaving the block commits, an exception rolls back.

        This is the project's only commit. What the session loads or writes stays with it until the end: its own map
        is weak, so that each operation of a step would read the same visit again.
        """
        with self._writing(), Session(self._write_engine, expire_on_commit=False) as session:
            kept: list[object] = []
            for moment in ("loaded_as_persistent", "pending_to_persistent"):
                event.listen(session, moment, lambda _session, row: kept.append(row))
            try:
                yield session
                session.commit()
            except BaseException:
                session.rollback()
                raise
            notices = session.info.pop(AFTER_COMMIT, None)
        if notices:
            self.on_commit(notices)

    def run(self, work: Callable[[Session], Result]) -> Result:
        """Call ``work`` in a transaction, again if the database refused it in a way that passes.

        Raises:
            RetryableError: the rows stayed locked through every attempt.
            IntegrityError: a row that must be unique is there already.
            OperationalError: any other failure of the database.
        """
        cause: DBAPIError | None = None
        for _attempt in range(LOCK_ATTEMPTS):
            try:
                with self.transaction() as session:
                    return work(session)
            except (OperationalError, IntegrityError) as error:
                # A row that another transaction made in between: the next attempt sees it. Once is enough.
                was_seen = isinstance(error, IntegrityError) and isinstance(cause, IntegrityError)
                if was_seen or not is_passing(error):
                    raise
                cause = error
        raise RetryableError("The server is busy. Nothing was changed; please try again.", code="busy") from cause

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session that can only read."""
        with Session(self._read_engine, autoflush=False, expire_on_commit=False) as session:
            event.listen(session, "before_flush", _refuse_flush)
            try:
                yield session
            finally:
                session.expunge_all()  # what was read stays readable: a rollback would expire it
                session.rollback()

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def _writing(self) -> AbstractContextManager[None]:
        return self._writer_lock.hold() if self._writer_lock else nullcontext()


def _ignore(_notices: list[Any]) -> None:
    return None


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # SQLAlchemy's and the driver's own idea of when to BEGIN gives deferred transactions; we say it ourselves.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY", "cache_size=-20000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A deferred transaction that reads first and writes later fails under load with SQLITE_BUSY_SNAPSHOT at once.
    writes = connection.get_execution_options().get("fieldflow_writes")
    # Outside of the ORM nothing else keeps a session that only reads from writing.
    driver = connection.connection.dbapi_connection
    assert driver is not None, "a connection that begins is open"
    driver.execute(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _refuse_flush(session: Session, _context: Any, _instances: Any) -> None:
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("This session only reads: write inside Database.transaction().")


def is_passing(error: DBAPIError) -> bool:
    """Tell whether a failure of the database comes of others at work, so that the next attempt may not meet it."""
    return getattr(error.orig, "sqlstate", None) in PASSING_FAILURES or "database is locked" in str(error.orig)


def create_all(engine: Engine) -> None:
    """Create every table at once, for benchmarks; real databases are migrated."""
    from engine.store.base import Base

    Base.metadata.create_all(engine.execution_options(fieldflow_writes=True))
