"""Which rows and columns of a layer go out to this viewer, and under which names?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, Final

import numpy as np
import shapely

from layers import clock
from layers.errors import InvalidValue
from layers.formats.outgoing import SAMPLE_MARK, Column, Outgoing, Sort
from layers.kinds import LayerKind, kind_for
from layers.kinds.fields import Choice, Day, Field, Number, Whole
from layers.kinds.short_names import short_name, short_names
from layers.measure import areas_m2, length_m
from layers.rights import Viewer, may_see
from layers.store import Database, query
from layers.store.found import FoundFeature

_EXTRA: Final = "extra"
_MOST_EXTRA: Final = 60
_NEVER: Final = frozenset({"is_sample", "town"})
_SQUARE_METRES_PER_MU: Final = 2000 / 3


def gathered(database: Database, viewer: Viewer, key: str, zone: int | None) -> Outgoing:
    """All features of a layer that this viewer may see; raises InvalidValue when there is none."""
    with database.reading() as session:
        layer = query.layer_named(session, viewer, key)
        features = query.find_features(session, viewer, layer)
        kind, title, unit, sample = kind_for(layer), layer.title, layer.unit, layer.sample
    if not features:
        raise InvalidValue(f"图层“{title}”里没有可以导出的图形。请先导入或绘制，或换一个图层。")
    seen = [each for each in kind.fields if may_see(viewer, each.visibility, unit)]
    return Outgoing(
        title=title,
        columns=tuple(_columns(kind, seen, features)),
        shapes=np.array([feature.shape for feature in features], object),
        labels=[feature.name for feature in features],
        sample=sample or any(feature.properties.get("is_sample") for feature in features),
        unit=unit,
        day=clock.today(),
        zone=zone,
    )


def _columns(kind: LayerKind, fields: Sequence[Field], features: Sequence[FoundFeature]) -> Iterator[Column]:
    shorts = short_names(kind)
    taken = set(shorts.values())
    for each in fields:
        column = _of_field(each, shorts[each.key], features)
        if each.key not in _NEVER and any(value is not None for value in column.values):
            yield column
    for column in (*_derived(kind, features), *_extra(features)):
        short = column.short or shorts.get(column.key) or short_name(column.title, taken)
        taken.add(short)
        yield Column(column.key, short, column.title, column.sort, column.values, column.unit, column.digits)


def _of_field(each: Field, short: str, features: Sequence[FoundFeature]) -> Column:
    sort, read = _sort(each)
    values = [_value(read, feature.properties.get(each.key)) for feature in features]
    title = f"{each.title}（{each.unit}）" if each.unit else each.title
    digits = each.digits if isinstance(each, Number) else 0
    return Column(each.key, short, title, sort, values, each.unit, digits)


def _sort(each: Field) -> tuple[Sort, Callable[[Any], object]]:
    if isinstance(each, Whole):
        return "whole", int
    if isinstance(each, Number):
        return "number", float
    if isinstance(each, Day):
        return "day", date.fromisoformat
    return "text", each.show if isinstance(each, Choice) else _words


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)


def _value(read: Callable[[Any], object], value: Any) -> object:
    return None if value is None else read(value)


def _derived(kind: LayerKind, features: Sequence[FoundFeature]) -> Iterator[Column]:
    """What the map knows beside the fields: town, class, size, whether it is an example, and its own mark."""
    towns: list[object] = [_town(feature) for feature in features]
    if any(towns):
        yield Column("town", "XZJD", "乡镇街道", "text", towns)
    if len([each for each in kind.classes if each.legend]) > 1:
        words = [kind.symbol_class(str(feature.derived.get("symbol"))).title for feature in features]
        yield Column("symbol", "", "图例类别", "text", [*words])
    shapes = np.array([feature.shape for feature in features], object)
    yield from _sizes(shapes)
    if any(feature.properties.get("is_sample") for feature in features):
        marks = ["是" if feature.properties.get("is_sample") else "否" for feature in features]
        yield Column("is_sample", "", SAMPLE_MARK, "text", [*marks])
    yield Column("uid", "UID", "图形标识", "text", [feature.uid for feature in features])


def _town(feature: FoundFeature) -> str | None:
    return feature.properties.get("town") or feature.derived.get("town")


def _sizes(shapes: np.ndarray[Any, np.dtype[np.object_]]) -> Iterator[Column]:
    dimensions = shapely.get_dimensions(shapes)
    if (dimensions == 2).any():
        areas = (areas_m2(list(shapes)) / _SQUARE_METRES_PER_MU).tolist()
        values = [round(area, 6) if area else None for area in areas]
        yield Column("area_mu", "", "图形面积（亩）", "number", [*values], "亩")
    if (dimensions == 1).any():
        lengths = [round(length_m(shape) / 1000, 6) or None for shape in shapes]
        yield Column("length_km", "", "图形长度（公里）", "number", [*lengths], "公里")


def _extra(features: Sequence[FoundFeature]) -> Iterator[Column]:
    """Columns of earlier imports that no field declares, as text."""
    rows = [feature.properties.get(_EXTRA) or {} for feature in features]
    for name in list(dict.fromkeys(name for row in rows for name in row))[:_MOST_EXTRA]:
        values = [None if row.get(name) is None else _words(row[name]) for row in rows]
        yield Column(f"extra_{name}", "", str(name)[:60], "text", [*values])
