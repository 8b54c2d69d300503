"""Is a shape that cannot be drawn or measured refused, with the place of the trouble?"""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from layers import shapes
from layers.errors import InvalidShape

BOX = shapely.box(118.47, 35.55, 118.48, 35.56)


def refusal(shape: BaseGeometry | None, families: tuple[str, ...] = ("polygon",)) -> str:
    with pytest.raises(InvalidShape) as refused:
        shapes.fit_to_store(shape, families, (118.0, 35.0, 119.0, 36.0))
    return refused.value.message


def test_an_ordinary_parcel_is_stored_as_it_is() -> None:
    assert shapes.fit_to_store(BOX, ("polygon",)).equals_exact(BOX)


def test_heights_and_measures_are_dropped() -> None:
    shape = shapely.from_wkt("LINESTRING ZM (118.4 35.5 3 1, 118.5 35.6 4 2)")
    fit = shapes.fit_to_store(shape, ("line",))
    assert fit.wkt == "LINESTRING (118.4 35.5, 118.5 35.6)"


@pytest.mark.parametrize("nothing", [None, shapely.Polygon()], ids=["missing", "empty"])
def test_a_row_without_a_shape_is_said_to_have_none(nothing: BaseGeometry | None) -> None:
    assert "没有图形" in refusal(nothing)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_none_are_refused(value: float) -> None:
    with np.errstate(invalid="ignore"):
        shape = shapely.Polygon([(118, 35), (118.1, value), (118.1, 35.1), (118, 35)])
    assert "非数字（NaN）" in refusal(shape)


def circle(vertices: int) -> shapely.Polygon:
    turn = np.linspace(0, 2 * np.pi, vertices - 1, endpoint=False)
    ring = np.column_stack((118.47 + 0.01 * np.cos(turn), 35.55 + 0.01 * np.sin(turn)))
    return shapely.Polygon(ring)


def test_a_hundred_thousand_vertices_are_the_limit() -> None:
    assert shapes.fit_to_store(circle(100_000), ("polygon",)).geom_type == "Polygon"
    assert "100,001 个顶点，最多 100,000 个" in refusal(circle(100_001))


def nested(levels: int) -> shapely.GeometryCollection:
    shape: BaseGeometry = BOX
    for _ in range(levels):
        shape = shapely.GeometryCollection([shape])
    assert isinstance(shape, shapely.GeometryCollection)
    return shape


def test_a_collection_of_one_family_becomes_its_multi_shape() -> None:
    other = shapely.box(118.47, 35.57, 118.48, 35.58)
    fit = shapes.fit_to_store(shapely.GeometryCollection([nested(7), other]), ("polygon",))
    assert fit.wkt == shapely.MultiPolygon([BOX, other]).wkt


def test_what_has_one_part_is_that_part() -> None:
    """As programs write it whose tables know multi shapes only."""
    for shape in (nested(8), shapely.MultiPolygon([BOX])):
        assert shapes.fit_to_store(shape, ("polygon",)).wkt == BOX.wkt


def test_collections_nested_deeper_than_eight_are_refused() -> None:
    assert "嵌套超过 8 层" in refusal(nested(9))


def test_a_mixed_collection_is_refused() -> None:
    assert "应为面，但收到点、线、面混合的图形" in refusal(
        shapely.GeometryCollection([BOX, shapely.Point(118.4, 35.5)])
    )


def test_a_line_is_no_parcel() -> None:
    assert "图形应为面，但收到线" in refusal(shapely.LineString([(118.4, 35.5), (118.5, 35.6)]))


def test_a_site_may_be_a_point_or_an_area() -> None:
    for shape in (shapely.Point(118.4, 35.5), BOX):
        assert shapes.fit_to_store(shape, ("point", "polygon")).equals(shape)


def test_a_bow_tie_is_refused_with_the_place_where_it_crosses() -> None:
    bow_tie = shapely.Polygon([(118.47, 35.55), (118.48, 35.56), (118.48, 35.55), (118.47, 35.56)])
    sentence = refusal(bow_tie)
    assert "经度 118.475000、纬度 35.555000 处边界自相交" in sentence
    assert "请在原软件中修正" in sentence


def test_a_ring_that_touches_itself_is_repaired_because_its_area_stays() -> None:
    island = shapely.from_wkt(
        "POLYGON ((118.40 35.5, 118.44 35.54, 118.44 35.5, 118.40 35.5, 118.42 35.505, 118.41 35.505, 118.40 35.5))"
    )
    assert not shapely.is_valid(island)
    checked = shapes.check_shapes([BOX, island], ("polygon",))
    assert checked.problems == {}
    assert list(checked.repaired) == [1]
    assert shapely.is_valid(checked.shapes[1])
    assert shapely.area(checked.shapes[1]) == pytest.approx(shapely.area(island))


def test_a_line_of_one_place_is_refused() -> None:
    assert "点数不足" in refusal(shapely.LineString([(118.4, 35.5), (118.4, 35.5)]), ("line",))


def test_a_shape_outside_is_refused_with_where_it_lies() -> None:
    assert "东经128.0000°" in refusal(shapely.box(128, 35, 128.1, 35.1))


def test_one_bad_shape_does_not_lose_the_good_ones() -> None:
    checked = shapes.check_shapes([BOX, None, shapely.Point(1, 1), BOX], ("polygon",))
    assert sorted(checked.problems) == [1, 2]
    assert checked.shapes[3].equals(BOX)


def test_a_repair_that_takes_too_long_is_given_up() -> None:
    begun = time.monotonic()
    assert shapes.repaired([BOX] * 5, timeout_s=0.01) == [None] * 5
    assert time.monotonic() - begun < 5


def test_a_scribble_is_refused_in_seconds() -> None:
    dice = np.random.default_rng(7)
    scribble = shapely.Polygon(dice.uniform((118.4, 35.5), (118.5, 35.6), (400, 2)))
    begun = time.monotonic()
    assert "自相交" in refusal(scribble)
    assert time.monotonic() - begun < 20


@pytest.mark.parametrize("corners", [100, 10_000])
def test_a_ribbon_of_bow_ties_is_refused_or_repaired_as_a_person_says(corners: int) -> None:
    at = np.arange(corners)
    ribbon = shapely.Polygon(np.column_stack([118.4 + 0.1 * at / corners, 35.5 + 0.1 * (at % 2)]))
    refused = shapes.check_shapes([BOX, ribbon], ("polygon",))
    assert (list(refused.problems), refused.offered) == ([1], {1})
    done = shapes.check_shapes([BOX, ribbon], ("polygon",), accepts=lambda at: at == 1)
    assert (done.problems, list(done.accepted)) == ({}, [1])
    assert shapely.is_valid(done.shapes[1])
    assert 0 < shapely.area(done.shapes[1]) < 0.01


def test_a_simple_shape_is_repaired_although_a_scribble_takes_all_the_time() -> None:
    dice = np.random.default_rng(5)
    scribble = shapely.Polygon(dice.uniform((118.4, 35.5), (118.5, 35.6), (3000, 2)))
    bow_tie = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    answers = shapes.repaired([scribble, bow_tie], timeout_s=4)
    assert answers[1] is not None
    assert shapely.area(answers[1]) == pytest.approx(0.5)
