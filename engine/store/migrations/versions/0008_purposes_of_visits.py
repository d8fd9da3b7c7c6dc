"""purposes that are offered or not, and who changed them"""

import sqlalchemy as sa
from alembic import op

from engine.store import base as columns

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # In place: in a batch, SQLite would copy the table and drop the old one, to which others refer.
    op.add_column("visit_purpose", sa.Column("is_active", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column("visit_purpose", sa.Column("changed_at", columns.UtcDateTime(timezone=True), nullable=True))
    op.add_column("visit_purpose", sa.Column("changed_by", sa.Uuid(), nullable=True))


def downgrade() -> None:
    for column in ("changed_by", "changed_at", "is_active"):
        op.drop_column("visit_purpose", column)
