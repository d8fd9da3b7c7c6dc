"""inbox of the desk: priority, follow-up and handing off of tasks; what inboxes filter by; declared business fields"""

import sqlalchemy as sa
from alembic import op

from engine.store import base as columns

revision = "0040"
down_revision = "0030"
branch_labels = None
depends_on = None

NEW_COLUMNS = (
    ("priority", sa.SmallInteger(), "3"),
    ("follow_up_at", columns.UtcDateTime(timezone=True), None),
    ("assignee_name", sa.String(length=200), None),
    ("assigned_at", columns.UtcDateTime(timezone=True), None),
    ("owner_id", sa.Uuid(), None),
    ("owner_name", sa.String(length=200), None),
    ("handoff", sa.String(length=20), None),
    ("handoff_note", sa.String(length=1000), None),
)
GROUPS = ("support", "technical", "samples", "quotations", "ops_head", "compliance", "directors", "managers")


def upgrade() -> None:
    # In place: in a batch, SQLite would copy the table and drop the old one, to which others refer.
    for name, kind, default in NEW_COLUMNS:
        server_default = sa.text(default) if default else None
        op.add_column("user_task", sa.Column(name, kind, server_default=server_default, nullable=default is None))
    op.create_table(
        "business_field",
        sa.Column("process_key", sa.String(length=100), nullable=False),
        sa.Column("slot", sa.String(length=20), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("label_en", sa.String(length=100), nullable=False),
        sa.Column("choices", columns.JsonText(), nullable=False),
        sa.PrimaryKeyConstraint("process_key", "slot", name=op.f("pk_business_field")),
    )
    op.create_table(
        "inbox_task",
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("process_key", sa.String(length=100), nullable=False),
        sa.Column("element_id", sa.String(length=120), nullable=False),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("group_name", sa.String(length=100), nullable=True),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("due_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("follow_up_at", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("text_1", sa.String(length=200), nullable=True),
        sa.Column("text_2", sa.String(length=200), nullable=True),
        sa.Column("text_3", sa.String(length=200), nullable=True),
        sa.Column("number_1", sa.Double(), nullable=True),
        sa.Column("date_1", columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["user_task.id"], name=op.f("fk_inbox_task_task_id")),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_inbox_task")),
    )
    _fill()


def _fill() -> None:
    # Tasks that wait now; later ones are filled by the process layer.
    for number in (1, 2, 4):
        op.execute(
            f"UPDATE user_task SET priority = {number}"  # noqa: S608 (numbers of ours)
            f" WHERE state = 'open' AND process_key = 'support_request' AND text_3 = 'P{number}'"
        )
    groups = " ".join(f"WHEN candidates LIKE '%\"group:{name}\"%' THEN '{name}'" for name in GROUPS)
    copied = "process_key, element_id, assignee_id, priority, due_at, created_at, subject, text_1, text_2, text_3"
    words = " || ' ' || ".join(f"coalesce({name}, '')" for name in ("subject", "subject_en", "text_1", "text_2"))
    op.execute(
        f"INSERT INTO inbox_task (task_id, {copied}, number_1, date_1, group_name, search_text)"  # noqa: S608
        f" SELECT id, {copied}, number_1, date_1, CASE {groups} END, lower({words})"
        " FROM user_task WHERE state = 'open'"
    )


def downgrade() -> None:
    op.drop_table("inbox_task")
    op.drop_table("business_field")
    for name, _kind, _default in reversed(NEW_COLUMNS):
        op.drop_column("user_task", name)
