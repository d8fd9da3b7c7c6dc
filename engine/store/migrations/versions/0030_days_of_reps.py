"""days of reps: the order of stops and what came of the day"""

import sqlalchemy as sa
from alembic import op

from engine.store import base as columns

revision = "0030"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rep_day",
        sa.Column("rep_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("stops", columns.JsonText(), nullable=False),
        sa.Column("route_m", sa.Integer(), server_default="0", nullable=False),
        sa.Column("started_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("close_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("closed_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("digest", columns.JsonText(), nullable=False),
        sa.PrimaryKeyConstraint("rep_id", "day", name=op.f("pk_rep_day")),
    )


def downgrade() -> None:
    op.drop_table("rep_day")
