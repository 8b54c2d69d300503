"""Which features of a layer lie there? In a shape that was drawn, or not far from the features of a layer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from layers.crs import Bounds, padded
from layers.errors import InvalidValue
from layers.filters.tests import Drawn, Near, Not, Test
from layers.measure import conformal, stretch
from layers.rights import Viewer
from layers.store.engine import among_ids, in_layer_bounds, wkb
from layers.store.past import features_then
from layers.store.seen import features_seen, layers_seen
from layers.store.tables import Feature, Layer

Shapes = NDArray[np.object_]
Ids = NDArray[np.int64]
_METRES_PER_DEGREE = 111_195.0
_SLACK = 1.02


def fulfilling(session: Session, viewer: Viewer, layer: Layer, test: Test) -> set[int]:
    """The ids of the features that this viewer may see and that lie where the test says."""
    if isinstance(test, Not):
        every, _ = _shapes(session, viewer, layer)
        return set(every.tolist()) - fulfilling(session, viewer, layer, test.test)
    if isinstance(test, Drawn):
        ids, shapes = _shapes(session, viewer, layer, test.shape.bounds)
        return set(ids[_inside(shapes, test)].tolist())
    if isinstance(test, Near):
        return _near(session, viewer, layer, test)
    raise TypeError(f"{test!r} is asked of values, not of shapes")


def shapes_of(session: Session, viewer: Viewer, layer: Layer, ids: Iterable[int] | None = None) -> Shapes:
    """The shapes of a layer that this viewer may see; ids: only of these features."""
    rows = session.execute(_asked(viewer, layer, None, ids)).all()
    return np.asarray(shapely.from_wkb([row[1] for row in rows]), np.object_)


def layers_asked(tests: Iterable[Test]) -> list[str]:
    """The keys of the layers from which these tests measure."""
    bare = (test.test if isinstance(test, Not) else test for test in tests)
    return [test.layer for test in bare if isinstance(test, Near)]


def _inside(shapes: Shapes, test: Drawn) -> NDArray[np.bool_]:
    shapely.prepare(test.shape)
    found = shapely.covers(test.shape, shapes) if test.inside else shapely.intersects(test.shape, shapes)
    return np.asarray(found, bool)


def _near(session: Session, viewer: Viewer, layer: Layer, test: Near) -> set[int]:
    """Distances are those on the ellipsoid, to a ten-thousandth."""
    _, others = _shapes(session, viewer, _layer(session, viewer, test.layer))
    if not len(others):
        return set()
    ids, shapes = _shapes(session, viewer, layer, _around(others, test.metres))
    if not len(ids):
        return set()
    middles = shapely.bounds(shapes)[:, [1, 3]].mean(axis=1)
    tree = shapely.STRtree(_charted(others))
    found, _ = tree.query(_charted(shapes), predicate="dwithin", distance=test.metres * stretch(middles))
    return set(ids[np.unique(found)].tolist())


def _charted(shapes: Shapes) -> Shapes:
    return np.asarray(shapely.transform(shapes, conformal), np.object_)


def _around(shapes: Shapes, metres: float) -> Bounds:
    west, south, east, north = map(float, shapely.total_bounds(shapes))
    narrowest = max(float(np.cos(np.radians(max(abs(south), abs(north))))), 0.01)
    return padded((west, south, east, north), _SLACK * metres / _METRES_PER_DEGREE / narrowest)


def _layer(session: Session, viewer: Viewer, key: str) -> Layer:
    found = session.scalar(select(Layer).where(Layer.key == key, *layers_seen(viewer)))
    if found is None:
        raise InvalidValue(f"筛选条件里的图层“{key[:60]}”已经不在了。请另选一个图层，或去掉这个条件。")
    return found


def _shapes(
    session: Session, viewer: Viewer, layer: Layer, bounds: Bounds | None = None
) -> tuple[Ids, Shapes]:
    """All features of a layer whose boxes meet these bounds: ids and shapes."""
    rows = session.execute(_asked(viewer, layer, bounds)).all()
    shapes = np.asarray(shapely.from_wkb([row[1] for row in rows]), np.object_)
    return np.array([row[0] for row in rows], np.int64), shapes


def _asked(viewer: Viewer, layer: Layer, bounds: Bounds | None, ids: Iterable[int] | None = None) -> Any:
    if viewer.at is not None:
        then = features_then(viewer, layer, bounds)
        narrowed = [] if ids is None else [among_ids(then.c.id, ids)]
        return select(then.c.id, wkb(then.c.shape)).where(*narrowed)
    there = in_layer_bounds(Feature.shape, layer.id, bounds) if bounds else Feature.layer_id == layer.id
    narrowed = [] if ids is None else [among_ids(Feature.id, ids)]
    return select(Feature.id, wkb(Feature.shape)).where(there, *features_seen(viewer), *narrowed)
