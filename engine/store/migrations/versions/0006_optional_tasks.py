"""tasks that a process goes on without"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("user_task", "inbox"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("is_optional", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    for table in ("inbox", "user_task"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("is_optional")
