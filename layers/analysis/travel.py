"""What do the new roads do for tourism? Minutes from sites and towns to a hub, before and after (路网前后).

Times are of an assumed speed for each class of road, the same both times: good for comparing, not for a timetable. A
road counts from the year of its actual, else of its planned end; one without a date only in the whole plan. The
result is plain JSON: what is kept, shown, written and drawn on the map is the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from layers import clock
from layers.analysis import network_gaps, reach
from layers.analysis.journeys import Approaches, Graph, approaches, graph
from layers.analysis.network import SNAP_M, Indices, Numbers, build
from layers.analysis.travel_data import SITES, Data, Place, Road, km2_of, moment_of, read, words_of
from layers.analysis.travel_words import sentences
from layers.checks.plane import Plane
from layers.errors import InvalidValue
from layers.kinds.lifetime import Moment
from layers.measure import length_m
from layers.rights import Viewer
from layers.rules.road_speeds import ACCESS, WORDS, Speeds, speeds

BANDS_MIN: Final = (15.0, 30.0, 45.0, 60.0)
GAIN_CLASSES: Final = (1.0, 3.0, 5.0, 10.0, 20.0)
"""Minutes; the map has a line for each of these classes and more."""
FARTHEST_M: Final = 10_000.0
"""So far from every road a place is out of reach."""
MOST_EFFECTS: Final = 60
MOST_GAPS: Final = 50
MOST_TARGETS: Final = 40
SEED_M: Final = 250.0
FINE_M: Final = 40.0
DIGITS: Final = 5
LEAST_GAIN: Final = 0.05

Tell = Callable[[float, str], object]


@dataclass(frozen=True)
class Asked:
    """A question. sites: key of a layer; hub: see travel_data; before, after: now, plan or a year."""

    sites: str = SITES
    hub: str = ""
    before: str = "now"
    after: str = "plan"
    kmh: Mapping[str, Any] | None = None
    snap_m: float = SNAP_M
    farthest_m: float = FARTHEST_M
    join_expressways: bool = False


@dataclass(frozen=True)
class Answered:
    """The result as JSON, and the versions of the layers it rests on."""

    result: dict[str, Any]
    versions: dict[str, int]


def told_nothing(share: float, words: str) -> None:
    """For whoever does not wait."""


def compare(session: Session, viewer: Viewer, asked: Asked, tell: Tell = told_nothing) -> Answered:
    """Raises InvalidValue or UnknownThing with a sentence where the question cannot be answered."""
    before, after = moments(asked)
    chosen = speeds(asked.kmh)
    tell(0.05, "正在读取道路")
    data = read(session, viewer, sites=asked.sites, hub=asked.hub)
    tell(0.2, "正在连接路网")
    return answer(data, asked, chosen, before, after, tell)


def answer(
    data: Data, asked: Asked, chosen: Speeds, before: Moment, after: Moment, tell: Tell = told_nothing
) -> Answered:
    """The same from what was read."""
    world = _World(data, asked, chosen)
    then, later = world.at(before), world.at(after)
    tell(0.5, "正在计算行车时间")
    sites, towns = world.rows(world.sites, then, later), world.rows(world.towns, then, later)
    effects = world.effects(then, later)
    tell(0.7, "正在计算等时圈")
    bands = world.bands(then, later)
    tell(0.9, "正在检查路网")
    result: dict[str, Any] = {
        "day": clock.today().isoformat(),
        "before": {"asked": asked.before, "words": words_of(before)},
        "after": {"asked": asked.after, "words": words_of(after)},
        "of": {"title": data.title, "measure_word": data.measure_word},
        "hub": {"words": data.hub_words, "places": [_told_place(each) for each in data.hubs]},
        "sites": sites,
        "towns": towns,
        "summary": summary(sites),
        "effects": effects,
        "bands": bands,
        "matrix": world.matrix(then, later),
        "lines": world.lines(then, later),
        "network": world.state_of_network(then, later),
        "assumptions": _assumptions(data, asked, chosen),
        "undated": [_told_road(each) for each in data.roads if each.undated],
        "dates": data.dates,
        "sample": any(each.sample for each in data.roads)
        or any(each.sample for each in (*data.sites, *data.hubs)),
    }
    return Answered(result | {"sentences": sentences(result)}, data.versions)


def moments(asked: Asked) -> tuple[Moment, Moment]:
    """Before and after; raises InvalidValue where they are the same or the wrong way round."""
    before, after = moment_of(asked.before), moment_of(asked.after)
    order = [(each.sort == "plan", each.day) for each in (before, after)]
    if before == after or order[0] > order[1]:
        raise InvalidValue(
            f"“前”应早于“后”，但收到前“{words_of(before)}”、后“{words_of(after)}”。请对调或另选。"
        )
    return before, after


def summary(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Means over the rows that are reached both times, who gains most, and how many come within reach at last."""
    both = [each for each in rows if each["before"] is not None and each["after"] is not None]
    gaining = [each for each in both if (each["gain"] or 0) >= LEAST_GAIN]
    best = max(gaining, key=lambda each: each["gain"], default=None)
    return {
        "count": len(rows),
        "both": len(both),
        "before_mean": _mean([each["before"] for each in both]),
        "after_mean": _mean([each["after"] for each in both]),
        "gaining": len(gaining),
        "best": {"name": best["name"], "gain": best["gain"]} if best else None,
        "newly": len([each for each in rows if each["before"] is None and each["after"] is not None]),
        "never": len([each for each in rows if each["after"] is None]),
    }


