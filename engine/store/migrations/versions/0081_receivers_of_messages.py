"""for whom a message is, so that an instance shows who sent to it"""

import sqlalchemy as sa
from alembic import op

revision = "0081"
down_revision = "0080"
branch_labels = None
depends_on = None

MESSAGES = sa.text("receiver IS NOT NULL")


def upgrade() -> None:
    op.add_column("delivery", sa.Column("receiver", sa.String(length=200), nullable=True))
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    to = "json_extract(payload, '$.to')" if is_sqlite else "CAST(payload AS json) ->> 'to'"
    op.execute(f"UPDATE delivery SET receiver = substr({to}, 1, 200) WHERE origin_id IS NOT NULL")  # noqa: S608 - ours
    op.create_index("ix_delivery_receiver", "delivery", ["receiver"], postgresql_where=MESSAGES, sqlite_where=MESSAGES)


def downgrade() -> None:
    op.drop_index("ix_delivery_receiver", "delivery")
    op.drop_column("delivery", "receiver")
