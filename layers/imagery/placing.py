"""Where does a drawing lie? A transformation from its pixels to the ground, fitted to control points.

Two points give a similarity (turn, scale, shift), three an affine transformation, four or more an affine one by
least squares whose residuals tell how well they agree; a projective one straightens a photo of a sheet. The plane is
the 3° zone of CGCS2000 around the points, so that residuals are metres on the ground.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from layers import crs
from layers.errors import InvalidValue

Sort = Literal["similarity", "affine", "projective"]
Matrix = NDArray[np.float64]

TITLES: Final[dict[str, str]] = {"similarity": "相似变换", "affine": "仿射变换", "projective": "投影变换"}
LEAST: Final[dict[str, int]] = {"similarity": 2, "affine": 3, "projective": 4}
MOST_POINTS: Final = 20
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")
_MOST_DEGREES, _MOST_LATITUDE = 180.0, 60.0
_NORTHS: Final = (1_500_000.0, 6_500_000.0)
_APART_PX: Final = 8.0
_APART_M: Final = 0.5
_FLATTEST: Final = 0.02
"""Three points on a line say nothing about the ground beside it: the narrow side of their spread over the long one."""


class Control(NamedTuple):
    """One point known on both: pixels of the picture from its upper left corner, degrees of CGCS2000."""

    across: float
    down: float
    lon: float
    lat: float


@dataclass(frozen=True)
class Placement:
    """How a drawing lies. matrix: pixels (across, down, 1) to metres (east, north, w) in the plane of `code`.

    residuals_m: at each control point, how far the fit is from what was said. spare: points beyond what the
    transformation needs; with none the residuals are zero by construction and prove nothing. similarity_m: how far
    a similarity through the same points would be off; large values show a distorted sheet or a wrong point.
    """

    sort: Sort
    code: int
    matrix: Matrix
    residuals_m: tuple[float, ...]
    similarity_m: tuple[float, ...]
    spare: int

    @property
    def rms_m(self) -> float:
        """The root of the mean square of the residuals."""
        return math.sqrt(sum(each * each for each in self.residuals_m) / len(self.residuals_m))

    def metres(self, pixels: Sequence[tuple[float, float]]) -> Matrix:
        """East and north in the plane, of places on the picture."""
        return _applied(self.matrix, np.asarray(pixels, float))

    def degrees(self, pixels: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        """Longitude and latitude of places on the picture."""
        points = crs.to_stored([shapely.Point(*each) for each in self.metres(pixels).tolist()], self.code)
        return [(point.x, point.y) for point in points]

    def pixel_m(self, width: int, height: int) -> float:
        """How many metres of ground a pixel in the middle of the picture shows."""
        across, down = width / 2, height / 2
        a, b, c = self.metres([(across, down), (across + 1, down), (across, down + 1)])
        return math.sqrt(abs((b - a)[0] * (c - a)[1] - (b - a)[1] * (c - a)[0]))


def place(points: Sequence[Control], sort: str | None = None) -> Placement:
    """The best transformation of this sort through the points; without a sort the one that so many points allow."""
    chosen = _sort(len(points), sort)
    if not all(math.isfinite(value) for point in points for value in point):
        raise InvalidValue("控制点的坐标应为数字。请重新输入。")
    pixels = np.array([(point.across, point.down) for point in points])
    code = crs.projected_code(crs.zone_of(float(np.mean([point.lon for point in points]))))
    ground = _metres(points, code)
    _check(pixels, ground, chosen)
    similar = _similarity(pixels, ground)
    matrix = similar if chosen == "similarity" else _FITS[chosen](pixels, ground)
    _check_straight(matrix, pixels)
    return Placement(
        chosen,
        code,
        matrix,
        _residuals(matrix, pixels, ground),
        _residuals(similar, pixels, ground),
        len(points) - LEAST[chosen],
    )


def typed_place(text: str) -> tuple[float, float]:
    """Longitude and latitude of what somebody typed: two degrees, or X (north) and Y (east, with its zone) in metres."""
    numbers = [float(each) for each in _NUMBER.findall(text)]
    if len(numbers) != 2:
        raise InvalidValue(
            f"坐标收到“{text[:40]}”，应为两个数，如 118.4561, 35.5501 或 3936700, 39633200。请改正。"
        )
    low, high = sorted(numbers)
    if high <= _MOST_DEGREES:
        if not (low < _MOST_LATITUDE < high):
            raise InvalidValue(f"坐标收到“{text[:40]}”，不像我国境内的经度、纬度。请改正。")
        return high, low
    zone = int(high // 1e6)
    if not (_NORTHS[0] <= low <= _NORTHS[1] and crs.is_zone(zone)):
        raise InvalidValue(
            f"坐标收到“{text[:40]}”，横坐标 Y 应为带带号的 8 位数，如 39633200（39 为带号）。请加上带号。"
        )
    (point,) = crs.to_stored([shapely.Point(high, low)], crs.projected_code(zone))
    return point.x, point.y


def _sort(count: int, sort: str | None) -> Sort:
    if not 2 <= count <= MOST_POINTS:
        raise InvalidValue(f"收到 {count} 个控制点，应为 2 到 {MOST_POINTS} 个。请在图纸和地图上成对地选点。")
    if sort in (None, ""):
        return "similarity" if count == 2 else "affine"
    if sort not in TITLES:
        raise InvalidValue(f"变换方式收到“{str(sort)[:20]}”，应为 {'、'.join(TITLES)} 之一。请重新选择。")
    if count < LEAST[sort]:
        raise InvalidValue(f"{TITLES[sort]}至少要 {LEAST[sort]} 个控制点，现有 {count} 个。请增加控制点。")
    return sort  # type: ignore[return-value]


def _metres(points: Sequence[Control], code: int) -> Matrix:
    plane = crs.to_plane(np.array([shapely.Point(point.lon, point.lat) for point in points], object), code)
    return np.asarray(shapely.get_coordinates(plane))


def _check(pixels: Matrix, ground: Matrix, sort: Sort) -> None:
    for one in range(len(pixels)):
        for other in range(one):
            if (
                math.dist(pixels[one], pixels[other]) < _APART_PX
                or math.dist(ground[one], ground[other]) < _APART_M
            ):
                raise InvalidValue(
                    f"控制点 {other + 1} 和 {one + 1} 几乎重合。请把它们选在图纸上相距较远的地方。"
                )
    for side in (pixels, ground) if sort != "similarity" else ():
        long, narrow = np.linalg.svd(side - side.mean(axis=0), compute_uv=False)[:2]
        if narrow < long * _FLATTEST:
            raise InvalidValue("控制点几乎在一条直线上，定不出图纸的位置。请在直线之外再选一点。")


def _similarity(pixels: Matrix, ground: Matrix) -> Matrix:
    """Least squares in complex numbers; a picture counts its rows downwards."""
    seen = pixels[:, 0] - 1j * pixels[:, 1]
    there = ground[:, 0] + 1j * ground[:, 1]
    middle, centre = seen.mean(), there.mean()
    turn = np.vdot(seen - middle, there - centre) / np.vdot(seen - middle, seen - middle)
    shift = centre - turn * middle
    a, b = float(turn.real), float(turn.imag)
    return np.array([[a, b, shift.real], [b, -a, shift.imag], [0, 0, 1]])


def _affine(pixels: Matrix, ground: Matrix) -> Matrix:
    middle, centre = pixels.mean(axis=0), ground.mean(axis=0)
    linear, *_ = np.linalg.lstsq(pixels - middle, ground - centre, rcond=None)
    matrix = np.eye(3)
    matrix[:2, :2] = linear.T
    matrix[:2, 2] = centre - linear.T @ middle
    return matrix


def _projective(pixels: Matrix, ground: Matrix) -> Matrix:
    """Direct linear transformation of normalised coordinates."""
    from_pixels, from_ground = _normal(pixels), _normal(ground)
    seen, there = _applied(from_pixels, pixels), _applied(from_ground, ground)
    rows = []
    for (x, y), (east, north) in zip(seen.tolist(), there.tolist(), strict=True):
        rows.append([x, y, 1, 0, 0, 0, -east * x, -east * y, -east])
        rows.append([0, 0, 0, x, y, 1, -north * x, -north * y, -north])
    fitted = np.linalg.svd(np.array(rows))[2][-1].reshape(3, 3)
    matrix = np.linalg.inv(from_ground) @ fitted @ from_pixels
    return np.asarray(matrix / matrix[2, 2])


def _normal(places: Matrix) -> Matrix:
    middle = places.mean(axis=0)
    spread = float(np.abs(places - middle).mean()) or 1.0
    return np.array([[1 / spread, 0, -middle[0] / spread], [0, 1 / spread, -middle[1] / spread], [0, 0, 1]])


def _applied(matrix: Matrix, places: Matrix) -> Matrix:
    found = np.column_stack((places, np.ones(len(places)))) @ matrix.T
    return np.asarray(found[:, :2] / found[:, 2:])


def _check_straight(matrix: Matrix, pixels: Matrix) -> None:
    depth = np.column_stack((pixels, np.ones(len(pixels)))) @ matrix[2]
    mirrored = np.linalg.det(matrix[:2, :2]) > 0 and (matrix[2, :2] == 0).all()
    if (depth <= 0).any() or mirrored:
        raise InvalidValue(
            "按这些控制点，图纸会被翻转过来。请核对每个点在图纸上和地图上是不是同一处、顺序是否一致。"
        )


def _residuals(matrix: Matrix, pixels: Matrix, ground: Matrix) -> tuple[float, ...]:
    return tuple(np.hypot(*(_applied(matrix, pixels) - ground).T).tolist())


_FITS: Final = {"affine": _affine, "projective": _projective}
