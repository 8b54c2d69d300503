"""Long work in the background, the files that people bring, and how their columns were matched."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from layers.store.engine import Json, Utc

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("account_id", sa.Integer),
        sa.Column("progress", sa.Double, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("cancelling", sa.Boolean, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("act_id", sa.Integer),
        sa.Column("created_at", Utc, nullable=False),
        sa.Column("started_at", Utc),
        sa.Column("heartbeat_at", Utc),
        sa.Column("ended_at", Utc),
        sa.Column("arguments", Json, nullable=False),
        sa.Column("result", Json),
        sa.PrimaryKeyConstraint("id", name="pk_job"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_job_state", "job", ["state"])
    op.create_table(
        "upload",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("uid", sa.String(36), nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("account_id", sa.Integer),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("bytes", sa.Integer, nullable=False),
        sa.Column("created_at", Utc, nullable=False),
        sa.Column("removed_at", Utc),
        sa.Column("job_id", sa.Integer),
        sa.Column("answers", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_upload"),
        sa.UniqueConstraint("uid", name="uq_upload_uid"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "column_choice",
        sa.Column("header", sa.String(64), nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("fields", Json, nullable=False),
        sa.PrimaryKeyConstraint("header", "kind", name="pk_column_choice"),
    )
