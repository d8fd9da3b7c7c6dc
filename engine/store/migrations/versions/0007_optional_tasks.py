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


def downgrade() -> None:
    for table in ("inbox", "user_task"):
        op.drop_column(table, "is_optional")
