"""saved filters and bulk runs"""

import sqlalchemy as sa
from alembic import op

from engine.store import base as columns

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("owner_name", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("filter", sa.Text(), nullable=False),
        sa.Column("sort", sa.String(length=20), nullable=False),
        sa.Column("shared_with", sa.String(length=120), nullable=True),
        sa.Column("created_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filter")),
    )
    op.create_index(op.f("ix_saved_filter_owner_id"), "saved_filter", ["owner_id"])
    op.create_index(op.f("ix_saved_filter_shared_with"), "saved_filter", ["shared_with"])
    op.create_table(
        "saved_filter_place",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("filter_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_default", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["filter_id"], ["saved_filter.id"], name=op.f("fk_saved_filter_place_filter_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "filter_id", name=op.f("pk_saved_filter_place")),
    )
    op.create_table(
        "bulk_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("parameters", columns.JsonText(), nullable=False),
        sa.Column("filter", sa.Text(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("finished_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_run")),
    )
    op.create_index("ix_bulk_run_actor", "bulk_run", ["actor_id", "created_at"])
    op.create_table(
        "bulk_item",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=True),
        sa.Column("reason", columns.JsonText(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["bulk_run.id"], name=op.f("fk_bulk_item_run_id")),
        sa.PrimaryKeyConstraint("run_id", "position", name=op.f("pk_bulk_item")),
    )
    op.create_index("ix_bulk_item_waiting", "bulk_item", ["run_id", "outcome", "position"])


def downgrade() -> None:
    for table in ("bulk_item", "bulk_run", "saved_filter_place", "saved_filter"):
        op.drop_table(table)
