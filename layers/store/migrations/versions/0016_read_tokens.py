"""Words with which a person's programs read the map."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from layers.store.engine import Utc

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "read_token",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("account_id", sa.Integer, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("title", sa.String(60), nullable=False),
        sa.Column("created_at", Utc, nullable=False),
        sa.Column("used_at", Utc),
        sa.PrimaryKeyConstraint("id", name="pk_read_token"),
        sa.UniqueConstraint("digest", name="uq_read_token_digest"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_read_token_account_id_account"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_read_token_account_id", "read_token", ["account_id"])
