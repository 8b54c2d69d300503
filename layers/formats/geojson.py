"""What does a GeoJSON file say? Read here and not by GDAL, which opens by content and follows links."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NoReturn

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers import crs
from layers.errors import InvalidValue, UnreadableFile
from layers.formats import encoding
from layers.formats.dataset import Dataset, Values
from layers.shapes import DEEPEST_NESTING

SHAPE_TYPES: Final = frozenset(
    ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon")
)
_TOO_DEEP = f"图形集合嵌套超过 {DEEPEST_NESTING} 层。请在原软件中打散后再导入。"
_TOO_NESTED_FILE = "不是 GeoJSON：括号嵌套过深。请检查文件是否完整。"
Json = dict[str, Any]


def read(path: Path, name: str, answer: str | None = None) -> Dataset:
    """Read a GeoJSON file; raises UnreadableFile with what it looks like instead."""
    text, decoding = _text(path.read_bytes(), answer)
    document = _parsed(text)
    features = _features(document)
    dataset = Dataset(str(document.get("name") or name), np.empty(len(features), object), _columns(features))
    dataset.encoding = decoding.title
    dataset.notes += [decoding.note] if decoding.note else []
    _read_shapes(dataset, features)
    dataset.crs = _declared_crs(document, dataset)
    return dataset


def _text(content: bytes, answer: str | None) -> tuple[str, encoding.Decoding]:
    if content.startswith(b"\xef\xbb\xbf"):
        content = content[3:]
    chosen = encoding.choose([encoding.Row(1, (content,))], declared=encoding.UTF8, answer=answer)
    return encoding.decoded(content, chosen.codec), chosen


def _parsed(text: str) -> Json:
    start = text.lstrip()[:40]
    if not start.startswith("{"):
        raise UnreadableFile(f"不是 GeoJSON：内容以“{start}”开头。请在原软件中另存为 GeoJSON 后再导入。")
    try:
        document = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise UnreadableFile(
            f"不是完整的 GeoJSON：第 {error.lineno} 行第 {error.colno} 列附近无法解读。请重新导出后再导入。"
        ) from None
    except RecursionError:
        raise UnreadableFile(_TOO_NESTED_FILE) from None
    return document if isinstance(document, dict) else {}


def _refuse_constant(constant: str) -> NoReturn:
    raise UnreadableFile(
        f"GeoJSON 中出现了 {constant}，它不是数字。请在原软件中补上这个值，或改为 null 后再导入。"
    )


def _features(document: Json) -> list[Json]:
    """The features of a collection, of one feature, or of a bare shape."""
    kind = document.get("type")
    found = document.get("features")
    if kind == "FeatureCollection" and isinstance(found, list):
        return [feature if isinstance(feature, dict) else {} for feature in found]
    if kind == "Feature":
        return [document]
    if kind == "GeometryCollection" or kind in SHAPE_TYPES:
        return [{"geometry": document}]
    raise UnreadableFile(
        f"不是 GeoJSON：type 应为 FeatureCollection，但收到“{str(kind)[:40]}”。请重新导出后再导入。"
    )


def _columns(features: list[Json]) -> dict[str, Values]:
    rows = [_properties(feature) for feature in features]
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [_value(row.get(name)) for row in rows] for name in names}


def _properties(feature: Json) -> Json:
    found = feature.get("properties")
    return found if isinstance(found, dict) else {}


def _value(value: object) -> object:
    if isinstance(value, dict) or (
        isinstance(value, list) and any(isinstance(v, (dict, list)) for v in value)
    ):
        return json.dumps(value, ensure_ascii=False)
    return value


# --- shapes --------------------------------------------------------------------------------------------


def _read_shapes(dataset: Dataset, features: list[Json]) -> None:
    for at, feature in enumerate(features):
        try:
            dataset.shapes[at] = _shape(feature.get("geometry"))
        except InvalidValue as refusal:
            dataset.bad_shapes[at] = refusal.message


def read_shape(geometry: object) -> BaseGeometry | None:
    """One geometry as a shape; None for null; raises InvalidValue for what is none."""
    return _shape(geometry)


def _shape(geometry: object, levels: int = DEEPEST_NESTING) -> BaseGeometry | None:
    if geometry is None:
        return None
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if isinstance(geometry, dict) and kind == "GeometryCollection":
        return shapely.GeometryCollection(list(_parts(geometry, levels)))
    if not isinstance(geometry, dict) or kind not in SHAPE_TYPES:
        raise InvalidValue(f"不认识的图形类型“{str(kind)[:40]}”。请在原软件中重新导出。")
    return _built(geometry)


def _parts(collection: Json, levels: int) -> Iterator[BaseGeometry]:
    if levels == 0:
        raise InvalidValue(_TOO_DEEP)
    parts = collection.get("geometries")
    for part in parts if isinstance(parts, list) else ():
        if (shape := _shape(part, levels - 1)) is not None:
            yield shape


def _built(geometry: Json) -> BaseGeometry:
    try:
        with np.errstate(invalid="ignore"):  # 1e999 is found and said later, row by row
            shape: BaseGeometry = shapely.geometry.shape(geometry)
    except (
        ValueError,
        TypeError,
        IndexError,
        KeyError,
        AttributeError,
        OverflowError,
        shapely.GEOSException,
    ):
        raise InvalidValue("图形的坐标写法不对（应为 [经度, 纬度] 数组）。请在原软件中重新导出。") from None
    return shape


# --- coordinates ---------------------------------------------------------------------------------------


def _declared_crs(document: Json, dataset: Dataset) -> crs.Definition | None:
    """The name in the old `crs` member; without one the standard says WGS84, if the values can be degrees."""
    member = document.get("crs")
    if isinstance(member, dict):
        properties = member.get("properties")
        name = properties.get("name") if isinstance(properties, dict) else None
        if not isinstance(name, str):
            dataset.notes.append("crs 中的链接不会打开，已按没有坐标系处理")
            return None
        return crs.definition(name)
    return crs.Definition(crs.SHOWN, crs.name_of(crs.SHOWN)) if _in_degrees(dataset) else None


def _in_degrees(dataset: Dataset) -> bool:
    values = np.abs(shapely.get_coordinates(dataset.shapes))
    return bool((values <= 180).all()) if len(values) else True
