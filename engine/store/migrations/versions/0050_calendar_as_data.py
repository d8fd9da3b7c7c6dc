"""the company's calendar as data, and deadlines that know by which calendar they were computed"""

import sqlalchemy as sa
from alembic import op

from engine.store import base as columns

revision = "0050"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "working_week",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("time_zone", sa.String(length=60), nullable=False),
        sa.Column("spans", columns.JsonText(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_working_week")),
    )
    op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_working", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("name_en", sa.String(length=60), nullable=False),
        sa.Column("changed_at", columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_day")),
    )
    with op.batch_alter_table("deadline", schema=None) as batch_op:
        batch_op.add_column(sa.Column("group_key", sa.String(length=40), server_default="", nullable=False))
        batch_op.add_column(sa.Column("calendar_version", sa.Integer(), nullable=True))
        batch_op.create_index("ix_deadline_open", ["stopped_at", "name", "due_at"], unique=False)
        batch_op.create_index("ix_deadline_calendar", ["calendar_version"], unique=False)
    # What runs was computed by the preset, which is version 0.
    op.execute("UPDATE deadline SET calendar_version = 0 WHERE running_since IS NOT NULL")
    request = sa.table("support_request", sa.column("id", sa.Uuid()), sa.column("queue"), sa.column("ended_at"))
    deadline = sa.table("deadline", sa.column("business_key"), sa.column("group_key"))
    connection = op.get_bind()
    open_requests = connection.execute(sa.select(request.c.id, request.c.queue).where(request.c.ended_at.is_(None)))
    found = [{"key": f"request:{row.id}", "queue": row.queue} for row in open_requests]
    if found:
        named = sa.update(deadline).where(deadline.c.business_key == sa.bindparam("key"))
        connection.execute(named.values(group_key=sa.bindparam("queue")), found)


def downgrade() -> None:
    with op.batch_alter_table("deadline", schema=None) as batch_op:
        batch_op.drop_index("ix_deadline_calendar")
        batch_op.drop_index("ix_deadline_open")
        batch_op.drop_column("calendar_version")
        batch_op.drop_column("group_key")
    op.drop_table("calendar_day")
    op.drop_table("working_week")
