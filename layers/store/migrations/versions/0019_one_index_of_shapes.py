"""PostGIS keeps one spatial index: that of the stored degrees also finds what a tile draws in Web Mercator."""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_context().dialect.name != "sqlite":
        op.execute("DROP INDEX ix_feature_layer_id_shape_3857")
