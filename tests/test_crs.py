"""Do coordinates land where the surveyor meant them?"""

from __future__ import annotations

import math

import pytest
import shapely

from layers import crs
from layers.errors import InvalidValue

COUNTY = (118.1, 35.2, 118.9, 35.8)

# 118.47°E 35.55°N, computed with PROJ's own command line and checked against a bureau's table.
SEAT = (118.47, 35.55)


@pytest.mark.parametrize(
    ("code", "east", "north"),
    [(4527, 39633294.28, 3936607.29), (4528, 40361264.72, 3936690.13), (4548, 633294.28, 3936607.29)],
    ids=["zone 39", "zone 40", "central meridian 117"],
)
def test_the_seat_lands_in_the_seat_from_every_zone(code: int, east: float, north: float) -> None:
    (landed,) = crs.to_stored([shapely.Point(east, north)], code)
    assert landed.x == pytest.approx(SEAT[0], abs=1e-7)
    assert landed.y == pytest.approx(SEAT[1], abs=1e-7)


@pytest.mark.parametrize(
    ("zone", "x", "y"),
    [(None, 3936607.29, 39633294.28), (40, 3936690.13, 40361264.72)],
    ids=["own zone", "asked"],
)
def test_the_status_strip_says_x_north_and_y_east_with_the_zone_in_front(
    zone: int | None, x: float, y: float
) -> None:
    position = crs.to_projected(*SEAT, zone=zone)
    assert position.x == pytest.approx(x, abs=0.01)
    assert position.y == pytest.approx(y, abs=0.01)
    assert position.zone == (zone or 39)


@pytest.mark.parametrize(
    ("lon", "zone"), [(118.1, 39), (118.4999, 39), (118.5, 40), (118.9, 40), (117.0, 39)]
)
def test_the_county_lies_on_both_sides_of_118_5(lon: float, zone: int) -> None:
    assert crs.zone_of(lon) == zone


@pytest.mark.parametrize(
    ("zone", "prefixed", "code"),
    [
        (39, True, 4527),
        (39, False, 4548),
        (40, True, 4528),
        (40, False, 4549),
        (20, True, 4498),
        (20, False, 4509),
    ],
)
def test_zone_numbers_and_epsg_codes_agree(zone: int, prefixed: bool, code: int) -> None:
    assert crs.projected_code(zone, prefixed=prefixed) == code
    assert f"第{zone}带" in crs.name_of(code)


def test_wgs84_is_taken_as_it_is() -> None:
    (point,) = crs.to_stored([shapely.Point(*SEAT)], 4326)
    assert (point.x, point.y) == SEAT


def test_other_projections_of_wgs84_are_accepted() -> None:
    (point,) = crs.to_stored([shapely.Point(13188000, 4239000)], 3857)
    assert (point.x, point.y) == (pytest.approx(118.4698, abs=1e-4), pytest.approx(35.5509, abs=1e-4))
    crs.check_accepted(32650)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (4610, "1980西安坐标系"), (2363, "1980西安坐标系"), (2384, "1980西安坐标系"), (2334, "1980西安坐标系"),
        (4214, "1954北京坐标系"), (2415, "1954北京坐标系"), (2436, "1954北京坐标系"), (21420, "1954北京坐标系"),
        (4555, "新1954北京坐标系"), (4775, "新1954北京坐标系"), (4796, "新1954北京坐标系"),
    ],
)  # fmt: skip
def test_old_datums_are_refused_because_they_need_parameters(code: int, name: str) -> None:
    with pytest.raises(InvalidValue) as refusal:
        crs.to_stored([shapely.Point(39633294, 3936607)], code)
    assert name in refusal.value.message
    assert "转换参数" in refusal.value.message


@pytest.mark.parametrize("code", [4612, 27700, 4267, 4479], ids=["Japan", "Britain", "NAD27", "geocentric"])
def test_systems_that_proj_would_only_shift_by_guess_are_refused(code: int) -> None:
    with pytest.raises(InvalidValue, match="没有可靠的换算方法"):
        crs.to_stored([shapely.Point(1, 1)], code)


def test_a_code_that_does_not_exist_is_named() -> None:
    with pytest.raises(InvalidValue, match="坐标系编号 99999 不存在"):
        crs.check_accepted(99999)


