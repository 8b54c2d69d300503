"""Which number do these words say? 二十, 两, 一百二十, 3.5, 1,200, 半."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

NUMBER: Final = r"(?:\d[\d,]*(?:\.\d+)?|[零〇一二两三四五六七八九十百千]+(?:点[零〇一二三四五六七八九]+)?|半)"
"""A regular expression that matches one number."""

_DIGITS: Final = {char: at for at, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_PLACES: Final = {"十": 10, "百": 100, "千": 1000}


def number_of(words: str) -> Decimal:
    """The number that words matched by NUMBER say."""
    if words[0].isascii():
        return Decimal(words.replace(",", ""))
    if words == "半":
        return Decimal("0.5")
    whole, _, rest = words.partition("点")
    after = "".join(str(_DIGITS[char]) for char in rest)
    return Decimal(f"{_whole(whole)}.{after or 0}").normalize() if after else Decimal(_whole(whole))


def _whole(words: str) -> int:
    if not any(char in _PLACES for char in words):
        return int("".join(str(_DIGITS[char]) for char in words))  # 二〇二五
    total, digit = 0, None
    for char in words:
        if char in _PLACES:
            total += (1 if digit is None else digit) * _PLACES[char]
            digit = None
        else:
            digit = _DIGITS[char]
    return total + (digit or 0)
