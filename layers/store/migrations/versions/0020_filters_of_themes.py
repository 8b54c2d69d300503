"""By what a theme filters its layers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from layers.store.engine import Json

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("theme", sa.Column("filters", Json, nullable=False, server_default="{}"))
