"""the English of titles and subjects"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("process_instance", sa.Column("title_en", sa.String(length=300), nullable=True))
    op.add_column("user_task", sa.Column("subject_en", sa.String(length=300), nullable=True))


def downgrade() -> None:
    op.drop_column("user_task", "subject_en")
    op.drop_column("process_instance", "title_en")
