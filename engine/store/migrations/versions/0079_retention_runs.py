"""retention runs on record; indexes for what they delete of repairs and migrations"""

import sqlalchemy as sa
from alembic import op

from engine.store import base as columns

revision = "0079"
down_revision = "0076"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "retention_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("asked_by_name", sa.String(length=200), nullable=False),
        sa.Column("started_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("finished_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("deleted", columns.JsonText(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_run")),
    )
    op.create_index(op.f("ix_retention_run_started_at"), "retention_run", ["started_at"])
    op.create_index("ix_repair_proposal_snapshot", "repair_proposal", ["snapshot_id"])
    op.create_index("ix_migration_item_snapshot", "migration_item", ["snapshot_id"])
    op.create_index("ix_instance_snapshot_at", "instance_snapshot", ["at"])


def downgrade() -> None:
    op.drop_index("ix_instance_snapshot_at", "instance_snapshot")
    op.drop_index("ix_migration_item_snapshot", "migration_item")
    op.drop_index("ix_repair_proposal_snapshot", "repair_proposal")
    op.drop_table("retention_run")
