"""Every label point is in exactly one tile, with the attributes of its feature."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from layers.store.query import TileRows
from layers.tiles.cut import cut_tile
from layers.tiles.mercator import Tile
from tests.tile_reading import EXTENT, Drawn, in_tile, position, read, tile_of

LON, LAT = 118.4565, 35.5482
METRE = 1 / 111_000


def rows_of(shapes: Sequence[BaseGeometry]) -> TileRows:
    inside = shapely.point_on_surface(np.array(shapes, object))
    return TileRows(
        ids=np.arange(1, len(shapes) + 1) + 2**33,
        wkb=[shapely.to_wkb(each) for each in shapes],
        anchors=shapely.get_coordinates(inside),
        columns={"name": [f"第{number}" for number in range(1, len(shapes) + 1)]},
    )


def labels(rows: TileRows, tiles: Iterable[Tile]) -> list[tuple[Tile, Drawn]]:
    return [(tile, each) for tile in tiles for each in read(cut_tile(rows, "a", tile)).get("a_points", [])]


def around(z: int, reach: int) -> list[Tile]:
    _, x, y = tile_of(LON, LAT, z)
    steps = range(-reach, reach + 1)
    return [Tile(z, x + right, y + down) for right in steps for down in steps]


def line(*metres: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString(np.array(metres) * METRE + (LON, LAT))


@pytest.mark.parametrize("z", [8, 11, 14, 16])
def test_an_anchor_is_in_one_tile(z: int) -> None:
    rng = np.random.default_rng(5)
    width = 360 / 2**z
    points = rng.uniform(-1.4 * width, 1.4 * width, (400, 2)) * (1, 0.8) + (LON, LAT)
    found = labels(rows_of([shapely.Point(each) for each in points]), around(z, 2))
    assert Counter(each.id for _, each in found) == Counter(range(2**33 + 1, 2**33 + 401))


@pytest.mark.parametrize("z", [1, 9, 16])
def test_an_anchor_on_the_edge_of_tiles_belongs_to_the_later_one(z: int) -> None:
    _, x, _ = tile_of(LON, LAT, z)
    edge = x / 2**z * 360 - 180
    found = labels(
        rows_of([shapely.Point(edge, LAT), shapely.Point(edge, 0)]), [*around(z, 1), *equator(z, x)]
    )
    assert {(tile.x, position(each.shape)[0], each.properties["name"]) for tile, each in found} == {
        (x, 0, "第1"),
        (x, 0, "第2"),
    }
    assert {tile.y for tile, each in found if each.properties["name"] == "第2"} == {2**z // 2}


def equator(z: int, x: int) -> list[Tile]:
    rows = (2**z // 2 - 1, 2**z // 2)
    return [each for column in (x - 1, x) for y in rows if (each := Tile(z, column, y)) not in around(z, 1)]


def test_a_label_point_never_lies_on_the_next_tile() -> None:
    tile = Tile(*tile_of(LON, LAT, 10))
    west, south, east, north = tile.bounds()
    rng = np.random.default_rng(9)
    points = [shapely.Point(each) for each in rng.uniform((west, south), (east, north), (4000, 2))]
    places = np.array([each.shape.coords[0] for _, each in labels(rows_of(points), [tile])])
    assert len(places) > 3000
    assert places.min() >= 0
    assert places.max() < EXTENT


def test_an_area_has_its_label_at_the_anchor_and_no_angle() -> None:
    town = shapely.Point(LON, LAT).buffer(0.05)
    rows = replace(rows_of([town]), anchors=np.array([[LON + 0.01, LAT - 0.01]]))
    ((tile, label),) = labels(rows, around(13, 5))
    expected = in_tile(shapely.Point(LON + 0.01, LAT - 0.01), *tile)
    assert label.shape.distance(expected) < 1.5
    assert label.properties == {"name": "第1"}


@pytest.mark.parametrize("z", [9, 12, 14])
def test_labels_stand_evenly_along_a_line(z: int) -> None:
    road = line((-9000, -4000), (-2000, 100), (40, 60), (4000, -3000), (9000, 5000))
    found = labels(rows_of([road]), around(z, 8 if z == 14 else 4))
    whole = shapely.LineString(shapely.get_coordinates(in_tile(road, z, 0, 0)))
    count = max(1, round(whole.length / 8 / 520))
    assert sorted(each.properties["seq"] for _, each in found) == list(range(count))
    for tile, each in found:
        place = shapely.line_interpolate_point(whole, (each.properties["seq"] + 0.5) / count, normalized=True)
        x, y = position(each.shape)
        assert (x + tile.x * EXTENT, y + tile.y * EXTENT) == pytest.approx((place.x, place.y), abs=1.01)
        assert each.properties["name"] == "第1"


def test_a_long_line_has_at_most_64_labels_and_a_short_one_has_one() -> None:
    long = shapely.LineString([(LON - 0.4, LAT), (LON + 0.4, LAT)])
    short = line((0, 0), (3, 1))
    _, x, y = tile_of(LON, LAT, 16)
    strip = [Tile(16, x + step, y + down) for step in range(-75, 76) for down in (-1, 0, 1)]
    found = Counter(each.properties["name"] for _, each in labels(rows_of([long, short]), strip))
    assert found == {"第1": 64, "第2": 1}


# Mercator stretches a degree of latitude by 1 / cos(latitude), 1.2292 here: atan(1.2292 × 300 / 500) = 36.4°.
ANGLES = {
    "east": ((500, 0), 0),
    "west": ((-500, 0), 0),
    "up to the right": ((500, 300), -36),
    "down to the right": ((500, -300), 36),
    "down to the left": ((-500, -300), -36),
    "up to the left": ((-500, 300), 36),
    "almost north": ((40, 500), -86),
    "almost south": ((40, -500), 86),
}


@pytest.mark.parametrize(("end", "expected"), ANGLES.values(), ids=ANGLES)
def test_the_angle_turns_text_along_the_line_and_never_upside_down(
    end: tuple[float, float], expected: int
) -> None:
    ((_, label),) = labels(rows_of([line((0, 0), end)]), around(12, 1))
    assert label.properties["angle"] == expected
    assert isinstance(label.properties["angle"], int)


@pytest.mark.parametrize("end", [(0, 500), (0, -500)], ids=["north", "south"])
def test_a_line_straight_up_is_at_a_right_angle(end: tuple[float, float]) -> None:
    ((_, label),) = labels(rows_of([line((0, 0), end)]), around(12, 1))
    assert abs(label.properties["angle"]) == 90


def test_pieces_of_a_line_that_touch_are_labelled_as_one() -> None:
    pieces = shapely.MultiLineString([line((i * 100, 0), (i * 100 + 100, 0)) for i in (2, 0, 3, 1)])
    ((tile, label),) = labels(rows_of([pieces]), around(12, 1))
    middle = in_tile(line((200, 0), (400, 0)), *tile).coords[0]
    assert label.shape.coords[0] == pytest.approx(middle, abs=1.01)
    assert label.properties["seq"] == 0


def test_a_mixed_layer_has_labels_of_every_sort() -> None:
    shapes = [shapely.Point(LON, LAT), line((0, 0), (300, 0)), shapely.Point(LON, LAT).buffer(0.001)]
    found = {each.properties["name"]: each.properties for _, each in labels(rows_of(shapes), around(12, 1))}
    assert [sorted(found[name]) for name in ("第1", "第2", "第3")] == [
        ["name"],
        ["angle", "name", "seq"],
        ["name"],
    ]
