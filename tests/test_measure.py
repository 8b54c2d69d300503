"""Areas are ellipsoidal, in exact 亩, rounded half up."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from pyproj import Geod
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

from layers.measure import (
    area_m2,
    areas_m2,
    half_up,
    half_up_quickly,
    length_m,
    mu,
    rounded_areas,
    rounded_km,
    rounded_mu,
)

GEOD = Geod(a=6378137, rf=298.257222101)


def test_a_polygon_with_a_hole_agrees_with_pyproj_whatever_its_winding() -> None:
    outer, hole = box(118.47, 35.55, 118.48, 35.56), box(118.472, 35.552, 118.474, 35.554)
    expected = abs(GEOD.geometry_area_perimeter(outer)[0]) - abs(GEOD.geometry_area_perimeter(hole)[0])
    shape = Polygon(outer.exterior.coords, [hole.exterior.coords])
    assert area_m2(shape) == pytest.approx(expected, rel=1e-9)
    assert area_m2(shape.reverse()) == pytest.approx(expected, rel=1e-9)


def test_parts_add_up() -> None:
    one, two = box(118.1, 35.5, 118.11, 35.51), box(118.6, 35.5, 118.61, 35.51)
    assert area_m2(MultiPolygon([one, two])) == pytest.approx(sum(areas_m2([one, two])))


def test_lines_have_length_and_points_have_neither() -> None:
    line = LineString([(118.47, 35.55), (118.48, 35.55)])
    assert length_m(line) == pytest.approx(GEOD.line_length([118.47, 118.48], [35.55, 35.55]))
    assert (area_m2(line), area_m2(Point(118, 35)), length_m(Point(118, 35))) == (0, 0, 0)


def test_a_mu_is_two_thousand_thirds_of_a_square_metre() -> None:
    assert mu(Decimal(10000)) == Decimal(15)  # 1 公顷 = 15 亩
    assert mu(1_000_000) == Decimal(1500)  # 1 平方公里 = 1500 亩


@pytest.mark.parametrize(
    ("value", "rounded"), [(0.125, "0.13"), (2.675, "2.68"), (-0.125, "-0.13"), (1, "1.00")], ids=str
)
def test_rounding_is_half_up(value: float, rounded: str) -> None:
    assert str(half_up(value, 2)) == rounded


def test_missing_stays_missing() -> None:
    assert (rounded_mu(None), rounded_km(None)) == (None, None)
    assert (rounded_mu(57613.34), rounded_km(1234.5678)) == (86.42, 1.235)


def test_a_column_of_areas_is_rounded_as_each_would_be() -> None:
    halves = [cents / 1000 for cents in range(5, 60_000, 10)]
    areas = [0.0, 0.005, 2.675, 333.335, 1e9 + 0.125, 3e10 + 0.005, *halves]
    square_metres = [float(Decimal(str(area)).quantize(Decimal("0.01"), ROUND_HALF_UP)) for area in areas]
    assert rounded_areas(areas) == (square_metres, [rounded_mu(area) for area in square_metres])


def test_rounding_quickly_says_the_same_as_decimals() -> None:
    values = [
        0.05,
        0.15,
        2.675,
        1.005,
        0.0,
        99.95,
        1e10 + 0.25,
        *np.random.default_rng(7).uniform(0, 200, 2000),
    ]
    ties = [number / 2000 for number in range(1, 2000, 2)]
    for value in map(float, [*values, *ties]):
        for digits in (1, 2, 3):
            assert half_up_quickly(value, digits) == float(half_up(value, digits)), (value, digits)
