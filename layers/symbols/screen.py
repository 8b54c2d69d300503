"""Which colours do sheets and papers share with the screen? Those of static/css/tokens.css, for what reads no CSS."""

from __future__ import annotations

from typing import Final

OUTSIDE: Final = "#E6EAEE"
INK: Final = "#16222E"
INK_2: Final = "#33424F"
INK_3: Final = "#5B6876"
BRAND: Final = "#1F4E79"
SEAL: Final = "#B5321F"
RED: Final = "#C62F2A"
AMBER: Final = "#D99A00"
GREEN: Final = "#2E8B57"
GREY: Final = "#7D8894"
GAIN_1: Final = "#7FB7A6"
GAIN_2: Final = "#4E9C87"
GAIN_3: Final = "#2B8068"
GAIN_4: Final = "#11644D"
GAIN_5: Final = "#064534"
NEW_ROAD: Final = "#5B2A86"
