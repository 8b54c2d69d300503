"""Within how many days is each step of a case of idle land due? As the county set it; else as the law has it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from layers.errors import WrongSetting
from layers.rules.idle_case import DEADLINES, ORDER, Step

SETTING: Final = "WEBMAP_CASE_DAYS"
DEFAULT: Final = ",".join(f"{step.value}={days}" for step, days in DEADLINES.items())
HELP: Final = (
    "闲置土地处置各步骤在上一步之后多少天内完成，如 notice=30,answer=30,payment=30（依 53 号令）；"
    "还可加 determined、plan、decision、closed；没写的步骤没有期限，改动立即用于处置台账与今日要紧"
)
MOST_DAYS: Final = 3650


def case_days() -> Mapping[Step, int]:
    """Days after the step before; raises WrongSetting with what would be right."""
    return _read(os.environ.get(SETTING, "").strip() or DEFAULT)


@lru_cache(maxsize=4)
def _read(told: str) -> Mapping[Step, int]:
    parts = [part.partition("=") for part in told.replace("，", ",").split(",") if part.strip()]
    return {_step(name.strip(), told): _days(days.strip(), told) for name, _, days in parts}


def _step(name: str, told: str) -> Step:
    # No deadline runs to the first step: it opens the case.
    if name not in ORDER[1:]:
        raise _wrong(told, f"不认识步骤“{name[:20]}”")
    return Step(name)


def _days(text: str, told: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text[:6]) <= MOST_DAYS):
        raise _wrong(told, f"天数“{text[:20]}”应为 1 到 {MOST_DAYS} 之间的整数")
    return int(text)


def _wrong(told: str, why: str) -> WrongSetting:
    steps = "、".join(step.value for step in ORDER[1:])
    return WrongSetting(
        f"设置 {SETTING} 收到“{told[:60]}”，{why}。应写成 步骤=天数，用逗号分隔，如 {DEFAULT}；"
        f"步骤有 {steps}。请更正后重新启动。"
    )
