"""tasks that a process goes on without"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # In place: in a batch, SQLite would copy the table and drop the old one, to which others refer.
    for table in ("user_task", "inbox"):
        op.add_column(table, sa.Column("is_optional", sa.Boolean(), server_default=sa.false(), nullable=False))
    # The preparation of a visit has always been optional; those that are open leave the inboxes as new ones do.
    op.execute(
        "UPDATE user_task SET is_optional = TRUE"
        " WHERE process_key = 'visit' AND element_id = 'prepare' AND state = 'open'"
    )
    op.execute("UPDATE inbox SET is_optional = TRUE WHERE task_id IN (SELECT id FROM user_task WHERE is_optional)")


def downgrade() -> None:
    for table in ("inbox", "user_task"):
        op.drop_column(table, "is_optional")
