"""Which features of a layer are of the right size, and what do some of their columns say? For questions to all of them.

Only what stands: what waits for review is no land to build on. Values as they are stored, without their shapes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from layers.rights import Viewer
from layers.store.engine import among_ids, json_real, json_row, wkb
from layers.store.seen import seen, stands
from layers.store.tables import Feature, Layer
from layers.store.tile_rows import columns_of

DERIVED = ("area_mu", "town")


class Plots(NamedTuple):
    """ids in order; columns: a list of values for each asked key, area_mu and town among them."""

    ids: NDArray[np.int64]
    columns: dict[str, list[Any]]


def count_plots(session: Session, viewer: Viewer, layer: Layer, *, most_mu: float | None = None) -> int:
    """How many areas stand in the layer; most_mu: of this size (亩) at most."""
    there = [*_standing(viewer, layer), *_sized(None, most_mu)]
    counted = select(func.count()).select_from(Feature).join(Layer).where(*there)
    return session.execute(counted).scalar_one()


def plots(
    session: Session,
    viewer: Viewer,
    layer: Layer,
    properties: Sequence[str],
    *,
    least_mu: float | None = None,
    most_mu: float | None = None,
) -> Plots:
    """Those of this size (亩, both ends belong to it)."""
    # Of no key at all the row is still asked, so that both databases give a list.
    wanted = select(
        Feature.id, json_row(Feature.derived, DERIVED), json_row(Feature.properties, properties or ["name"])
    )
    rows = session.execute(
        wanted.join(Layer).where(*_standing(viewer, layer), *_sized(least_mu, most_mu)).order_by(Feature.id)
    ).all()
    said = columns_of([row[2] for row in rows], len(properties or ["name"]))
    columns = dict(zip(DERIVED, columns_of([row[1] for row in rows], len(DERIVED)), strict=True))
    columns |= dict(zip(properties, said, strict=False))
    return Plots(np.array([row[0] for row in rows], np.int64), columns)


def plot_shapes(
    session: Session, viewer: Viewer, layer: Layer, ids: NDArray[np.int64]
) -> NDArray[np.object_]:
    """The shapes of these features (CGCS2000 degrees), in the order of their ids."""
    rows = session.execute(
        select(Feature.id, wkb(Feature.shape))
        .join(Layer)
        .where(among_ids(Feature.id, ids.tolist()), *_standing(viewer, layer))
        .order_by(Feature.id)
    ).all()
    return np.array(shapely.from_wkb([row[1] for row in rows]), object)


def _standing(viewer: Viewer, layer: Layer) -> list[ColumnElement[bool]]:
    return [
        Feature.layer_id == layer.id,
        *seen(viewer),
        stands(),
        json_real(Feature.derived, "area_mu").is_not(None),
    ]


def _sized(least_mu: float | None, most_mu: float | None) -> list[ColumnElement[bool]]:
    size = json_real(Feature.derived, "area_mu")
    low = [] if least_mu is None else [size >= least_mu]
    return low if most_mu is None else [*low, size <= most_mu]
