"""Where may a label or a symbol of a feature stand?

Every label point belongs to exactly one tile. Positions are worked out on whole, unsimplified shapes in
world coordinates, so that all tiles agree on them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely

from layers.tiles.attributes import NOTHING_SAID, Attributes
from layers.tiles.commands import Shapes
from layers.tiles.encode import EXTENT
from layers.tiles.mercator import SCREEN_PX, Positions, Tile, world
from layers.tiles.ragged import numbered
from layers.tiles.wire import Ints

LABEL_EVERY_PX = 520
MOST_LABELS = 64
_TANGENT_PX = 16


class LabelPoints(NamedTuple):
    """Positions on the tile's grid; `features` are places in the shapes; along lines an angle and a number are told."""

    units: Ints
    features: Ints
    told: Attributes


def label_points(tile: Tile, shapes: Shapes, anchors: Positions) -> LabelPoints:
    """The label points of this tile: the anchors of areas and points, and points along lines.

    `shapes` and `anchors` are in degrees; a shape is None where it is an area all the same.
    """
    is_line = shapely.get_dimensions(shapes) == 1
    still = np.flatnonzero(~is_line & ~shapely.is_empty(shapes))
    places = world(anchors.take(still, axis=0))
    own = np.flatnonzero(tile.owns(places))
    if not is_line.any():
        return LabelPoints(_units(tile, places.take(own, axis=0)), still[own], NOTHING_SAID)
    along = _along(tile, shapes, np.flatnonzero(is_line & ~shapely.is_empty(shapes)))
    nothing: list[int | None] = [None] * len(own)
    return LabelPoints(
        _units(tile, np.concatenate([places[own], along.places])),
        np.concatenate([still[own], along.features]),
        Attributes.of(
            {"angle": nothing + along.angles.tolist(), "seq": nothing + along.numbers.tolist()},
        ),
    )


def _units(tile: Tile, places: Positions) -> Ints:
    """Rounded down, so that no point comes to lie on the edge of the next tile."""
    return np.clip(np.floor(tile.units_of_world(places)), 0, EXTENT - 1).astype(np.int64)


class _Along(NamedTuple):
    places: Positions
    features: Ints
    angles: Ints
    numbers: Ints


def _along(tile: Tile, shapes: Shapes, features: Ints) -> _Along:
    """Points at (i + ½) / n of every line, n so that they are about LABEL_EVERY_PX apart."""
    lines = shapely.line_merge(shapely.transform(shapes[features], world))
    lengths = shapely.length(lines)
    counts = label_counts(tile.z, lengths)
    line, number = numbered(counts)
    distances = (number + 0.5) / counts[line] * lengths[line]
    places = _places(lines[line], distances)
    own = tile.owns(places)
    angles = _angles(lines[line[own]], distances[own], _TANGENT_PX * _world_per_px(tile.z))
    return _Along(places[own], features[line[own]], angles, number[own])


def label_counts(z: int, world_lengths: Positions) -> Ints:
    """How many labels a line of this length gets at this zoom."""
    counts = np.rint(world_lengths / _world_per_px(z) / LABEL_EVERY_PX)
    return np.clip(counts, 1, MOST_LABELS).astype(np.int64)


def _angles(lines: Shapes, distances: Positions, reach: float) -> Ints:
    """The slope there in degrees, clockwise on the screen, −90 to 90 so that text is never upside down."""
    ends = (np.maximum(distances - reach, 0), distances + reach)
    before, after = (_places(lines, end) for end in ends)
    dx, dy = (after - before).T
    angles = np.rint(np.degrees(np.arctan2(dy, dx))).astype(np.int64)
    return np.asarray(angles - 180 * (angles > 90) + 180 * (angles < -90), np.int64)


def _places(lines: Shapes, distances: Positions) -> Positions:
    return shapely.get_coordinates(shapely.line_interpolate_point(lines, distances))


def _world_per_px(z: int) -> float:
    return 1 / (SCREEN_PX * 2.0**z)
