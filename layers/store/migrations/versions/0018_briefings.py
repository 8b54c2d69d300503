"""Briefings: scenes on the map in the order of a talk, and how they were before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from layers.store.engine import Json, Utc

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "briefing",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("slug", sa.String(64), nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("unit", sa.String, nullable=False),
        sa.Column("visibility", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        *_saved(),
        sa.Column("removed_at", Utc, nullable=True),
        sa.Column("scenes", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_briefing"),
        sa.UniqueConstraint("slug", name="uq_briefing_slug"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "briefing_version",
        sa.Column("briefing_id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("visibility", sa.String(16), nullable=False),
        *_saved(),
        sa.Column("scenes", Json, nullable=False),
        sa.PrimaryKeyConstraint("briefing_id", "version", name="pk_briefing_version"),
        sa.ForeignKeyConstraint(
            ["briefing_id"],
            ["briefing.id"],
            name="fk_briefing_version_briefing_id",
            ondelete="CASCADE",
        ),
    )


def _saved() -> list[sa.Column[object]]:
    return [
        sa.Column("who", sa.String, nullable=False),
        sa.Column("account_id", sa.Integer, nullable=True),
        sa.Column("at", Utc, nullable=False),
    ]
