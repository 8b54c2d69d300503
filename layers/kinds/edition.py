"""By which edition of the rules does something follow from a record: of our code, and of what the county set?

Nobody counts it up by hand: it is the digest of everything that can change an answer. A new word in a comment makes a new
edition too; then what is derived is looked at once, and nothing is written.
"""

from __future__ import annotations

import hashlib
import os
from functools import cache
from pathlib import Path
from typing import Final

from layers.kinds.case_days import SETTING as CASE_DAYS
from layers.kinds.low_use import LIMITS_SETTING, RULES_SETTING, SCORE_SETTING
from layers.kinds.supervised import SETTING as LIGHTS

SETTINGS: Final = (LIGHTS, RULES_SETTING, LIMITS_SETTING, SCORE_SETTING, CASE_DAYS, "WEBMAP_TIMEZONE")
"""What a county sets of the rules."""
_ROOM: Final = Path(__file__).parents[1]
_SOURCES: Final = ("kinds", "rules")


def rules_edition() -> str:
    """Sixteen hexadecimal digits, the same in every process of one installation."""
    told = [f"{name}={os.environ.get(name, '').strip()}" for name in SETTINGS]
    return hashlib.sha256("\n".join([_code(), *told]).encode()).hexdigest()[:16]


@cache
def _code() -> str:
    digest = hashlib.sha256()
    files = [file for room in _SOURCES for file in (_ROOM / room).rglob("*.py")]
    for file in sorted([*files, _ROOM / "measure.py", _ROOM / "store/derive.py"]):
        digest.update(file.relative_to(_ROOM).as_posix().encode() + file.read_bytes())
    return digest.hexdigest()
