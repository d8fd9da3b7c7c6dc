"""cases of adverse events"""

import sqlalchemy as sa
from alembic import op

from engine.store import base as columns

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "adverse_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("reporter_id", sa.Uuid(), nullable=False),
        sa.Column("found_by", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("serious", sa.Boolean(), nullable=True),
        sa.Column("submit_by", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("record", columns.JsonText(), nullable=False),
        sa.Column("raised_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("closed_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adverse_event")),
        sa.UniqueConstraint("number", name=op.f("uq_adverse_event_number")),
        sa.UniqueConstraint("visit_id", name=op.f("uq_adverse_event_visit_id")),
    )
    with op.batch_alter_table("adverse_event", schema=None) as batch_op:
        for column in ("customer_id", "reporter_id", "state"):
            batch_op.create_index(batch_op.f(f"ix_adverse_event_{column}"), [column], unique=False)


def downgrade() -> None:
    op.drop_table("adverse_event")
