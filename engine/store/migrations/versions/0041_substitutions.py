"""substitutions: who does the tasks of a person on leave"""

import sqlalchemy as sa
from alembic import op

from engine.store import base as columns

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "substitution",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("absent_id", sa.Uuid(), nullable=False),
        sa.Column("substitute_id", sa.Uuid(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("arranged_by", sa.Uuid(), nullable=False),
        sa.Column("arranged_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["absent_id"], ["app_user.id"], name=op.f("fk_substitution_absent_id")),
        sa.ForeignKeyConstraint(["substitute_id"], ["app_user.id"], name=op.f("fk_substitution_substitute_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_substitution")),
    )
    op.create_index("ix_substitution_substitute", "substitution", ["substitute_id", "last_day"])
    op.create_index("ix_substitution_absent", "substitution", ["absent_id", "last_day"])


def downgrade() -> None:
    op.drop_table("substitution")
