"""instances as they were before a repair or a migration"""

import sqlalchemy as sa
from alembic import op

from engine.store import base as columns

revision = "0075"
down_revision = "0074"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "instance_snapshot",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("after_version", sa.Integer(), nullable=False),
        sa.Column("definition_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("state_bytes", sa.LargeBinary(), nullable=False),
        sa.Column("before", columns.JsonText(), nullable=False),
        sa.Column("tasks", columns.JsonText(), nullable=False),
        sa.Column("incidents", columns.JsonText(), nullable=False),
        sa.Column("summary", columns.JsonText(), nullable=False),
        sa.Column("undone_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("undone_by_name", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_instance_snapshot_instance_id_process_instance")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instance_snapshot")),
    )
    op.create_index("ix_instance_snapshot_instance", "instance_snapshot", ["instance_id", "at"])


def downgrade() -> None:
    op.drop_table("instance_snapshot")
