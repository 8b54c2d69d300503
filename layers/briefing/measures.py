"""By what can a figure be measured? The one table of measures, and how a value is said.

Values are counts, 亩 on the ellipsoid, 公里, the sum of a field in its own unit, or per cent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from layers.measure import half_up


@dataclass(frozen=True)
class Measure:
    """One line of the table. fields: which fields it needs beside the layers. unit: empty where the kind says it."""

    title: str
    unit: str = ""
    fields: tuple[str, ...] = ()


MEASURES: Final = {
    "count": Measure("数量"),
    "area_mu": Measure("面积", "亩"),
    "length_km": Measure("长度", "公里"),
    "sum": Measure("字段合计", fields=("field",)),
    "rate": Measure("两个字段合计之比", "%", fields=("field", "of")),
    "share": Measure("占全部的比例", "%"),
}
MANY_LAYERS: Final = "项"
"""The word for things of several layers."""
_BIG: Final = {"万元": (10_000, "亿元"), "㎡": (10_000, "万㎡")}
_FINE: Final = 100
"""Below this a decimal is worth reading."""


def said(value: float, unit: str) -> tuple[str, str]:
    """A value and its unit as they stand on a screen: 1,741 亩; 12.6 公里; 3.2 亿元."""
    factor, larger = _BIG.get(unit, (0, ""))
    if factor and value >= factor:
        return _digits(value / factor, 2), larger
    return _digits(value, 1), unit


def _digits(value: float, most: int) -> str:
    digits = 0 if abs(value) >= _FINE and most < 2 else most
    text = f"{half_up(value, digits):,}"
    return text.rstrip("0").rstrip(".") if "." in text else text
