"""Layers, features, acts, earlier versions and search words."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from layers.store.engine import Json, Shape, Utc

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_INDEX = "rtree_feature_shape"
_BOX = ", ".join(f"ST_{corner}(NEW.shape)" for corner in ("MinX", "MaxX", "MinY", "MaxY"))
_FILL = f"INSERT OR REPLACE INTO {_INDEX} VALUES (NEW.id, {_BOX}, NEW.layer_id, NEW.layer_id + 0.5);"  # noqa: S608
_CLEAR = f"DELETE FROM {_INDEX} WHERE id = OLD.id;"  # noqa: S608
# The layer is a dimension of the index: a small layer is then found without walking over the large ones.
# It has a thickness, because among boxes without volume an R-tree cannot choose.
_RTREE = (
    f"CREATE VIRTUAL TABLE {_INDEX} USING rtree(id, minx, maxx, miny, maxy, minlayer, maxlayer)",
    f"CREATE TRIGGER {_INDEX}_insert AFTER INSERT ON feature BEGIN {_FILL} END",
    f"CREATE TRIGGER {_INDEX}_update AFTER UPDATE OF id, shape, layer_id ON feature BEGIN {_CLEAR} {_FILL} END",
    f"CREATE TRIGGER {_INDEX}_delete AFTER DELETE ON feature BEGIN {_CLEAR} END",
)
_EXTENSIONS = ("postgis", "btree_gist", "pg_trgm")


def upgrade() -> None:
    on_sqlite = op.get_context().dialect.name == "sqlite"
    if not on_sqlite:
        for extension in _EXTENSIONS:
            op.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    _acts_and_layers()
    _features()
    _words()
    if on_sqlite:
        for statement in _RTREE:
            op.execute(statement)
        return
    op.create_index("ix_feature_layer_id_shape", "feature", ["layer_id", "shape"], postgresql_using="gist")
    op.create_index("ix_feature_shape", "feature", ["shape"], postgresql_using="gist")
    for column in ("words", "inner"):
        op.create_index(
            f"ix_search_{column}",
            "search",
            [column],
            postgresql_using="gin",
            postgresql_ops={column: "gin_trgm_ops"},
        )


def _acts_and_layers() -> None:
    op.create_table(
        "act",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("what", sa.String, nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("at", Utc, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("undoes_act", sa.Integer),
        sa.Column("count", sa.Integer, nullable=False),
        sa.CheckConstraint("state IN ('pending', 'done')", name="ck_act_state"),
        sa.ForeignKeyConstraint(["undoes_act"], ["act.id"], name="fk_act_undoes_act"),
        sa.PrimaryKeyConstraint("id", name="pk_act"),
        sqlite_autoincrement=True,
    )
    hidden = sa.text("state <> 'done'")
    op.create_index("ix_act_hidden", "act", ["id"], sqlite_where=hidden, postgresql_where=hidden)
    op.create_table(
        "layer",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("group", sa.String, nullable=False),
        sa.Column("order", sa.Integer, nullable=False),
        sa.Column("unit", sa.String, nullable=False),
        sa.Column("visibility", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("data_date", sa.Date),
        sa.Column("sample", sa.Boolean, nullable=False),
        sa.Column("act_id", sa.Integer),
        sa.Column("created_at", Utc, nullable=False),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"], name="fk_layer_act_id"),
        sa.PrimaryKeyConstraint("id", name="pk_layer"),
        sa.UniqueConstraint("key", name="uq_layer_key"),
        sqlite_autoincrement=True,
    )


def _features() -> None:
    op.create_table(
        "feature",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("uid", sa.String(36), nullable=False),
        sa.Column("layer_id", sa.Integer, nullable=False),
        sa.Column("act_id", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("visibility", sa.String(16)),
        sa.Column("derived_until", sa.Date),
        sa.Column("created_at", Utc, nullable=False),
        sa.Column("deleted_at", Utc),
        sa.Column("derived", Json, nullable=False),
        sa.Column("properties", Json, nullable=False),
        sa.Column("shape", Shape, nullable=False),
        sa.ForeignKeyConstraint(["layer_id"], ["layer.id"], name="fk_feature_layer_id"),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"], name="fk_feature_act_id"),
        sa.PrimaryKeyConstraint("id", name="pk_feature"),
        sa.UniqueConstraint("uid", name="uq_feature_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_feature_layer_id", "feature", ["layer_id"])
    op.create_index("ix_feature_act_id_layer_id", "feature", ["act_id", "layer_id"])
    timed = sa.text("derived_until IS NOT NULL")
    op.create_index(
        "ix_feature_derived_until", "feature", ["derived_until"], sqlite_where=timed, postgresql_where=timed
    )
    op.create_table(
        "feature_version",
        sa.Column("feature_id", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("act_id", sa.Integer, nullable=False),
        sa.Column("until_act_id", sa.Integer, nullable=False),
        sa.Column("visibility", sa.String(16)),
        sa.Column("properties", Json, nullable=False),
        sa.Column("shape", Shape, nullable=False),
        sa.ForeignKeyConstraint(["feature_id"], ["feature.id"], name="fk_feature_version_feature_id"),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"], name="fk_feature_version_act_id"),
        sa.ForeignKeyConstraint(["until_act_id"], ["act.id"], name="fk_feature_version_until_act_id"),
        sa.PrimaryKeyConstraint("feature_id", "version", name="pk_feature_version"),
    )
    op.create_index("ix_feature_version_until_act_id", "feature_version", ["until_act_id"])


def _words() -> None:
    op.create_table(
        "search",
        sa.Column("feature_id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("inner", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["feature_id"], ["feature.id"], name="fk_search_feature_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("feature_id", name="pk_search"),
    )
    op.create_index("ix_search_name", "search", ["name"])
