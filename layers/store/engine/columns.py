"""What does a column hold, and what is a value of it on its way in and out? Shapes, moments, JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import orjson
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    TypeDecorator,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import UserDefinedType

from layers.crs import STORED
from layers.store.geopackage import from_blob, to_blob

SPATIAL_INDEX: Final = "rtree_feature_shape"
WEB_MERCATOR_COLUMN: Final = "shape_3857"


class Shape(UserDefinedType[BaseGeometry]):
    """A shapely geometry in CGCS2000 degrees: a GeoPackage blob, or a PostGIS geometry."""

    cache_ok = True

    def __init__(self, of: str = "GEOMETRY", srid: int = STORED) -> None:
        self.of, self.srid = of.upper(), srid

    def get_col_spec(self, **options: object) -> str:
        return f"geometry({self.of},{self.srid})"

    def bind_processor(self, dialect: Dialect) -> Callable[[BaseGeometry | None], bytes | str | None]:
        encode = to_blob if dialect.name == "sqlite" else _to_ewkb
        return lambda shape: None if shape is None else encode(shape)

    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[bytes | str | None], BaseGeometry | None]:
        decode: Callable[[Any], BaseGeometry] = from_blob if dialect.name == "sqlite" else _from_ewkb
        return lambda stored: None if stored is None else decode(stored)


@compiles(Shape, "sqlite")
def _shape_on_sqlite(shape: Shape, compiler: SQLCompiler, **options: Any) -> str:
    return "BLOB"


def _to_ewkb(shape: BaseGeometry) -> str:
    return to_ewkbs([shape])[0].hex()


def to_ewkbs(shapes: Sequence[BaseGeometry]) -> list[bytes]:
    placed = shapely.set_srid(np.array(shapes, object), STORED)
    return list(shapely.to_wkb(placed, include_srid=True))


def _from_ewkb(stored: str) -> BaseGeometry:
    return shapely.set_srid(shapely.from_wkb(stored), 0)


# So that reflection (autogenerate) knows the column.
ischema_names["geometry"] = Shape


class Utc(TypeDecorator[datetime]):
    """A moment: aware and in UTC on the way in and on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return value.astimezone(UTC).replace(tzinfo=None if dialect.name == "sqlite" else UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Json: Final = JSON().with_variant(JSONB(), "postgresql")


_AS_THEY_ARE: Final = (
    orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS
)
"""What JSON has no form for is refused, not turned into something else."""
_STRICT: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def to_json(value: object) -> str:
    """JSON as it is stored: Chinese readable. Raises ValueError for NaN and infinity."""
    try:
        written = orjson.dumps(value, option=_AS_THEY_ARE).decode()
    except orjson.JSONEncodeError:
        return _STRICT.encode(value)
    # NaN and infinity have become null: then the slower one has a look.
    return _STRICT.encode(value) if "null" in written else written


def is_clean(value: object) -> bool:
    """Whether a text can be stored: PostgreSQL takes no NUL, and half a surrogate pair has no UTF-8."""
    if not isinstance(value, str):
        return True
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in value
