"""How was the map at the end of a day? Asked by a viewer with `at`.

Current rows that are older than the day's end, and earlier versions whose time holds it; derived values are those of
that day. A feature or layer that the viewer may not see now is not seen in the past either.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import numpy as np
from sqlalchemy import ColumnElement, Date, Select, Subquery, func, literal, select, union_all
from sqlalchemy.orm import Session, aliased

from layers.crs import Bounds
from layers.kinds import LayerKind
from layers.kinds.base import TileField
from layers.rights import Viewer
from layers.store.derive import on_the_day
from layers.store.engine import in_layer_bounds, json_number, wkb
from layers.store.seen import day_end, hidden_acts, layers_seen, open_to_viewer, replaced
from layers.store.tables import Act, Feature, FeatureVersion, Layer
from layers.store.tile_columns import TileRows

_ALWAYS_DUE: Final = date(1, 1, 1)
"""What followed is derived anew for the day that is asked about."""


def features_then(viewer: Viewer, layer: Layer | None = None, bounds: Bounds | None = None) -> Subquery:
    """The features of that day, of all layers or of one, with the columns of `feature`."""
    return union_all(_still(viewer, layer, bounds), _earlier(viewer, layer, bounds)).subquery("past")


def finding_then(viewer: Viewer, then: Subquery) -> Select[Any]:
    """The same with layer and act, as `found.finding` gives them."""
    return (
        select(
            then.c.id,
            then.c.uid,
            then.c.layer_id,
            Layer.key,
            Layer.title,
            Layer.kind,
            Layer.color_by,
            Layer.unit,
            then.c.shape,
            then.c.properties,
            then.c.derived,
            literal(_ALWAYS_DUE, Date).label("derived_until"),
            then.c.version,
            func.coalesce(then.c.visibility, Layer.visibility).label("visibility"),
            Act.who,
            Act.at,
            Act.what,
        )
        .join(Layer, Layer.id == then.c.layer_id)
        .join(Act, Act.id == then.c.act_id)
        .where(*layers_seen(viewer))
    )


def values_then(session: Session, viewer: Viewer, layer: Layer, kind: LayerKind) -> list[dict[str, Any]]:
    """What was derived on that day for each feature of a layer that stood."""
    then = features_then(viewer, layer)
    rows = session.execute(select(then.c.properties, then.c.derived).where(then.c.review.is_(None)))
    return [on_the_day(kind, row.properties, row.derived, _day(viewer)).values for row in rows]


def tile_rows_then(
    session: Session, viewer: Viewer, layer: Layer, kind: LayerKind, bounds: Bounds, told: Sequence[TileField]
) -> TileRows:
    """What a tile of that day needs, column by column."""
    then = features_then(viewer, layer, bounds)
    columns = (then.c.id, wkb(then.c.shape), then.c.properties, then.c.derived)
    rows = session.execute(select(*columns).order_by(then.c.id)).all()
    derived = [on_the_day(kind, row.properties, row.derived, _day(viewer)).values for row in rows]
    found = {"derived": derived, "properties": [row.properties for row in rows]}
    return TileRows(
        np.array([row.id for row in rows], np.int64),
        [row[1] for row in rows],
        np.array([values["anchor"] for values in derived], np.float64).reshape(-1, 2),
        {each.key: [values.get(each.key) for values in found[each.of]] for each in told},
    )


def _day(viewer: Viewer) -> date:
    if viewer.at is None:
        raise ValueError("this viewer asks about now")
    return viewer.at


def _still(viewer: Viewer, layer: Layer | None, bounds: Bounds | None) -> Select[Any]:
    """What has not changed since."""
    narrowed = _in(layer, in_layer_bounds(Feature.shape, layer.id, bounds) if layer and bounds else None)
    return (
        select(
            Feature.id,
            Feature.uid,
            Feature.layer_id,
            Feature.version,
            Feature.act_id,
            Feature.visibility,
            Feature.review,
            Feature.derived,
            Feature.properties,
            Feature.shape,
        )
        .join(Act, Act.id == Feature.act_id)
        .where(
            Act.at < day_end(_day(viewer)),
            Feature.deleted_at.is_(None),
            Feature.act_id.not_in(hidden_acts(viewer.at)),
            Feature.id.not_in(replaced(viewer.at)),
            open_to_viewer(viewer, Feature.visibility),
            *narrowed,
        )
    )


def _earlier(viewer: Viewer, layer: Layer | None, bounds: Bounds | None) -> Select[Any]:
    """What was changed or taken away since."""
    made, ended, end = aliased(Act), aliased(Act), day_end(_day(viewer))
    narrowed = _in(layer, None if bounds is None else _meets(bounds))
    return (
        select(
            Feature.id,
            Feature.uid,
            Feature.layer_id,
            FeatureVersion.version,
            FeatureVersion.act_id,
            FeatureVersion.visibility,
            FeatureVersion.review,
            FeatureVersion.derived,
            FeatureVersion.properties,
            FeatureVersion.shape,
        )
        .select_from(FeatureVersion)
        .join(Feature, Feature.id == FeatureVersion.feature_id)
        .join(made, made.id == FeatureVersion.act_id)
        .join(ended, ended.id == FeatureVersion.until_act_id)
        .where(
            made.at < end,
            ended.at >= end,
            FeatureVersion.deleted.is_(False),
            FeatureVersion.act_id.not_in(hidden_acts(viewer.at)),
            open_to_viewer(viewer, FeatureVersion.visibility),
            open_to_viewer(viewer, Feature.visibility),
            *narrowed,
        )
    )


def _in(layer: Layer | None, within: ColumnElement[bool] | None) -> list[ColumnElement[bool]]:
    of_layer = [] if layer is None else [Feature.layer_id == layer.id]
    return of_layer if within is None else [*of_layer, within]


def _meets(bounds: Bounds) -> ColumnElement[bool]:
    """Earlier versions have no spatial index; their bounds are kept with them."""
    west, south, east, north = (json_number(FeatureVersion.derived, "bounds", side) for side in range(4))
    return (west <= bounds[2]) & (south <= bounds[3]) & (east >= bounds[0]) & (north >= bounds[1])
