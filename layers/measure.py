"""How big is it, and how long?

Areas are ellipsoidal (land statistics count the area on the ellipsoid), on CGCS2000: a projected area is
0.02–0.07 % too large here, a Web Mercator area half as large again.
1 亩 = 2000/3 m², 1 公顷 = 15 亩. Rounding is half up (四舍五入), never half even.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

if TYPE_CHECKING:
    from pyproj import Geod
    from shapely.geometry.base import BaseGeometry

CGCS2000_AXIS_M = 6378137.0
CGCS2000_INVERSE_FLATTENING = 298.257222101
MU_PER_M2 = Decimal(3) / Decimal(2000)
ADDED_UP = frozenset(
    ("亩", "公里", "万元", "亿元", "元", "户", "套", "人", "栋", "间", "处", "平方米", "㎡", "万㎡", "公顷")
)
"""Units whose sum says something; percentages, widths and years are not added up."""
BALANCED = frozenset(("亩", "公里"))
"""Units whose rounded parts add up to their rounded total in a ledger."""
_E2 = (2 - 1 / CGCS2000_INVERSE_FLATTENING) / CGCS2000_INVERSE_FLATTENING
_SHORT_EDGE_DEG = 0.03
_AT_ONCE: Final = 1_000
"""Rings measured at once: their numbers stay in the processor's cache."""

Shapes: TypeAlias = NDArray[np.object_]
Positions: TypeAlias = NDArray[np.float64]


@cache
def ellipsoid() -> Geod:
    """The CGCS2000 ellipsoid (GB 22021); loaded when first needed, pyproj is slow to import."""
    from pyproj import Geod

    return Geod(a=CGCS2000_AXIS_M, rf=CGCS2000_INVERSE_FLATTENING)


def areas_m2(shapes: Sequence[BaseGeometry] | NDArray[np.object_]) -> NDArray[np.float64]:
    """Ellipsoidal area of each shape in m²; shapes in CGCS2000 degrees; 0 for points and lines."""
    column = np.array(shapes, np.object_)
    areas = np.zeros(len(column), np.float64)
    # Most are one ring, and need not be taken apart.
    plain = (shapely.get_type_id(column) == shapely.GeometryType.POLYGON) & (
        shapely.get_num_interior_rings(column) == 0
    )
    areas[plain] = _rings_m2(column[plain])
    surfaces = np.flatnonzero(~plain & (shapely.get_dimensions(column) == 2))
    polygons, shape_of = shapely.get_parts(column[surfaces], return_index=True)
    rings, polygon_of = shapely.get_rings(polygons, return_index=True)
    # The first ring of a polygon is its outside, every further one a hole.
    signs = np.where(np.diff(polygon_of, prepend=-1) > 0, 1, -1)
    np.add.at(areas, surfaces[shape_of[polygon_of]], signs * _rings_m2(rings))
    return areas


def area_m2(shape: BaseGeometry) -> float:
    """Ellipsoidal area in m² of one shape in CGCS2000 degrees; holes subtract."""
    return float(areas_m2([shape])[0])


def length_m(shape: BaseGeometry) -> float:
    """Geodesic length in metres of one line shape in CGCS2000 degrees; 0 for anything else."""
    if shapely.get_dimensions(shape) != 1:
        return 0.0
    return float(ellipsoid().geometry_length(shape))


def conformal(positions: Positions) -> Positions:
    """Degrees (n, 2) in metres of the ellipsoid's own Mercator chart: true in all directions, too long by `stretch`."""
    east, sine = np.radians(positions[:, 0]), np.sin(np.radians(positions[:, 1]))
    e = _E2**0.5
    return CGCS2000_AXIS_M * np.column_stack([east, np.arctanh(sine) - e * np.arctanh(e * sine)])


def stretch(latitudes: Positions) -> Positions:
    """By how much lengths are too long on the chart of `conformal` at these latitudes (degrees)."""
    angles = np.radians(latitudes)
    return np.asarray(np.sqrt(1 - _E2 * np.sin(angles) ** 2) / np.cos(angles))


def mu(square_metres: float | Decimal) -> Decimal:
    """m² in 亩, exact."""
    return Decimal(str(square_metres)) * MU_PER_M2


def half_up(value: float | Decimal, digits: int) -> Decimal:
    """四舍五入 to so many digits."""
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def half_up_quickly(value: float, digits: int) -> float:
    """The same as a number; decimals are asked only where binary fractions could tip the scale."""
    scale = 10.0**digits
    whole = value * scale
    if abs(whole) < 1e9 and abs(whole - math.floor(whole) - 0.5) > 1e-6:
        return math.floor(whole + 0.5) / scale
    return float(half_up(value, digits))


