"""photographed cards of contacts"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # In place: in a batch, SQLite would copy the table and drop the old one, to which others refer.
    op.add_column("contact", sa.Column("card", sa.String(length=64), nullable=True))


def downgrade() -> None:
    op.drop_column("contact", "card")
