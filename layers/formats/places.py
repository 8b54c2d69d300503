"""Where do the rows of a table lie? WKT, degrees, DMS, projected X/Y, or lists of boundary points."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.formats.boundary_txt.columns import sort_of
from layers.formats.boundary_txt.lines import PointLine
from layers.formats.boundary_txt.rings import assembled, rings_of
from layers.formats.dataset import Dataset, Values

_WKT_NAMES: Final = frozenset(("wkt", "geometry", "geom", "the_geom", "图形wkt", "shape", "图形"))
_COORDINATE: Final = re.compile(
    r"(?:中心点?|界址点|拐点|点位|地块|项目)?(?:x|y|e|n|经度|纬度|东经|北纬|lon|lng|lat|longitude|latitude"
    r"|easting|northing|横|纵|北|东)(?:坐标|值|轴)?",
    re.I,
)
_POINT_NAMES: Final = frozenset(
    ("点号", "界址点号", "界址点编号", "界址点", "拐点号", "拐点", "顶点号", "点名")
)
_RING_NAMES: Final = frozenset(("圈号", "环号", "地块圈号"))
_PLOT_NAMES: Final = (
    *(
        "地块编号",
        "地块号",
        "宗地号",
        "宗地编号",
        "dkbh",
        "地块名称",
        "dkmc",
        "地块",
        "项目名称",
        "名称",
        "name",
    ),
)
_DMS: Final = re.compile(
    r"[EWNS东西南北经纬]*\s*(\d{1,3})\s*[°度d:\-\s]\s*(\d{1,2})\s*['′’分m:\-\s]\s*(\d{1,2}(?:\.\d+)?)\s*"
    r"(?:[\"″”秒s]|'')?\s*[EWNS]?",
    re.I,
)
_ENOUGH: Final = 0.5
_SAME_M, _SAME_DEG = 0.001, 1e-8


def placed(dataset: Dataset) -> Dataset:
    """The same rows with shapes, where some column says where they lie; `doubt` says why there is no system."""
    if name := next((name for name in dataset.columns if _plain(name) in _WKT_NAMES), None):
        _take_wkt(dataset, name)
    elif pair := _pair(dataset):
        if _are_middles(dataset, pair):
            _leave_out(dataset, pair)
        else:
            _take_pair(dataset, *pair)
    if dataset.has_shapes:
        dataset.doubt = "是表格，没有写明坐标系"
    return dataset


def number(cell: object, *, dms: bool = False) -> float | None:
    """A coordinate as a number: 118.47, 118°28′12″, 118-28-12; dms: 118.2812 means degrees, minutes, seconds."""
    if isinstance(cell, bool) or cell is None:
        return None
    if isinstance(cell, (int, float)):
        return _from_packed(float(cell)) if dms else float(cell)
    text = str(cell).strip().rstrip("°度米mM").replace(",", "")
    try:
        return _from_packed(float(text)) if dms else float(text)
    except ValueError:
        found = _DMS.fullmatch(str(cell).strip())
    if not found or float(found[2]) >= 60 or float(found[3]) >= 60:
        return None
    return float(found[1]) + float(found[2]) / 60 + float(found[3]) / 3600


def _from_packed(value: float) -> float:
    """ddd.mmss, as old instruments write it."""
    text = f"{value:.8f}"
    degrees, _, rest = text.partition(".")
    return int(degrees) + int(rest[:2]) / 60 + float(f"{rest[2:4]}.{rest[4:]}") / 3600


# --- WKT -------------------------------------------------------------------------------------------------


def _take_wkt(dataset: Dataset, name: str) -> None:
    for at, cell in enumerate(dataset.columns.pop(name)):
        if cell is None:
            continue
        try:
            with np.errstate(invalid="ignore", over="ignore"):
                dataset.shapes[at] = shapely.from_wkt(re.sub(r"^SRID=\d+;", "", str(cell)))
        except shapely.GEOSException:
            dataset.bad_shapes[at] = (
                f"“{name}”不是 WKT（如 POLYGON((118.4 35.5, …))）。请改正，或清空这一格。"
            )
    dataset.has_shapes = bool(dataset.shapes.astype(bool).any() or dataset.bad_shapes)
    for own in ("中心点经度", "中心点纬度", "中心点X（北）", "中心点Y（东）"):
        dataset.columns.pop(own, None)


# --- pairs -----------------------------------------------------------------------------------------------


def _pair(dataset: Dataset) -> tuple[str, str] | None:
    """Two columns with names of coordinates whose values are north and east."""
    found = [name for name in dataset.columns if _COORDINATE.fullmatch(_plain(name))]
    for at, one in enumerate(found):
        for other in found[at + 1 :]:
            sorts = Counter(_sorts(dataset, one, other))
            if sum(sorts[pair] for pair in _STRAIGHT | _SWAPPED) > max(0, len(dataset) * _ENOUGH - 1):
                return one, other
    return None


def _are_middles(dataset: Dataset, pair: tuple[str, str]) -> bool:
    """Whether they only point to shapes that have an area or a length: a ledger, as we and others write it."""
    sized = any(name.startswith(("图形面积", "图形长度")) for name in dataset.columns)
    return sized and all(name.startswith("中心") for name in pair)


def _leave_out(dataset: Dataset, pair: tuple[str, str]) -> None:
    for name in pair:
        del dataset.columns[name]
    dataset.notes.append(f"“{'”“'.join(pair)}”只是图形的中心点，没有当作图形：按编号更新图上已有图形的属性")


_STRAIGHT: Final = {("north", "east"), ("north", "zoned"), ("lat", "lon")}
_SWAPPED: Final = {("east", "north"), ("zoned", "north"), ("lon", "lat")}


def _sorts(dataset: Dataset, one: str, other: str) -> Iterator[tuple[str | None, str | None]]:
    for first, second in zip(_numbers(dataset, one), _numbers(dataset, other), strict=True):
        yield (_sort(first), _sort(second))


def _sort(value: float | None) -> str | None:
    return None if value is None else sort_of(value)


def _numbers(dataset: Dataset, name: str) -> list[float | None]:
    return [number(cell, dms="度分秒" in name) for cell in dataset.columns[name]]


def _take_pair(dataset: Dataset, one: str, other: str) -> None:
    sorts = list(_sorts(dataset, one, other))
    north_first = sum(pair in _STRAIGHT for pair in sorts) >= sum(pair in _SWAPPED for pair in sorts)
    north, east = (one, other) if north_first else (other, one)
    norths, easts = _numbers(dataset, north), _numbers(dataset, east)
    right = _STRAIGHT if north_first else _SWAPPED
    if _named_otherwise(north, east):
        dataset.notes.append(f"按数值判断，“{north}”一列是北，“{east}”一列是东")
    point_names = next((name for name in dataset.columns if _plain(name) in _POINT_NAMES), None)
    if point_names:
        _take_plots(dataset, norths, easts, point_names, (north, east))
        return
    for at, (y, x) in enumerate(zip(norths, easts, strict=True)):
        if y is not None and x is not None and sorts[at] in right:
            dataset.shapes[at] = shapely.Point(x, y)
        elif dataset.columns[north][at] is not None or dataset.columns[east][at] is not None:
            came = f"{dataset.columns[one][at]}，{dataset.columns[other][at]}"
            dataset.bad_shapes[at] = f"坐标“{came[:60]}”不是本表其余各行那样的坐标。请改正这一行。"
    dataset.has_shapes = True
    for name in (north, east):
        del dataset.columns[name]


def _named_otherwise(north: str, east: str) -> bool:
    """经度 holding latitudes, and the like; X and Y are used both ways, so they say nothing wrong."""
    return any(word in _plain(north) for word in ("经", "lon", "lng", "东", "easting", "横")) or any(
        word in _plain(east) for word in ("纬", "lat", "北", "northing", "纵")
    )


# --- lists of boundary points ------------------------------------------------------------------------------


def _take_plots(
    dataset: Dataset,
    norths: Sequence[float | None],
    easts: Sequence[float | None],
    point_names: str,
    used: tuple[str, str],
) -> None:
    """Rows that follow one another with the same plot become one area; blank cells repeat what stands above."""
    ring_names = next((name for name in dataset.columns if _plain(name) in _RING_NAMES), None)
    groups = list(_groups(dataset))
    dropped = {point_names, *used, *([ring_names] if ring_names else [])}
    columns = {
        name: [_first(values, rows) for rows in groups]
        for name, values in dataset.columns.items()
        if name not in dropped
    }
    labels = dataset.columns[point_names]
    rings: Values = dataset.columns[ring_names] if ring_names else [None] * len(labels)
    shapes = np.full(len(groups), None, object)
    for at, rows in enumerate(groups):
        found = _area(rows, norths, easts, labels, rings)
        if isinstance(found, str):
            dataset.bad_shapes[at] = found
        else:
            shapes[at] = found
    places = [f"第 {at} 个地块（{dataset.places[rows[0]]}起）" for at, rows in enumerate(groups, 1)]
    dataset.shapes, dataset.columns, dataset.places = shapes, columns, places
    dataset.has_shapes = True
    dataset.notes.append(f"表里是界址点，共 {len(groups)} 个地块")


def _groups(dataset: Dataset) -> Iterator[list[int]]:
    plain = {_plain(name): name for name in reversed(dataset.columns)}
    name = next((plain[wanted] for wanted in _PLOT_NAMES if wanted in plain), None)
    above: object = None
    keys = []
    for value in dataset.columns[name] if name else [None] * len(dataset):
        above = above if value is None else value
        keys.append(above)
    for _, rows in groupby(range(len(keys)), key=lambda at: keys[at]):
        yield list(rows)


def _first(values: Values, rows: Sequence[int]) -> object:
    return next((values[row] for row in rows if values[row] is not None), None)


def _area(
    rows: Sequence[int],
    norths: Sequence[float | None],
    easts: Sequence[float | None],
    labels: Values,
    rings: Values,
) -> BaseGeometry | str:
    points, positions = [], []
    for row in rows:
        north, east = norths[row], easts[row]
        if north is None or east is None:
            return f"界址点“{labels[row]}”没有完整的坐标。请补全。"
        points.append(PointLine(row + 1, str(labels[row] or ""), str(rings[row] or "1"), north, east))
        positions.append((east, north))
    return assembled(rings_of(points, positions, _SAME_DEG if positions[0][0] < 400 else _SAME_M))


def _plain(name: str) -> str:
    return re.sub(r"[\s_]|[（(\[【].*", "", name).lower()
