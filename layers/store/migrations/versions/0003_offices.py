"""Units and command posts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from layers.store.engine import Json

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unit",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("sort", sa.String(16), nullable=False),
        sa.Column("parent_id", sa.Integer),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name="fk_unit_parent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_unit"),
        sa.UniqueConstraint("key", name="uq_unit_key"),
        sa.UniqueConstraint("name", name="uq_unit_name"),
    )
    op.create_table(
        "command_post",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("office", sa.String),
        sa.Column("members", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_command_post"),
        sa.UniqueConstraint("key", name="uq_command_post_key"),
        sa.UniqueConstraint("name", name="uq_command_post_name"),
    )
