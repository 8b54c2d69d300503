"""Layers of the county's own, what administrators decide about layers, and the county's own themes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from layers.store.engine import Json, Utc

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("layer", sa.Column("own_fields", Json))
    op.add_column("layer", sa.Column("settings_version", sa.Integer, nullable=False, server_default="1"))
    op.add_column("layer", sa.Column("archived_at", Utc))
    op.add_column("layer", sa.Column("deleted_at", Utc))
    op.create_table(
        "theme",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("hidden", sa.Boolean, nullable=False),
        sa.Column("layers", Json),
        sa.Column("bounds", Json),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_theme"),
        sa.UniqueConstraint("key", name="uq_theme_key"),
    )
