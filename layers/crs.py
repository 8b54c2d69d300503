"""Which coordinates are these, and where do they lie on CGCS2000? The only file with EPSG numbers.

Inside the house a position is (longitude, latitude) in degrees of CGCS2000. Files and GIS programs give
easting before northing; people in the bureau say X for north and Y for east. The county lies on both
sides of 118.5°E, so Gauss-Kruger coordinates come in the 3° zones 39 and 40, with the zone number in
front of Y (39 633 294) or without it (633 294).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.errors import InvalidValue

if TYPE_CHECKING:
    from pyproj import CRS, Transformer
    from shapely.geometry.base import BaseGeometry

STORED: Final = 4490
SHOWN: Final = 4326
WEB_MERCATOR: Final = 3857
SWAPPED: Final = "+swap"
"""Behind the number of a system, in an answer: X and Y change places too."""

Bounds = tuple[float, float, float, float]
"""(west, south, east, north); in degrees unless a function says otherwise."""

Values = NDArray[np.float64]
Positions = NDArray[np.float64]
"""Rows of (longitude, latitude)."""

CHINA: Final[Bounds] = (73.0, 3.0, 136.0, 54.0)
HOME: Final[Bounds] = (118.1, 35.2, 118.9, 35.8)

# Chinese zone numbers: 13-23 are 6° zones, 25-45 are 3° zones, so a prefix says which.
_ZONES_3: Final = range(25, 46)
_ZONES_6: Final = range(13, 24)
_PREFIXED_3, _UNPREFIXED_3, _PREFIXED_6, _UNPREFIXED_6 = 4488, 4509, 4478, 4489
XIAN_80, BEIJING_54, NEW_BEIJING_54 = 4610, 4214, 4555
_OLD_SERIES: Final = {
    XIAN_80: (2324, 2345, 2314, 2325),
    BEIJING_54: (2376, 2397, 21400, 21440),
    NEW_BEIJING_54: (4736, 4757, 4555, 4566),
}

_SAME_DATUM: Final = frozenset({4490, 4480, 4326, 4979})
_OLD_DATUMS: Final = {
    XIAN_80: "1980西安坐标系",
    BEIJING_54: "1954北京坐标系",
    NEW_BEIJING_54: "新1954北京坐标系",
}
_TITLES: Final = {
    4490: "2000国家大地坐标系（经纬度）",
    4480: "2000国家大地坐标系（经纬度、大地高）",
    4326: "WGS84（经纬度）",
    4979: "WGS84（经纬度、大地高）",
    3857: "WGS84 网络墨卡托",
}
_DATUM_WORDS: Final = (
    ("2000|CGCS", STORED),
    ("新.*54", NEW_BEIJING_54),
    ("80|西安", XIAN_80),
    ("54|北京", BEIJING_54),
    ("WGS", SHOWN),
)
_LONGEST_DEFINITION = 20_000
_AUTHORITY_NAME = re.compile(
    r"(?:urn:ogc:def:crs:)?(?:EPSG:(?:[\d.]*:)?(?P<code>\d{4,6})|OGC:(?:[\d.]*:)?CRS84)", re.I
)


class Projected(NamedTuple):
    """A position on paper: X points north, Y points east and begins with the zone number; metres."""

    x: float
    y: float
    zone: int


class Definition(NamedTuple):
    """What a .prj says: a known code or None, and the name it gives itself."""

    code: int | None
    name: str


@dataclass(frozen=True)
class Candidate:
    """A coordinate system that raw values could be in, and where they would then land."""

    code: int
    bounds: Bounds
    inside: bool
    swapped: bool

    @property
    def title(self) -> str:
        """Its name for people."""
        return name_of(self.code) + ("，但 X、Y 两列颠倒" if self.swapped else "")

    def lands(self, county: Bounds | None) -> str:
        """Where the data would land, for people."""
        return f"将落在{describe(self.bounds)}{_where_from(self.bounds, county)}"


# --- zones ---------------------------------------------------------------------------------------------


def zone_of(lon: float) -> int:
    """The 3° zone a longitude belongs to; 118.5°E is the first of zone 40."""
    return math.floor((lon + 1.5) / 3)


def projected_code(zone: int, *, prefixed: bool = True, datum: int = STORED) -> int:
    """EPSG code of Gauss-Kruger on CGCS2000 (or an old datum) for a Chinese zone number, 3° (25-45) or 6° (13-23)."""
    series = _OLD_SERIES.get(datum, (_PREFIXED_3, _UNPREFIXED_3, _PREFIXED_6, _UNPREFIXED_6))
    if zone in _ZONES_3:
        return zone + series[0 if prefixed else 1]
    if zone in _ZONES_6:
        return zone + series[2 if prefixed else 3]
    raise InvalidValue(f"带号 {zone} 不存在：3度带应为 25–45，6度带应为 13–23。")


def zone_title(zone: int) -> str:
    """What a 3° zone is called where one chooses it."""
    return f"第 {zone} 带（中央经线 {zone * 3}°）"


def is_zone(number: int) -> bool:
    """Whether this is a Chinese zone number, of 3° or 6°."""
    return number in _ZONES_3 or number in _ZONES_6


def datum_named(words: str) -> int | None:
    """The datum that people mean (2000国家大地坐标系, 80国家大地坐标系, 北京54 …) by its geographic code."""
    for pattern, code in _DATUM_WORDS:
        if re.search(pattern, words, re.I):
            return code
    return None


def old_datum(code: int) -> int | None:
    """The old Chinese datum that lies beneath a code; None for any other."""
    datum = _datum(_known(code))
    return datum if datum in _OLD_DATUMS else None


def in_cgcs2000(code: int) -> tuple[int, int]:
    """The unprefixed CGCS2000 zone that an old projected code corresponds to, and the prefix to take off (metres)."""
    for series in _OLD_SERIES.values():
        for at, offset in enumerate(series):
            zone = code - offset
            if zone in (_ZONES_3 if at < 2 else _ZONES_6):
                return projected_code(zone, prefixed=False), zone * 1_000_000 if at % 2 == 0 else 0
    raise InvalidValue(
        f"四参数只用于高斯平面坐标，而 {name_of(code)} 不是。请改用七参数，或先转为平面坐标再导入。"
    )


def to_projected(lon: float, lat: float, zone: int | None = None) -> Projected:
    """Where a position lies in its own 3° zone, or in the one asked for."""
    zone = zone or zone_of(lon)
    east, north = _transformer(STORED, projected_code(zone)).transform(lon, lat)
    return Projected(north, east, zone)


# --- into the house ------------------------------------------------------------------------------------


def to_stored(shapes: Sequence[BaseGeometry] | NDArray[np.object_], code: int) -> NDArray[np.object_]:
    """The same shapes in CGCS2000 degrees; values without a place on earth become infinite.

    Refuses coordinate systems that PROJ would only shift by guess (1980西安, 1954北京 …).
    """
    check_accepted(code)
    array = np.array(shapes, object)
    if code in (STORED, SHOWN):
        return array
    east, north = shapely.get_coordinates(array).T
    positions = np.column_stack(_transformer(code, STORED).transform(east, north))
    return np.asarray(shapely.set_coordinates(array, positions), object)


def to_plane(shapes: Sequence[BaseGeometry] | NDArray[np.object_], code: int) -> NDArray[np.object_]:
    """Stored shapes in the coordinates of a code, east before north."""
    array = np.array(shapes, object)
    if code in (STORED, SHOWN):
        return array
    lon, lat = shapely.get_coordinates(array).T
    positions = np.column_stack(_transformer(STORED, code).transform(lon, lat))
    return np.asarray(shapely.set_coordinates(array, positions), object)


def stretch(bounds: Bounds, zone: int) -> float:
    """How much longer than on the ellipsoid lines may become in the plane of a zone: 0.001 is a metre in a kilometre.

    bounds: degrees. Areas become larger by about twice as much.
    """
    from pyproj import Proj

    west, south, east, north = bounds
    plane = Proj(_known(projected_code(zone)))
    # The farther from the meridian and the nearer to the equator, the more.
    nearest = 0.0 if south <= 0 <= north else min(south, north, key=abs)
    return max(float(plane.get_factors(lon, nearest).meridional_scale) - 1 for lon in (west, east))


def check_accepted(code: int) -> None:
    """Raises InvalidValue for a code that does not exist or has no exact way to CGCS2000."""
    datum = _datum(_known(code))
    if datum not in _SAME_DATUM:
        raise InvalidValue(_no_exact_way(code, datum))


def definition(text: str) -> Definition:
    """What a file says of its coordinates: an authority's name (EPSG:4527, OGC CRS84) or the WKT of a .prj.

    An old Chinese datum with an odd central meridian is refused: it has no code that parameters could go with.
    """
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    if named := _AUTHORITY_NAME.fullmatch(text.strip()):
        return _defined(int(named["code"]) if named["code"] else SHOWN, text)
    try:
        found = CRS.from_wkt(text[:_LONGEST_DEFINITION])
    except CRSError:
        return Definition(None, text.strip()[:60])
    # ArcGIS spells the datum its own way, so a loose match must do: it only ever refuses.
    datum = _datum(found, confidence=20)
    code = _horizontal(found).to_epsg()
    if datum in _OLD_DATUMS and code is None:
        raise InvalidValue(_no_exact_way(code, datum))
    return _defined(code, found.name)


def name_of(code: int) -> str:
    """A coordinate system in Chinese, with its EPSG code."""
    return f"{_TITLES.get(code) or _gauss_kruger_title(code) or _known(code).name}，EPSG:{code}"


# --- the shift of public map tiles -------------------------------------------------------------------------

# The published approximation of GCJ-02: good to about a metre, and only ever used to take a shift out.
_GCJ_AXIS_M: Final = 6378245.0
_GCJ_ECCENTRICITY: Final = 0.00669342162296594323
_GCJ_MIDDLE: Final = (105.0, 35.0)


def to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """Where maps in GCJ-02 show this place; outside China they show it where it is."""
    ((east, north),) = gcj02(np.array([[lon, lat]])).tolist()
    return east, north


def gcj02(positions: Positions) -> Positions:
    """Many positions (rows of longitude, latitude) as maps in GCJ-02 show them."""
    west, south, east, north = CHINA
    lon, lat = positions.T
    x, y = lon - _GCJ_MIDDLE[0], lat - _GCJ_MIDDLE[1]
    phi = np.radians(lat)
    bend = 1 - _GCJ_ECCENTRICITY * np.sin(phi) ** 2
    to_east = np.degrees(_gcj_east(x, y) / (_GCJ_AXIS_M / np.sqrt(bend) * np.cos(phi)))
    to_north = np.degrees(_gcj_north(x, y) / (_GCJ_AXIS_M * (1 - _GCJ_ECCENTRICITY) / bend**1.5))
    inside = (west <= lon) & (lon <= east) & (south <= lat) & (lat <= north)
    return positions + np.where(inside, (to_east, to_north), 0).T


def _gcj_east(x: Values, y: Values) -> Values:
    smooth = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))
    return smooth + _gcj_waves((20, 6 * x), (20, 2 * x), (20, x), (40, x / 3), (150, x / 12), (300, x / 30))


def _gcj_north(x: Values, y: Values) -> Values:
    smooth = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
    return smooth + _gcj_waves((20, 6 * x), (20, 2 * x), (20, y), (40, y / 3), (160, y / 12), (320, y / 30))


def _gcj_waves(*waves: tuple[float, Values]) -> Values:
    heights = [height * np.sin(turns * math.pi) for height, turns in waves]
    return np.asarray(np.sum(heights, axis=0) * 2 / 3, np.float64)


# --- finding out ---------------------------------------------------------------------------------------


def candidates(bounds: Bounds, county: Bounds | None = None) -> list[Candidate]:
    """The systems that these raw values (min x, min y, max x, max y) could be in, likeliest first.

    Values alone tell degrees from metres, prefixed from unprefixed and swapped from straight; the county
    tells the two central meridians apart, because their easting bands do not overlap here.
    """
    found = [*_landings(bounds, county, swapped=False), *_landings(_swap(bounds), county, swapped=True)]
    inside = [candidate for candidate in found if candidate.inside]
    return inside or found


def likely_cause(bounds: Bounds, code: int, county: Bounds | None = None) -> str | None:
    """Why these raw values do not land in the county when read as `code`; None when nothing fits."""
    fitting = [candidate for candidate in candidates(bounds, county) if candidate.inside]
    if not fitting:
        return None
    best = fitting[0]
    if best.swapped:
        kind = "经度、纬度" if best.code == STORED else "X（北）、Y（东）"
        return f"{kind}两列很可能颠倒了；交换后{best.lands(county)}。请交换后重新导出再导入"
    return f"数据更像是 {best.title}；按它{best.lands(county)}。请改选坐标系 {best.code}"


def within(inner: Bounds, outer: Bounds) -> bool:
    """Whether one box lies in another."""
    return outer[0] <= inner[0] and outer[1] <= inner[1] and inner[2] <= outer[2] and inner[3] <= outer[3]


def padded(bounds: Bounds, degrees: float) -> Bounds:
    """The box grown on all sides."""
    west, south, east, north = bounds
    return west - degrees, south - degrees, east + degrees, north + degrees


def describe(bounds: Bounds) -> str:
    """A box in degrees for people."""
    west, south, east, north = bounds
    return f"东经{west:.4f}°–{east:.4f}°、北纬{south:.4f}°–{north:.4f}°"


def describe_point(lon: float, lat: float) -> str:
    """A position for people."""
    return f"经度 {lon:.6f}、纬度 {lat:.6f}"


# --- within this file ----------------------------------------------------------------------------------


def _landings(bounds: Bounds, county: Bounds | None, *, swapped: bool) -> Iterator[Candidate]:
    target = padded(county, 0.5) if county else CHINA
    for code in _by_value(bounds, county or HOME):
        landed = _landed(bounds, code)
        if landed and within(landed, CHINA):
            yield Candidate(code, landed, within(landed, target), swapped)


def _by_value(bounds: Bounds, county: Bounds) -> Iterator[int]:
    """Codes whose value range holds these (east, north) values."""
    west, south, east, north = bounds
    if -180 <= west <= east <= 180 and -90 <= south <= north <= 90:
        yield STORED
        return
    prefix = int(west // 1_000_000)
    if prefix in _ZONES_3 or prefix in _ZONES_6:
        yield projected_code(prefix)
    if 0 < west <= east < 1_000_000:
        yield from (projected_code(zone, prefixed=False) for zone in _zones_across(county))
    if abs(west) > 1_000_000:
        yield WEB_MERCATOR


def _zones_across(county: Bounds) -> range:
    return range(zone_of(county[0]), zone_of(county[2]) + 1)


def _landed(bounds: Bounds, code: int) -> Bounds | None:
    """The box that raw bounds become in degrees; None when some value has no place on earth."""
    corners = to_stored([shapely.box(*bounds)], code)
    landed = shapely.bounds(corners[0])
    if not np.isfinite(landed).all():
        return None
    west, south, east, north = (float(value) for value in landed)
    return west, south, east, north


def _swap(bounds: Bounds) -> Bounds:
    return bounds[1], bounds[0], bounds[3], bounds[2]


def _where_from(bounds: Bounds, county: Bounds | None) -> str:
    if county is None:
        return ""
    if within(bounds, county):
        return "，在本县范围内"
    distance_km = _distance_km(bounds, county)
    return "，与本县范围相交" if distance_km == 0 else f"，距本县约 {distance_km:.0f} 公里"


def _distance_km(bounds: Bounds, county: Bounds) -> float:
    """Roughly, between two boxes in degrees."""
    south_north = max(0.0, county[1] - bounds[3], bounds[1] - county[3])
    west_east = max(0.0, county[0] - bounds[2], bounds[0] - county[2])
    return 111.2 * math.hypot(south_north, west_east * math.cos(math.radians(county[1])))


@cache
def _transformer(source: int, target: int) -> Transformer:
    from pyproj import Transformer

    return Transformer.from_crs(source, target, always_xy=True)


@cache
def _known(code: int) -> CRS:
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        return CRS.from_epsg(code)
    except CRSError:
        raise InvalidValue(
            f"坐标系编号 {code} 不存在。请给出 EPSG 编号，例如 {projected_code(39)}（3度带39带）、"
            f"{projected_code(40)}（3度带40带）或 {STORED}（经纬度）。"
        ) from None


def _horizontal(found: CRS) -> CRS:
    """The part of a compound system (with heights) that says where on the map."""
    return found.sub_crs_list[0] if found.is_compound else found


def _defined(code: int | None, name: str) -> Definition:
    return Definition(code, name_of(code) if code else name)


def _datum(found: CRS, confidence: int = 70) -> int | None:
    """EPSG code of the geographic system underneath; None when it is not known or not on the surface."""
    base = _horizontal(found).geodetic_crs
    if base is None or base.is_geocentric:
        return None
    return base.to_epsg(confidence)


def _no_exact_way(code: int | None, datum: int | None) -> str:
    old = _OLD_DATUMS.get(datum or 0)
    if old is None:
        name = name_of(code) if code else "文件中声明的坐标系"
        return f"{name} 与 2000国家大地坐标系之间没有可靠的换算方法。请先转换为 2000国家大地坐标系再导入。"
    number = f"（EPSG:{code}）" if code else ""
    return (
        f"坐标系为{old}{number}，它与 2000国家大地坐标系相差几十米到一百多米，换算需要本地转换参数"
        "（四参数或七参数），不能直接换算。请在导入时填写本局的转换参数，或先转换为 2000国家大地坐标系再导入。"
    )


def _gauss_kruger_title(code: int) -> str | None:
    for zones, width, offsets in (
        (_ZONES_3, 3, (_PREFIXED_3, _UNPREFIXED_3)),
        (_ZONES_6, 6, (_PREFIXED_6, _UNPREFIXED_6)),
    ):
        for offset, prefixed in zip(offsets, (True, False), strict=True):
            if code - offset in zones:
                return _zone_title(code - offset, width, prefixed=prefixed)
    return None


def _zone_title(zone: int, width: int, *, prefixed: bool) -> str:
    meridian = zone * 3 if width == 3 else zone * 6 - 3
    number = f"，Y（东）坐标以带号 {zone} 开头" if prefixed else "，Y（东）坐标不带带号"
    return f"2000国家大地坐标系 {width}度带第{zone}带（中央经线{meridian}°{number}）"
