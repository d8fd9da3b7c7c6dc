"""corrections of reports"""

import sqlalchemy as sa
from alembic import op

from engine.store import base as columns

revision = "0020"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "report_correction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("before", columns.JsonText(), nullable=False),
        sa.Column("after", columns.JsonText(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("decision_reason", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_report_correction_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_correction")),
    )
    with op.batch_alter_table("report_correction", schema=None) as batch_op:
        batch_op.create_index("ix_report_correction_visit", ["visit_id", "proposed_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("report_correction", schema=None) as batch_op:
        batch_op.drop_index("ix_report_correction_visit")

    op.drop_table("report_correction")
