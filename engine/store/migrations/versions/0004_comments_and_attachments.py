"""comments and attachments"""

import sqlalchemy as sa
from alembic import op

from engine.store import base as columns

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attachment",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("media_type", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("stored_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", "owner_id", name=op.f("pk_attachment")),
    )
    op.create_table(
        "attachment_use",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("business_key", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("digest", "business_key", name=op.f("pk_attachment_use")),
    )
    op.create_table(
        "comment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("business_key", sa.String(length=120), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("author_name", sa.String(length=100), nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("is_internal", sa.Boolean(), nullable=False),
        sa.Column("written_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
    )
    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.create_index("ix_comment_subject", ["business_key", "written_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.drop_index("ix_comment_subject")

    op.drop_table("comment")
    op.drop_table("attachment_use")
    op.drop_table("attachment")
