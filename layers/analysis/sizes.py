"""How are sizes written in a result? 亩 with 4 digits, m² with 2, 公里 with 3, shares in percent with 2; all half up."""

from __future__ import annotations

from layers.measure import half_up, mu


def mu_of(square_metres: float) -> float:
    return float(half_up(mu(square_metres), 4))


def m2_of(square_metres: float) -> float:
    return float(half_up(square_metres, 2))


def km_of(metres: float) -> float:
    return float(half_up(metres / 1000, 3))


def share_of(part: float, whole: float) -> float | None:
    return float(half_up(100 * part / whole, 2)) if whole > 0 else None
