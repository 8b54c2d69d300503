"""Rasters and drawings that people bring, and where they lie."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from layers.store.engine import Json, Utc

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "picture",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("uid", sa.String(36), nullable=False),
        sa.Column("sort", sa.String(16), nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("account_id", sa.Integer),
        sa.Column("unit", sa.String, nullable=False),
        sa.Column("visibility", sa.String(16), nullable=False),
        sa.Column("created_at", Utc, nullable=False),
        sa.Column("removed_at", Utc),
        sa.Column("job_id", sa.Integer),
        sa.Column("facts", Json, nullable=False),
        sa.Column("answers", Json, nullable=False),
        sa.Column("result", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_picture"),
        sa.UniqueConstraint("uid", name="uq_picture_uid"),
        sqlite_autoincrement=True,
    )
