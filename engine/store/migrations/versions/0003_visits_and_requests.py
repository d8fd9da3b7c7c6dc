"""visits and requests"""

import sqlalchemy as sa
from alembic import op

from engine.store import base as columns

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "notification",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=240), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("template", sa.String(length=60), nullable=False),
        sa.Column("values", columns.JsonText(), nullable=False),
        sa.Column("business_key", sa.String(length=120), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("read_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
        sa.UniqueConstraint("key", name=op.f("uq_notification_key")),
    )
    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.create_index("ix_notification_person", ["user_id", "created_at"], unique=False)

    op.create_table(
        "request_number",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_number")),
    )
    op.create_table(
        "support_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("description", sa.String(length=4000), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("requester_id", sa.Uuid(), nullable=False),
        sa.Column("priority", sa.String(length=2), nullable=False),
        sa.Column("queue", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("needed_by", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("handling", columns.JsonText(), nullable=False),
        sa.Column("escalation", sa.String(length=20), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("first_response_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("fulfilled_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("fulfilled_by", sa.String(length=100), nullable=True),
        sa.Column("ended_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_request")),
        sa.UniqueConstraint("number", name=op.f("uq_support_request_number")),
    )
    with op.batch_alter_table("support_request", schema=None) as batch_op:
        batch_op.create_index("ix_support_request_customer", ["customer_id", "state"], unique=False)
        batch_op.create_index("ix_support_request_queue", ["queue", "state", "created_at"], unique=False)
        batch_op.create_index("ix_support_request_requester", ["requester_id", "created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_support_request_visit_id"), ["visit_id"], unique=False)

    op.create_table(
        "visit_purpose",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_en", sa.String(length=100), nullable=False),
        sa.Column("form_key", sa.String(length=100), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_visit_purpose")),
    )
    op.create_table(
        "request_line",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("shipped", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["support_request.id"], name=op.f("fk_request_line_request_id")),
        sa.PrimaryKeyConstraint("request_id", "number", name=op.f("pk_request_line")),
    )
    op.create_table(
        "shipment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("carrier", sa.String(length=100), nullable=False),
        sa.Column("tracking_number", sa.String(length=100), nullable=False),
        sa.Column("shipped_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["support_request.id"], name=op.f("fk_shipment_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipment")),
    )
    with op.batch_alter_table("shipment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shipment_request_id"), ["request_id"], unique=False)

    op.create_table(
        "visit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=True),
        sa.Column("rep_id", sa.Uuid(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("purpose_key", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("planned_start", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("planned_end", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("grade", sa.String(length=1), nullable=True),
        sa.Column("checked_in_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("checked_out_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("follows_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["purpose_key"], ["visit_purpose.key"], name=op.f("fk_visit_purpose_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
    )
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.create_index("ix_visit_customer_day", ["customer_id", "local_date"], unique=False)
        batch_op.create_index("ix_visit_day", ["local_date"], unique=False)
        batch_op.create_index(batch_op.f("ix_visit_follows_id"), ["follows_id"], unique=False)
        batch_op.create_index("ix_visit_rep_day", ["rep_id", "local_date"], unique=False)

    op.create_table(
        "visit_contact",
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_contact_visit_id")),
        sa.PrimaryKeyConstraint("visit_id", "contact_id", name=op.f("pk_visit_contact")),
    )
    with op.batch_alter_table("visit_contact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_visit_contact_contact_id"), ["contact_id"], unique=False)

    op.create_table(
        "visit_report",
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("form_key", sa.String(length=100), nullable=False),
        sa.Column("summary", sa.String(length=4000), nullable=False),
        sa.Column("values", columns.JsonText(), nullable=False),
        sa.Column("reported_by", sa.Uuid(), nullable=True),
        sa.Column("reported_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("review", sa.String(length=20), nullable=True),
        sa.Column("review_comment", sa.String(length=1000), nullable=True),
        sa.Column("reviewed_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_report_visit_id")),
        sa.PrimaryKeyConstraint("visit_id", name=op.f("pk_visit_report")),
    )


def downgrade() -> None:

    op.drop_table("visit_report")
    with op.batch_alter_table("visit_contact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_visit_contact_contact_id"))

    op.drop_table("visit_contact")
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_index("ix_visit_rep_day")
        batch_op.drop_index(batch_op.f("ix_visit_follows_id"))
        batch_op.drop_index("ix_visit_day")
        batch_op.drop_index("ix_visit_customer_day")

    op.drop_table("visit")
    with op.batch_alter_table("shipment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_shipment_request_id"))

    op.drop_table("shipment")
    op.drop_table("request_line")
    op.drop_table("visit_purpose")
    with op.batch_alter_table("support_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_support_request_visit_id"))
        batch_op.drop_index("ix_support_request_requester")
        batch_op.drop_index("ix_support_request_queue")
        batch_op.drop_index("ix_support_request_customer")

    op.drop_table("support_request")
    op.drop_table("request_number")
    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.drop_index("ix_notification_person")

    op.drop_table("notification")
