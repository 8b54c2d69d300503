"""What overlaps is counted once: net area against a plain union, and against areas that anybody can check."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from pyproj import Geod

from layers.analysis.net_area import net_area

GEOD = Geod(a=6378137, rf=298.257222101)


def area_m2(shape: shapely.Geometry) -> float:
    return abs(float(GEOD.geometry_area_perimeter(shape)[0]))


def column(*shapes: shapely.Geometry) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    return np.array(shapes, object)


def test_neighbours_that_share_a_border_add_up() -> None:
    west, east = shapely.box(118.40, 35.50, 118.41, 35.51), shapely.box(118.41, 35.50, 118.42, 35.51)
    found = net_area(column(west, east))
    assert found.net_m2 == found.gross_m2 == pytest.approx(area_m2(west) + area_m2(east), abs=0.5)


def test_what_lies_twice_is_counted_once() -> None:
    whole, half = shapely.box(118.40, 35.50, 118.42, 35.51), shapely.box(118.40, 35.50, 118.41, 35.51)
    found = net_area(column(whole, half, whole))
    assert found.net_m2 == pytest.approx(area_m2(whole), rel=1e-7)
    assert found.gross_m2 == pytest.approx(2 * area_m2(whole) + area_m2(half), rel=1e-7)


def test_random_areas_cover_what_their_union_covers() -> None:
    rng = np.random.default_rng(11)
    west, south = rng.uniform(118.4, 118.5, 400), rng.uniform(35.5, 35.6, 400)
    side = rng.uniform(0.0005, 0.006, 400)
    shapes = np.asarray(shapely.box(west, south, west + side, south + side), object)
    union = shapely.union_all(shapes)
    assert net_area(shapes).net_m2 == pytest.approx(area_m2(union), rel=1e-6)


def test_points_and_lines_cover_nothing() -> None:
    nothing = net_area(column(shapely.Point(118.4, 35.5), shapely.LineString([(118, 35), (119, 36)])))
    assert nothing == (0.0, 0.0)
    assert net_area(column()) == (0.0, 0.0)
