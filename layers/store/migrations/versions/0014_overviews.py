"""What big layers look like from afar, worked out beforehand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from layers.store.engine import Utc

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, columns in (("overview", _overview()), ("overview_tile", _tile())):
        op.create_table(
            name,
            sa.Column("layer_id", sa.Integer, autoincrement=False, nullable=False),
            *columns,
            sa.ForeignKeyConstraint(
                ["layer_id"], ["layer.id"], name=f"fk_{name}_layer_id", ondelete="CASCADE"
            ),
        )


def _overview() -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("edition", sa.Integer, nullable=False),
        sa.Column("layer_version", sa.Integer, nullable=False),
        sa.Column("way", sa.String(64), nullable=False),
        sa.Column("at", Utc, nullable=False),
        sa.PrimaryKeyConstraint("layer_id", name="pk_overview"),
    ]


def _tile() -> list[sa.schema.SchemaItem]:
    return [
        *(sa.Column(name, sa.Integer, autoincrement=False, nullable=False) for name in ("z", "x", "y")),
        sa.Column("pieces", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("layer_id", "z", "x", "y", name="pk_overview_tile"),
    ]
