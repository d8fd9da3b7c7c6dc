"""the seal of the audit, and triggers that keep it

The sweeper seals the events that are there already.
"""

import sqlalchemy as sa
from alembic import op

revision = "0073"
down_revision = "0072"
branch_labels = None
depends_on = None

UNSEALED = sa.text("number IS NULL")
# As engine/audit/guards.py had it when this was written.
FOR_EVER = (
    "id", "at", "actor_id", "actor_name", "action", "subject_kind", "subject_key", "subject_name", "reason",
)  # fmt: skip
CONTENT = ("before", "after", "salt")
SEAL = ("content_hash", "number", "previous_hash", "hash")


def upgrade() -> None:
    with op.batch_alter_table("audit_event") as table:
        table.add_column(sa.Column("content_hash", sa.String(length=64), nullable=True))
        table.add_column(sa.Column("salt", sa.String(length=32), nullable=True))
        table.add_column(sa.Column("number", sa.BigInteger(), nullable=True))
        table.add_column(sa.Column("previous_hash", sa.String(length=64), nullable=True))
        table.add_column(sa.Column("hash", sa.String(length=64), nullable=True))
        table.create_unique_constraint(op.f("uq_audit_event_number"), ["number"])
    op.create_index(
        "ix_audit_event_unsealed", "audit_event", ["at", "id"], postgresql_where=UNSEALED, sqlite_where=UNSEALED
    )
    for statement in guards(op.get_bind().dialect.name):
        op.execute(statement)


def guards(dialect: str) -> list[str]:
    same = "IS" if dialect == "sqlite" else "IS NOT DISTINCT FROM"

    def kept(names: tuple[str, ...]) -> str:
        return " AND ".join(f'NEW."{name}" {same} OLD."{name}"' for name in names)

    gone = " AND ".join(f'NEW."{name}" IS NULL' for name in CONTENT)
    allowed = f"{kept(FOR_EVER)} AND ((OLD.number IS NULL AND {kept(CONTENT[:2])}) OR ({kept(SEAL)} AND {gone}))"
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


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER audit_event_no_update")
        op.execute("DROP TRIGGER audit_event_no_delete")
    else:
        op.execute("DROP TRIGGER audit_event_kept ON audit_event")
        op.execute("DROP FUNCTION audit_event_is_kept()")
    op.drop_index("ix_audit_event_unsealed", "audit_event")
    with op.batch_alter_table("audit_event") as table:
        table.drop_constraint(op.f("uq_audit_event_number"), type_="unique")
        for name in ("hash", "previous_hash", "number", "salt", "content_hash"):
            table.drop_column(name)
