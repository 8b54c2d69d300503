"""A layer of shapes becomes bytes that other people's readers understand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from layers.tiles.attributes import NOTHING_SAID, Attributes, Scalar
from layers.tiles.encode import encode_layer, encode_points
from layers.tiles.wire import varint, varints, zigzag
from tests.tile_reading import Drawn, position, raw, raw_rings, read, signed_area

SQUARE = [(0, 0), (100, 0), (100, 100), (0, 100)]
HOLE = [(20, 20), (40, 20), (40, 40), (20, 40)]


def encoded(
    *shapes: BaseGeometry | None,
    ids: Sequence[int] | None = None,
    columns: Mapping[str, Sequence[Scalar]] | None = None,
) -> bytes:
    numbers = np.array(ids or range(1, len(shapes) + 1), np.int64)
    return encode_layer("parcel", np.array(shapes, object), numbers, Attributes.of(columns or {}))


def drawn(*shapes: BaseGeometry | None, **options: Any) -> list[Drawn]:
    return read(encoded(*shapes, **options)).get("parcel", [])


SHAPES = {
    "point": "POINT (5 7)",
    "point before the origin": "POINT (-5 -7)",
    "multipoint": "MULTIPOINT (5 7, 3 2, 900 4000)",
    "line": "LINESTRING (0 0, 10 10, 20 0)",
    "line that comes back": "LINESTRING (0 0, 10 10, 0 0)",
    "multiline": "MULTILINESTRING ((0 0, 10 10), (100 100, 50 60, 7 8))",
    "polygon": "POLYGON ((0 0, 100 0, 100 100, 0 100, 0 0))",
    "polygon run the other way": "POLYGON ((0 0, 0 100, 100 100, 100 0, 0 0))",
    "polygon with holes": "POLYGON ((0 0, 99 0, 99 99, 0 99, 0 0), (9 9, 9 20, 20 20, 9 9), (50 50, 60 50, 60 60, 50 50))",
    "multipolygon": "MULTIPOLYGON (((0 0, 9 0, 9 9, 0 0)), ((50 50, 99 50, 99 99, 50 50), (80 60, 90 60, 90 70, 80 60)))",
    "far outside": "POLYGON ((-100000 -100000, 200000 -100000, 50000 300000, -100000 -100000))",
}


@pytest.mark.parametrize("text", SHAPES.values(), ids=SHAPES)
def test_a_shape_on_the_grid_arrives_unchanged(text: str) -> None:
    given = shapely.from_wkt(text)
    (arrived,) = drawn(given)
    assert arrived.shape.geom_type == given.geom_type
    assert arrived.shape.normalize().equals_exact(given.normalize(), 0)


@pytest.mark.parametrize("turned", [False, True], ids=["as given", "reversed"])
def test_exteriors_run_clockwise_on_the_screen_and_holes_the_other_way(turned: bool) -> None:
    polygon = shapely.MultiPolygon([(SQUARE, [HOLE]), ([(200, 0), (300, 0), (250, 90)], [])])
    given = shapely.reverse(polygon) if turned else polygon
    (feature,) = raw(encoded(given)).layers[0].features
    assert [signed_area(ring) > 0 for ring in raw_rings(feature)] == [True, False, True]
    assert [abs(signed_area(ring)) for ring in raw_rings(feature)] == [10_000, 400, 4_500]


def test_shapes_of_every_sort_stand_in_the_same_layer() -> None:
    shapes = [shapely.from_wkt(text) for text in SHAPES.values()]
    arrived = {each.id: each.shape for each in drawn(*shapes)}
    assert sorted(arrived) == list(range(1, len(shapes) + 1))
    assert all(arrived[number].geom_type == given.geom_type for number, given in enumerate(shapes, 1))
    assert len(raw(encoded(*shapes)).layers) == 1


def test_the_order_of_features_of_one_sort_is_kept() -> None:
    squares = [shapely.box(i, 0, i + 10, 10) for i in range(50)]
    assert [each.id for each in drawn(*squares)] == list(range(1, 51))


def test_vertices_that_round_to_the_same_place_are_drawn_once() -> None:
    line = shapely.LineString([(0, 0), (0.2, 0.3), (10, 10), (10.4, 9.6), (20, 0)])
    (arrived,) = drawn(line)
    assert arrived.shape.equals_exact(shapely.LineString([(0, 0), (10, 10), (20, 0)]), 0)


COLLAPSED = {
    "a ring without area": shapely.Polygon([(0, 0), (0.2, 0), (0.2, 0.2), (0, 0.2)]),
    "a ring that becomes a line": shapely.Polygon([(0, 0), (90, 0), (90, 0.3), (0, 0.3)]),
    "a line shorter than a unit": shapely.LineString([(5, 5), (5.2, 5.3)]),
    "an empty polygon": shapely.Polygon(),
    "an empty collection": shapely.GeometryCollection(),
    "nothing": None,
}


@pytest.mark.parametrize("gone", COLLAPSED.values(), ids=COLLAPSED)
def test_what_collapses_on_the_grid_is_left_out_and_nothing_else(gone: BaseGeometry | None) -> None:
    assert encoded(gone) == b""
    kept = drawn(shapely.Point(1, 1), gone, shapely.box(0, 0, 9, 9), columns={"name": ["甲", "乙", "丙"]})
    assert {each.id: each.properties for each in kept} == {1: {"name": "甲"}, 3: {"name": "丙"}}


def test_a_lost_exterior_takes_only_its_own_holes_with_it() -> None:
    # The ring of the first polygon flattens to a line, its hole would survive.
    flat = ([(0, 0), (50, 0.4), (100, 0), (50, 0.2)], [HOLE])
    shapes = shapely.MultiPolygon([flat, (SQUARE, [HOLE])])
    (arrived,) = drawn(shapes)
    assert arrived.shape.equals(shapely.Polygon(SQUARE, [HOLE]))


def test_a_hole_that_collapses_leaves_the_rest() -> None:
    tiny = [(60, 60), (60.2, 60), (60.2, 60.2)]
    (arrived,) = drawn(shapely.Polygon(SQUARE, [tiny, HOLE]))
    assert arrived.shape.equals(shapely.Polygon(SQUARE, [HOLE]))


def test_a_feature_that_lost_one_part_keeps_the_others() -> None:
    parts = shapely.MultiLineString([[(0, 0), (0.1, 0.1)], [(5, 5), (50, 50)]])
    (arrived,) = drawn(parts)
    assert arrived.shape.equals(shapely.LineString([(5, 5), (50, 50)]))


def test_of_a_collection_the_areas_are_drawn() -> None:
    mixed = shapely.GeometryCollection([shapely.Point(1, 1), shapely.box(0, 0, 9, 9)])
    (arrived,) = drawn(mixed)
    assert arrived.shape.equals(shapely.box(0, 0, 9, 9))


def test_heights_are_left_at_home() -> None:
    (arrived,) = drawn(shapely.LineString([(0, 0, 12), (10, 10, 13)]))
    assert arrived.shape.equals_exact(shapely.LineString([(0, 0), (10, 10)]), 0)


@pytest.mark.parametrize("number", [0, 1, 127, 128, 2**31, 2**32 + 5, 2**53 + 1, 2**63 - 1])
def test_ids_are_64_bit(number: int) -> None:
    (arrived,) = drawn(shapely.Point(1, 1), ids=[number])
    assert arrived.id == number


VALUES: list[Scalar] = [
    "示例地块 界湖-017",
    "",
    "a\nb\x00c😀",
    "长" * 400,
    "{{7*7}}<script>",
    0,
    1,
    300,
    -1,
    -(2**40),
    2**40,
    2**63 - 1,
    -(2**63),
    86.42,
    -0.5,
    1e300,
    True,
    False,
]


@pytest.mark.parametrize("value", VALUES, ids=[repr(value)[:20] for value in VALUES])
def test_a_value_arrives_with_its_type(value: Scalar) -> None:
    (arrived,) = drawn(shapely.Point(1, 1), columns={"field": [value]})
    assert arrived.properties == {"field": value}
    assert type(arrived.properties["field"]) is type(value)


def test_numbers_too_large_for_a_tile_become_doubles() -> None:
    (arrived,) = drawn(shapely.Point(1, 1), columns={"field": [10**30]})
    assert arrived.properties == {"field": 1e30}


def test_values_that_python_holds_for_equal_stay_apart() -> None:
    values: list[Scalar] = [1, 1.0, True, "1", None, 0, False]
    found = [
        each.properties.get("field") for each in drawn(*[shapely.Point(1, 1)] * 7, columns={"field": values})
    ]
    assert found == values
    assert [type(each) for each in found] == [type(each) for each in values]


def test_a_missing_value_is_an_absent_tag() -> None:
    columns: dict[str, list[Scalar]] = {
        "name": ["甲", None, None],
        "mu": [None, 2.5, None],
        "none": [None] * 3,
    }
    found = [each.properties for each in drawn(*[shapely.Point(1, 1)] * 3, columns=columns)]
    assert found == [{"name": "甲"}, {"mu": 2.5}, {}]


def test_every_value_is_written_once_and_none_that_nobody_has() -> None:
    columns: dict[str, list[Scalar]] = {"name": ["甲", "乙", "甲", "丁"], "label": ["甲", "乙", "丙", "戊"]}
    shapes = [*[shapely.box(0, 0, 9, 9)] * 3, None]
    (layer,) = raw(encoded(*shapes, columns=columns)).layers
    assert sorted(value.string_value for value in layer.values) == sorted(["甲", "乙", "丙"])
    assert list(layer.keys) == ["name", "label"]


def test_the_layer_says_version_extent_and_name() -> None:
    (layer,) = raw(
        encode_layer("地块", np.array([shapely.Point(1, 1)]), np.array([1]), NOTHING_SAID, extent=512)
    ).layers
    assert (layer.version, layer.extent, layer.name) == (2, 512, "地块")


def test_points_are_encoded_without_shapes() -> None:
    xy = np.array([[0, 0], [4095, 17], [-3, 5]])
    tile = encode_points("labels", xy, np.array([7, 8, 7]), Attributes.of({"seq": [0, 0, 1]}))
    found = [(each.id, *position(each.shape), each.properties["seq"]) for each in read(tile)["labels"]]
    assert found == [(7, 0, 0, 0), (8, 4095, 17, 0), (7, -3, 5, 1)]
    assert encode_points("labels", xy[:0], np.array([], int)) == b""


def test_layers_are_joined_by_joining_bytes() -> None:
    one = encode_layer("a", np.array([shapely.Point(1, 1)]), np.array([1]), NOTHING_SAID)
    other = encode_layer("b", np.array([shapely.Point(2, 2)]), np.array([2]), NOTHING_SAID)
    assert list(read(one + other)) == ["a", "b"]


def test_many_random_shapes_arrive_as_rounded() -> None:
    rng = np.random.default_rng(20240630)
    shapes = [star(rng) for _ in range(500)]
    names: list[Scalar] = [f"示例地块 {number}" for number in range(500)]
    arrived = {each.id: each for each in drawn(*shapes, columns={"name": names})}
    for number, given in enumerate(shapes, 1):
        rounded = shapely.transform(given, np.rint)
        assert arrived[number].properties == {"name": names[number - 1]}
        assert arrived[number].shape.area == pytest.approx(rounded.area)
        assert vertices(arrived[number].shape) == vertices(rounded)


def vertices(shape: BaseGeometry) -> set[tuple[float, float]]:
    return {(x, y) for x, y in shapely.get_coordinates(shape).tolist()}


def star(rng: np.random.Generator) -> shapely.Polygon:
    angles = np.sort(rng.uniform(0, 2 * np.pi, 33))
    radii = rng.uniform(60, 90, 33)
    x, y = rng.uniform(0, 4096, 2)
    return shapely.Polygon(np.column_stack([x + radii * np.cos(angles), y + radii * np.sin(angles)]))


def test_varints_are_those_of_the_protobuf_documentation() -> None:
    assert varint(150) == b"\x96\x01"
    assert varints(np.array([1, 150, 300], np.uint64)) == b"\x01\x96\x01\xac\x02"
    assert varints(np.array([2**64 - 1], np.uint64)) == b"\xff" * 9 + b"\x01"
    assert varints(np.array([], np.uint64)) == b""
    assert zigzag(np.array([0, -1, 1, -2, 2147483647, -2147483648])).tolist() == [
        0,
        1,
        2,
        3,
        4294967294,
        4294967295,
    ]


def test_varints_at_every_length_agree_with_one_by_one() -> None:
    numbers = [0, *(2**bits + step for bits in range(7, 64, 7) for step in (-1, 0, 1)), 2**64 - 1]
    assert varints(np.array(numbers, np.uint64)) == b"".join(map(varint, numbers))
