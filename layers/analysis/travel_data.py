"""What does the question about journeys rest on? The roads and places that the viewer may see, and what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from layers import clock
from layers.errors import InvalidValue, UnknownThing
from layers.kinds import BOUNDARIES, KINDS, kind_for
from layers.kinds.lifetime import Moment
from layers.measure import areas_m2
from layers.rights import Viewer
from layers.rules.road_speeds import Speeds
from layers.store import query
from layers.store.query import FoundFeature, LayerSummary

EXISTING: Final = "existing_road"
PROJECTS: Final = "road_project"
SITES: Final = "scenic_site"
NAMES: Final = "place_name"
EXPRESSWAYS: Final = ("expressway", "motorway")
MOST_SITES: Final = 400
FIRST_YEAR: Final = 1950
LAST_YEAR: Final = 2100
NOW: Final = "now"
ALL: Final = "plan"


@dataclass(frozen=True)
class Road:
    """A line on which one drives. project: it is planned, built or rebuilt, and its dates count."""

    uid: str
    name: str
    layer: str
    said: Mapping[str, Any]
    line: BaseGeometry
    project: bool

    @property
    def sample(self) -> bool:
        return bool(self.said.get("is_sample"))

    @property
    def apart(self) -> bool:
        """Passes over or under what it crosses."""
        return self.said.get("admin_class") in EXPRESSWAYS or self.said.get("grade") in EXPRESSWAYS

    @property
    def undated(self) -> bool:
        """Planned, and nobody says for when."""
        lifetime = KINDS[PROJECTS].lifetime
        if not self.project or lifetime is None or not lifetime.stands(self.said, Moment("plan")):
            return False
        return not (self.said.get(lifetime.built) or self.said.get(lifetime.planned)) and not (
            lifetime.is_done(self.said, Moment(NOW, ""))
        )

    def kmh(self, speeds: Speeds, moment: Moment) -> float:
        """On this road at that moment; 0 where it does not stand."""
        of = self.said.get("admin_class"), self.said.get("grade")
        lifetime = KINDS[PROJECTS].lifetime
        if not self.project or lifetime is None:
            return speeds.of(*of)
        if not lifetime.stands(self.said, moment):
            return 0.0
        return speeds.of(*of) if lifetime.is_done(self.said, moment) else speeds.before_works(*of)


@dataclass(frozen=True)
class Place:
    """Where a journey begins or ends; sort: site, town, seat or centre. shape: a point in CGCS2000 degrees."""

    uid: str
    id: int
    layer: str
    name: str
    sort: str
    point: shapely.Point
    town: str = ""
    sample: bool = False


@dataclass(frozen=True)
class Data:
    """All of it. title, measure_word: of the sites; versions: of the layers it was read from."""

    roads: list[Road]
    sites: list[Place]
    hubs: list[Place]
    hub_words: str
    towns: list[Place]
    county: BaseGeometry | None
    areas: list[tuple[str, BaseGeometry]]
    versions: dict[str, int]
    dates: list[tuple[str, str | None]]
    title: str = "景点"
    measure_word: str = "处"


def moment_of(text: str) -> Moment:
    """now, plan or a year (its end); raises InvalidValue with what would be right."""
    if text == NOW:
        return Moment("now", clock.today().isoformat())
    if text == ALL:
        return Moment("plan")
    if not re.fullmatch(r"\d{4}", text, re.ASCII) or not FIRST_YEAR <= int(text) <= LAST_YEAR:
        raise InvalidValue(
            f"年份应为 {FIRST_YEAR} 到 {LAST_YEAR} 的四位数，或 {NOW}（现状）、{ALL}（规划全部建成），但收到“{text[:20]}”。请改正。"
        )
    return Moment("by", f"{text}-12-31")


def words_of(moment: Moment) -> str:
    """现状, 规划全部建成, or 2025 年底."""
    return {"now": "现状", "plan": "规划全部建成"}.get(moment.sort) or f"{moment.day[:4]} 年底"


def read(session: Session, viewer: Viewer, *, sites: str, hub: str) -> Data:
    """Raises UnknownThing and InvalidValue where something that is needed is missing."""
    found = query.layers(session, viewer)
    if not any(each.key == sites for each in found):
        query.layer_named(session, viewer, sites)
    of_kind = {kind: [each for each in found if each.kind == kind] for kind in _needed()}
    asked = next(each for each in found if each.key == sites)
    roads = [*_roads(session, viewer, of_kind[EXISTING]), *_roads(session, viewer, of_kind[PROJECTS])]
    if not roads:
        raise InvalidValue("没有道路：现状公路和道路项目两个图层都是空的，或者您无权查看。请先导入道路。")
    areas = [each for layer in of_kind[BOUNDARIES] for each in _features(session, viewer, layer)]
    names = [each for layer in of_kind[NAMES] for each in _features(session, viewer, layer)]
    centres = [
        place_of(each, "centre")
        for layer in of_kind[SITES]
        for each in _features(session, viewer, layer)
        if each.properties.get("site_type") == "centre"
    ]
    towns = [place_of(each, "town") for each in names if each.properties.get("level") == "town"]
    seats = [place_of(each, "seat") for each in names if each.properties.get("level") == "seat"]
    hubs, words = _hubs(session, viewer, hub, centres, seats, towns)
    used = [*of_kind[EXISTING], *of_kind[PROJECTS], *of_kind[NAMES], *of_kind[BOUNDARIES]]
    used = list({each.key: each for each in (*used, *of_kind[SITES], asked)}.values())
    return Data(
        roads=roads,
        sites=_sites(session, viewer, asked, hubs),
        hubs=hubs,
        hub_words=words,
        towns=towns,
        county=_county(areas),
        areas=[(each.name, each.shape) for each in areas if each.properties.get("level") == "town"],
        versions={each.key: each.version for each in used},
        dates=[
            (each.title, each.data_date.isoformat() if each.data_date else None)
            for each in (*of_kind[EXISTING], *of_kind[PROJECTS], asked)
        ],
        title="景点" if sites == SITES else asked.title,
        measure_word=kind_for(asked).measure_word,
    )


def size(session: Session, viewer: Viewer) -> int:
    """How many roads there are."""
    return sum(each.count for each in query.layers(session, viewer) if each.kind in (EXISTING, PROJECTS))


def place_of(each: FoundFeature, sort: str) -> Place:
    """The middle of a feature."""
    point = each.shape if isinstance(each.shape, shapely.Point) else shapely.point_on_surface(each.shape)
    return Place(
        uid=each.uid,
        id=each.id,
        layer=each.layer_key,
        name=each.name,
        sort=sort,
        point=point,
        town=str(each.properties.get("town") or each.derived.get("town") or ""),
        sample=bool(each.properties.get("is_sample")),
    )


def _needed() -> tuple[str, ...]:
    return EXISTING, PROJECTS, SITES, NAMES, BOUNDARIES


def _roads(session: Session, viewer: Viewer, layers: Sequence[LayerSummary]) -> Iterator[Road]:
    for layer in layers:
        for each in _features(session, viewer, layer):
            if shapely.get_dimensions(each.shape) == 1:
                of = kind_for(layer).key
                yield Road(each.uid, each.name, layer.key, each.properties, each.shape, of == PROJECTS)


def _features(session: Session, viewer: Viewer, layer: LayerSummary) -> list[FoundFeature]:
    return query.find_features(session, viewer, query.layer_named(session, viewer, layer.key))


def _sites(session: Session, viewer: Viewer, layer: LayerSummary, hubs: Sequence[Place]) -> list[Place]:
    if layer.count > MOST_SITES:
        raise InvalidValue(
            f"图层“{layer.title}”有 {layer.count:,} 个对象，一次最多计算 {MOST_SITES} 个。请换一个图层。"
        )
    own = {each.uid for each in hubs}
    found = [place_of(each, "site") for each in _features(session, viewer, layer) if each.uid not in own]
    if not found:
        raise InvalidValue(f"图层“{layer.title}”里没有可计算的对象。请换一个图层，或先录入。")
    return found


def _hubs(
    session: Session,
    viewer: Viewer,
    hub: str,
    centres: list[Place],
    seats: list[Place],
    towns: list[Place],
) -> tuple[list[Place], str]:
    """Where all journeys go, and its words. hub: centre, seat, town:NAME, the uid of a feature, or "" for the usual."""
    if hub in ("", "centre") and centres:
        return centres, centres[0].name if len(centres) == 1 else "最近的游客集散中心"
    if hub in ("", "seat") and seats:
        return seats[:1], seats[0].name
    if hub in ("", "centre", "seat"):
        raise InvalidValue(
            "没有到达地点：地图上没有游客集散中心，地名图层里也没有县城。请录入其中之一，或另选地点。"
        )
    if hub.startswith("town:"):
        named = [each for each in towns if each.name == hub.removeprefix("town:")]
        if not named:
            raise UnknownThing(f"地名图层里没有乡镇“{hub.removeprefix('town:')[:40]}”。请从列表中选择。")
        return named[:1], named[0].name
    found = place_of(query.feature_of(session, viewer, hub), "hub")
    return [found], found.name


def _county(areas: Sequence[FoundFeature]) -> BaseGeometry | None:
    counties = [each.shape for each in areas if each.properties.get("level") == "county"]
    return shapely.union_all(counties or [each.shape for each in areas]) if areas else None


def km2_of(shapes: Sequence[BaseGeometry]) -> list[float]:
    """Ellipsoidal areas in square kilometres; shapes in CGCS2000 degrees."""
    return [round(float(each), 2) for each in areas_m2(np.array(shapes, object)) / 1e6]
