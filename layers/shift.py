"""How far are coordinates off CGCS2000, and how is that taken out?

Old datums (1980西安, 1954北京) are off by tens of metres and need the bureau's own 4 or 7 parameters; public maps
(高德 GCJ-02, 百度 BD-09) are off by hundreds, by a published formula that is inverted by iteration.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from layers import crs
from layers.crs import Positions
from layers.errors import InvalidValue
from layers.measure import CGCS2000_AXIS_M, CGCS2000_INVERSE_FLATTENING

PUBLIC_MAPS: Final = {"gcj02": "GCJ-02（高德、腾讯、奥维）", "bd09": "BD-09（百度）"}
NOT_SHIFTED: Final = "none"
_MOST_ROUNDS: Final = 30
_CLOSE_ENOUGH_DEG: Final = 1e-11
_BD_TURNS: Final = math.pi * 3000 / 180

Shapes = NDArray[np.object_]


@dataclass(frozen=True)
class Parameters:
    """Four (plane: ΔX north, ΔY east in metres, rotation in seconds, scale in ppm) or seven (Bursa-Wolf).

    Seven: ΔX ΔY ΔZ in metres, rX rY rZ in seconds (the rotation of the axes, as Chinese programs count it), ppm.
    """

    values: tuple[float, ...]

    @property
    def told(self) -> str:
        """For the note that goes with the import."""
        sort = "四参数" if len(self.values) == 4 else "七参数"
        return f"{sort} {'、'.join(f'{value:g}' for value in self.values)}"


@dataclass(frozen=True)
class PublicMap:
    """Coordinates picked on a public map."""

    key: str

    @property
    def told(self) -> str:
        """For the note that goes with the import."""
        return f"由 {PUBLIC_MAPS[self.key].split('（')[0]} 换算（反算公开公式，仅供规划，不作测绘依据）"


@dataclass(frozen=True)
class Local:
    """A town's own Gauss-Krüger system: central meridian in degrees, what was added to X (north) and Y (east) in
    metres, and the height in metres of the plane on which it counts.
    """

    meridian_deg: float
    north_m: float
    east_m: float
    height_m: float

    @property
    def told(self) -> str:
        """For the note that goes with the import."""
        plane = f"，投影面高程 {self.height_m:g} 米" if self.height_m else ""
        return (
            f"地方坐标系（中央经线 {self.meridian_deg:g}°，X加常数 {self.north_m:.10g} 米，"
            f"Y加常数 {self.east_m:.10g} 米{plane}）"
        )


Shift = Parameters | PublicMap | Local


def parameters_in(text: str) -> Parameters | None:
    """The parameters of a text such as `1.5,-2,0,0,0,0,0.3`; None when it holds none (blank or only zeros)."""
    words = [word for word in re.split(r"[,，;；\s]+", text.strip()) if word]
    try:
        values = tuple(float(word) for word in words)
    except ValueError:
        values = (math.nan,)
    if not any(values):
        return None
    if len(values) not in (4, 7) or not all(map(math.isfinite, values)):
        raise InvalidValue(
            f"转换参数收到“{text[:60]}”，应为 4 个数（ΔX北、ΔY东，米；旋转，秒；尺度，ppm）"
            "或 7 个数（ΔX ΔY ΔZ，米；rX rY rZ，秒；尺度，ppm）。请补全或改正。"
        )
    return Parameters(values)


def local_in(text: str) -> Local | None:
    """A local system from `中央经线,X加常数,Y加常数[,投影面高程]`, such as `118°30′,0,500000`; None for a blank."""
    words = [word for word in re.split(r"[,，;；\s]+", text.strip()) if word]
    if not words:
        return None
    try:
        meridian, values = _degrees(words[0]), [float(word) for word in words[1:]]
    except ValueError:
        meridian, values = math.nan, []
    sound = 70 <= meridian <= 140 and len(values) in (2, 3) and all(map(math.isfinite, values))
    if not sound or (len(values) == 3 and not -500 <= values[2] <= 9000):
        raise InvalidValue(
            f"地方坐标系收到“{text[:60]}”，应为 中央经线,X加常数,Y加常数[,投影面高程]，例如 118°30′,0,500000 "
            "或 118.5,-3800000,50000,120（米）。不知道这些数时不能换算：请向提供数据的测绘单位索取，"
            "或请其转换为 2000国家大地坐标系。"
        )
    return Local(meridian, values[0], values[1], values[2] if len(values) == 3 else 0.0)


def _degrees(word: str) -> float:
    """118.5, 118°30′ or 118°30′00″."""
    parts = [part for part in re.split("[°度′'分″\"秒]+", word) if part]
    if len(parts) > 3:
        raise ValueError(word)
    return float(sum(float(part) / 60.0**at for at, part in enumerate(parts)))


def public_map(key: str | None) -> PublicMap | None:
    """The public map with this key; None for coordinates that are not shifted."""
    if key in (None, NOT_SHIFTED):
        return None
    if key not in PUBLIC_MAPS:
        known = "、".join(f"{each}（{title}）" for each, title in PUBLIC_MAPS.items())
        raise InvalidValue(f"偏移收到“{str(key)[:20]}”，应为：{known}，或 {NOT_SHIFTED}（没有偏移）。")
    return PublicMap(str(key))


def to_stored(shapes: Sequence[BaseGeometry] | Shapes, code: int, shift: Shift | None) -> Shapes:
    """The same shapes in CGCS2000 degrees, without their shift."""
    array = np.array(shapes, object)
    if shift is None:
        return crs.to_stored(array, code)
    if isinstance(shift, PublicMap):
        return _moved(crs.to_stored(array, code), lambda found: unshifted(found, shift))
    if isinstance(shift, Local):
        return _by_local(array, shift)
    if len(shift.values) == 4:
        return _by_four(array, code, shift.values)
    return _by_seven(array, code, shift.values)


def unshifted(positions: Positions, shift: PublicMap) -> Positions:
    """Where positions of a public map really lie, to far less than a millimetre against the formula."""
    shown = crs.gcj02 if shift.key == "gcj02" else bd09
    found = positions.copy()
    for _ in range(_MOST_ROUNDS):
        error = shown(found) - positions
        found -= error
        if not np.nanmax(np.abs(error), initial=0) > _CLOSE_ENOUGH_DEG:
            break
    return found


def bd09(positions: Positions) -> Positions:
    """Many positions as Baidu's maps show them."""
    x, y = crs.gcj02(positions).T
    radius = np.hypot(x, y) + 2e-5 * np.sin(y * _BD_TURNS)
    angle = np.arctan2(y, x) + 3e-6 * np.cos(x * _BD_TURNS)
    return np.column_stack((radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006))


