"""Records that name another one are few: an index knows them, so that a card does not look at every record for its ties."""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_FIELDS = ("parent", "project_no", "stops", "linked_parcels", "idle_parcel", "group_5a")


_SAID = {
    "sqlite": "json_extract(properties, '$.\"{}\"')",
    "postgresql": "jsonb_extract_path_text(properties, '{}')",
}
_STATISTICS_SINCE = 14


def upgrade() -> None:
    said = _SAID[op.get_context().dialect.name]
    named = f"coalesce({', '.join(said.format(field) for field in _FIELDS)})"
    op.execute(f"CREATE INDEX ix_feature_tied ON feature (layer_id) WHERE {named} IS NOT NULL")
    server = op.get_bind().dialect.server_version_info or (0,)
    if op.get_context().dialect.name == "postgresql" and int(server[0]) >= _STATISTICS_SINCE:
        # Else its planner takes them for nearly all, and looks at every feature.
        op.execute(f"CREATE STATISTICS st_feature_tied ON ({named}) FROM feature")
        op.execute("ANALYZE feature")
