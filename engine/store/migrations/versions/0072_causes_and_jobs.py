"""causes of incidents, and which deliveries a worker has"""

import hashlib
import re

import sqlalchemy as sa
from alembic import op

from engine.store import base as columns

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None

DEAD = sa.text("state = 'failed'")
# As engine/process/causes.py had it when this was written.
VARYING = (
    (re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"), "…"),
    (re.compile(r"\b(?=[0-9a-fA-F]*\d)[0-9a-fA-F]{8,}\b"), "…"),
    (re.compile(r"\d+(?:[.:,\-]\d+)*"), "#"),
    (re.compile(r"\s+"), " "),
)


def upgrade() -> None:
    at = columns.UtcDateTime(timezone=True)
    op.create_table(
        "incident_cause",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("process_key", sa.String(length=100), nullable=False),
        sa.Column("element_id", sa.String(length=120), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("message", sa.String(length=300), nullable=False),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("assignee_name", sa.String(length=200), nullable=True),
        sa.Column("note", sa.Text(), nullable=False, server_default=""),
        sa.Column("noted_by", sa.String(length=200), nullable=True),
        sa.Column("noted_at", at, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_cause")),
    )
    op.add_column("incident", sa.Column("cause", sa.String(length=32), nullable=True))
    op.create_index("ix_incident_cause", "incident", ["cause", "resolved_at", "created_at"])
    op.add_column("delivery", sa.Column("lease_until", at, nullable=True))
    op.add_column("delivery", sa.Column("origin_id", sa.Uuid(), nullable=True))
    op.create_index(op.f("ix_delivery_origin_id"), "delivery", ["origin_id"])
    op.create_index("ix_delivery_dead", "delivery", ["ended_at", "id"], postgresql_where=DEAD, sqlite_where=DEAD)
    _find_causes(op.get_bind())


def _find_causes(connection: sa.Connection) -> None:
    rows = connection.execute(
        sa.text(
            "SELECT incident.id, process_key, element_id, code, message FROM incident "
            "JOIN process_instance ON process_instance.id = incident.instance_id WHERE resolved_at IS NULL"
        )
    ).all()
    known = set()
    for row in rows:
        message = row.message
        for pattern, instead in VARYING:
            message = pattern.sub(instead, message)
        parts = (row.process_key, row.element_id, row.code, message.strip()[:300])
        cause = hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:32]
        if cause not in known:
            known.add(cause)
            values = dict(zip(("process_key", "element_id", "code", "message"), parts, strict=True), id=cause)
            connection.execute(
                sa.text(
                    "INSERT INTO incident_cause (id, process_key, element_id, code, message)"
                    " VALUES (:id, :process_key, :element_id, :code, :message)"
                ),
                values,
            )
        connection.execute(sa.text("UPDATE incident SET cause = :cause WHERE id = :id"), {"cause": cause, "id": row.id})


def downgrade() -> None:
    op.drop_index("ix_delivery_dead", "delivery")
    op.drop_index(op.f("ix_delivery_origin_id"), "delivery")
    op.drop_column("delivery", "origin_id")
    op.drop_column("delivery", "lease_until")
    op.drop_index("ix_incident_cause", "incident")
    op.drop_column("incident", "cause")
    op.drop_table("incident_cause")
