"""Where do the networks run that the plan names? Along the streets of the seat, 示意."""

from __future__ import annotations

from typing import Any

from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry

from making.records import Record, from_the_plan, placed
from making.seat import crossing

CLAUSE = "公用设施"
IMPROVED = "供水、排水、污水处理要有大的改善"
BESIDE_STREET_KM = 0.02


def utility_lines() -> list[Record]:
    """Heating, water, drainage and sewage."""
    return [
        _named(
            "集中供热二期",
            _along([(5, row) for row in range(3, 10)]),
            "集中供热二期工程",
            network="heating",
            phase="二期",
        ),
        _named("供水管网", _along([(column, 4) for column in range(1, 8)]), IMPROVED, network="water"),
        _named("排水管网", _along([(2, row) for row in range(3, 9)]), IMPROVED, network="drainage"),
        _named("污水管网", _along([(column, 8) for column in range(2, 8)]), IMPROVED, network="sewage"),
        _named("污水处理", Point(2.4, -3.6), IMPROVED, network="sewage"),
    ]


def _along(places: list[tuple[int, int]]) -> LineString:
    return LineString([crossing(*place) for place in places]).offset_curve(BESIDE_STREET_KM)


def _named(name: str, shape: BaseGeometry, words: str, **facts: Any) -> Record:
    return placed(name, shape, **from_the_plan(CLAUSE, words, **facts))
