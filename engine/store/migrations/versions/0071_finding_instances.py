"""where instances stand, since when, and what they are found by

The sweeper fills the rows of instances that are there already (engine.process.facts.fill_missing).
"""

import sqlalchemy as sa
from alembic import op

from engine.store import base as columns

revision = "0071"
down_revision = "0078"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_process_instance_state": ["state", "started_at", "id"],
    "ix_process_instance_started": ["started_at", "id"],
    "ix_process_instance_changed": ["changed_at", "id"],
}
NEVER = sa.text("'1970-01-01 00:00:00'")
EMPTY = sa.text("'{}'")


def upgrade() -> None:
    at = columns.UtcDateTime(timezone=True)
    op.add_column("process_instance", sa.Column("changed_at", at, nullable=False, server_default=NEVER))
    for name in ("standing", "facts"):
        op.add_column("process_instance", sa.Column(name, columns.JsonText(), nullable=False, server_default=EMPTY))
    op.execute("UPDATE process_instance SET changed_at = coalesce(ended_at, started_at)")
    for name, indexed in INDEXES.items():
        op.create_index(name, "process_instance", indexed)
    op.create_table(
        "instance_text",
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=True),
        sa.Column("text_1", sa.String(length=200), nullable=True),
        sa.Column("text_2", sa.String(length=200), nullable=True),
        sa.Column("text_3", sa.String(length=200), nullable=True),
        sa.Column("number_1", sa.Double(), nullable=True),
        sa.Column("date_1", at, nullable=True),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"],
            ["process_instance.id"],
            name=op.f("fk_instance_text_instance_id_process_instance"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("instance_id", name=op.f("pk_instance_text")),
    )


def downgrade() -> None:
    op.drop_table("instance_text")
    for name in INDEXES:
        op.drop_index(name, "process_instance")
    with op.batch_alter_table("process_instance") as table:
        for name in ("facts", "standing", "changed_at"):
            table.drop_column(name)
