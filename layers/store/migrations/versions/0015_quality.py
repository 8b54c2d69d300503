"""Reports on the quality of layers, and the shapes that an import repaired, as they were."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from layers.store.engine import Json, Utc

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quality_report",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("uid", sa.String(36), nullable=False),
        sa.Column("layer_id", sa.Integer, nullable=False),
        sa.Column("layer_version", sa.Integer, nullable=False),
        sa.Column("sight", sa.String, nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("account_id", sa.Integer),
        sa.Column("at", Utc, nullable=False),
        sa.Column("asked", Json, nullable=False),
        sa.Column("told", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_quality_report"),
        sa.ForeignKeyConstraint(["layer_id"], ["layer.id"], name="fk_quality_report_layer_id"),
        sa.UniqueConstraint("uid", name="uq_quality_report_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_quality_report_layer_id", "quality_report", ["layer_id"])
    op.create_table(
        "quality_finding",
        sa.Column("report_id", sa.Integer, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("check_code", sa.String(32), nullable=False),
        sa.Column("feature_id", sa.Integer, nullable=False),
        sa.Column("other_id", sa.Integer),
        sa.Column("lon", sa.Double),
        sa.Column("lat", sa.Double),
        sa.Column("field", sa.String, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("report_id", "place", name="pk_quality_finding"),
        sa.ForeignKeyConstraint(
            ["report_id"], ["quality_report.id"], name="fk_quality_finding_report_id", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "shape_repair",
        sa.Column("act_id", sa.Integer, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("checks", sa.Text, nullable=False),
        sa.Column("before", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("act_id", "place", name="pk_shape_repair"),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"], name="fk_shape_repair_act_id", ondelete="CASCADE"),
    )
