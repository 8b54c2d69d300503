"""Saved results of questions to the map."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from layers.store.engine import Json, Utc

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "analysis",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("uid", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("unit", sa.String, nullable=False),
        sa.Column("account_id", sa.Integer),
        sa.Column("sight", sa.String, nullable=False),
        sa.Column("at", Utc, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("versions", Json, nullable=False),
        sa.Column("asked", Json, nullable=False),
        sa.Column("result", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_analysis"),
        sa.UniqueConstraint("uid", name="uq_analysis_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_analysis_kind", "analysis", ["kind"])
