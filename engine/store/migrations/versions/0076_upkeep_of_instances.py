"""repairs that wait for a second administrator, and migrations of many instances"""

import sqlalchemy as sa
from alembic import op

from engine.store import base as columns

revision = "0076"
down_revision = "0075"
branch_labels = None
depends_on = None


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def upgrade() -> None:
    op.create_table(
        "repair_proposal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("edits", columns.JsonText(), nullable=False),
        sa.Column("plan", columns.JsonText(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_by_name", sa.String(length=200), nullable=False),
        sa.Column("proposed_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_by_name", sa.String(length=200), nullable=True),
        sa.Column("decided_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(length=1000), nullable=True),
        sa.Column("snapshot_id", sa.Uuid(), nullable=True),
        _refers("repair_proposal", "instance_id", "process_instance"),
        _refers("repair_proposal", "snapshot_id", "instance_snapshot"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repair_proposal")),
    )
    op.create_index("ix_repair_proposal_instance", "repair_proposal", ["instance_id", "proposed_at"])
    op.create_index("ix_repair_proposal_state", "repair_proposal", ["state", "proposed_at"])
    op.create_table(
        "migration_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("process_key", sa.String(length=100), nullable=False),
        sa.Column("from_id", sa.Uuid(), nullable=False),
        sa.Column("to_id", sa.Uuid(), nullable=False),
        sa.Column("mapping", columns.JsonText(), nullable=False),
        sa.Column("phase", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("started_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("finished_at", columns.UtcDateTime(timezone=True), nullable=True),
        _refers("migration_run", "from_id", "process_definition"),
        _refers("migration_run", "to_id", "process_definition"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_migration_run")),
    )
    op.create_index("ix_migration_run_created", "migration_run", ["created_at"])
    op.create_table(
        "migration_item",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("reasons", columns.JsonText(), nullable=False),
        sa.Column("snapshot_id", sa.Uuid(), nullable=True),
        _refers("migration_item", "run_id", "migration_run"),
        _refers("migration_item", "instance_id", "process_instance"),
        _refers("migration_item", "snapshot_id", "instance_snapshot"),
        sa.PrimaryKeyConstraint("run_id", "position", name=op.f("pk_migration_item")),
    )
    op.create_index("ix_migration_item_outcome", "migration_item", ["run_id", "outcome", "position"])


def downgrade() -> None:
    op.drop_table("migration_item")
    op.drop_table("migration_run")
    op.drop_table("repair_proposal")