ESRI = (
    'PROJCS["{name}",GEOGCS["{geogcs}",DATUM["{datum}",SPHEROID["{ellipsoid}"]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",{east}],'
    'PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",{meridian}],PARAMETER["Scale_Factor",1.0],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)
CGCS2000 = {
    "geogcs": "GCS_China_Geodetic_Coordinate_System_2000",
    "datum": "D_China_2000",
    "ellipsoid": 'CGCS2000",6378137.0,298.257222101',
}
XIAN80 = {"geogcs": "GCS_Xian_1980", "datum": "D_Xian_1980", "ellipsoid": 'Xian_1980",6378140.0,298.257'}


def esri(name: str, system: dict[str, str], east: float, meridian: float) -> str:
    return ESRI.replace('["{ellipsoid}"]', '["{ellipsoid}]').format(
        name=name, east=east, meridian=meridian, **system
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (esri("CGCS2000_3_Degree_GK_Zone_39", CGCS2000, 39500000, 117), 4527),
        (esri("CGCS2000_3_Degree_GK_CM_117E", CGCS2000, 500000, 117), 4548),
        (esri("CGCS2000_3_Degree_GK_Zone_40", CGCS2000, 40500000, 120), 4528),
        (esri("沂南独立坐标系", CGCS2000, 500000, 118.5), None),
        ("这不是坐标系定义", None),
    ],
    ids=["zone 39", "CM 117", "zone 40", "a local meridian", "no definition"],
)
def test_a_prj_of_arcgis_is_recognised_or_left_open(text: str, code: int | None) -> None:
    assert crs.definition(text).code == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("EPSG:4527", 4527),
        ("urn:ogc:def:crs:EPSG::4490", 4490),
        ("urn:ogc:def:crs:EPSG:6.18.3:10660", 10660),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", 4326),
    ],
)
def test_the_name_of_an_authority_is_recognised(text: str, code: int) -> None:
    assert crs.definition(text).code == code


def test_a_prj_of_xian_1980_is_refused_even_with_a_local_meridian() -> None:
    with pytest.raises(InvalidValue, match="1980西安坐标系"):
        crs.definition(esri("本地", XIAN80, 500000, 118.5))


NEAR_SEAT = {
    "prefixed 39": ((39633000, 3936000, 39640000, 3940000), 4527),
    "prefixed 40": ((40361264, 3936000, 40362000, 3937000), 4528),
    "CM 117": ((633000, 3936000, 640000, 3940000), 4548),
    "CM 120": ((361264, 3936000, 362000, 3937000), 4549),
    "6 degree zone": ((20633000, 3936000, 20640000, 3940000), 4498),
    "degrees": ((118.46, 35.54, 118.5, 35.56), 4490),
}


@pytest.mark.parametrize(("bounds", "code"), NEAR_SEAT.values(), ids=NEAR_SEAT.keys())
@pytest.mark.parametrize("swapped", [False, True], ids=["straight", "swapped"])
def test_values_alone_tell_which_system_they_are_in(bounds: crs.Bounds, code: int, swapped: bool) -> None:
    raw = (bounds[1], bounds[0], bounds[3], bounds[2]) if swapped else bounds
    (found,) = crs.candidates(raw, COUNTY)
    assert (found.code, found.swapped, found.inside) == (code, swapped, True)
    assert "在本县范围内" in found.lands(COUNTY)
    assert ("颠倒" in found.title) == swapped


def test_a_neighbouring_zone_is_shown_with_its_distance() -> None:
    (found,) = crs.candidates((38633000, 3936000, 38640000, 3940000), COUNTY)
    assert not found.inside
    assert "距本县约 232 公里" in found.lands(COUNTY)


def test_values_from_nowhere_have_no_candidate() -> None:
    assert crs.candidates((5e7, 5e7, 6e7, 6e7), COUNTY) == []


def test_the_likely_cause_of_a_wrong_landing_is_said() -> None:
    swapped = crs.likely_cause((35.5, 118.4, 35.6, 118.5), 4490, COUNTY)
    wrong_zone = crs.likely_cause((633000, 3936000, 640000, 3940000), 4549, COUNTY)
    assert swapped is not None
    assert "颠倒" in swapped
    assert wrong_zone is not None
    assert "4548" in wrong_zone
    assert crs.likely_cause((116.0, 39.0, 116.1, 39.1), 4490, COUNTY) is None


def test_a_value_without_a_place_on_earth_becomes_infinite() -> None:
    (landed,) = crs.to_stored([shapely.Point(3936607, 39633294)], 4527)
    assert math.isinf(landed.x)


def test_maps_in_gcj02_show_the_seat_half_a_kilometre_too_far_east() -> None:
    # A published test vector; outside China nothing is shifted.
    assert crs.to_gcj02(*SEAT) == pytest.approx((118.475698846, 35.549955362), abs=1e-9)
    assert crs.to_gcj02(2.35, 48.85) == (2.35, 48.85)
