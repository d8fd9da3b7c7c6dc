"""reservations and counts of samples, reasons of movements, what became of lines and shipments"""

import sqlalchemy as sa
from alembic import op

from engine.store import base as columns

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sample_reservation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("business_key", sa.String(length=120), nullable=False),
        sa.Column("shipment_id", sa.Uuid(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_sample_reservation_above_zero")),
        sa.ForeignKeyConstraint(["lot_id"], ["sample_lot.id"], name=op.f("fk_sample_reservation_lot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample_reservation")),
    )
    with op.batch_alter_table("sample_reservation", schema=None) as batch_op:
        batch_op.create_index("ix_sample_reservation_lot", ["lot_id", "state"], unique=False)
        batch_op.create_index("ix_sample_reservation_key", ["business_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_sample_reservation_shipment_id"), ["shipment_id"], unique=False)

    op.create_table(
        "sample_count",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("counted_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("lines", columns.JsonText(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample_count")),
    )
    with op.batch_alter_table("sample_count", schema=None) as batch_op:
        batch_op.create_index("ix_sample_count_holder", ["holder_id", "counted_at"], unique=False)
    with op.batch_alter_table("sample_movement", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reason", sa.String(length=500), nullable=True))
    with op.batch_alter_table("request_line", schema=None) as batch_op:
        batch_op.add_column(sa.Column("given_up", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("substitute_for", sa.String(length=40), nullable=True))
    with op.batch_alter_table("shipment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ended_at", columns.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("outcome", sa.String(length=10), server_default="", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("shipment", schema=None) as batch_op:
        batch_op.drop_column("outcome")
        batch_op.drop_column("ended_at")
    with op.batch_alter_table("request_line", schema=None) as batch_op:
        batch_op.drop_column("substitute_for")
        batch_op.drop_column("given_up")
    with op.batch_alter_table("sample_movement", schema=None) as batch_op:
        batch_op.drop_column("reason")
    op.drop_table("sample_count")
    op.drop_table("sample_reservation")
