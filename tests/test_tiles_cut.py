"""What lies in a tile is there, where PROJ and shapely say, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
import shapely
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry

from layers.kinds import kind_of
from layers.store.query import TileRows
from layers.tiles import cut
from layers.tiles.attributes import Scalar
from layers.tiles.cut import buffer_of, cut_tile
from layers.tiles.generalise import TOLERANCE, simplified
from layers.tiles.mercator import Tile
from tests.tile_reading import EXTENT, by_id, in_tile, in_window, read, tile_of

LON, LAT = 118.4565, 35.5482
METRE = 1 / 111_000
EXACT_Z = (14, 15, 16)
ALL_Z = (8, 9, 10, 11, 12, 13, *EXACT_Z)


def rows_of(shapes: Sequence[BaseGeometry], **columns: list[Scalar]) -> TileRows:
    inside = shapely.point_on_surface(np.array(shapes, object))
    ids = np.arange(1, len(shapes) + 1)
    return TileRows(
        ids=ids,
        wkb=[shapely.to_wkb(each) for each in shapes],
        anchors=shapely.get_coordinates(inside),
        columns=columns,
    )


def at_home(text: str) -> BaseGeometry:
    """WKT in metres east and north of the county seat, as degrees."""
    return shapely.transform(shapely.from_wkt(text), lambda xy: xy * METRE + (LON, LAT))


def tiles_over(shape: BaseGeometry, z: int) -> list[Tile]:
    west, south, east, north = shape.bounds
    _, left, top = tile_of(west, north, z)
    _, right, bottom = tile_of(east, south, z)
    return [Tile(z, x, y) for x in range(left, right + 1) for y in range(top, bottom + 1)]


SHAPES = {
    "a parcel": "POLYGON ((0 0, 120 10, 115 90, 60 60, 5 85, 0 0))",
    "a parcel with a hole": "POLYGON ((0 0, 300 0, 300 300, 0 300, 0 0), (90 90, 90 200, 200 200, 200 90, 90 90))",
    "two parcels in one": "MULTIPOLYGON (((0 0, 90 0, 90 90, 0 0)), ((400 400, 500 400, 500 500, 400 400)))",
    "a town over many tiles": "POLYGON ((-2900 -2700, 2800 -2500, 2500 300, 2900 2800, -2500 2700, -2900 -2700))",
    "a comb that leaves and returns": "POLYGON ((0 0, 2500 0, 2500 100, 200 100, 200 300, 2500 300, 2500 400, "
    "200 400, 200 600, 2500 600, 2500 700, 0 700, 0 0))",
    "a ring around tiles": "POLYGON ((-2000 -2000, 2000 -2000, 2000 2000, -2000 2000, -2000 -2000), "
    "(-1900 -1900, -1900 1900, 1900 1900, 1900 -1900, -1900 -1900))",
    "a road": "LINESTRING (-2000 -200, -500 100, 40 60, 900 -500, 2000 2000)",
    "a road in pieces": "MULTILINESTRING ((-2000 -200, -500 100), (40 60, 900 -500, 2000 2000))",
    "a road that leaves and returns": "LINESTRING (0 0, 2500 0, 2500 100, 0 100, 0 200, 2500 200)",
    "a site": "POINT (10 20)",
    "sites": "MULTIPOINT (10 20, 700 800, -2000 300)",
}


@pytest.mark.parametrize("z", EXACT_Z)
@pytest.mark.parametrize("text", SHAPES.values(), ids=SHAPES)
def test_a_shape_is_where_proj_and_shapely_say_to_one_unit(text: str, z: int) -> None:
    given = at_home(text)
    for tile in tiles_over(given, z):
        expected = in_window(given, *tile)
        arrived = by_id(cut_tile(rows_of([given]), "parcel", tile), "parcel")
        if expected.is_empty:
            assert not arrived
            continue
        assert_same(arrived[1].shape, expected, apart=1)
        assert arrived[1].shape.area == pytest.approx(expected.area, abs=expected.length + 1)
        assert arrived[1].shape.length == pytest.approx(expected.length, rel=0.01, abs=4)


@pytest.mark.parametrize("z", [z for z in ALL_Z if z not in EXACT_Z])
@pytest.mark.parametrize("text", SHAPES.values(), ids=SHAPES)
def test_a_simplified_shape_stays_within_its_tolerance(text: str, z: int) -> None:
    given = at_home(text)
    for tile in tiles_over(given, z):
        arrived = by_id(cut_tile(rows_of([given]), "parcel", tile), "parcel")
        expected = in_window(given, *tile)
        if arrived and not expected.is_empty and expected.length > 100:
            assert_same(arrived[1].shape, expected, apart=TOLERANCE + 1)


def assert_same(arrived: BaseGeometry, expected: BaseGeometry, apart: float) -> None:
    assert arrived.is_valid
    assert arrived.geom_type.removeprefix("Multi") == expected.geom_type.removeprefix("Multi")
    assert shapely.hausdorff_distance(arrived, expected, densify=0.2) <= apart * 1.5
    assert arrived.buffer(apart).covers(expected)
    assert expected.buffer(apart).covers(arrived)


@pytest.mark.parametrize("z", [9, 11, 13, 14, 15])
def test_tiles_that_share_a_shape_meet_without_a_gap(z: int) -> None:
    given = ragged_town()
    tiles = tiles_over(given, z)
    first = tiles[0]
    pieces = []
    for tile in tiles:
        for piece in by_id(cut_tile(rows_of([given]), "town", tile), "town").values():
            pieces.append(translate(own_square(piece.shape), *shift(tile, first)))
    whole = in_tile(given, *first)
    apart = 1 if z in EXACT_Z else TOLERANCE + 1
    assert shapely.union_all(pieces).buffer(0.001).covers(whole.buffer(-apart))
    assert whole.buffer(apart).covers(shapely.union_all(pieces))


@pytest.mark.parametrize("z", [11, 12, 13, 14, 15])
def test_an_outline_crosses_the_edge_of_two_tiles_at_the_same_place(z: int) -> None:
    given = ragged_town()
    crossings = 0
    for tile in tiles_over(given, z):
        right = tile._replace(x=tile.x + 1)
        here, there = (
            by_id(cut_tile(rows_of([given]), "town", each), "town").get(1) for each in (tile, right)
        )
        if not here or not there:
            continue
        ours = shapely.intersection(here.shape.boundary, shapely.LineString([(EXTENT, 0), (EXTENT, EXTENT)]))
        theirs = shapely.intersection(there.shape.boundary, shapely.LineString([(0, 0), (0, EXTENT)]))
        assert len(shapely.get_parts(ours)) == len(shapely.get_parts(theirs))
        for one, other in zip(heights(ours), heights(theirs), strict=True):
            assert abs(one - other) <= 2
            crossings += 1
    assert crossings > 1


def ragged_town() -> shapely.Polygon:
    rng = np.random.default_rng(7)
    angles = np.linspace(0, 2 * np.pi, 4000, endpoint=False)
    ragged = np.convolve(rng.normal(size=4000), np.ones(60) / 60, "same")
    radii = 4000 * METRE * (1 + 0.3 * ragged)
    return shapely.Polygon(np.column_stack([LON + radii * np.cos(angles), LAT + radii * np.sin(angles)]))


def own_square(piece: BaseGeometry) -> BaseGeometry:
    return shapely.intersection(shapely.make_valid(piece), shapely.box(0, 0, EXTENT, EXTENT))


def shift(tile: Tile, first: Tile) -> tuple[int, int]:
    return (tile.x - first.x) * EXTENT, (tile.y - first.y) * EXTENT


def heights(points: BaseGeometry) -> list[float]:
    return sorted(shapely.get_coordinates(points)[:, 1].tolist())


def test_a_shape_that_holds_the_whole_tile_fills_it_with_its_buffer() -> None:
    given = shapely.box(118, 35, 119, 36)
    (arrived,) = read(cut_tile(rows_of([given]), "county", Tile(*tile_of(LON, LAT, 16))))["county"]
    assert arrived.shape.equals(shapely.box(-64, -64, 4160, 4160))


def test_a_shape_beside_the_tile_is_not_in_it() -> None:
    tile = Tile(*tile_of(LON, LAT, 15))
    west, south, east, north = tile.bounds()
    beside = [
        shapely.box(east, south, east + 0.01, north),
        shapely.box(west - 0.01, south, west, north),
        shapely.box(west, north, east, north + 0.01),
        shapely.Point(east + 0.0001, LAT),
        shapely.LineString([(west - 0.01, south), (west - 0.0001, north)]),
    ]
    assert cut_tile(rows_of(beside), "parcel", tile) == b""


def test_a_diagonal_past_the_corner_is_not_in_the_tile() -> None:
    tile = Tile(*tile_of(LON, LAT, 15))
    _, _, east, north = tile.bounds()
    around = shapely.LineString([(east - 0.001, north + 0.01), (east + 0.01, north - 0.001)])
    assert cut_tile(rows_of([around]), "road", tile) == b""


def test_no_rows_make_no_tile() -> None:
    assert cut_tile(rows_of([], name=[]), "parcel", Tile(14, 0, 0)) == b""


@pytest.mark.parametrize("z", [3, 9, 16])
def test_the_bounds_of_a_tile_hold_its_buffer(z: int) -> None:
    tile = Tile(*tile_of(LON, LAT, z))
    west, south, east, north = tile.bounds()
    corners = in_tile(shapely.MultiPoint([(west, north), (east, south)]), *tile)
    assert shapely.get_coordinates(corners).ravel() == pytest.approx([-64, -64, 4160, 4160], abs=0.01)


@pytest.mark.parametrize("z", ALL_Z)
def test_a_wide_river_is_kept_as_far_beyond_the_tile_as_it_is_drawn(z: int) -> None:
    tile = Tile(*tile_of(LON, LAT, z))
    buffer = buffer_of(kind_of("river"), z)
    west, south, east, north = tile.bounds(buffer)
    across = shapely.LineString([(west - 1, (south + north) / 2), (east + 1, (south + north) / 2)])
    (arrived,) = read(cut_tile(rows_of([across]), "river", tile, buffer))["river"]
    left, _, right, _ = arrived.shape.bounds
    assert (left, right) == (-buffer, EXTENT + buffer)
    # Drawn 60 px wide at Leaflet's zoom 14, where a tile of zoom 13 has 512 px for its 4,096 units.
    assert buffer >= (60 / 2 * 4096 / 512 if z == 13 else 64)


def test_the_tile_of_the_world_holds_the_world() -> None:
    west, south, east, north = Tile(0, 0, 0).bounds()
    assert (west < -180, south < -85, east > 180, north > 85) == (True, True, True, True)


def test_a_shape_that_crosses_itself_is_repaired_for_the_tile() -> None:
    bow = at_home("POLYGON ((-3000 -3000, 3000 3000, 3000 -3000, -3000 3000, -3000 -3000))")
    (arrived,) = read(cut_tile(rows_of([bow]), "parcel", Tile(*tile_of(LON, LAT, 14))))["parcel"]
    assert arrived.shape.is_valid
    assert arrived.shape.area > 1e6


def test_attributes_travel_with_their_shapes() -> None:
    shapes = [at_home(f"POLYGON (({x} 0, {x + 50} 0, {x + 50} 50, {x} 0))") for x in (-90_000, 0, 60, 120)]
    rows = rows_of(shapes, name=["远处", "甲", None, "丙"], area_mu=[1.0, 2.5, 2.5, None])
    tile = Tile(*tile_of(LON, LAT, 14))
    for layer in ("parcel", "parcel_points"):
        found = {
            number: each.properties for number, each in by_id(cut_tile(rows, "parcel", tile), layer).items()
        }
        assert found == {2: {"name": "甲", "area_mu": 2.5}, 3: {"area_mu": 2.5}, 4: {"name": "丙"}}


def test_kinds_of_shapes_may_be_mixed_in_a_layer() -> None:
    shapes = [
        at_home(text)
        for text in ("POINT (1 2)", "POLYGON ((0 0, 90 0, 90 90, 0 0))", "LINESTRING (0 0, 90 90)")
    ]
    found = by_id(cut_tile(rows_of(shapes), "site", Tile(*tile_of(LON, LAT, 14))), "site")
    assert [found[number].shape.geom_type for number in (1, 2, 3)] == ["Point", "Polygon", "LineString"]


# --- what is too small to see -------------------------------------------------------------------------------


def parcels(count: int, size_m: float, spread_m: float, seed: int = 3) -> list[shapely.Polygon]:
    rng = np.random.default_rng(seed)
    angles = np.sort(rng.uniform(0, 2 * np.pi, (count, 33)), axis=1)
    radii = size_m / 2 * rng.uniform(0.75, 1, (count, 33))
    centres = rng.uniform(-spread_m, spread_m, (count, 1, 2))
    xy = centres + np.stack([radii * np.cos(angles), radii * np.sin(angles)], axis=2)
    return [shapely.Polygon(ring) for ring in xy * METRE + (LON, LAT)]


@pytest.mark.parametrize("z", [10, 11, 12, 13])
def test_an_area_of_more_than_a_pixel_does_not_vanish(z: int) -> None:
    shapes = parcels(300, size_m=400, spread_m=5000)
    for tile in tiles_over(shapely.MultiPolygon(shapes), z):
        arrived = by_id(cut_tile(rows_of(shapes), "parcel", tile), "parcel")
        for number, given in enumerate(shapes, 1):
            whole = in_tile(given, *tile)
            if shapely.box(0, 0, EXTENT, EXTENT).covers(whole) and max_side(whole) > 8:
                assert arrived[number].shape.area == pytest.approx(whole.area, abs=whole.length * TOLERANCE)


def max_side(shape: BaseGeometry) -> float:
    west, north, east, south = shape.bounds
    return max(east - west, south - north)


def sliver(rng: np.random.Generator) -> BaseGeometry:
    """Thinner than the tolerance: plain Douglas-Peucker leaves nothing of it."""
    along, up, down = (
        np.linspace(0, rng.uniform(9, 90), 40),
        rng.uniform(0.1, 1.4, 40),
        rng.uniform(0.1, 1.4, 40),
    )
    edge = np.vstack([np.column_stack([along, up]), np.column_stack([along, -down])[::-1]])
    return shapely.Polygon(edge @ [[0.8, -0.6], [0.6, 0.8]])


def creek(rng: np.random.Generator) -> BaseGeometry:
    """A winding strip: plain Douglas-Peucker makes it cross itself and tears it to pieces."""
    course = shapely.LineString(np.cumsum(rng.normal(size=(60, 2)) * rng.uniform(2, 20), axis=0))
    pieces: list[BaseGeometry] = shapely.get_parts(course.buffer(rng.uniform(0.6, 3))).tolist()
    return max(pieces, key=lambda piece: piece.area)


def round_field(rng: np.random.Generator) -> BaseGeometry:
    angles = np.linspace(0, 2 * np.pi, 90, endpoint=False)
    radii = rng.uniform(20, 23, 90)
    return shapely.Polygon(np.column_stack([radii * np.cos(angles), radii * np.sin(angles)]))


@pytest.mark.parametrize("made", [sliver, creek, round_field])
def test_a_simplified_area_is_one_valid_area_with_fewer_vertices(
    made: Callable[[np.random.Generator], BaseGeometry],
) -> None:
    rng = np.random.default_rng(11)
    shapes = np.array([made(rng) for _ in range(200)])
    found = simplified(shapes)
    assert shapely.is_valid(found).all()
    assert not shapely.is_empty(found).any()
    assert (shapely.get_type_id(found) == shapely.GeometryType.POLYGON).all()
    assert shapely.get_num_coordinates(found).sum() < 0.7 * shapely.get_num_coordinates(shapes).sum()


def test_lines_keep_their_ends_when_simplified() -> None:
    line = shapely.LineString([(0, 0), (1, 1), (2, 0), (3, 1), (100, 0), (100, 1), (200, 50)])
    (found,) = simplified(np.array([line], object))
    assert found.equals_exact(shapely.LineString([(0, 0), (100, 1), (200, 50)]), 2)
    assert [found.coords[0], found.coords[-1]] == [(0, 0), (200, 50)]


@pytest.mark.parametrize("z", [8, 9, 10])
def test_many_areas_below_a_pixel_paint_as_much_as_they_measure(z: int) -> None:
    fields = parcels(6000, size_m=60, spread_m=4000)
    tile = Tile(*tile_of(LON, LAT, z))
    rows = rows_of(fields)
    inside = sum(in_window(each, *tile).area for each in fields)
    painted = by_id(cut_tile(rows, "field", tile), "field")
    assert 0 < len(painted) < len(fields) / 2
    assert sum(each.shape.area for each in painted.values()) == pytest.approx(inside, rel=0.1)
    assert all(max_side(each.shape) <= 9 for each in painted.values())


def test_a_lone_area_below_a_pixel_is_carried_by_its_label_point() -> None:
    field = at_home("POLYGON ((0 0, 60 0, 60 60, 0 60, 0 0))")
    found = read(cut_tile(rows_of([field], name=["示例地块 1"]), "field", Tile(*tile_of(LON, LAT, 9))))
    assert "field" not in found
    assert [each.properties["name"] for each in found["field_points"]] == ["示例地块 1"]


@pytest.mark.parametrize("z", EXACT_Z)
def test_a_tiny_triangle_is_drawn_where_the_zoom_is_exact(z: int) -> None:
    triangle = at_home("POLYGON ((0 0, 2 0, 0 2, 0 0))")
    tile = Tile(*tile_of(LON, LAT, z))
    (arrived,) = read(cut_tile(rows_of([triangle]), "parcel", tile))["parcel"]
    assert arrived.shape.distance(in_tile(triangle, *tile)) < 1


def test_plain_areas_among_others_arrive_like_those_that_shapely_reads() -> None:
    rng = np.random.default_rng(11)
    shapes: list[BaseGeometry] = [crooked(rng) for _ in range(120)]
    shapes[7] = shapely.MultiPolygon([crooked(rng)])
    shapes[40] = shapes[40].difference(shapes[40].centroid.buffer(20 * METRE))
    shapes[41] = shapely.LineString([(LON, LAT), (LON + 900 * METRE, LAT)])
    big_endian = rows_of(shapes)
    big_endian.wkb[:] = [shapely.to_wkb(each, byte_order=0) for each in shapes]
    for tile in tiles_over(shapely.box(*shapely.total_bounds(shapes)), 15):
        assert cut_tile(rows_of(shapes), "parcel", tile) == cut_tile(big_endian, "parcel", tile)


def crooked(rng: np.random.Generator) -> shapely.Polygon:
    """Reaches up to 150 m, and is not convex."""
    angles, middle = np.linspace(0, 2 * np.pi, 24, endpoint=False), rng.uniform(-900, 900, 2) * METRE
    reach = rng.uniform(30, 150, 24)[:, None] * METRE
    return shapely.Polygon(middle + (LON, LAT) + reach * np.column_stack([np.cos(angles), np.sin(angles)]))


CLIPPED = {
    "one way in and out": ("POLYGON ((-50 50, 50 40, 60 60, -50 80, -50 50))", True),
    "around a corner": ("POLYGON ((-50 50, 50 50, 50 -50, -50 -50, -50 50))", True),
    "past a corner, through the square": ("POLYGON ((-90 90, 10 120, 120 10, 90 -90, -90 90))", False),
    "twice in and out": (
        "POLYGON ((-50 20, 50 20, 50 40, -20 40, -20 50, 50 50, 50 70, -50 70, -50 20))",
        False,
    ),
    "touching the edge from inside": ("POLYGON ((50 50, 150 60, 50 70, 0 60, 50 50))", False),
    "with a hole": ("POLYGON ((-50 20, 90 20, 90 90, -50 90, -50 20), (40 40, 50 40, 50 50, 40 40))", False),
    "a line": ("LINESTRING (-50 20, 90 20)", False),
}


@pytest.mark.parametrize(("text", "once"), CLIPPED.values(), ids=CLIPPED)
def test_only_what_enters_the_square_once_is_taken_as_sound(text: str, once: bool) -> None:
    assert cut._enter_once(np.array([shapely.from_wkt(text)]), 0, 100).tolist() == [once]
