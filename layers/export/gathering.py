"""Which rows and columns of a layer go out to this viewer, and under which names?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, Final

import numpy as np
import shapely

from layers import clock
from layers.errors import InvalidValue
from layers.export.publishing import PublicEdition, coarsened
from layers.formats.outgoing import SAMPLE_MARK, Column, Outgoing, Sort
from layers.kinds import LayerKind, kind_for
from layers.kinds.fields import Choice, Choices, Day, Field, Number, Whole
from layers.kinds.references import Reference, References
from layers.kinds.short_names import short_name, short_names
from layers.measure import areas_m2, length_m
from layers.rights import Viewer, may_see
from layers.store import Database, query
from layers.store.chosen import WHOLE, Part, chosen_features
from layers.store.found import FoundFeature

_EXTRA: Final = "extra"
_MOST_EXTRA: Final = 60
_NEVER: Final = frozenset({"is_sample", "town"})
_SQUARE_METRES_PER_MU: Final = 2000 / 3


def gathered(
    database: Database,
    viewer: Viewer,
    key: str,
    zone: int | None,
    *,
    part: Part = WHOLE,
    town: str | None = None,
    edition: PublicEdition | None = None,
) -> Outgoing:
    """What this viewer may see of a layer, or of a part of it; raises InvalidValue when there is nothing.

    town: only what lies in this town. edition: for the public, with coarse coordinates.
    """
    with database.reading() as session:
        layer = query.layer_named(session, viewer, key)
        features = chosen_features(session, viewer, layer, part)
        kind, title, unit, sample = kind_for(layer), layer.title, layer.unit, layer.sample
    if town:
        features = [each for each in features if _town(each) == town]
    if not features:
        raise InvalidValue(_nothing(title, part, town, edition))
    shapes = np.array([feature.shape for feature in features], object)
    return Outgoing(
        title=title,
        columns=tuple(columns(kind, viewer, unit, features)),
        shapes=coarsened(shapes, edition.grid_m) if edition else shapes,
        labels=[feature.name for feature in features],
        sample=sample or any(feature.properties.get("is_sample") for feature in features),
        unit=unit,
        day=clock.today(),
        zone=zone,
        mark=edition.mark if edition else "",
        kind=kind.key,
    )


def _nothing(title: str, part: Part, town: str | None, edition: PublicEdition | None) -> str:
    if edition:
        return f"图层“{title}”里没有可以公开的图形。请先由数据主管单位把要公开的图形设为公开。"
    if town:
        return f"图层“{title}”在{town}范围内没有可以导出的图形。请换一个图层或范围。"
    if part.is_whole:
        return f"图层“{title}”里没有可以导出的图形。请先导入或绘制，或换一个图层。"
    return f"所选范围内没有“{title}”的图形，可能已被删除，或者您无权查看。请重新选择。"


def columns(
    kind: LayerKind,
    viewer: Viewer,
    unit: str,
    features: Sequence[FoundFeature],
    *,
    full: bool = False,
) -> Iterator[Column]:
    """The columns that this viewer may see. full: those without any value too, and none of earlier imports."""
    seen = [each for each in kind.fields if may_see(viewer, each.visibility, unit)]
    shorts = short_names(kind)
    taken = set(shorts.values())
    for each in seen:
        column = _of_field(each, shorts[each.key], features)
        if each.key not in _NEVER and (full or any(value is not None for value in column.values)):
            yield column
    extra = () if full else _extra(features)
    follows = _following(kind, viewer, unit, features, full=full)
    for column in (*follows, *_derived(kind, features, full=full), *extra):
        short = column.short or shorts.get(column.key) or short_name(column.title, taken)
        taken.add(short)
        yield Column(column.key, short, column.title, column.sort, column.values, column.unit, column.digits)


def _following(
    kind: LayerKind, viewer: Viewer, unit: str, features: Sequence[FoundFeature], *, full: bool
) -> Iterator[Column]:
    """What follows from the fields and is a column of tables too."""
    for each in kind.derived_columns:
        if may_see(viewer, each.visibility, unit):
            column = _of_field(each, "", features, derived=True)
            if full or any(value is not None for value in column.values):
                yield column


def _of_field(each: Field, short: str, features: Sequence[FoundFeature], *, derived: bool = False) -> Column:
    sort, read = _sort(each)
    sources = (feature.derived if derived else feature.properties for feature in features)
    values = [_value(read, source.get(each.key)) for source in sources]
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
    spoken = isinstance(each, Choice | Choices | Reference | References)
    return "text", each.show if spoken else _words


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)


def _value(read: Callable[[Any], object], value: Any) -> object:
    return None if value is None else read(value)


def _derived(kind: LayerKind, features: Sequence[FoundFeature], *, full: bool = False) -> Iterator[Column]:
    """What the map knows beside the fields: town, class, size, whether it is an example, and its own mark."""
    towns: list[object] = [_town(feature) for feature in features]
    if full or any(towns):
        yield Column("town", "XZJD", "乡镇街道", "text", towns)
    if len([each for each in kind.classes if each.legend]) > 1:
        words = [kind.symbol_class(str(feature.derived.get("symbol"))).title for feature in features]
        yield Column("symbol", "", "图例类别", "text", [*words])
    yield from _sizes(kind, features, full=full)
    if full or any(feature.properties.get("is_sample") for feature in features):
        marks = ["是" if feature.properties.get("is_sample") else "否" for feature in features]
        yield Column("is_sample", "", SAMPLE_MARK, "text", [*marks])
    yield Column("uid", "UID", "图形标识", "text", [feature.uid for feature in features])


def _town(feature: FoundFeature) -> str | None:
    return feature.properties.get("town") or feature.derived.get("town")


def _sizes(kind: LayerKind, features: Sequence[FoundFeature], *, full: bool) -> Iterator[Column]:
    shapes = np.array([feature.shape for feature in features], object)
    dimensions = shapely.get_dimensions(shapes)
    if (dimensions == 2).any() or (full and "polygon" in kind.shapes):
        areas = (areas_m2(list(shapes)) / _SQUARE_METRES_PER_MU).tolist() if len(shapes) else []
        values = [round(area, 6) if area else None for area in areas]
        yield Column("area_mu", "", "图形面积（亩）", "number", [*values], "亩")
    if (dimensions == 1).any() or (full and "line" in kind.shapes):
        lengths = [round(length_m(shape) / 1000, 6) or None for shape in shapes]
        yield Column("length_km", "", "图形长度（公里）", "number", [*lengths], "公里")


def _extra(features: Sequence[FoundFeature]) -> Iterator[Column]:
    """Columns of earlier imports that no field declares, as text."""
    rows = [feature.properties.get(_EXTRA) or {} for feature in features]
    for name in list(dict.fromkeys(name for row in rows for name in row))[:_MOST_EXTRA]:
        values = [None if row.get(name) is None else _words(row[name]) for row in rows]
        yield Column(f"extra_{name}", "", str(name)[:60], "text", [*values])
