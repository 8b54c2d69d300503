"""Does the area that a file declares agree with the shape?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from layers.intake.rows import RowProblem
from layers.kinds import LayerKind
from layers.measure import half_up, rounded_mu

DECLARED: Final = "area_declared_mu"
_SHARE, _SQUARE_METRES = 0.001, 10.0
_SQUARE_METRES_PER_MU = 2000 / 3
# Two decimals of 亩 may hide this much.
_ROUNDING_M2 = 0.005 * _SQUARE_METRES_PER_MU + 0.01
_OTHER_UNITS: Final = {"平方米": _SQUARE_METRES_PER_MU, "公顷": 1 / 15, "平方公里": 1 / 1500}


def area_warnings(
    kind: LayerKind, rows: Sequence[int], properties: Sequence[dict[str, Any]], areas_m2: Sequence[float]
) -> Iterator[RowProblem]:
    """A warning for each row whose declared area differs by more than 0.1 % or 10 m². rows count from 1."""
    if DECLARED not in kind.by_key:
        return
    title = kind.by_key[DECLARED].title
    for row, told, area_m2 in zip(rows, properties, areas_m2, strict=True):
        declared_mu = told.get(DECLARED)
        if declared_mu and area_m2 and _differs(declared_mu * _SQUARE_METRES_PER_MU, area_m2):
            yield RowProblem(row, title, f"{declared_mu}", _sentence(title, declared_mu, area_m2))


def _differs(declared_m2: float, area_m2: float) -> bool:
    difference = abs(declared_m2 - area_m2)
    return difference > _SQUARE_METRES or (difference > area_m2 * _SHARE and difference > _ROUNDING_M2)


def _sentence(title: str, declared_mu: float, area_m2: float) -> str:
    computed = rounded_mu(area_m2)
    sentence = f"“{title}” {half_up(declared_mu, 2)} 亩，按图形计算为 {computed} 亩。"
    for unit, per_mu in _OTHER_UNITS.items():
        if abs(declared_mu / (area_m2 / _SQUARE_METRES_PER_MU) / per_mu - 1) < 0.05:
            return f"{sentence}数值像是{unit}，请核对单位。"
    return f"{sentence}两者都会保留，请核对。"
