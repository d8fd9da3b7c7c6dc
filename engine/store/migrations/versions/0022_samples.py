"""lots, movements and drops of samples"""

import sqlalchemy as sa
from alembic import op

from engine.store import base as columns

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sample_lot",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("lot", sa.String(length=40), nullable=False),
        sa.Column("expiry", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample_lot")),
    )
    with op.batch_alter_table("sample_lot", schema=None) as batch_op:
        batch_op.create_index("ix_sample_lot_item", ["item", "lot"], unique=True)

    op.create_table(
        "sample_movement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("holder_kind", sa.String(length=10), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("signature", sa.String(length=64), nullable=True),
        sa.Column("at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("quantity <> 0", name=op.f("ck_sample_movement_not_zero")),
        sa.ForeignKeyConstraint(["lot_id"], ["sample_lot.id"], name=op.f("fk_sample_movement_lot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample_movement")),
    )
    with op.batch_alter_table("sample_movement", schema=None) as batch_op:
        batch_op.create_index("ix_sample_movement_holder", ["holder_kind", "holder_id", "lot_id"], unique=False)
        for column in ("contact_id", "visit_id"):
            batch_op.create_index(batch_op.f(f"ix_sample_movement_{column}"), [column], unique=False)
        batch_op.create_index("ix_sample_movement_lot", ["lot_id"], unique=False)

    op.create_table(
        "sample_drop",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("rep_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("lot_id", sa.Uuid(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("begun_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["lot_id"], ["sample_lot.id"], name=op.f("fk_sample_drop_lot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample_drop")),
    )
    with op.batch_alter_table("sample_drop", schema=None) as batch_op:
        for column in ("customer_id", "visit_id"):
            batch_op.create_index(batch_op.f(f"ix_sample_drop_{column}"), [column], unique=False)


def downgrade() -> None:
    op.drop_table("sample_drop")
    op.drop_table("sample_movement")
    op.drop_table("sample_lot")
