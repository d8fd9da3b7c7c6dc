"""Rows that nobody may change or delete: triggers of the database itself, on both of them.

A migration that rebuilds one of these tables on SQLite (batch) drops its triggers and must make them again.
"""

from typing import Any

from sqlalchemy import Connection, Table, text

_KEPT = "OLD.number > coalesce((SELECT number FROM chain_start WHERE user_id = OLD.user_id), 0)"
"""Only events before the start of a chain may go: retention writes the start first."""

DELETABLE = {"check_event": _KEPT, "position_view": "true"}
"""Table to the condition under which deleting one of its rows is refused."""


def statements(table: str, dialect: str) -> list[str]:
    """Return the statements that guard a table."""
    refused = f"{table} is append-only"
    kept = DELETABLE[table]
    if dialect == "sqlite":
        stop = f"BEGIN SELECT RAISE(ABORT, '{refused}'); END"
        return [
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {stop}",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} WHEN {kept} {stop}",
        ]
    return [
        f"CREATE OR REPLACE FUNCTION {table}_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'UPDATE' OR {kept} THEN RAISE EXCEPTION '{refused}'; END IF; RETURN OLD; END $$",
        f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_is_kept()",
    ]


def guard(table: Table, connection: Connection, **_more: Any) -> None:
    """Guard a table that was just made by ``create_all``; real databases get the same from a migration."""
    for statement in statements(table.name, connection.dialect.name):
        connection.execute(text(statement))
