"""What does somebody need of a piece of land? The wishes of a request, read and checked; sentences say what would be right."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy.orm import Session

from layers.analysis.siting_land import LANDS, is_land
from layers.errors import InvalidValue
from layers.kinds import BOUNDARIES, kind_for
from layers.kinds.control_line import LINES
from layers.kinds.fields import shortened
from layers.kinds.land_supply import ROUTES
from layers.rights import Viewer
from layers.rules.road_classes import ADMIN_CLASSES
from layers.rules.siting import CRITERIA, MOST_WEIGHT, distance_words, range_words
from layers.store import query
from layers.store.editions import CONTROL_LINE

ANY_ROAD: Final = "any"
ROAD_CLASSES: Final = {ANY_ROAD: "公路或城市道路（不限等级）", **ADMIN_CLASSES}
HELD_WAYS: Final = {"exclude": "不列出", "mark": "列出并标明"}
DEFAULT_ROWS: Final = 30
MOST_ROWS: Final = 200
MOST_WORDS: Final = 20
LONGEST_NAME: Final = 100
MOST_MU: Final = 1_000_000
MOST_KM: Final = 200


@dataclass(frozen=True)
class Needs:
    """The wishes, in 亩 and km. Empty or None: not asked for. must: keys of the wishes that exclude."""

    land: tuple[str, ...]
    project: str = ""
    least_mu: float | None = None
    most_mu: float | None = None
    uses: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    town: str = ""
    town_km: float | None = None
    road: str = ""
    road_km: float = 0.0
    avoid_lines: tuple[str, ...] = ()
    avoid_layers: tuple[str, ...] = ()
    weights: Mapping[str, float] = field(default_factory=dict)
    must: frozenset[str] = frozenset()
    held: str = "exclude"
    rows: int = DEFAULT_ROWS

    @property
    def asked(self) -> list[str]:
        """Keys of the wishes that were expressed, in the order of their declaration."""
        said = {
            "area": self.least_mu is not None or self.most_mu is not None,
            "use": bool(self.uses),
            "route": bool(self.routes),
            "town": bool(self.town),
            "road": bool(self.road),
            "avoid": bool(self.avoid_lines or self.avoid_layers),
        }
        return [key for key in CRITERIA if said[key]]

    def words(self, titles: Mapping[str, str]) -> list[tuple[str, str]]:
        """What was asked for, line by line. titles: of the layers, by key."""
        avoided = [
            *(LINES[key] for key in self.avoid_lines),
            *(titles.get(key, key) for key in self.avoid_layers),
        ]
        near = f"，距其不超过 {distance_words(1000 * self.town_km)}" if self.town_km is not None else "范围内"
        told = {
            "area": range_words(self.least_mu, self.most_mu),
            "use": "、".join(self.uses),
            "route": "、".join(ROUTES[key] for key in self.routes),
            "town": f"{self.town}{near}",
            "road": f"距{ROAD_CLASSES.get(self.road, '')}不超过 {distance_words(1000 * self.road_km)}",
            "avoid": "、".join(avoided),
        }
        return [(CRITERIA[key].title, told[key]) for key in self.asked]


def read_needs(session: Session, viewer: Viewer, body: Mapping[str, Any]) -> Needs:
    """The wishes in the body of a request; raises InvalidValue with what came and what would be right."""
    _refuse_unknown(body)
    _refuse_unclean(body)
    area, town, road = _part(body, "area"), _part(body, "town"), _part(body, "road")
    avoid = _part(body, "avoid")
    needs = Needs(
        project=_text(body.get("project"), "项目名称"),
        least_mu=_number(area.get("min"), "面积下限（亩）", MOST_MU),
        most_mu=_number(area.get("max"), "面积上限（亩）", MOST_MU),
        uses=_words(body.get("use"), "用途"),
        routes=_codes(body.get("route"), "供地途径", ROUTES),
        town=_town(session, viewer, town.get("name")),
        town_km=_number(town.get("km"), "距乡镇（公里）", MOST_KM),
        road=_code(road.get("class"), "道路等级", ROAD_CLASSES),
        road_km=_number(road.get("km"), "距道路（公里）", MOST_KM) or 0.0,
        avoid_lines=_codes(avoid.get("lines"), "避让的控制线", LINES),
        avoid_layers=_layers(session, viewer, _words(avoid.get("layers"), "避让的图层"), "避让的图层"),
        land=_land(session, viewer, body.get("land")),
        weights=_weights(body.get("weights")),
        must=_must(body.get("must")),
        held=_code(body.get("held"), "已锁定的地块", HELD_WAYS) or "exclude",
        rows=_rows(body.get("limit")),
    )
    _refuse_senseless(needs, road)
    return needs


def offered_land(session: Session, viewer: Viewer) -> dict[str, str]:
    """The layers in which land can be looked for, by key."""
    return {
        each.key: each.title
        for each in query.layer_rows(session, viewer)
        if is_land(each.kind, kind_for(each).geometry)
    }


def offered_towns(session: Session, viewer: Viewer) -> list[str]:
    """The names of the towns on the map."""
    return sorted(each.name for each in town_areas(session, viewer))


def offered_layers(session: Session, viewer: Viewer) -> dict[str, str]:
    """The layers that can be avoided; control lines are asked for by their type."""
    found = query.layer_rows(session, viewer)
    return {
        each.key: each.title
        for each in found
        if not kind_for(each).backdrop and each.kind not in (CONTROL_LINE, *LANDS)
    }


def town_areas(session: Session, viewer: Viewer) -> list[query.FoundFeature]:
    """The towns among the boundaries on the map."""
    found: list[query.FoundFeature] = []
    for layer in query.layer_rows(session, viewer):
        if layer.kind == BOUNDARIES:
            areas = query.find_features(session, viewer, layer)
            found += [area for area in areas if area.properties.get("level") == "town"]
    return found


_KNOWN: Final = (
    *("project", "area", "use", "route", "town", "road", "avoid", "land"),
    *("weights", "must", "held", "limit"),
)


def _refuse_unknown(body: Mapping[str, Any]) -> None:
    unknown = next((key for key in body if key not in _KNOWN), None)
    if unknown is not None:
        raise InvalidValue(
            f"选址条件里有不认识的“{str(unknown)[:40]}”，应为以下之一：{'、'.join(_KNOWN)}。请改正。"
        )


def _refuse_unclean(body: Mapping[str, Any]) -> None:
    """The wishes are kept as they came, and a database keeps no NUL."""
    if "\\u0000" in json.dumps(dict(body), default=str):
        raise InvalidValue("选址条件含有不能保存的控制字符。请删除后重试。")


def _refuse_senseless(needs: Needs, road: Mapping[str, Any]) -> None:
    least, most = needs.least_mu, needs.most_mu
    if least is not None and most is not None and least > most:
        raise InvalidValue(f"面积下限 {least:g} 亩大于上限 {most:g} 亩。请对调，或改正其中一个。")
    if needs.road and road.get("km") in (None, ""):
        raise InvalidValue(
            f"选择了距{ROAD_CLASSES[needs.road]}的距离，但没有填写公里数。请填写，如 2；或不限道路。"
        )
    if road.get("km") not in (None, "") and not needs.road:
        raise InvalidValue("填写了距道路的公里数，但没有选择道路等级。请选择一种，如省道，或“不限等级”。")
    if needs.town_km is not None and not needs.town:
        raise InvalidValue("填写了距乡镇的公里数，但没有选择乡镇街道。请选择一个，或去掉公里数。")
    if not needs.asked:
        raise InvalidValue("没有填写任何选址条件。请至少填写面积、用途、道路、乡镇或避让中的一项。")
    if all(needs.weights[key] == 0 for key in needs.asked):
        raise InvalidValue("所填条件的权重都是 0，无法排序。请给至少一个条件大于 0 的权重。")


_PARTS: Final = {
    "area": ("min", "max"),
    "town": ("name", "km"),
    "road": ("class", "km"),
    "avoid": ("lines", "layers"),
}
"""What each part of the wishes may say."""


def _part(body: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    said = body.get(key)
    if said is None:
        return {}
    if not isinstance(said, dict):
        raise InvalidValue(f"“{key}”应为对照表（{{…}}），但收到“{shortened(said)}”。请按接口说明提交。")
    unknown = next((each for each in said if each not in _PARTS[key]), None)
    if unknown is not None:
        raise InvalidValue(
            f"“{key}”里有不认识的“{str(unknown)[:40]}”，应为以下之一：{'、'.join(_PARTS[key])}。请改正。"
        )
    return said


def _number(said: Any, title: str, most: float) -> float | None:
    if said is None or said == "":
        return None
    try:
        value = float(said) if not isinstance(said, bool) else math.nan
    except (TypeError, ValueError):
        value = math.nan
    if not (math.isfinite(value) and 0 <= value <= most):
        raise InvalidValue(
            f"“{title}”应为 0 到 {most:,} 之间的数字，但收到“{shortened(said)}”。请改正，或留空。"
        )
    return value


def _text(said: Any, title: str) -> str:
    text = " ".join(str(said or "").split())
    if len(text) > LONGEST_NAME:
        raise InvalidValue(f"“{title}”最多 {LONGEST_NAME} 个字，但收到 {len(text)} 个字。请缩短。")
    return text


def _words(said: Any, title: str) -> tuple[str, ...]:
    if said is None or said == "":
        return ()
    given = [said] if isinstance(said, str) else said
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        raise InvalidValue(f"“{title}”应为文字的列表，但收到“{shortened(said)}”。请改正。")
    words = tuple(dict.fromkeys(word for each in given if (word := " ".join(each.split()))))
    if len(words) > MOST_WORDS or any(len(word) > LONGEST_NAME for word in words):
        raise InvalidValue(f"“{title}”最多 {MOST_WORDS} 个，每个最多 {LONGEST_NAME} 个字。请减少或缩短。")
    return words


def _codes(said: Any, title: str, choices: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(_code(each, title, choices) for each in _words(said, title))


def _code(said: Any, title: str, choices: Mapping[str, str]) -> str:
    """The code that was meant by a code or by its words."""
    if said is None or said == "":
        return ""
    codes = {words: code for code, words in choices.items()}
    text = str(said)
    if text not in choices and text not in codes:
        raise InvalidValue(
            f"“{title}”收到“{shortened(said)}”，应为以下之一：{'、'.join(choices.values())}。请改正。"
        )
    return text if text in choices else codes[text]


def _town(session: Session, viewer: Viewer, said: Any) -> str:
    name = _text(said, "乡镇街道")
    if not name:
        return ""
    known = offered_towns(session, viewer)
    if name not in known:
        listed = "、".join(known) or "（图上还没有乡镇边界）"
        raise InvalidValue(f"没有乡镇街道“{name}”。应为以下之一：{listed}。请改正，或不限乡镇。")
    return name


def _land(session: Session, viewer: Viewer, said: Any) -> tuple[str, ...]:
    offered = offered_land(session, viewer)
    keys = _words(said, "查找的图层")
    if not keys:
        kinds = [each.key for each in query.layer_rows(session, viewer) if each.kind in LANDS]
        keys = tuple(key for key in offered if key in kinds)
    if not keys:
        raise InvalidValue(
            "图上没有可以找地的图层（闲置低效用地、用地指标来源或自定义面图层），或者您无权查看。"
        )
    unfit = next((key for key in keys if key not in offered), None)
    if unfit is not None:
        _layers(session, viewer, (unfit,), "查找的图层")
        raise InvalidValue(
            f"图层“{unfit}”不是可以找地的图层。请选择：{'、'.join(offered.values()) or '（没有）'}。"
        )
    return keys


def _layers(session: Session, viewer: Viewer, keys: Sequence[str], title: str) -> tuple[str, ...]:
    """Layers that are there; one that was removed since is said."""
    known = {each.key for each in query.layer_rows(session, viewer)}
    gone = next((key for key in keys if key not in known), None)
    if gone is not None:
        raise InvalidValue(
            f"“{title}”里的“{gone}”已经不在图上，或者您无权查看。请去掉它，或从图层列表中另选。"
        )
    return tuple(keys)


def _weights(said: Any) -> dict[str, float]:
    weights = {key: each.weight for key, each in CRITERIA.items()}
    if said is None:
        return weights
    if not isinstance(said, dict):
        raise InvalidValue(f"“权重”应为条件与数字的对照表，但收到“{shortened(said)}”。请改正。")
    for key, value in said.items():
        if key not in CRITERIA:
            raise InvalidValue(
                f"“权重”里有不认识的条件“{str(key)[:40]}”，应为以下之一：{'、'.join(CRITERIA)}。请改正。"
            )
        number = _number(value, f"{CRITERIA[key].title}的权重", MOST_WEIGHT)
        weights[key] = weights[key] if number is None else number
    return weights


def _must(said: Any) -> frozenset[str]:
    if said is None:
        return frozenset(key for key, each in CRITERIA.items() if each.must)
    return frozenset(_codes(said, "必须满足的条件", {key: each.title for key, each in CRITERIA.items()}))


def _rows(said: Any) -> int:
    number = _number(said, "列出几宗", MOST_ROWS)
    return max(1, int(number)) if number is not None else DEFAULT_ROWS
