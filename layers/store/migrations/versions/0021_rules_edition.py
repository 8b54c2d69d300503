"""By which edition of the rules the derived values of a layer were made; empty: by one from before it was noted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("layer", sa.Column("rules", sa.String(16), nullable=False, server_default=""))