@dataclass(frozen=True)
class _State:
    """The network at one moment: km/h of each road, ways, minutes to the nearest hub."""

    kmh: Numbers
    graph: Graph
    minutes: Numbers


class _World:
    """The network of all roads, whenever they open, with the places beside it."""

    def __init__(self, data: Data, asked: Asked, chosen: Speeds) -> None:
        self.data, self.asked, self.speeds = data, asked, chosen
        self.places = [*data.sites, *data.towns, *data.hubs]
        first, last = len(data.sites), len(data.sites) + len(data.towns)
        self.sites, self.towns = np.arange(first), np.arange(first, last)
        self.hubs = np.arange(last, len(self.places))
        degrees = np.array([each.line for each in data.roads], object)
        self.plane = Plane(degrees)
        self.axes = self.plane.to(degrees)
        lengths = shapely.length(self.axes)
        true = np.array([length_m(each) for each in degrees])
        self.stretch = np.where(lengths > 0, true / np.where(lengths > 0, lengths, 1), 1.0)
        self.apart = np.array([each.apart for each in data.roads]) & (not asked.join_expressways)
        self.points = self.plane.to(np.array([each.point for each in self.places], object))
        self.near = self._near()
        self.net = build(
            self.axes,
            stretch=self.stretch,
            apart=self.apart,
            snap_m=asked.snap_m,
            stops=[
                (int(row), self.points[at]) for at, row in zip(self.near.place, self.near.row, strict=True)
            ],
        )

    def _near(self) -> Approaches:
        standing = np.array([not each.project for each in self.data.roads])
        return approaches(self.points, self.axes, ~self.apart, first=standing, most_m=self.asked.farthest_m)

    def at(self, moment: Moment) -> _State:
        return self.with_speeds(np.array([each.kmh(self.speeds, moment) for each in self.data.roads]))

    def with_speeds(self, kmh: Numbers) -> _State:
        found = graph(self.net, kmh, self.near, self.speeds.access, len(self.places))
        return _State(kmh, found, found.minutes_from_nearest(self.hubs))

    def minutes_of(self, places: Indices, state: _State) -> Numbers:
        return state.minutes[self.net.size + places]

    def rows(self, places: Indices, then: _State, later: _State) -> list[dict[str, Any]]:
        """One for each place, who gains most first."""
        before, after = self.minutes_of(places, then), self.minutes_of(places, later)
        found = [
            _told_place(self.places[place])
            | _gained(before[at], after[at])
            | {"why": "" if np.isfinite(after[at]) else self._why(place)}
            for at, place in enumerate(places.tolist())
        ]
        return sorted(found, key=_order)

    def _why(self, place: int) -> str:
        """Why a place is not reached."""
        metres = shapely.distance(self.points[place], self.axes[~self.apart]).min(initial=np.inf)
        if metres <= self.asked.farthest_m:
            return "附近的道路与到达地点所在的路网不相连"
        most = f"{self.asked.farthest_m / 1000:g} 公里"
        if not np.isfinite(metres):
            return f"{most}内没有可以上路的道路，按不可达计"
        return f"距最近的可上路道路 {metres / 1000:.1f} 公里，超过 {most}，按不可达计"

    def effects(self, then: _State, later: _State) -> list[dict[str, Any]]:
        """What each road brings that is better afterwards: alone, and by being left out."""
        better = np.flatnonzero(later.kmh > then.kmh)
        before, after = self.minutes_of(self.sites, then), self.minutes_of(self.sites, later)
        found = []
        for row in better[:MOST_EFFECTS]:
            alone, without = then.kmh.copy(), later.kmh.copy()
            alone[row], without[row] = later.kmh[row], then.kmh[row]
            first = self.minutes_of(self.sites, self.with_speeds(alone))
            last = self.minutes_of(self.sites, self.with_speeds(without))
            road = self.data.roads[int(row)]
            found.append(_told_road(road) | self._effect(before, first, last, after))
        return sorted(found, key=lambda each: (-each["alone_mean"], -each["without_mean"], each["name"]))

    def _effect(self, before: Numbers, alone: Numbers, without: Numbers, after: Numbers) -> dict[str, Any]:
        gains = _less(before, alone)
        best = int(np.argmax(gains)) if len(gains) else 0
        gain = _rounded(gains[best]) or 0.0
        return {
            "alone_mean": _rounded(gains[np.isfinite(before)].mean() if np.isfinite(before).any() else 0.0)
            or 0.0,
            "alone_newly": int((~np.isfinite(before) & np.isfinite(alone)).sum()),
            "best": {"name": self.data.sites[best].name, "gain": gain} if gain >= LEAST_GAIN else None,
            "without_mean": _rounded(_less(without, after)[np.isfinite(without)].mean())
            if np.isfinite(without).any()
            else 0.0,
            "without_lost": int((np.isfinite(after) & ~np.isfinite(without)).sum()),
        }

    def bands(self, then: _State, later: _State) -> list[dict[str, Any]]:
        """Areas within so many minutes, inside the county where its border is known."""
        county = self.data.county
        whole = km2_of([county])[0] if county is not None else None
        first, last = self._areas(then), self._areas(later)
        minutes = [self.minutes_of(self.sites, each) for each in (then, later)]
        return [
            {
                "minutes": limit,
                "before": _geojson(first[at]),
                "after": _geojson(last[at]),
                "before_km2": before_km2,
                "after_km2": after_km2,
                "before_share": _share(before_km2, whole),
                "after_share": _share(after_km2, whole),
                "before_sites": int((minutes[0] <= limit).sum()),
                "after_sites": int((minutes[1] <= limit).sum()),
            }
            for at, (limit, before_km2, after_km2) in enumerate(
                zip(BANDS_MIN, km2_of(first), km2_of(last), strict=True)
            )
        ]

    def _areas(self, state: _State) -> list[BaseGeometry]:
        found = reach.seeds(self.net, state.minutes[: self.net.size], state.kmh, ~self.apart, SEED_M)
        # One may set out on foot, too.
        hubs = self.points[self.hubs]
        found = reach.Seeds(
            np.concatenate([found.xy, shapely.get_coordinates(hubs)]),
            np.concatenate([found.minutes, np.zeros(len(hubs))]),
        )
        minutes = self.grid.minutes(found, BANDS_MIN[-1])
        areas = np.array(self.grid.areas(minutes, BANDS_MIN), object)
        inside = areas if self.county is None else shapely.intersection(areas, self.county)
        return list(self.plane.back(inside))

    @cached_property
    def county(self) -> BaseGeometry | None:
        """In the plane."""
        county = self.data.county
        return None if county is None else self.plane.to(np.array([county], object))[0]

    @cached_property
    def grid(self) -> reach.Grid:
        """Over the county, or over all roads where its border is not known."""
        seen = self.axes if self.county is None else np.array([self.county], object)
        west, south, east, north = shapely.total_bounds(seen)
        return reach.Grid((west, south, east, north), self.speeds.access, self.asked.farthest_m)

    def matrix(self, then: _State, later: _State) -> dict[str, Any]:
        """Minutes from every site to the hub and the towns; a nearest hub is one column."""
        at = np.concatenate([self.hubs, self.towns])[:MOST_TARGETS]
        told = {}
        for name, state in (("before", then), ("after", later)):
            minutes = state.graph.minutes_from(at)[:, self.net.size + self.sites].T
            told[name] = [[_rounded(each) for each in row] for row in minutes]
        return {
            "sites": [each.name for each in self.data.sites],
            "targets": [self.places[each].name for each in at.tolist()],
            **told,
        }

    def lines(self, then: _State, later: _State) -> list[dict[str, Any]]:
        """For the map: roads that are new or better, and roads from which the hub is nearer than before, by class."""
        net = self.net
        first, last = self._midway(then), self._midway(later)
        gain = _less(first, last)
        new = (later.kmh > then.kmh)[net.row]
        pieces = net.shapes()
        told = []
        for low, high in zip(GAIN_CLASSES, (*GAIN_CLASSES[1:], np.inf), strict=True):
            chosen = (gain >= low) & (gain < high) & ~new & (later.kmh[net.row] > 0)
            told += self._drawn(
                pieces[chosen], {"gain_from": low, "gain_to": high if high < np.inf else None}
            )
        told += self._drawn(pieces[new], {"new": True})
        return told

    def _midway(self, state: _State) -> Numbers:
        """Minutes to the hub from the middle of each edge."""
        net, kmh = self.net, state.kmh[self.net.row]
        half = np.where(kmh > 0, net.length_m / np.where(kmh > 0, kmh, 1) * 0.03, np.inf)
        return np.minimum(state.minutes[net.u], state.minutes[net.v]) + half

    def _drawn(self, pieces: Any, told: dict[str, Any]) -> list[dict[str, Any]]:
        if not len(pieces):
            return []
        merged = shapely.line_merge(shapely.multilinestrings(pieces))
        shape = self.plane.back(np.array([shapely.simplify(merged, FINE_M / 4)], object))[0]
        return [told | {"geometry": _geojson(shape)}]

    def state_of_network(self, then: _State, later: _State) -> dict[str, Any]:
        """What is broken, before and after."""
        open_ = (later.kmh > 0)[self.net.row]
        loose = network_gaps.loose_ends(self.net, open_)
        alone = network_gaps.islands(self.net, open_)
        return {
            "roads": len(self.data.roads),
            "before_km": self._km(then),
            "after_km": self._km(later),
            "loose_count": len(loose),
            "loose": [
                {
                    "name": self.data.roads[each.row].name,
                    "other": self.data.roads[each.other].name,
                    "short_m": round(each.short_m, 1),
                    **self._where(each.x, each.y),
                }
                for each in loose[:MOST_GAPS]
            ],
            "island_count": len(alone),
            "islands": [
                {
                    "names": sorted({self.data.roads[row].name for row in each.rows})[:6],
                    "length_km": round(each.length_m / 1000, 2),
                    **self._where(each.x, each.y),
                }
                for each in alone[:MOST_GAPS]
            ],
        }

    def _km(self, state: _State) -> float:
        return round(float(self.net.length_m[(state.kmh > 0)[self.net.row]].sum()) / 1000, 2)

    def _where(self, x: float, y: float) -> dict[str, Any]:
        point = self.plane.back(np.array([shapely.Point(x, y)], object))[0]
        town = next((name for name, shape in self.data.areas if shapely.contains(shape, point)), "")
        return {"lon": round(point.x, 6), "lat": round(point.y, 6), "town": town}


