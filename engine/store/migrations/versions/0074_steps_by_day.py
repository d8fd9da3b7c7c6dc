"""how often and how long steps ran, by day"""

import sqlalchemy as sa
from alembic import op

revision = "0074"
down_revision = "0073"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "element_day",
        sa.Column("definition_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("element_id", sa.String(length=120), nullable=False),
        sa.Column("runs", sa.BigInteger(), nullable=False),
        sa.Column("timed", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.BigInteger(), nullable=False),
        sa.Column("longest_s", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("definition_id", "day", "element_id", name=op.f("pk_element_day")),
    )
    op.create_table(
        "counted_until",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counted_until")),
    )


def downgrade() -> None:
    op.drop_table("counted_until")
    op.drop_table("element_day")