def rounded_mu(square_metres: float | None, digits: int = 2) -> float | None:
    """亩 as a number for JSON and screens; None stays None."""
    return None if square_metres is None else float(half_up(mu(square_metres), digits))


def rounded_areas(square_metres: Sequence[float] | Positions) -> tuple[list[float], list[float]]:
    """m² and 亩 with two digits, each 四舍五入, of many areas at once: what `half_up` and `rounded_mu` say of each."""
    areas = np.asarray(square_metres, np.float64)
    hundredths = areas * 100
    counts = np.floor(hundredths + 0.5)
    # Where binary fractions could tip the scale, and beyond all areas of the earth, decimals decide.
    doubtful = ~((np.abs(hundredths - np.floor(hundredths) - 0.5) > 1e-3) & (areas >= 0) & (areas < 1e10))
    for at in np.flatnonzero(doubtful):
        counts[at] = float(half_up(float(areas[at]), 2).scaleb(2))
    # 1 m² is 3/2000 亩: whole numbers divide without a doubt.
    units = (3 * counts.astype(np.int64) + 1000) // 2000
    return (counts / 100).tolist(), (units / 100).tolist()


def rounded_km(metres: float | None, digits: int = 3) -> float | None:
    """公里 as a number for JSON and screens; None stays None."""
    return None if metres is None else float(half_up(Decimal(str(metres)) / 1000, digits))


def _rings_m2(rings: Shapes) -> NDArray[np.float64]:
    """The area of each ring, however many there are."""
    some = [rings[start : start + _AT_ONCE] for start in range(0, len(rings), _AT_ONCE)]
    if len(some) < 2:
        return _some_rings_m2(rings)
    with ThreadPoolExecutor(2) as pool:
        # What a caller has said of invalid numbers (np.errstate) stands in its context.
        told = [pool.submit(copy_context().run, _some_rings_m2, each) for each in some]
    return np.concatenate([each.result() for each in told])


def _some_rings_m2(rings: Shapes) -> NDArray[np.float64]:
    """Rings of short edges all at once; pyproj measures the others one by one."""
    areas = np.zeros(len(rings), np.float64)
    positions, ring_of = shapely.get_coordinates(rings, return_index=True)
    if not len(ring_of):
        return areas
    starts = np.flatnonzero(np.diff(ring_of, prepend=-1))
    there = ring_of[starts]
    between, edges = _short_edges_m2(positions)
    # The step from one ring to the next is no edge.
    between[starts[1:] - 1] = edges[starts[1:] - 1] = 0
    areas[there] = np.abs(np.add.reduceat(np.append(between, 0), starts))
    longest = np.maximum.reduceat(np.append(edges, 0), starts)
    for at in there[~(longest <= _SHORT_EDGE_DEG)]:
        lon, lat = shapely.get_coordinates(rings[at]).T
        areas[at] = abs(ellipsoid().polygon_area_perimeter(lon, lat)[0])
    return areas


def _short_edges_m2(positions: Positions) -> tuple[Positions, Positions]:
    """The area between each edge and the equator, and the edge's larger extent in degrees.

    A straight edge of the equal-area chart (longitude, sine of the authalic latitude), and the third-order term
    by which the geodesic bends away from it. Edges up to 3 km: within 0.0002 m² of Karney's algorithm.
    """
    (lon, lat), (d_lon, d_lat) = positions.T, np.abs(np.diff(positions, axis=0)).T
    heights = _authalic(np.sin(np.radians(lat)))
    east, half_way = np.radians(np.diff(lon)), np.radians((lat[1:] + lat[:-1]) / 2)
    sine = np.sin(half_way)
    across = CGCS2000_AXIS_M / np.sqrt(1 - _E2 * sine**2)
    along = across * (1 - _E2) / (1 - _E2 * sine**2)
    bend = 3 * (along * np.radians(np.diff(lat))) ** 2 + (across * np.cos(half_way) * east) ** 2
    chord = CGCS2000_AXIS_M**2 * (heights[1:] + heights[:-1]) / 4
    return east * (chord + sine * bend / 12), np.maximum(d_lon, d_lat)


def _authalic(sine: Positions) -> Positions:
    """q of the latitude with this sine: so much of the ellipsoid, in units of a² / 2 a radian, lies below it."""
    e = _E2**0.5
    return np.asarray((1 - _E2) * (sine / (1 - _E2 * sine**2) + np.arctanh(e * sine) / e))
