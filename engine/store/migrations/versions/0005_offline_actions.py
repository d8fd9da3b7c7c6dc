"""actions from phones and conflict cases"""

import sqlalchemy as sa
from alembic import op

from engine.store import base as columns

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "conflict_case",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("opened_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("decided_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("note", sa.String(length=1000), nullable=True),
        sa.Column("new_visit_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict_case")),
    )
    with op.batch_alter_table("conflict_case", schema=None) as batch_op:
        batch_op.create_index("ix_conflict_case_visit", ["visit_id", "state"], unique=False)

    op.create_table(
        "offline_stream",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("next_sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "device_id", "name", name=op.f("pk_offline_stream")),
    )
    op.create_table(
        "offline_action",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("stream", sa.String(length=60), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("body", columns.JsonText(), nullable=False),
        sa.Column("event_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("received_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("answer", columns.JsonText(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["conflict_case.id"], name=op.f("fk_offline_action_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offline_action")),
    )
    with op.batch_alter_table("offline_action", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_offline_action_case_id"), ["case_id"], unique=False)
        batch_op.create_index("ix_offline_action_held", ["state", "received_at"], unique=False)
        batch_op.create_index("ix_offline_action_order", ["user_id", "device_id", "stream", "sequence"], unique=True)
        batch_op.create_index(batch_op.f("ix_offline_action_visit_id"), ["visit_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("offline_action", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_offline_action_visit_id"))
        batch_op.drop_index("ix_offline_action_order")
        batch_op.drop_index("ix_offline_action_held")
        batch_op.drop_index(batch_op.f("ix_offline_action_case_id"))

    op.drop_table("offline_action")
    op.drop_table("offline_stream")
    with op.batch_alter_table("conflict_case", schema=None) as batch_op:
        batch_op.drop_index("ix_conflict_case_visit")

    op.drop_table("conflict_case")
