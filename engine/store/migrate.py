"""Bring a database to the newest schema, and say where it differs from the models."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import MetaData

from engine.store.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(database: Database, metadata: MetaData, *, to: str = "head") -> None:
    """Run every migration that the database has not seen, up to and with ``to``."""
    with database.engine.execution_options(fieldflow_writes=True).begin() as connection:
        command.upgrade(_config(connection, metadata), to)


def is_current(database: Database) -> bool:
    """Tell whether the database has seen every migration."""
    from alembic.script import ScriptDirectory

    head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head


def write_revision(database: Database, metadata: MetaData, message: str, revision: str) -> None:
    """Write a migration from the differences between the database and the models: for developers."""
    with database.engine.connect() as connection:
        command.revision(_config(connection, metadata), message, autogenerate=True, rev_id=revision)


def differences(database: Database, metadata: MetaData) -> list[Any]:
    """Return what the database lacks or has too much, compared with the models; empty is right."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))


def _config(connection: Any, metadata: MetaData) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes.update(connection=connection, metadata=metadata)
    return config
