"""How fast does one drive on a road? Defaults by class and grade in km/h, for comparing; a county sets its own.

The technical grade says what a road carries (JTG B01) and weighs more than who keeps it. The figures are usual mean
speeds of a trip, not limits, and are listed as an assumption beside every result.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from layers.errors import InvalidValue, WrongSetting
from layers.rules.road_classes import ADMIN_CLASSES, GRADES

SETTING: Final = "WEBMAP_SPEEDS"
HELP: Final = "路网前后分析的行车速度（公里/小时），如 provincial=60,first=70,access=15；没写的用默认值（结果里列出全部速度）"
BY_CLASS: Final = {
    "expressway": 100.0,
    "national": 65.0,
    "provincial": 60.0,
    "fast": 60.0,
    "county": 45.0,
    "township": 35.0,
    "village": 25.0,
    "special": 30.0,
    "street": 30.0,
}
BY_GRADE: Final = {
    "motorway": 100.0,
    "first": 70.0,
    "second": 60.0,
    "third": 40.0,
    "fourth": 30.0,
    "other": 20.0,
}
REBUILDING: Final = "rebuilding"
ACCESS: Final = "access"
UNKNOWN: Final = "unknown"
OTHERS: Final = {REBUILDING: 25.0, UNKNOWN: 30.0, ACCESS: 15.0}
WORDS: Final = {
    **ADMIN_CLASSES,
    **{key: f"技术等级 {words}" for key, words in GRADES.items()},
    REBUILDING: "改造完成前的老路（不高于本级）",
    UNKNOWN: "等级不明的道路",
    ACCESS: "路网以外（就近上路）",
}
DEFAULTS: Final = {**BY_CLASS, **BY_GRADE, **OTHERS}
LEAST_KMH: Final = 1.0
MOST_KMH: Final = 150.0


@dataclass(frozen=True)
class Speeds:
    """Kilometres an hour, by the keys of DEFAULTS."""

    kmh: Mapping[str, float]

    def of(self, admin_class: str | None, grade: str | None) -> float:
        """On a finished road."""
        key = grade if grade in BY_GRADE else admin_class if admin_class in BY_CLASS else UNKNOWN
        return self.kmh[str(key)]

    def before_works(self, admin_class: str | None, grade: str | None) -> float:
        """On a road that waits to be rebuilt: never faster than it will be."""
        return min(self.kmh[REBUILDING], self.of(admin_class, grade))

    @property
    def access(self) -> float:
        """Beside the roads, straight to the nearest of them."""
        return self.kmh[ACCESS]


def speeds(given: Mapping[str, object] | None = None) -> Speeds:
    """As the county set them, and as `given` for once; raises InvalidValue with what would be right."""
    return Speeds({**_set(os.environ.get(SETTING, "").strip()), **_read(given or {})})


def check_setting() -> None:
    """Raises WrongSetting with what would be right."""
    _set(os.environ.get(SETTING, "").strip())


@lru_cache(maxsize=4)
def _set(told: str) -> dict[str, float]:
    pairs = [part.split("=", 1) for part in told.replace("，", ",").split(",") if part.strip()]
    try:
        return {**DEFAULTS, **_read({pair[0].strip(): pair[-1].strip() for pair in pairs})}
    except InvalidValue as refusal:
        raise WrongSetting(f"设置 {SETTING}：{refusal.message}更正后重新启动。") from None


def _read(given: Mapping[str, object]) -> dict[str, float]:
    unknown = next((key for key in given if key not in DEFAULTS), None)
    if unknown is not None:
        raise InvalidValue(f"没有名为“{unknown[:40]}”的速度，应为 {'、'.join(DEFAULTS)} 之一。请更正。")
    return {key: _kmh(key, value) for key, value in given.items()}


def _kmh(key: str, value: object) -> float:
    try:
        number = float(str(value))
    except ValueError:
        number = 0.0
    if not LEAST_KMH <= number <= MOST_KMH:
        raise InvalidValue(
            f"“{WORDS[key]}”的速度应为 {LEAST_KMH:g} 到 {MOST_KMH:g} 之间的数（公里/小时），但收到“{str(value)[:20]}”。请改正。"
        )
    return number
