"""Where does everything stand on a printed sheet, and where does the ground fall on it? Millimetres from the lower left."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, Literal, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.crs import Bounds, projected_code, to_plane, to_stored, zone_of

PAPERS: Final[dict[str, tuple[float, float]]] = {
    "A4": (210, 297),
    "A3": (297, 420),
    "A2": (420, 594),
    "A1": (594, 841),
    "A0": (841, 1189),
}
"""GB/T 148: short and long side in mm."""
Orientation = Literal["landscape", "portrait"]
ORIENTATIONS: Final[dict[Orientation, str]] = {"landscape": "横向", "portrait": "纵向"}
GridKind = Literal["both", "degrees", "metres", "none"]
GRIDS: Final[dict[GridKind, str]] = {
    "both": "经纬度与公里",
    "degrees": "经纬网",
    "metres": "公里网",
    "none": "不注坐标",
}
SCALES: Final = (
    *(500, 1_000, 2_000, 5_000, 10_000, 20_000, 25_000, 50_000, 75_000),
    *(100_000, 150_000, 200_000, 250_000, 300_000, 400_000, 500_000),
)
_LARGER: Final = {"A4": 0.8, "A3": 1.0, "A2": 1.25, "A1": 1.6, "A0": 2.1}
"""Furniture grows with the sheet: a larger one is read from further away."""
CLOSEST: Final = 2_000
_BEYOND_MM: Final = 25.0
"""Shapes are cut so far outside the frame, where no edge of the cut is seen."""


class Box(NamedTuple):
    """Left, bottom, right, top in mm."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.top - self.bottom

    @property
    def middle(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.bottom + self.top) / 2

    def grown(self, by: float) -> Box:
        """On all sides."""
        return Box(self.left - by, self.bottom - by, self.right + by, self.top + by)


def larger(paper: str) -> float:
    """How much larger the furniture is than on A3."""
    return _LARGER[paper]


def size_mm(paper: str, orientation: Orientation) -> tuple[float, float]:
    """Width and height of a sheet."""
    short, long = PAPERS[paper]
    return (long, short) if orientation == "landscape" else (short, long)


