"""Which shapes of a layer lie in a box? Numbers and shapes only, column by column."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from layers.crs import Bounds
from layers.rights import Viewer
from layers.store.engine import in_layer_bounds, wkb
from layers.store.seen import seen
from layers.store.tables import Feature, Layer


class Outlines(NamedTuple):
    """One row a feature, by its number; shapes in CGCS2000 degrees."""

    ids: NDArray[np.int64]
    shapes: NDArray[np.object_]


def outlines(session: Session, viewer: Viewer, layer: Layer, bounds: Bounds) -> Outlines:
    """What this viewer may see today of the layer and whose box meets the bounds (degrees)."""
    asked = select(Feature.id, wkb(Feature.shape)).join(Layer)
    rows = session.execute(
        asked.where(in_layer_bounds(Feature.shape, layer.id, bounds), *seen(viewer)).order_by(Feature.id)
    ).all()
    ids = np.array([row[0] for row in rows], np.int64)
    return Outlines(ids, np.array(shapely.from_wkb([row[1] for row in rows]), object))
