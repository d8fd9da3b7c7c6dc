"""Triggers that keep the audit as it is: an event may be sealed once, and its content forgotten; nothing else.

A migration that rebuilds the table on SQLite (batch) drops its triggers and must make them again.
"""

from typing import Any

from sqlalchemy import Connection, Table, text

_FOR_EVER = (
    "id", "at", "actor_id", "actor_name", "action", "subject_kind", "subject_key", "subject_name", "reason",
)  # fmt: skip
_CONTENT = ("before", "after", "salt")
_SEAL = ("content_hash", "number", "previous_hash", "hash")


def statements(dialect: str) -> list[str]:
    """Return the statements that guard the table."""
    same = "IS" if dialect == "sqlite" else "IS NOT DISTINCT FROM"

    def kept(names: tuple[str, ...]) -> str:
        return " AND ".join(f'NEW."{name}" {same} OLD."{name}"' for name in names)

    gone = " AND ".join(f'NEW."{name}" IS NULL' for name in _CONTENT)
    allowed = f"{kept(_FOR_EVER)} AND ((OLD.number IS NULL AND {kept(_CONTENT[:2])}) OR ({kept(_SEAL)} AND {gone}))"
    refused = "the audit is append-only"
    if dialect == "sqlite":
        stop = f"BEGIN SELECT RAISE(ABORT, '{refused}'); END"
        return [
            f"CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON audit_event WHEN NOT ({allowed}) {stop}",
            f"CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON audit_event {stop}",
        ]
    return [
        "CREATE OR REPLACE FUNCTION audit_event_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'UPDATE' THEN IF {allowed} THEN RETURN NEW; END IF; END IF; "
        f"RAISE EXCEPTION '{refused}'; END $$",
        "CREATE TRIGGER audit_event_kept BEFORE UPDATE OR DELETE ON audit_event "
        "FOR EACH ROW EXECUTE FUNCTION audit_event_is_kept()",
    ]


def guard(_table: Table, connection: Connection, **_more: Any) -> None:
    """Guard a table that was just made by ``create_all``; real databases get the same from a migration."""
    for statement in statements(connection.dialect.name):
        connection.execute(text(statement))