def _assumptions(data: Data, asked: Asked, chosen: Speeds) -> list[str]:
    used = {
        str(key)
        for each in data.roads
        for key in (each.said.get("grade"), each.said.get("admin_class"))
        if key in chosen.kmh
    }
    pace = "、".join(f"{WORDS[key]} {chosen.kmh[key]:g}" for key in WORDS if key in used)
    unknown = [each for each in data.roads if not (each.said.get("admin_class") or each.said.get("grade"))]
    told = [
        f"车速按道路等级取定值（公里/小时）：{pace}；填了技术等级的按技术等级",
        f"改造完成前的老路 {chosen.kmh['rebuilding']:g} 公里/小时，且不高于改造后",
        f"景点、乡镇就近上路，路网以外按直线 {chosen.kmh[ACCESS]:g} 公里/小时，"
        f"距道路超过 {asked.farthest_m / 1000:g} 公里按不可达",
        "不计等待、拥堵、红绿灯和停车，双向同速；结果用于前后比较，不作为行车时刻",
        "道路按实际竣工年份计入，没有的按计划竣工年份；没有日期的只计入“规划全部建成”",
        f"端点相距 {asked.snap_m:g} 米以内视为相接，交叉处视为平交",
    ]
    if any(each.apart for each in data.roads):
        told.append(
            "高速公路按平交处理"
            if asked.join_expressways
            else "高速公路只在有道路端点（互通匝道）相接处上下，其余为立交"
        )
    if unknown:
        told.append(f"{len(unknown)} 条道路没有等级，按 {chosen.kmh['unknown']:g} 公里/小时")
    return told


