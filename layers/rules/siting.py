"""Where can a good project land? What each wish is worth for one parcel, and what rules a parcel out.

Pure: sizes in 亩, distances in metres on the ellipsoid, points from 0 to 100. A wish that must be met excludes a parcel
that does not meet it, and says why; one that need not only costs points. What is not known earns no points and is never
told as met; what was not checked counts neither for nor against. Weights and formulas are defaults of this product.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from layers.measure import half_up, half_up_quickly
from layers.rules.compliance import NO_APPROVAL

NOTE: Final = f"选址结果按所填条件计算，{NO_APPROVAL}"
FULL: Final = 100.0
MOST_WEIGHT: Final = 100.0


@dataclass(frozen=True)
class Criterion:
    """A sort of wish. weight: its default share; must: whether it excludes by default."""

    key: str
    title: str
    weight: float
    must: bool
    help: str


CRITERIA: Final[dict[str, Criterion]] = {
    each.key: each
    for each in (
        Criterion("area", "面积", 25, True, "在范围内 100 分；不足时按比例，超出时按上限除以面积的比例得分"),
        Criterion("use", "用途", 20, True, "用途相符 100 分，不相符或未填 0 分"),
        Criterion("route", "供地途径", 10, True, "属于所选途径 100 分，否则 0 分"),
        Criterion(
            "town", "乡镇街道", 15, True, "在所选乡镇内 100 分；给出距离时，距离为限值得 50 分，两倍得 0 分"
        ),
        Criterion("road", "道路", 20, True, "紧邻 100 分，距离为限值得 50 分，两倍限值得 0 分"),
        Criterion(
            "avoid",
            "避让",
            30,
            True,
            "不压盖 100 分，按压盖比例扣分；压盖“不得占用”的控制线 0 分；未检查不计分",
        ),
    )
}
"""In the order in which parcels are looked at: what costs least first."""


Told = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Score:
    """What one wish says of a parcel. points: None where it was not checked. fails: why it rules out; empty: it is met.

    tell: its value and its sentence. Of very many parcels only those of the list are told in words.
    """

    key: str
    points: float | None
    tell: Callable[[], Told]
    fails: str = ""

    @property
    def value(self) -> str:
        return self.tell()[0]

    @property
    def sentence(self) -> str:
        return self.tell()[1]


@dataclass(frozen=True)
class Overlap:
    """What a parcel shares with one layer or line that is to be avoided. share: 0 to 1 of the parcel."""

    title: str
    share: float
    grave: bool = False
    words: str = ""


def area_score(area_mu: float, least: float | None, most: float | None) -> Score:
    """Full inside of the range; below and above it falls with the ratio to its end."""

    def told(words: str) -> Told:
        value = f"{half_up(area_mu, 2):,} 亩"
        return value, f"{value}，{words}"

    if least is not None and area_mu < least:
        points = _points(area_mu / least)
        return Score("area", points, lambda: told(f"小于下限 {_plain(least)} 亩"), "面积小于下限")
    if most is not None and area_mu > most:
        points = _points(most / area_mu)
        return Score("area", points, lambda: told(f"大于上限 {_plain(most)} 亩"), "面积大于上限")
    return Score("area", FULL, lambda: told(f"在所需的 {range_words(least, most)} 之内"))


def use_score(use: str | None, wanted: Sequence[str]) -> Score:
    """Whether one of the wanted words stands in the use, or the other way round."""
    if not use:
        return Score("use", 0.0, lambda: ("未提供", "没有填写用途，不能判断是否相符"), "未填用途")
    if any(word in use or use in word for word in wanted):
        return Score("use", FULL, lambda: (use, f"{use}，与所需用途相符"))
    return Score("use", 0.0, lambda: (use, f"{use}，不是所需的{'、'.join(wanted)}"), "用途不符")


def route_score(title: str | None, *, wanted: bool) -> Score:
    """title: of its route, None where none is on record."""
    if title is None:
        return Score("route", 0.0, lambda: ("未提供", "没有填写指标途径"), "未填供地途径")
    if wanted:
        return Score("route", FULL, lambda: (title, f"可走{title}途径"))
    return Score("route", 0.0, lambda: (title, f"{title}，不在所选途径内"), "供地途径不符")


def town_score(own: str | None, wanted: str, distance_m: float | None, limit_m: float | None) -> Score:
    """Within the town, or so far from its border at most. distance_m: None where no limit was asked for."""
    if own == wanted or distance_m == 0.0:
        return Score("town", FULL, lambda: (own or wanted, f"在{wanted}范围内"))
    where = own or "乡镇未知"
    if limit_m is None or distance_m is None:
        return Score("town", 0.0, lambda: (where, f"在{where}，不在{wanted}"), "不在所选乡镇")
    return _near("town", f"{wanted}边界", distance_m, limit_m, "距所选乡镇超出限值", where)


def road_score(name: str, distance_m: float | None, limit_m: float, wanted: str) -> Score:
    """distance_m: to the nearest road of the class, in metres; None where the map has none."""
    if distance_m is None:
        missing = f"图上没有{wanted}"
        return Score("road", 0.0, lambda: ("资料不足", f"{missing}，距离无法计算"), missing)
    return _near("road", name, distance_m, limit_m, f"距{wanted}超出限值")


def avoid_score(found: Sequence[Overlap], unchecked: Sequence[str]) -> Score:
    """found: each layer's share; unchecked: what could not be looked at, so that nothing may be said of it."""

    def told() -> str:
        rest = f"未检查：{'、'.join(unchecked)}" if unchecked else ""
        shares = "、".join(f"{each.title}{half_up(100 * each.share, 2)}%{each.words}" for each in found)
        return "；".join(part for part in (f"压盖{shares}" if shares else "", rest) if part)

    grave = next((each.title for each in found if each.grave), None)
    if grave is not None:
        return Score("avoid", 0.0, lambda: ("不得占用", told()), f"压盖{grave}（不得占用）")
    if found:
        share = min(1.0, sum(each.share for each in found))
        return Score("avoid", _points(1 - share), lambda: ("有压盖", told()), f"压盖{found[0].title}")
    if unchecked:
        return Score("avoid", None, lambda: ("未检查", told()))
    return Score("avoid", FULL, lambda: ("未发现压盖", "所选避让图层未发现压盖"))


