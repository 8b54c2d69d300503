"""Do the two sides of an 增减挂钩 project balance? What is built anew must not exceed what is demolished and reclaimed.

城乡建设用地增减挂钩: 建新 is given only as much building land as 拆旧 gives back (default reading; the approval decides).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from layers.measure import half_up


class Balance(NamedTuple):
    """Totals of both sides in 亩 with two digits; difference: old less new. sentence: as the card says it."""

    old_mu: float
    new_mu: float
    difference_mu: float
    sentence: str


def balance(old: Sequence[float | None], new: Sequence[float | None]) -> Balance | None:
    """Areas of both sides in 亩, None where one is not known; None while a side has no member."""
    if not old or not new:
        return None
    sides = [
        sum((Decimal(str(each)) for each in side if each is not None), Decimal(0)) for side in (old, new)
    ]
    totals = [half_up(each, 2) for each in sides]
    unknown = sum(each is None for each in (*old, *new))
    off = totals[0] - totals[1]
    told = f"拆旧 {len(old)} 处 {totals[0]:,} 亩，建新 {len(new)} 处 {totals[1]:,} 亩，"
    if unknown:
        judged = f"另有 {unknown} 处没有面积，资料不足，不能判断是否平衡。"
    elif off == 0:
        judged = "两侧相等。"
    elif off > 0:
        judged = f"差额 {off:,} 亩（拆旧多于建新）。"
    else:
        judged = f"差额 {-off:,} 亩（建新多于拆旧，疑似不平衡，以批复为准）。"
    return Balance(float(totals[0]), float(totals[1]), float(off), told + judged)