def _moved(shapes: Shapes, how: object) -> Shapes:
    assert callable(how)  # noqa: S101
    return np.asarray(shapely.set_coordinates(shapes, how(shapely.get_coordinates(shapes))), object)


def _by_local(shapes: Shapes, local: Local) -> Shapes:
    from pyproj import Transformer

    # On a plane above the ellipsoid everything is longer by the share of its height.
    scale = 1 + local.height_m / CGCS2000_AXIS_M
    down = Transformer.from_pipeline(
        f"+proj=pipeline +step +inv +proj=tmerc +lat_0=0 +lon_0={local.meridian_deg!r} +k={scale!r} "
        f"+x_0={local.east_m!r} +y_0={local.north_m!r} +a={CGCS2000_AXIS_M} +rf={CGCS2000_INVERSE_FLATTENING} "
        "+step +proj=unitconvert +xy_in=rad +xy_out=deg"
    )
    return _moved(shapes, lambda positions: np.column_stack(down.transform(*positions.T)))


def _by_four(shapes: Shapes, code: int, values: Sequence[float]) -> Shapes:
    to_north, to_east, rotation_s, scale_ppm = values
    target, prefix_m = crs.in_cgcs2000(code)
    turn, scale = math.radians(rotation_s / 3600), 1 + scale_ppm * 1e-6

    def similar(positions: Positions) -> Positions:
        east, north = positions.T - np.array([[prefix_m], [0]])
        return np.column_stack(
            (
                to_east + scale * (north * math.sin(turn) + east * math.cos(turn)),
                to_north + scale * (north * math.cos(turn) - east * math.sin(turn)),
            )
        )

    return crs.to_stored(_moved(shapes, similar), target)


def _by_seven(shapes: Shapes, code: int, values: Sequence[float]) -> Shapes:
    from pyproj import CRS, Transformer

    source = CRS.from_epsg(code)
    base = source.geodetic_crs or source
    assert base.ellipsoid is not None  # noqa: S101
    flattening = base.ellipsoid.inverse_flattening
    x, y, z, rx, ry, rz, scale = values
    pipeline = (
        "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad "
        f"+step +proj=cart +a={base.ellipsoid.semi_major_metre} +rf={flattening} "
        f"+step +proj=helmert +x={x} +y={y} +z={z} +rx={rx} +ry={ry} +rz={rz} +s={scale} "
        "+convention=coordinate_frame "
        f"+step +inv +proj=cart +a={CGCS2000_AXIS_M} +rf={CGCS2000_INVERSE_FLATTENING} "
        "+step +proj=unitconvert +xy_in=rad +xy_out=deg"
    )
    down = Transformer.from_crs(source, base, always_xy=True)
    over = Transformer.from_pipeline(pipeline)

    def carried(positions: Positions) -> Positions:
        lon, lat = down.transform(*positions.T)
        return np.column_stack(over.transform(lon, lat, np.zeros(len(positions)))[:2])

    return _moved(shapes, carried)
