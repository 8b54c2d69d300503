"""What do very many parcels look like? Neighbours share their borders, as in a cadastre; the same on every run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from layers.crs import Bounds
from layers.measure import areas_m2
from layers.store.edit import NewFeature

SEED: Final = 20240630
WANTED: Final = int(os.environ.get("WEBMAP_BENCH_PARCELS", "200000"))
COUNTY: Final[Bounds] = (118.15, 35.25, 118.85, 35.75)
"""All of the county of tests/county.py but its margin: at 200,000 parcels each is about 100 m wide."""
SIDES_OF_A_BORDER: Final = 7
_TOWNS = ("界湖街道", "大庄镇")
_USES = ("工业用地", "商服用地", "住宅用地", "仓储用地", "公共管理与公共服务用地")
_STATES = ("idle", "determined", "low_use", "revived")

Positions = NDArray[np.float64]


def parcels(count: int = WANTED, within: Bounds = COUNTY) -> list[NewFeature]:
    """About so many parcels of 27 vertices and 10 attributes each, row by row from the south-west."""
    shapes = _shapes(count, within)
    return [NewFeature(shape, told) for shape, told in zip(shapes, _attributes(shapes), strict=True)]


def _shapes(count: int, within: Bounds) -> list[BaseGeometry]:
    columns = max(1, round((count * 1.2) ** 0.5))
    rows = max(1, round(count / columns))
    corners = _corners(rows, columns, within)
    rng = np.random.default_rng(SEED + 1)
    # The southern and the western border of every cell; the last row and column have no cell of their own.
    along = _border(rng, corners[:, :-1], corners[:, 1:])
    upward = _border(rng, corners[:-1], corners[1:])
    rings = np.concatenate([along[:-1], upward[:, 1:], along[1:, :, ::-1], upward[:, :-1, ::-1]], axis=2)
    shapes: list[BaseGeometry] = np.asarray(
        shapely.polygons(rings.reshape(rows * columns, -1, 2).round(8)), object
    ).tolist()
    return shapes


def _corners(rows: int, columns: int, within: Bounds) -> Positions:
    rng = np.random.default_rng(SEED)
    west, south, east, north = within
    x, y = np.meshgrid(np.linspace(west, east, columns + 1), np.linspace(south, north, rows + 1))
    cell = np.array([(east - west) / columns, (north - south) / rows])
    moved: Positions = np.stack([x, y], axis=2) + rng.uniform(-0.2, 0.2, (rows + 1, columns + 1, 2)) * cell
    return moved


def _border(rng: np.random.Generator, start: Positions, end: Positions) -> Positions:
    """A crooked line from each start to its end, without the end."""
    share = np.arange(SIDES_OF_A_BORDER)[:, None] / SIDES_OF_A_BORDER
    straight = start[:, :, None] + (end - start)[:, :, None] * share
    aside = (end - start)[:, :, None, ::-1] * (1, -1) * rng.uniform(-0.05, 0.05, (*straight.shape[:3], 1))
    aside[:, :, 0] = 0
    crooked: Positions = straight + aside
    return crooked


def _attributes(shapes: list[BaseGeometry]) -> Iterator[dict[str, Any]]:
    """The declared area is that of the shape."""
    count = len(shapes)
    rng = np.random.default_rng(SEED + 2)
    states, uses, towns = (rng.integers(0, len(of), count) for of in (_STATES, _USES, _TOWNS))
    areas, prices = (areas_m2(shapes) * 0.0015).round(2), rng.integers(50, 9000, count)
    days = np.datetime64("2019-01-01") + rng.integers(0, 2600, count)
    told = zip(states, uses, towns, areas.tolist(), prices.tolist(), days.astype(str).tolist(), strict=True)
    for number, (state, use, town, area, price, day) in enumerate(told, 1):
        yield {
            "name": f"示例地块 {_TOWNS[town]}-{number:06d}",
            "code": f"SL-2024-{number:06d}",
            "status": _STATES[state],
            "holder": f"示例实业{number % 4000}有限公司",
            "land_use": _USES[use],
            "village": f"示例村{number % 400}",
            "area_declared_mu": area,
            "price": price,
            "contract_start": day,
            "is_sample": True,
        }
