"""What is on the map? Everything is found here, and always for somebody: the viewer is asked for everywhere."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, String, bindparam, case, func, select
from sqlalchemy.orm import Session

from layers import clock
from layers.crs import Bounds
from layers.errors import InvalidValue, UnknownThing
from layers.filters import Filter, Nothing
from layers.kinds import LayerKind, kind_for
from layers.kinds.base import DERIVED_FIELDS
from layers.kinds.fields import Choice
from layers.rights import Viewer, may_see, sight
from layers.store.drawn import Square, drawn_tile
from layers.store.engine import among_ids, in_layer_bounds, is_clean, json_text, json_value
from layers.store.filtering import edition as filter_edition
from layers.store.filtering import filtered, passing_ids, read_filter, shapes_passing, titles_seen
from layers.store.found import FoundFeature, finding, read_features
from layers.store.kept import kept as keep
from layers.store.lifetimes import calendar
from layers.store.near import at_point, related_to
from layers.store.outlines import Outlines, outlines
from layers.store.past import features_then, finding_then
from layers.store.seen import features_seen, layers_seen, seen
from layers.store.sums import Sums, field_sums, sums, town_sums
from layers.store.tables import Feature, Layer
from layers.store.tile_columns import TileRows
from layers.store.tile_rows import chosen_rows, spot_rows, tile_rows
from layers.store.totals import LayerSummary, Totals, bounds_of_kind, layer_rows, layers
from layers.store.town_total import TownTotal
from layers.store.towns import LARGE_LAYER, is_crowded, is_large, town_totals

__all__ = [
    "LARGE_LAYER",
    "Filter",
    "FoundFeature",
    "Layer",
    "LayerSummary",
    "Nothing",
    "Outlines",
    "Square",
    "Sums",
    "TileRows",
    "Totals",
    "TownTotal",
    "at_point",
    "bounds_of_kind",
    "calendar",
    "chosen_rows",
    "count_features",
    "drawn_tile",
    "feature_of",
    "features_of",
    "field_sums",
    "filter_edition",
    "find_features",
    "ids_in_order",
    "is_crowded",
    "is_large",
    "keep",
    "layer_named",
    "layer_rows",
    "layers",
    "layers_among",
    "layers_named",
    "ordered",
    "outlines",
    "passing_ids",
    "read_filter",
    "related_to",
    "shapes_passing",
    "spot_rows",
    "sums",
    "tile_rows",
    "tile_token",
    "titles_seen",
    "town_sums",
    "town_totals",
]


def layer_named(session: Session, viewer: Viewer, key: str) -> Layer:
    """The layer with this key; UnknownThing when there is none that this viewer may see."""
    return layers_named(session, viewer, [key])[0]


def layers_named(session: Session, viewer: Viewer, keys: Sequence[str]) -> list[Layer]:
    """The layers with these keys, in this order; UnknownThing when the viewer may not see one, or there is none."""
    found = layers_among(session, viewer, keys)
    unknown = next((key for key in keys if key not in found), None)
    if unknown is not None:
        raise UnknownThing(f"没有图层“{unknown[:60]}”，或者您无权查看。请从图层列表中选择。")
    return [found[key] for key in keys]


def layers_among(session: Session, viewer: Viewer, keys: Sequence[str]) -> dict[str, Layer]:
    """By key, those of the layers with these keys that there are and that this viewer may see."""
    clean = [key for key in keys if is_clean(key)]
    return {layer.key: layer for layer in session.scalars(_named(sight(viewer)), {"keys": clean})}


@lru_cache(maxsize=256)
def _named(viewer: Viewer) -> Select[Layer]:
    """Kept, because every tile asks."""
    keys = bindparam("keys", type_=String(), expanding=True)
    return select(Layer).where(Layer.key.in_(keys), *layers_seen(viewer))


def tile_token(session: Session, viewer: Viewer, keys: Sequence[str]) -> str:
    """Changes whenever a tile of these layers may look different to this viewer."""
    found = layers_named(session, viewer, keys)
    told = [(layer.key, layer.version, kind_for(layer).digest) for layer in found]
    return hashlib.sha256(repr((told, clock.today(), sight(viewer))).encode()).hexdigest()[:16]


def find_features(
    session: Session,
    viewer: Viewer,
    layer: Layer,
    *,
    bounds: Bounds | None = None,
    where: Filter = Nothing,
    limit: int | None = None,
    after: int = 0,
    order: str = "id",
    descending: bool = False,
    offset: int = 0,
) -> list[FoundFeature]:
    """Features of a layer. order: "id", a field, or a derived value; after: only ids above (with order "id").

    where: only those that pass this filter.
    """
    if viewer.at is not None:
        then = features_then(viewer, layer, bounds)
        in_order = ordered(kind_for(layer), viewer, order, descending, then.c)
        passing = _passing_then(session, viewer, layer, where, then.c.id)
        past = finding_then(viewer, then).where(then.c.id > after, *passing).order_by(*in_order)
        return read_features(session, viewer, past.limit(limit).offset(offset))
    in_order = ordered(kind_for(layer), viewer, order, descending)
    # First which, then what: sorting whole rows would carry their shapes along.
    page = (
        select(Feature.id)
        .join(Layer)
        .where(
            *_in_layer(layer, bounds),
            *seen(viewer),
            Feature.id > after,
            *filtered(session, viewer, layer, where),
        )
        .order_by(*in_order)
        .limit(limit)
        .offset(offset)
    )
    return read_features(session, viewer, finding(viewer).where(Feature.id.in_(page)).order_by(*in_order))


def ids_in_order(
    session: Session,
    viewer: Viewer,
    layer: Layer,
    *,
    bounds: Bounds | None,
    where: Filter,
    order: str,
    descending: bool,
) -> Select[Any]:
    """Which features of a layer there are, in their order, without a word of what they are; order as of find_features."""
    kind = kind_for(layer)
    if viewer.at is not None:
        then = features_then(viewer, layer, bounds)
        passing = _passing_then(session, viewer, layer, where, then.c.id)
        return select(then.c.id).where(*passing).order_by(*ordered(kind, viewer, order, descending, then.c))
    passing = filtered(session, viewer, layer, where)
    inside = _in_layer(layer, bounds)
    ids = select(Feature.id).where(*inside, *features_seen(viewer), *passing)
    return ids.order_by(*ordered(kind, viewer, order, descending))


def count_features(
    session: Session,
    viewer: Viewer,
    layer: Layer,
    *,
    bounds: Bounds | None = None,
    where: Filter = Nothing,
) -> int:
    """How many features of the layer this viewer may see; where: of those that pass this filter."""
    if viewer.at is not None:
        then = features_then(viewer, layer, bounds)
        passing = _passing_then(session, viewer, layer, where, then.c.id)
        return session.execute(select(func.count()).select_from(then).where(*passing)).scalar_one()
    if where and bounds is None:
        return len(passing_ids(session, viewer, layer, where))
    counted = (
        select(func.count())
        .select_from(Feature)
        .join(Layer)
        .where(*_in_layer(layer, bounds), *seen(viewer), *filtered(session, viewer, layer, where))
    )
    return session.execute(counted).scalar_one()


def _passing_then(
    session: Session, viewer: Viewer, layer: Layer, where: Filter, ids: Any
) -> list[ColumnElement[bool]]:
    return [among_ids(ids, passing_ids(session, viewer, layer, where).tolist())] if where else []


def feature_of(session: Session, viewer: Viewer, ref: int | str) -> FoundFeature:
    """The feature with this id or uid; UnknownThing when there is none that this viewer may see."""
    found = read_features(session, viewer, _finding_one(viewer, ref)) if _may_exist(ref) else []
    if not found:
        raise UnknownThing(f"没有编号为“{str(ref)[:60]}”的图形，可能已被删除，或者您无权查看。")
    return found[0]


def features_of(session: Session, viewer: Viewer, uids: Sequence[str]) -> list[FoundFeature]:
    """Those of these that this viewer may see now; the others are passed over."""
    clean = [uid for uid in uids if is_clean(uid)]
    return read_features(session, viewer, finding(viewer).where(Feature.uid.in_(clean))) if clean else []


def _finding_one(viewer: Viewer, ref: int | str) -> Select[Any]:
    if viewer.at is None:
        return finding(viewer).where(Feature.id == ref if isinstance(ref, int) else Feature.uid == ref)
    then = features_then(viewer)
    return finding_then(viewer, then).where(then.c.id == ref if isinstance(ref, int) else then.c.uid == ref)


def _in_layer(layer: Layer, bounds: Bounds | None) -> list[ColumnElement[bool]]:
    return [in_layer_bounds(Feature.shape, layer.id, bounds) if bounds else Feature.layer_id == layer.id]


def _may_exist(ref: int | str) -> bool:
    """A number that the database cannot hold, or a text that it cannot, names nothing."""
    return 0 < ref < 2**31 if isinstance(ref, int) else is_clean(ref)


def ordered(
    kind: LayerKind, viewer: Viewer, key: str, descending: bool, of: Any = Feature
) -> list[ColumnElement[Any]]:
    """What a statement is ordered by; InvalidValue for what this viewer may not see.

    of: where the columns are, the table itself or the features of a past day.
    """
    if key == "id":
        return [of.id.desc() if descending else of.id.asc()]
    value = _sorting(kind, viewer, key, of)
    return [(value.desc() if descending else value.asc()).nulls_last(), of.id.asc()]


def _sorting(kind: LayerKind, viewer: Viewer, key: str, of: Any) -> ColumnElement[Any]:
    field = kind.by_key.get(key)
    if key == "symbol":
        return _declared(json_text(of.derived, key), (each.key for each in kind.classes))
    if key in (*DERIVED_FIELDS, *kind.derived_tiled, *(each.key for each in kind.derived_fields)):
        return json_value(of.derived, key)
    if field is None or not may_see(viewer, field.visibility):
        raise InvalidValue(
            f"不能按“{key[:60]}”排序：{kind.title}没有这个字段，或者您无权查看。请换一个字段。"
        )
    if isinstance(field, Choice):
        return _declared(json_text(of.properties, key), field.choices)
    return json_value(of.properties, key)


def _declared(value: ColumnElement[str], words: Iterable[str]) -> ColumnElement[int]:
    """Codes sort as they are declared, not by their letters."""
    return case({word: place for place, word in enumerate(words)}, value=value)
