"""Which rows stand in the ledger of a layer, in which order, and what do their numbers add up to?

Rows are found in two steps: in which order the ids come is kept until the layer changes, so that any page of very many
rows is there at once; then only the rows of that page are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from layers.crs import Bounds
from layers.filters import Filter, Nothing
from layers.kinds import kind_for
from layers.rights import Viewer, sight
from layers.store.engine import in_layer_bounds, json_real, json_text
from layers.store.filtering import edition, filtered
from layers.store.found import FoundFeature, found_by_id
from layers.store.kept import kept
from layers.store.query import count_features, feature_of, find_features, ids_in_order
from layers.store.seen import features_seen, stands
from layers.store.tables import Feature, Layer


@dataclass(frozen=True)
class Part:
    """Which rows: in this box (degrees), and those that pass this filter. order: "id", a field or a derived value."""

    bounds: Bounds | None = None
    where: Filter = Nothing
    order: str = "id"
    descending: bool = False


@dataclass(frozen=True)
class Sums:
    """What the rows add up to, but for those that wait for review and those that lie within others.

    values: by key of a number that adds up; a number that no row has is missing.
    """

    count: int
    area_m2: float
    length_m: float
    values: dict[str, float]


def count(session: Session, viewer: Viewer, layer: Layer, part: Part) -> int:
    """How many rows there are."""
    if _is_kept(viewer, part):
        return len(_order(session, viewer, layer, part))
    return count_features(session, viewer, layer, bounds=part.bounds, where=part.where)


def page(
    session: Session, viewer: Viewer, layer: Layer, part: Part, *, offset: int, limit: int
) -> list[FoundFeature]:
    """So many rows from there on."""
    if _is_kept(viewer, part):
        ids = _order(session, viewer, layer, part)[offset : offset + limit].tolist()
        found = found_by_id(session, viewer, ids)
        return [found[id_] for id_ in ids if id_ in found]
    return find_features(
        session,
        viewer,
        layer,
        bounds=part.bounds,
        where=part.where,
        limit=limit,
        offset=offset,
        order=part.order,
        descending=part.descending,
    )


def place_of(session: Session, viewer: Viewer, layer: Layer, part: Part, uid: str) -> int | None:
    """How many rows stand before this feature; None where it is none of them."""
    found = _order if _is_kept(viewer, part) else _ids
    ids = found(session, viewer, layer, part)
    places = np.flatnonzero(ids == feature_of(session, viewer, uid).id)
    return int(places[0]) if len(places) else None


def sums(session: Session, viewer: Viewer, layer: Layer, part: Part, keys: Sequence[str]) -> Sums | None:
    """What they add up to; None for a day in the past, whose rows no statement can add up. keys: of numbers."""
    if viewer.at is not None:
        return None
    if not _is_kept(viewer, part):
        return _sums(session, viewer, layer, part, keys)
    place = ("ledger sums", layer.id, part.where.text, tuple(keys), sight(viewer))
    return kept(
        session,
        place,
        edition(session, layer, part.where),
        lambda: _sums(session, viewer, layer, part, keys),
    )


def _is_kept(viewer: Viewer, part: Part) -> bool:
    """What lies in a view is asked once and never again."""
    return viewer.at is None and part.bounds is None


def _order(session: Session, viewer: Viewer, layer: Layer, part: Part) -> NDArray[np.int64]:
    place = ("ledger", layer.id, part.where.text, part.order, part.descending, sight(viewer))
    return kept(
        session,
        place,
        edition(session, layer, part.where),
        lambda: _ids(session, viewer, layer, part),
    )


def _ids(session: Session, viewer: Viewer, layer: Layer, part: Part) -> NDArray[np.int64]:
    """Those of all pages, in their order."""
    rows = ids_in_order(
        session,
        viewer,
        layer,
        bounds=part.bounds,
        where=part.where,
        order=part.order,
        descending=part.descending,
    )
    return np.fromiter(session.scalars(rows), np.int64)


def _sums(session: Session, viewer: Viewer, layer: Layer, part: Part, keys: Sequence[str]) -> Sums:
    within = [each.key for each in kind_for(layer).classes if each.part]
    whole = [json_text(Feature.derived, "symbol").not_in(within)] if within else []
    inside = [in_layer_bounds(Feature.shape, layer.id, part.bounds)] if part.bounds else []
    sizes = [func.sum(json_real(Feature.derived, key)) for key in ("area_m2", "length_m")]
    added = [func.sum(json_real(Feature.properties, key)) for key in keys]
    row = session.execute(
        select(func.count(), *sizes, *added).where(
            Feature.layer_id == layer.id,
            *inside,
            *features_seen(viewer),
            stands(),
            *whole,
            *filtered(session, viewer, layer, part.where),
        )
    ).one()
    values = {key: float(value) for key, value in zip(keys, row[3:], strict=True) if value is not None}
    return Sums(row[0], row[1] or 0.0, row[2] or 0.0, values)
