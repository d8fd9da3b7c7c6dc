"""comments: mentions, files, edits and tombstones"""

import sqlalchemy as sa
from alembic import op

from engine.store import base as columns

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

MOMENT = columns.UtcDateTime(timezone=True)


def upgrade() -> None:
    op.add_column("comment", sa.Column("mentions", columns.JsonText(), server_default="[]", nullable=False))
    op.add_column("comment", sa.Column("files", columns.JsonText(), server_default="[]", nullable=False))
    op.add_column("comment", sa.Column("edited_at", MOMENT, nullable=True))
    op.add_column("comment", sa.Column("deleted_at", MOMENT, nullable=True))


def downgrade() -> None:
    for column in ("deleted_at", "edited_at", "files", "mentions"):
        op.drop_column("comment", column)
