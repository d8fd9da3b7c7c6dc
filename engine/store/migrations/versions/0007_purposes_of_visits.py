"""purposes that are offered or not, and who changed them"""

import sqlalchemy as sa
from alembic import op

from engine.store import base as columns

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("visit_purpose", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_active", sa.Boolean(), server_default=sa.true(), nullable=False))
        batch_op.add_column(sa.Column("changed_at", columns.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("changed_by", sa.Uuid(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("visit_purpose", schema=None) as batch_op:
        batch_op.drop_column("changed_by")
        batch_op.drop_column("changed_at")
        batch_op.drop_column("is_active")
