"""How is a 界址点 TXT written? One record a feature, rings from the north-west, in the form of a profile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from layers import crs
from layers.errors import InvalidValue
from layers.formats.boundary_txt.profiles import Profile
from layers.measure import area_m2, half_up

NEW_LINE: Final = "\r\n"
_BEYOND_DEG: Final = 1.0
_SORTS: Final = {0: "点", 1: "线", 2: "面"}


@dataclass(frozen=True)
class Plot:
    """One feature to be written; its shape in CGCS2000 degrees."""

    shape: BaseGeometry
    number: str = ""
    name: str = ""
    sheet: str = ""
    use: str = ""
    use_code: str = ""


def text_of(plots: Sequence[Plot], profile: Profile, zone: int, *, unit: str, day: date, sample: bool) -> str:
    """The whole file; sample: it says of itself that its data are an example."""
    lines = [*(["[项目信息]", "数据性质=示例数据"] if sample else []), *_header(profile, zone, unit, day)]
    number = 1
    for plot in plots:
        body, number = _plot(plot, profile, zone, number if profile.numbering == "file" else 1)
        lines += body
    return NEW_LINE.join([*lines, ""])


def is_far(bounds: crs.Bounds, zone: int) -> bool:
    """Whether this lies more than 1° outside the zone."""
    west, _, east, _ = bounds
    meridian = zone * 3
    return not (meridian - 1.5 - _BEYOND_DEG <= west and east <= meridian + 1.5 + _BEYOND_DEG)


def zone_problem(shape: BaseGeometry, zone: int) -> str | None:
    """Why this shape does not belong into the zone; None when it does."""
    west, _, east, _ = shape.bounds
    if not is_far(shape.bounds, zone):
        return None
    return f"经度 {west:.4f}° 至 {east:.4f}°，超出第 {zone} 带（中央经线 {zone * 3}°）1° 以上"


def distortion(bounds: crs.Bounds, zone: int) -> str:
    """What lines and areas suffer in the plane of the zone, at most, in words."""
    longer = crs.stretch(bounds, zone)
    larger = (1 + longer) ** 2 - 1
    return f"边长最多放大 {half_up(longer * 1000, 2)} 米/公里，平面面积最多放大 {half_up(larger * 100, 2)}%"


def _header(profile: Profile, zone: int, unit: str, day: date) -> list[str]:
    return [
        "[属性描述]",
        "格式版本号=1.01版本",
        f"数据产生单位={_clean(unit)}",
        f"数据产生日期={day.isoformat()}",
        "坐标系=2000国家大地坐标系",
        "几度分带=3",
        "投影类型=高斯克吕格",
        "计量单位=米",
        f"带号={zone}",
        f"精度={10.0**-profile.decimals:.{profile.decimals}f}",
        "转换参数=,,,,,,",
        "[地块坐标]",
    ]


def _plot(plot: Plot, profile: Profile, zone: int, number: int) -> tuple[list[str], int]:
    (plane,) = crs.to_plane([plot.shape], crs.projected_code(zone, prefixed=profile.prefixed))
    body: list[str] = []
    surface = shapely.get_dimensions(plane) == 2
    corners = 0
    for ring, exact in enumerate(_rings(plane), 1):
        positions = _rounded(exact, profile, surface)
        corners += len(positions)
        start = 1 if profile.numbering == "ring" else number
        names = [f"{profile.letter}{start + at}" for at in range(len(positions))]
        number = start + len(positions)
        if surface and profile.closed:
            positions, names = [*positions, positions[0]], [*names, names[0]]
        body += [
            _point(name, ring, position, profile) for name, position in zip(names, positions, strict=True)
        ]
    count = len(body) if profile.counts_closing else corners
    return [_record(plot, plane, count, profile), *body], number


def _record(plot: Plot, plane: BaseGeometry, count: int, profile: Profile) -> str:
    square_metres = area_m2(plot.shape) if profile.area == "ellipsoid" else float(shapely.area(plane))
    words = (
        str(count),
        f"{half_up(square_metres / 10000, 4):f}",
        _clean(plot.number),
        _clean(plot.name),
        _SORTS[int(shapely.get_dimensions(plane))],
        *map(_clean, (plot.sheet, plot.use, plot.use_code)),
    )
    return f"{','.join(words)},@"


def _clean(word: str) -> str:
    """Without what the grammar uses itself; a comma becomes the enumeration comma, which readers leave alone."""
    plain = " ".join(word.replace(",", "、").replace("，", "、").replace("@", "").replace("＠", "").split())
    return f"{plain}·" if plain in _SORTS.values() else plain


def _point(name: str, ring: int, position: tuple[str, str], profile: Profile) -> str:
    east, north = position
    return ",".join((name, str(ring), *((north, east) if profile.north_first else (east, north))))


def _rings(plane: BaseGeometry) -> Iterator[NDArray[np.float64]]:
    """Outsides clockwise from their north-west corner, each followed by its holes, counter-clockwise."""
    for part in shapely.get_parts(plane):
        if shapely.get_dimensions(part) < 2:
            yield shapely.get_coordinates(part)
            continue
        yield _from_north_west(part.exterior, clockwise=True)
        for hole in part.interiors:
            yield _from_north_west(hole, clockwise=False)


def _from_north_west(ring: BaseGeometry, *, clockwise: bool) -> NDArray[np.float64]:
    corners = shapely.get_coordinates(ring)[:-1]
    if bool(shapely.is_ccw(ring)) == clockwise:
        corners = corners[::-1]
    start = int(np.argmax(corners[:, 1] - corners[:, 0]))
    return np.roll(corners, -start, axis=0)


def _rounded(positions: NDArray[np.float64], profile: Profile, surface: bool) -> list[tuple[str, str]]:
    """As written, without points that rounding made one."""
    words = [
        (f"{east:.{profile.decimals}f}", f"{north:.{profile.decimals}f}")
        for east, north in positions.tolist()
    ]
    kept = [word for at, word in enumerate(words) if at == 0 or word != words[at - 1]]
    if surface and len(kept) > 1 and kept[0] == kept[-1]:
        kept.pop()
    if surface and len(set(kept)) < 3:
        raise InvalidValue("有一圈在保留的小数位数内不足 3 个不同的点，不能写成界址点。请先删除这个碎面。")
    return kept
