"""Where each act put photos and documents, so that it can be taken back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attachment_move",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("attachment_id", sa.Integer, nullable=False),
        sa.Column("act_id", sa.Integer, nullable=False),
        sa.Column("from_feature_id", sa.Integer, nullable=False),
        sa.Column("to_feature_id", sa.Integer, nullable=False),
        sa.Column("removed_before", sa.Boolean, nullable=False),
        sa.Column("removed_after", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_attachment_move"),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachment.id"], name="fk_attachment_move_attachment_id"
        ),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"], name="fk_attachment_move_act_id"),
        sa.ForeignKeyConstraint(
            ["from_feature_id"], ["feature.id"], name="fk_attachment_move_from_feature_id"
        ),
        sa.ForeignKeyConstraint(["to_feature_id"], ["feature.id"], name="fk_attachment_move_to_feature_id"),
    )
    for column in ("attachment_id", "act_id", "from_feature_id", "to_feature_id"):
        op.create_index(f"ix_attachment_move_{column}", "attachment_move", [column])