def frames_mm(paper: str, orientation: Orientation) -> tuple[Box, Box]:
    """The outer line, and the inner one that the map fills; between them stand the coordinates."""
    width, height = size_mm(paper, orientation)
    k = _LARGER[paper]
    margin, gap = 9 * k**0.6, 5.2 * k**0.5
    outer = Box(margin, margin + 13.5 * k, width - margin, height - margin - 14 * k)
    return outer, outer.grown(-gap)


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One sheet of paper over the ground: 1 : scale, in the 3° zone of its middle (CGCS2000 degrees).

    turn: degrees of the compass from grid north to where the upper edge of the sheet points, so that the arrow of
    north leans as many degrees to the left. in_zone: that of a sheet of a series, which need not be that of its middle.
    """

    paper: str
    orientation: Orientation
    scale: float
    lon: float
    lat: float
    turn: float = 0.0
    in_zone: int | None = None

    @property
    def zone(self) -> int:
        """The Chinese number of the zone."""
        return self.in_zone or zone_of(self.lon)

    def moved(self, right: float, up: float) -> Sheet:
        """The same sheet, over the ground that lies so many mm to the right and up."""
        ((lon, lat),) = self.degrees(np.array([self.frame.middle]) + np.array([right, up])).tolist()
        return replace(self, lon=lon, lat=lat, in_zone=self.zone)

    @property
    def k(self) -> float:
        """How much larger its furniture is than on A3."""
        return _LARGER[self.paper]

    @property
    def size_mm(self) -> tuple[float, float]:
        return size_mm(self.paper, self.orientation)

    @property
    def outer(self) -> Box:
        return frames_mm(self.paper, self.orientation)[0]

    @property
    def frame(self) -> Box:
        """What the map fills."""
        return frames_mm(self.paper, self.orientation)[1]

    def place(self, shapes: NDArray[np.object_]) -> NDArray[np.object_]:
        """Shapes in degrees on the paper, cut a little outside the frame; what lies elsewhere is empty."""
        return np.asarray(shapely.clip_by_rect(self.drawn(shapes), *self.frame.grown(_BEYOND_MM)), object)

    def drawn(self, shapes: NDArray[np.object_]) -> NDArray[np.object_]:
        """Shapes in degrees in mm of the paper, however far they reach."""
        flat = shapely.force_2d(to_plane(shapes, self._code))
        return np.asarray(shapely.transform(flat, self.on_paper), object)

    def on_paper(self, metres: NDArray[np.float64]) -> NDArray[np.float64]:
        """Metres of the zone, without the number of the zone in front, as mm of the paper."""
        return np.asarray((metres - self._origin) @ self._turning * self._per_m + self._middle)

    def on_ground(self, mm: NDArray[np.float64]) -> NDArray[np.float64]:
        """Mm of the paper as metres of the zone."""
        return np.asarray((mm - self._middle) / self._per_m @ self._turning.T + self._origin)

    def degrees(self, mm: NDArray[np.float64]) -> NDArray[np.float64]:
        """Places of the paper (rows of right and up, in mm) as longitude and latitude."""
        ground = np.asarray(shapely.points(self.on_ground(mm)), object)
        return np.asarray(shapely.get_coordinates(to_stored(ground, self._code)))

    @property
    def plane(self) -> Box:
        """What encloses the frame, in metres of the zone."""
        return Box(*shapely.bounds(self._frame_on_ground).tolist())

    def corners(self) -> list[tuple[float, float]]:
        """The corners of the frame in degrees, from the lower left against the clock."""
        corners = shapely.get_coordinates(self._area(self._frame_on_ground))
        return [(float(lon), float(lat)) for lon, lat in corners[[2, 3, 0, 1]]]

    @property
    def bounds(self) -> Bounds:
        """Of the frame in degrees."""
        edge = shapely.segmentize(self._frame_on_ground, 5000)
        west, south, east, north = shapely.bounds(self._area(edge)).tolist()
        return west, south, east, north

    @property
    def zones(self) -> list[int]:
        """The zones that the frame touches: what lies in another than its own is drawn in that of the middle."""
        west, _, east, _ = self.bounds
        return list(range(zone_of(west), zone_of(east) + 1))

    @cached_property
    def _frame_on_ground(self) -> shapely.Polygon:
        ground: shapely.Polygon = shapely.transform(shapely.box(*self.frame), self.on_ground)
        return ground

    def _area(self, plane: shapely.Polygon) -> shapely.Polygon:
        ground: shapely.Polygon = to_stored([plane], self._code)[0]
        return ground

    @cached_property
    def _turning(self) -> NDArray[np.float64]:
        """Turns rows of (east, north) to (right, up)."""
        turn = np.radians(self.turn)
        return np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])

    @property
    def _code(self) -> int:
        return projected_code(self.zone, prefixed=False)

    @property
    def _per_m(self) -> float:
        return 1000 / self.scale

    @cached_property
    def _origin(self) -> NDArray[np.float64]:
        (middle,) = to_plane([shapely.Point(self.lon, self.lat)], self._code)
        return np.asarray(shapely.get_coordinates(middle)[0])

    @cached_property
    def _middle(self) -> NDArray[np.float64]:
        return np.array(self.frame.middle)


@dataclass(frozen=True, kw_only=True)
class Plate(Sheet):
    """A map without furniture, as large as it is said (mm), for another document."""

    width_mm: float
    height_mm: float

    @property
    def size_mm(self) -> tuple[float, float]:
        return self.width_mm, self.height_mm

    @property
    def frame(self) -> Box:
        return Box(0, 0, self.width_mm, self.height_mm)


def plate_of(bounds: Bounds, width_mm: float, height_mm: float, around: float) -> Plate:
    """The largest map of these bounds (degrees) with so much room around them (a share of them)."""
    west, south, east, north = bounds
    lon, lat = (west + east) / 2, (south + north) / 2
    plate = Plate(
        paper="A4",
        orientation="landscape",
        scale=100_000,
        lon=lon,
        lat=lat,
        width_mm=width_mm,
        height_mm=height_mm,
    )
    left, bottom, right, top = shapely.bounds(
        plate.drawn(np.array([shapely.box(*bounds)], object))[0]
    ).tolist()
    share = max((right - left) / width_mm, (top - bottom) / height_mm) * (1 + around)
    return replace(plate, scale=max(plate.scale * share, CLOSEST))


def fitting_scale(sheet: Sheet, size_mm: tuple[float, float], bounds: Bounds) -> int:
    """The largest of the usual scales at which these bounds (degrees) lie within so much paper around its middle."""
    x, y = sheet.frame.middle
    width, height = size_mm
    paper = shapely.box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    whole = np.array([shapely.segmentize(shapely.box(*bounds), 0.05)], object)
    for scale in SCALES:
        if paper.contains(replace(sheet, scale=scale).drawn(whole)[0]):
            return scale
    return SCALES[-1]
