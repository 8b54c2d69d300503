"""How do the tables get their present shape?

Alembic, with the migrations of this package and without an ini file, so that it works from a wheel.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from layers.errors import WrongSetting
from layers.store.engine import SPATIAL_INDEX, WEB_MERCATOR_COLUMN

MIGRATIONS = Path(__file__).with_name("migrations")
BY_STATEMENT = ("fk_feature_layer_id", "fk_feature_act_id")
"""Foreign keys that PostgreSQL keeps by triggers, once a statement."""


def to_head(connection: Connection) -> None:
    """Run what is missing, inside the transaction of this connection."""
    try:
        command.upgrade(config(connection), "head")
    except CommandError:
        raise WrongSetting(
            "数据库比本程序新，是由更新的版本建立或升级的。请安装新版本的程序，或用升级前的备份恢复。"
        ) from None


def is_at_head(connection: Connection) -> bool:
    """Whether nothing is missing."""
    head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    return MigrationContext.configure(connection).get_current_revision() == head


def is_ours(thing: Any, name: str | None, sort: str, reflected: bool, other: Any) -> bool:
    """For autogenerate: what the models do not speak of, because one of the two databases does not know it."""
    if sort == "foreign_key_constraint" and name in BY_STATEMENT:
        return reflected
    if not reflected or name is None:
        return True
    if sort == "table":
        return not name.startswith((SPATIAL_INDEX, "spatial_ref_sys"))
    if sort == "column":
        return name != WEB_MERCATOR_COLUMN
    return sort != "index" or thing.dialect_kwargs.get("postgresql_using") not in ("gist", "gin")


def config(connection: Connection) -> Config:
    """The settings of Alembic for this connection, without an ini file."""
    config = Config()
    # The path goes through a parser that reads % as its own.
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