def total(scores: Sequence[Score], weights: Mapping[str, float]) -> float | None:
    """The weighted mean of what was checked, 0 to 100 with one digit; None where nothing was or nothing weighs."""
    known = [(each.points, weights[each.key]) for each in scores if each.points is not None]
    whole = sum(weight for _, weight in known)
    if whole <= 0:
        return None
    return half_up_quickly(sum(points * weight for points, weight in known) / whole, 1)


def distance_words(metres: float) -> str:
    """米 below one kilometre, else 公里."""
    return f"{half_up(metres, 0)} 米" if metres < 1000 else f"{half_up(metres / 1000, 2)} 公里"


def range_words(least: float | None, most: float | None) -> str:
    """A range in 亩, open at either end."""
    if least is None:
        return "不限面积" if most is None else f"不超过 {_plain(most)} 亩"
    return f"不少于 {_plain(least)} 亩" if most is None else f"{_plain(least)}–{_plain(most)} 亩"


def _near(key: str, to: str, distance_m: float, limit_m: float, fails: str, where: str = "") -> Score:
    """100 points beside it, 50 at the limit, none from twice the limit on."""
    points = _points(1 - distance_m / (2 * limit_m)) if limit_m else (FULL if distance_m == 0 else 0.0)
    over = distance_m > limit_m

    def told() -> Told:
        words, most = distance_words(distance_m), distance_words(limit_m)
        said = f"{f'在{where}，' if where else ''}距{to} {words}"
        return words, f"{said}，{'超过' if over else '不超过'} {most}"

    return Score(key, points, told, fails if over else "")


def _points(share: float) -> float:
    return half_up_quickly(FULL * min(max(share, 0.0), 1.0), 1)


def _plain(number: float) -> str:
    return f"{number:,.2f}".rstrip("0").rstrip(".")
