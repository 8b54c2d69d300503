"""Attachments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from layers.store.engine import Utc

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("uid", sa.String(36), nullable=False),
        sa.Column("feature_id", sa.Integer, nullable=False),
        sa.Column("act_id", sa.Integer, nullable=False),
        sa.Column("role", sa.String(16)),
        sa.Column("media_type", sa.String(64), nullable=False),
        sa.Column("bytes", sa.Integer, nullable=False),
        sa.Column("width", sa.Integer),
        sa.Column("height", sa.Integer),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("shown_sha256", sa.String(64)),
        sa.Column("thumb_sha256", sa.String(64)),
        sa.Column("taken_at", Utc),
        sa.Column("lon", sa.Double),
        sa.Column("lat", sa.Double),
        sa.Column("heading", sa.Double),
        sa.Column("accuracy_m", sa.Double),
        sa.Column("position_source", sa.String(16)),
        sa.Column("created_at", Utc, nullable=False),
        sa.Column("deleted_at", Utc),
        sa.Column("name", sa.String, nullable=False),
        sa.ForeignKeyConstraint(["feature_id"], ["feature.id"], name="fk_attachment_feature_id"),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"], name="fk_attachment_act_id"),
        sa.PrimaryKeyConstraint("id", name="pk_attachment"),
        sa.UniqueConstraint("uid", name="uq_attachment_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_attachment_feature_id", "attachment", ["feature_id"])
    op.create_index("ix_attachment_act_id", "attachment", ["act_id"])
