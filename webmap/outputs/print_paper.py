"""Where does everything stand on a printed sheet, and where does the ground fall on it? Millimetres from the lower left."""

from __future__ import annotations

from dataclasses import dataclass
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
SCALES: Final = (
    *(500, 1_000, 2_000, 5_000, 10_000, 20_000, 25_000, 50_000, 75_000),
    *(100_000, 150_000, 200_000, 250_000, 300_000, 400_000, 500_000),
)
_LARGER: Final = {"A4": 0.8, "A3": 1.0, "A2": 1.25, "A1": 1.6, "A0": 2.1}
"""Furniture grows with the sheet: a larger one is read from further away."""
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
    """One sheet of paper over the ground: 1 : scale, in the 3° zone of its middle (CGCS2000 degrees)."""

    paper: str
    orientation: Orientation
    scale: float
    lon: float
    lat: float

    @property
    def zone(self) -> int:
        """The Chinese number of the zone."""
        return zone_of(self.lon)

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
        flat = shapely.force_2d(to_plane(shapes, self._code))
        on_paper = shapely.transform(
            flat, lambda metres: (metres - self._origin) * self._per_m + self._middle
        )
        return np.asarray(shapely.clip_by_rect(on_paper, *self.frame.grown(_BEYOND_MM)), object)

    def plane(self, box: Box) -> Box:
        """A box of the paper in metres of the zone, without the number of the zone in front."""
        low = (np.array(box[:2]) - self._middle) / self._per_m + self._origin
        high = (np.array(box[2:]) - self._middle) / self._per_m + self._origin
        return Box(float(low[0]), float(low[1]), float(high[0]), float(high[1]))

    def corners(self) -> list[tuple[float, float]]:
        """The corners of the frame in degrees, from the lower left against the clock."""
        places = shapely.get_coordinates(self._ground(shapely.box(*self.plane(self.frame))))
        return [(float(lon), float(lat)) for lon, lat in places[[2, 3, 0, 1]]]

    @property
    def bounds(self) -> Bounds:
        """Of the frame in degrees."""
        edge = shapely.segmentize(shapely.box(*self.plane(self.frame)), 5000)
        west, south, east, north = shapely.bounds(self._ground(edge)).tolist()
        return west, south, east, north

    def _ground(self, plane: shapely.Polygon) -> shapely.Polygon:
        ground: shapely.Polygon = to_stored([plane], self._code)[0]
        return ground

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


def fitting_scale(paper: str, orientation: Orientation, bounds: Bounds) -> int:
    """The largest of the usual scales at which these bounds (degrees) lie within the frame."""
    west, south, east, north = bounds
    for scale in SCALES:
        sheet = Sheet(
            paper=paper, orientation=orientation, scale=scale, lon=(west + east) / 2, lat=(south + north) / 2
        )
        left, bottom, right, top = sheet.bounds
        if left <= west and bottom <= south and east <= right and north <= top:
            return scale
    return SCALES[-1]
