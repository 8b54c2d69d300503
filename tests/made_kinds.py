"""Which features does every kind have, when nobody draws them? Made of its declaration: all sorts of fields and shapes.

made(kind)   for each family of shapes that the kind stores: one feature with a value in every field, one with odd
             texts, several parts and holes, one with what is required and nothing else; on both sides of 118.5°E
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import shapely
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from layers.kinds import LayerKind
from layers.kinds.case_steps import CaseSteps
from layers.kinds.fields import Choice, Choices, Day, Field, Flag, Names, Number, Text, Whole, Year
from layers.kinds.milestones import Milestones
from layers.store.edit import NewFeature
from layers.store.rows import new_uid

WEST, EAST = (118.3123456789012, 35.4), (118.5012345678901, 35.4)
STEP_DEG: Final = 0.004
ODD: Final = '“引号”, "逗号"；=1+1 <b>&amp;</b> 竹泉村①—100％'
"""What tables, markup and formulas trip over; without 、 that parts names."""
LONG: Final = "界湖街道东村北侧、滨河路以西、规划二路以南的国有建设用地，分两期供应，"


def made(kind: LayerKind, number: int) -> list[NewFeature]:
    """number: of the kind, so that no two kinds lie on one another."""
    found: list[NewFeature] = []
    for family in kind.shapes:
        for variant, shape in enumerate(SHAPES[family]):
            place = len(found)
            corner = (WEST, EAST)[place % 2]
            at = (corner[0] + STEP_DEG * (place // 2), corner[1] + STEP_DEG * number)
            properties = kind.settle(dict(_properties(kind, variant, place)))
            found.append(NewFeature(_placed(shape, at), properties, uid=new_uid()))
    return found


def _properties(kind: LayerKind, variant: int, place: int) -> Iterator[tuple[str, Any]]:
    """What no form and no file writes has none."""
    for each in kind.fields:
        if each.own_act or each.key in ("is_sample", "town"):
            continue
        if each.key == "name":
            yield each.key, f"{kind.title}{place + 1}号{ODD if variant == 1 else '地'}"
        elif each.key == kind.code_field:
            yield each.key, f"0{place}-{kind.key}"
        elif variant < 2 or each.required:
            yield each.key, value_of(each, variant)


def value_of(each: Field, variant: int) -> Any:
    """A value as it is stored, another one for each variant."""
    return next(make(each, variant) for sort, make in VALUES if isinstance(each, sort))


def _text(each: Any, variant: int) -> str:
    told = (LONG * 20)[: min(each.longest, 120)] if variant == 0 else ODD
    return str(told[: each.longest]).strip()


def _number(each: Any, variant: int) -> float:
    span = min(each.at_most - each.at_least, 98765)
    return float(round(each.at_least + span * (0.12345 if variant == 0 else 0.5), 4))


def _plainly(value: float) -> int | float:
    return int(value) if value == int(value) else value


VALUES: Final[tuple[tuple[type[Field], Callable[[Any, int], Any]], ...]] = (
    (
        CaseSteps,
        lambda each, variant: (
            ["调查通知书｜2024-02-29｜沂自然资调〔2024〕1号｜到现场核实"]
            if variant
            else ["发现", "认定书｜2024-03-01"]
        ),
    ),
    (
        Milestones,
        lambda each, variant: (
            ["立项｜2024-01-01｜2024-02-29", "完工｜2026-12-31"] if variant else ["开工｜2025-03-01"]
        ),
    ),
    (Names, lambda each, variant: ["甲村", "乙村（东）"] if variant else ["只有一个"]),
    (Year, lambda each, variant: 2024 - variant),
    (Whole, lambda each, variant: int(each.at_least) + variant),
    (Number, lambda each, variant: _plainly(_number(each, variant))),
    (Day, lambda each, variant: str(date(2024, 2, 29) + timedelta(days=variant * 9000))),
    (Flag, lambda each, variant: variant == 0),
    (Choice, lambda each, variant: list(each.offered)[-1 if variant else 0]),
    (Choices, lambda each, variant: list(each.choices)[: 2 - variant]),
    (Text, _text),
)


def _placed(shape: BaseGeometry, corner: tuple[float, float]) -> BaseGeometry:
    """Of metres around nothing: degrees with all their digits."""
    scale = np.array([1 / 91_000, 1 / 111_000])
    placed: BaseGeometry = shapely.transform(shape, lambda at: at * scale + np.array(corner))
    return placed


# --- shapes: metres around nothing, in degrees once they are placed -----------------------------------------


def _ring(radius: float, corners: int, turn: float = 0.1) -> list[tuple[float, float]]:
    angles = [turn + 2 * math.pi * at / corners for at in range(corners)]
    return [(radius * math.cos(angle), radius * math.sin(angle)) for angle in angles]


def _moved(shape: BaseGeometry, x: float, y: float) -> Any:
    return affinity.translate(shape, x, y)


_HOLED = shapely.Polygon(_ring(100, 7), [_ring(30, 5), [(x + 60, y) for x, y in _ring(9, 4)]])
_LINE = shapely.LineString([(0, 0), (50, 21), (77.7, 90.1), (120, 80)])
SHAPES: Final[dict[str, list[BaseGeometry]]] = {
    "polygon": [
        shapely.Polygon(_ring(100, 5)),
        shapely.MultiPolygon([_HOLED, _moved(shapely.Polygon(_ring(20, 6)), 0, 130)]),
        _HOLED,
    ],
    "line": [_LINE, shapely.MultiLineString([_LINE, _moved(_LINE, 0, 60)]), affinity.rotate(_LINE, 40)],
    "point": [shapely.Point(0, 0), shapely.Point(3.3, -4.4), shapely.Point(10, 10)],
}
