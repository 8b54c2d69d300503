"""Pinyin and initials stand once for all features whose names differ only in their number.

What was written before keeps its sounds among its words and is found by them as it was.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sound",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("stem", sa.String, nullable=False),
        sa.Column("sounds", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sound"),
    )
    op.create_index("ix_sound_stem", "sound", ["stem"])
    op.add_column("search", sa.Column("stem", sa.String, nullable=False, server_default=""))
    op.create_index("ix_search_stem", "search", ["stem"])
    if op.get_context().dialect.name != "sqlite":
        op.create_index(
            "ix_sound_sounds",
            "sound",
            ["sounds"],
            postgresql_using="gin",
            postgresql_ops={"sounds": "gin_trgm_ops"},
        )
