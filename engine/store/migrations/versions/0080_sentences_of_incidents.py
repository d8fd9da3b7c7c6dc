"""what incidents say, to be read in the reader's language; earlier ones keep their English message"""

import sqlalchemy as sa
from alembic import op

from engine.store import base as columns

revision = "0080"
down_revision = "0079"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("incident", sa.Column("sentence", columns.JsonText(), nullable=True))
    op.add_column("incident_cause", sa.Column("sentence", columns.JsonText(), nullable=True))


def downgrade() -> None:
    op.drop_column("incident_cause", "sentence")
    op.drop_column("incident", "sentence")