def _told_place(each: Place) -> dict[str, Any]:
    return {
        "uid": each.uid,
        "id": each.id,
        "layer": each.layer,
        "name": each.name,
        "town": each.town,
        "lon": round(each.point.x, 6),
        "lat": round(each.point.y, 6),
        "sample": each.sample,
    }


def _told_road(each: Road) -> dict[str, Any]:
    return {"uid": each.uid, "name": each.name, "layer": each.layer, "sample": each.sample}


def _gained(before: float, after: float) -> dict[str, Any]:
    gain = before - after if np.isfinite(before) and np.isfinite(after) else None
    return {
        "before": _rounded(before),
        "after": _rounded(after),
        "gain": None if gain is None else _rounded(gain),
    }


def _order(row: Mapping[str, Any]) -> tuple[int, float, str]:
    """Who comes within reach at last, then by minutes gained, then who is never reached."""
    if row["after"] is None:
        return 2, 0.0, str(row["name"])
    return (0, row["after"], row["name"]) if row["before"] is None else (1, -row["gain"], str(row["name"]))


def _less(before: Numbers, after: Numbers) -> Numbers:
    """Minutes gained; 0 where it was or is not reached."""
    both = np.isfinite(before) & np.isfinite(after)
    return np.where(both, np.where(both, before, 0) - np.where(both, after, 0), 0.0)


def _mean(values: Sequence[float]) -> float | None:
    return _rounded(sum(values) / len(values)) if values else None


def _rounded(minutes: float) -> float | None:
    return round(float(minutes), 1) + 0.0 if np.isfinite(minutes) else None


def _share(part: float, whole: float | None) -> float | None:
    return round(100 * part / whole, 1) if whole else None


def _geojson(shape: BaseGeometry) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(shapely.to_geojson(shapely.set_precision(shape, 10**-DIGITS)))
    return told
