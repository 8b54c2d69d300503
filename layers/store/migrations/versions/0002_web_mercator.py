"""PostGIS keeps each shape in Web Mercator too, so that tiles need not project; SQLite needs nothing."""

from __future__ import annotations

from alembic import op

from layers.crs import SHOWN, STORED, WEB_MERCATOR

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Web Mercator ends before the poles; CGCS2000 degrees count as WGS 84 degrees, which differ by decimetres.
_WORLD = f"ST_MakeEnvelope(-180, -85.06, 180, 85.06, {STORED})"
_PROJECTED = f"ST_Transform(ST_SetSRID(shape, {SHOWN}), {WEB_MERCATOR})"


def upgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        return
    op.execute(
        f"ALTER TABLE feature ADD COLUMN shape_3857 geometry(GEOMETRY, {WEB_MERCATOR}) "
        f"GENERATED ALWAYS AS (CASE WHEN shape @ {_WORLD} THEN {_PROJECTED} END) STORED"
    )
    op.create_index(
        "ix_feature_layer_id_shape_3857", "feature", ["layer_id", "shape_3857"], postgresql_using="gist"
    )
