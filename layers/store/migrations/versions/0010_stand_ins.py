"""Rows that stand in for features which a bulk act changes, until the change is carried over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stand_in",
        sa.Column("act_id", sa.Integer, nullable=False),
        sa.Column("feature_id", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("by_id", sa.Integer),
        sa.PrimaryKeyConstraint("act_id", "feature_id", name="pk_stand_in"),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"], name="fk_stand_in_act_id"),
    )
    op.create_index("ix_stand_in_feature_id", "stand_in", ["feature_id"])
    op.create_index("ix_stand_in_by_id", "stand_in", ["by_id"])
