"""Which two sentences does a leader say about the new roads? Built from the figures of the result, and no surer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from layers.measure import half_up

Result = Mapping[str, Any]
SAMPLE: Final = "（示例数据，路网示意）"
SPOKEN_BAND_MIN: Final = 45.0
LEAST_KM2: Final = 0.5


def sentences(result: Result) -> list[str]:
    """How much nearer the hub is, and how far one gets and by which road."""
    mark = SAMPLE if result["sample"] else ""
    return [f"{_when(result)}{_nearer(result)}{mark}", f"{_farther(result)}{_by_which(result)}{mark}"]


def minutes_words(minutes: float | None) -> str:
    """For a table or a sentence: whole minutes, a tenth where there is less than ten."""
    if minutes is None:
        return "不可达"
    return f"{half_up(minutes, 1 if minutes < 10 else 0)} 分钟"


def _when(result: Result) -> str:
    before, after = result["before"], result["after"]
    then = "" if before["asked"] == "now" else f"与{before['words']}相比，"
    return f"{then}{'路网建成后' if after['asked'] == 'plan' else f'到{after_words(after)}'}，"


def after_words(after: Mapping[str, str]) -> str:
    """2025 年底, or 现状."""
    return after["words"] if after["asked"] == "now" else f" {after['words']}"


def _nearer(result: Result) -> str:
    told, of = result["summary"], result["of"]
    who = f"{told['both']} {of['measure_word']}{of['title']}到{result['hub']['words']}"
    if not told["both"]:
        return f"没有{of['title']}前后都能到达{result['hub']['words']}{_newly(result)}。"
    before, after = told["before_mean"], told["after_mean"]
    if before - after < 0.1:
        return f"{who}平均仍为 {minutes_words(before)}，没有缩短{_newly(result)}。"
    best = told["best"]
    return (
        f"{who}平均由 {minutes_words(before)}缩短到 {minutes_words(after)}；"
        f"受益最大的是{best['name']}，缩短 {minutes_words(best['gain'])}{_newly(result)}。"
    )


def _newly(result: Result) -> str:
    told, word = result["summary"], result["of"]["measure_word"]
    newly = f"；另有 {told['newly']} {word}由不可达变为可达" if told["newly"] else ""
    return newly + (f"；仍有 {told['never']} {word}不可达" if told["never"] else "")


def _farther(result: Result) -> str:
    band = next(each for each in result["bands"] if each["minutes"] == SPOKEN_BAND_MIN)
    first, last = band["before_km2"], band["after_km2"]
    reach = f"{SPOKEN_BAND_MIN:g} 分钟内可到{result['hub']['words']}的范围"
    if last - first < LEAST_KM2:
        return f"{reach}没有扩大，仍为 {_km2(first, band['before_share'])}"
    return f"{reach}由 {_km2(first, band['before_share'])}扩大到 {_km2(last, band['after_share'])}"


def _km2(size: float, share: float | None) -> str:
    return f"{half_up(size, 0):,} 平方公里" + (
        f"（占全县 {half_up(share, 0)}%）" if share is not None else ""
    )


def _by_which(result: Result) -> str:
    top = next((each for each in result["effects"] if each["alone_mean"] >= 0.1 or each["alone_newly"]), None)
    if top is None:
        return (
            "；没有哪一条路单独建成就能明显缩短。"
            if result["effects"]
            else "；这期间没有新建成或改造的道路。"
        )
    gain = f"平均缩短 {minutes_words(top['alone_mean'])}" if top["alone_mean"] >= 0.1 else ""
    newly = f"使 {top['alone_newly']} {result['of']['measure_word']}可达" if top["alone_newly"] else ""
    return f"；单独建成作用最大的是“{top['name']}”（{'，'.join(filter(None, (gain, newly)))}）。"
