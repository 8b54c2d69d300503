"""Does the area that a record declares agree with its shape?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from layers.checks.declared import Limits
from layers.checks.finding import Finding, Rows
from layers.checks.plane import Positions, middle_of
from layers.measure import half_up, mu

DECLARED: Final = "area_declared_mu"
_SQUARE_METRES_PER_MU = 2000 / 3
# Two decimals of 亩 may hide this much.
_ROUNDING_M2 = 0.005 * _SQUARE_METRES_PER_MU + 0.01
_OTHER_UNITS: Final = {"平方米": _SQUARE_METRES_PER_MU, "公顷": 1 / 15, "平方公里": 1 / 1500}


def area_findings(rows: Rows, areas: Positions, limits: Limits) -> Iterator[Finding]:
    """Rows whose declared area differs by more than 0.1 % or 10 m² (the limits) from the ellipsoidal one (m²)."""
    if DECLARED not in rows.kind.by_key:
        return
    title = rows.kind.by_key[DECLARED].title
    declared: Sequence[Any] = [told.get(DECLARED) for told in rows.properties]
    for row, (said, area_m2) in enumerate(zip(declared, areas.tolist(), strict=True)):
        if isinstance(said, (int, float)) and said and area_m2 and _differs(said, area_m2, limits):
            reason = _sentence(title, said, area_m2)
            yield Finding("area_differs", row, title, f"{said}", reason, middle_of(rows.shapes[row]))


def _differs(declared_mu: float, area_m2: float, limits: Limits) -> bool:
    difference = abs(declared_mu * _SQUARE_METRES_PER_MU - area_m2)
    too_much = difference > area_m2 * limits.area_share and difference > _ROUNDING_M2
    return difference > limits.area_m2 or too_much


def _sentence(title: str, declared_mu: float, area_m2: float) -> str:
    computed = half_up(mu(area_m2), 2)
    sentence = f"“{title}” {half_up(declared_mu, 2)} 亩，按图形计算为 {computed} 亩。"
    for unit, per_mu in _OTHER_UNITS.items():
        if abs(declared_mu / (area_m2 / _SQUARE_METRES_PER_MU) / per_mu - 1) < 0.05:
            return f"{sentence}数值像是{unit}，请核对单位。"
    return f"{sentence}两者都会保留，请核对。"
