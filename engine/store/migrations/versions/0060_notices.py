"""notices: preferences, what is held back, push, webhooks, chat rooms, changed texts"""

import sqlalchemy as sa
from alembic import op

from engine.store import base as columns

revision = "0060"
down_revision = "0051"
branch_labels = None
depends_on = None

MOMENT = columns.UtcDateTime(timezone=True)
UNREAD = sa.text("read_at IS NULL")


def upgrade() -> None:
    op.create_index("ix_notification_unread", "notification", ["user_id"], postgresql_where=UNREAD, sqlite_where=UNREAD)
    op.create_table(
        "notice_preference",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("channels", columns.JsonText(), nullable=False),
        sa.Column("quiet_from", sa.Integer(), nullable=True),
        sa.Column("quiet_to", sa.Integer(), nullable=True),
        sa.Column("urgent_passes", sa.Boolean(), nullable=False),
        sa.Column("digest_at", sa.Integer(), nullable=True),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_notice_preference")),
    )
    op.create_table(
        "held_notice",
        sa.Column("notification_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("wait", sa.String(length=20), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("notification_id", "channel", name=op.f("pk_held_notice")),
    )
    op.create_index(op.f("ix_held_notice_due_at"), "held_notice", ["due_at"])
    op.create_table(
        "push_subscription",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("endpoint_hash", sa.String(length=64), nullable=False),
        sa.Column("endpoint", sa.String(length=1000), nullable=False),
        sa.Column("public_key", sa.String(length=100), nullable=False),
        sa.Column("auth_secret", sa.String(length=40), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_subscription")),
        sa.UniqueConstraint("endpoint_hash", name=op.f("uq_push_subscription_endpoint_hash")),
    )
    op.create_index(op.f("ix_push_subscription_user_id"), "push_subscription", ["user_id"])
    op.create_table(
        "webhook",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("secret", sa.String(length=100), nullable=False),
        sa.Column("kinds", columns.JsonText(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )
    op.create_table(
        "webhook_attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("delivery_key", sa.String(length=200), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_attempt")),
    )
    op.create_index(op.f("ix_webhook_attempt_webhook_id"), "webhook_attempt", ["webhook_id"])
    op.create_index("ix_webhook_attempt_delivery", "webhook_attempt", ["delivery_key", "at"])
    op.create_table(
        "chat_room",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("address", sa.String(length=500), nullable=False),
        sa.Column("kinds", columns.JsonText(), nullable=False),
        sa.Column("groups", columns.JsonText(), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_room")),
    )
    op.create_table(
        "notice_text",
        sa.Column("template", sa.String(length=60), nullable=False),
        sa.Column("zh", sa.String(length=500), nullable=False),
        sa.Column("en", sa.String(length=500), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("template", name=op.f("pk_notice_text")),
    )


def downgrade() -> None:
    for table in (
        "notice_text", "chat_room", "webhook_attempt", "webhook", "push_subscription", "held_notice",
        "notice_preference",
    ):  # fmt: skip
        op.drop_table(table)
    op.drop_index("ix_notification_unread", table_name="notification")
