"""Very many new features enter the spatial index of SQLite before their rows, so that its trigger has nothing to do.

PostGIS has one index less to keep: that of layer and shape finds shapes of all layers too.
"""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_INDEX = "rtree_feature_shape"
_BOX = ", ".join(f"ST_{corner}(NEW.shape)" for corner in ("MinX", "MaxX", "MinY", "MaxY"))
_FILL = f"INSERT INTO {_INDEX} VALUES (NEW.id, {_BOX}, NEW.layer_id, NEW.layer_id + 0.5);"  # noqa: S608
_UNKNOWN = f"NOT EXISTS (SELECT 1 FROM {_INDEX} WHERE id = NEW.id)"  # noqa: S608


def upgrade() -> None:
    if op.get_context().dialect.name != "sqlite":
        op.execute("DROP INDEX ix_feature_shape")
        return
    op.execute(f"DROP TRIGGER {_INDEX}_insert")
    op.execute(f"CREATE TRIGGER {_INDEX}_insert AFTER INSERT ON feature WHEN {_UNKNOWN} BEGIN {_FILL} END")
