"""drafts of bundles, their reviews, recorded scenarios, settings of publishing"""

import sqlalchemy as sa
from alembic import op

from engine.store import base as columns

revision = "0078"
down_revision = "0070"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "studio_draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("process_key", sa.String(length=100), nullable=False),
        sa.Column("base_definition_id", sa.Uuid(), nullable=True),
        sa.Column("base_version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_by_name", sa.String(length=200), nullable=False),
        sa.Column("changed_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_by_name", sa.String(length=200), nullable=False),
        sa.Column("published_version", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_studio_draft")),
    )
    op.create_index("ix_studio_draft_process", "studio_draft", ["process_key", "state"])
    op.create_table(
        "studio_draft_file",
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("saved_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("saved_by", sa.Uuid(), nullable=True),
        sa.Column("saved_by_name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["studio_draft.id"], name=op.f("fk_studio_draft_file_draft_id_studio_draft")
        ),
        sa.PrimaryKeyConstraint("draft_id", "name", "revision", name=op.f("pk_studio_draft_file")),
    )
    op.create_table(
        "studio_review",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("author_name", sa.String(length=200), nullable=False),
        sa.Column("asked_id", sa.Uuid(), nullable=True),
        sa.Column("asked_name", sa.String(length=200), nullable=True),
        sa.Column("at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["studio_draft.id"], name=op.f("fk_studio_review_draft_id_studio_draft")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_studio_review")),
    )
    op.create_index("ix_studio_review_draft", "studio_review", ["draft_id", "at"])
    op.create_table(
        "studio_recording",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("document", columns.JsonText(), nullable=False),
        sa.Column("changed_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["studio_draft.id"], name=op.f("fk_studio_recording_draft_id_studio_draft")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_studio_recording")),
    )
    op.create_index("ix_studio_recording_draft", "studio_recording", ["draft_id", "user_id"])
    op.create_table(
        "studio_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_studio_import")),
    )
    op.create_table(
        "studio_setting",
        sa.Column("process_key", sa.String(length=100), nullable=False),
        sa.Column("requires_green", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("process_key", name=op.f("pk_studio_setting")),
    )


def downgrade() -> None:
    for table in (
        "studio_setting",
        "studio_import",
        "studio_recording",
        "studio_review",
        "studio_draft_file",
        "studio_draft",
    ):
        op.drop_table(table)
