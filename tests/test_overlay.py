"""Which pieces do two sets of areas share? Compared with geopandas.overlay on random shapes."""

from __future__ import annotations

import geopandas
import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from pyproj import Geod

from layers.analysis.overlay import overlay
from tests.bench.parcels import parcels

CGCS2000 = Geod(a=6378137.0, rf=298.257222101)


@pytest.fixture(scope="module")
def cadastre() -> NDArray[np.object_]:
    return np.array([row.shape for row in parcels(900)], object)


def zones(seed: int, count: int = 40) -> NDArray[np.object_]:
    rng = np.random.default_rng(seed)
    places = rng.uniform((118.15, 35.25), (118.85, 35.75), (count, 2))
    discs = [
        shapely.Point(place).buffer(radius)
        for place, radius in zip(places, rng.uniform(0.001, 0.06, count), strict=True)
    ]
    holes = [shapely.Point(place).buffer(0.0004) for place in places]
    return np.array(shapely.difference(discs, holes), object)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_pieces_are_those_of_geopandas(cadastre: NDArray[np.object_], seed: int) -> None:
    mine = zones(seed)
    found = overlay(mine, cadastre)
    theirs = geopandas.overlay(
        geopandas.GeoDataFrame({"a": range(len(mine))}, geometry=mine),
        geopandas.GeoDataFrame({"b": range(len(cadastre))}, geometry=cadastre),
        how="intersection",
    ).sort_values(["a", "b"], ignore_index=True)
    assert found.first.tolist() == theirs["a"].tolist()
    assert found.second.tolist() == theirs["b"].tolist()
    for ours, expected in zip(found.shapes, theirs.geometry, strict=True):
        assert shapely.area(shapely.symmetric_difference(ours, expected)) < 1e-15
    measured = [
        abs(CGCS2000.geometry_area_perimeter(shapely.orient_polygons(each))[0]) for each in theirs.geometry
    ]
    assert found.areas_m2 == pytest.approx(measured, rel=1e-6, abs=0.001)
    assert found.areas_m2.sum() == pytest.approx(sum(measured), rel=1e-9)


def test_both_orders_give_the_same_pieces(cadastre: NDArray[np.object_]) -> None:
    mine = zones(4)
    there, back = overlay(mine, cadastre), overlay(cadastre, mine)
    assert sorted(zip(there.first, there.second, strict=True)) == sorted(
        zip(back.second, back.first, strict=True)
    )
    assert there.areas_m2.sum() == pytest.approx(back.areas_m2.sum(), rel=1e-12)


def test_what_only_touches_shares_nothing() -> None:
    left, right = shapely.box(118, 35, 118.1, 35.1), shapely.box(118.1, 35, 118.2, 35.1)
    assert not len(overlay(np.array([left], object), np.array([right], object)).first)


def test_a_cut_that_leaves_a_line_beside_the_area_keeps_the_area_only() -> None:
    notched = shapely.Polygon([(0, 0), (4, 0), (4, 1), (2, 1), (2, 2), (0, 2)])
    other = shapely.Polygon([(1, 1.5), (5, 1.5), (5, 1), (4, 1), (2, 1), (1, 1)])
    found = overlay(np.array([notched], object), np.array([other], object))
    assert {each.geom_type for each in shapely.get_parts(found.shapes)} == {"Polygon"}
    assert shapely.area(found.shapes[0]) == pytest.approx(0.5)


def test_nothing_over_nothing_is_nothing() -> None:
    nothing = np.array([], object)
    assert not len(overlay(nothing, nothing).first)
    assert not len(overlay(nothing, np.array([shapely.box(0, 0, 1, 1)], object)).first)
