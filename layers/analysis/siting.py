"""Where can a good project land? Parcels of several layers, ruled out or ranked by the wishes of a person (项目找地).

What costs least is asked first: sizes in the database, then columns, then shapes of what is left, overlays at the end.
The result is plain JSON: what is saved, shown, exported and hashed is the same. For reference, never a basis of approval.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from layers import clock
from layers.analysis.nearest import nearest
from layers.analysis.siting_avoid import Avoided, overlaps_of
from layers.analysis.siting_land import Land, land_of
from layers.analysis.siting_needs import ANY_ROAD, ROAD_CLASSES, Needs, town_areas
from layers.errors import InvalidValue
from layers.kinds import kind_for
from layers.kinds.held import BY, PROJECT, SINCE, UNIT, UNTIL, standing_hold
from layers.kinds.land_supply import ROUTES
from layers.rights import Viewer, may_see
from layers.rules.hold import Hold
from layers.rules.siting import CRITERIA, NOTE, Score, area_score, road_score, route_score, total
from layers.rules.siting import town_score as score_of_town
from layers.rules.siting import use_score as score_of_use
from layers.store import query
from layers.store.editions import CONTROL_LINE
from layers.store.found import FoundFeature, found_by_id
from layers.store.plots import count_plots, plot_shapes, plots

GONE, HELD = "gone", "held"
OTHER_REASONS: Final = {GONE: "可供地块", HELD: "意向锁定"}
ROADS: Final = ("existing_road", "road_project")
OPEN_STATES: Final = ("open", "rebuilding")
"""A road that is only planned leads nowhere yet."""
_HOLD: Final = (PROJECT, UNIT, SINCE, UNTIL, BY)

Shapes = NDArray[np.object_]


@dataclass
class Candidate:
    """A parcel on its way to the list. of: the place of its layer; values: its columns."""

    id: int
    of: int
    values: dict[str, Any]
    scores: list[Score] = field(default_factory=list)
    total: float | None = None
    hold: Hold | None = None

    @property
    def area_mu(self) -> float:
        return float(self.values["area_mu"])


@dataclass(frozen=True)
class Ground:
    """A layer in which land is looked for."""

    layer: query.Layer
    land: Land
    count: int


@dataclass
class Sited:
    """The result as JSON, and the versions of the layers it rests on."""

    result: dict[str, Any]
    versions: dict[str, int]


class Sieve:
    """Counts why parcels were left out, each by the first wish that it does not meet."""

    def __init__(self, needs: Needs) -> None:
        self._needs = needs
        self.left_out: Counter[tuple[str, str]] = Counter()

    def score(self, found: Iterable[Candidate], score: Callable[[Candidate], Score]) -> list[Candidate]:
        """Give each its score; those that must meet the wish and do not are left out."""
        kept = []
        for each in found:
            said = score(each)
            if said.fails and said.key in self._needs.must:
                self.left_out[said.key, said.fails] += 1
                continue
            each.scores.append(said)
            kept.append(each)
        return kept

    def drop(self, found: Iterable[Candidate], key: str, why: Callable[[Candidate], str]) -> list[Candidate]:
        """Leave out those for which there is a reason."""
        kept = []
        for each in found:
            reason = why(each)
            if reason:
                self.left_out[key, reason] += 1
            else:
                kept.append(each)
        return kept

    def told(self) -> list[dict[str, Any]]:
        """The most frequent reasons of each wish first, in the order in which wishes are asked."""
        order = [GONE, "area", HELD, *(key for key in CRITERIA if key != "area")]
        titles = {key: each.title for key, each in CRITERIA.items()} | OTHER_REASONS
        rows = sorted(self.left_out.items(), key=lambda row: (order.index(row[0][0]), -row[1], row[0][1]))
        return [
            {"key": key, "title": titles[key], "reason": reason, "count": count}
            for (key, reason), count in rows
        ]


def plot_count(session: Session, viewer: Viewer, needs: Needs) -> int:
    """Among how many parcels is looked?"""
    return sum(
        count_plots(session, viewer, layer) for layer in query.layers_named(session, viewer, needs.land)
    )


def search(
    session: Session, viewer: Viewer, needs: Needs, tell: Callable[[float, str], None] | None = None
) -> Sited:
    """Rank what is there; InvalidValue says which wish left out how many when nothing is left."""
    say = tell or (lambda share, words: None)
    sieve, grounds = Sieve(needs), _grounds(session, viewer, needs)
    say(0.1, "正在按面积、用途筛选")
    found = _by_columns(session, viewer, needs, grounds, sieve)
    say(0.3, "正在计算距离")
    shapes = _shapes(session, viewer, grounds, found)
    found, shapes = _by_distance(session, viewer, needs, found, shapes, sieve)
    say(0.6, "正在叠加避让图层")
    avoided = Avoided(session, viewer, needs)
    scores = dict(zip(_ids(found), avoided.scores(shapes, _ids(found)), strict=True)) if avoided.asked else {}
    if avoided.asked:
        found = sieve.score(found, lambda each: scores[each.id])
    considered = sum(each.count for each in grounds)
    if not found:
        raise InvalidValue(_nothing_left(considered, sieve))
    ranked = _ranked(found, needs)[: needs.rows]
    say(0.8, "正在核对压盖")
    return _sited(session, viewer, needs, grounds, ranked, _Kept(considered, len(found), sieve, avoided))


# --- what is looked at -----------------------------------------------------------------------------------


def _grounds(session: Session, viewer: Viewer, needs: Needs) -> list[Ground]:
    found = query.layers_named(session, viewer, needs.land)
    return [Ground(each, land_of(kind_for(each)), count_plots(session, viewer, each)) for each in found]


def _by_columns(
    session: Session, viewer: Viewer, needs: Needs, grounds: Sequence[Ground], sieve: Sieve
) -> list[Candidate]:
    """All that can be told without a shape."""
    found = [
        each
        for place, ground in enumerate(grounds)
        for each in _read(session, viewer, needs, ground, place, sieve)
    ]
    found = sieve.drop(found, GONE, lambda each: _why_gone(grounds[each.of].land, each))
    if "area" in needs.asked:
        found = sieve.score(found, lambda each: area_score(each.area_mu, needs.least_mu, needs.most_mu))
    today = clock.today()
    for each in found:
        each.hold = standing_hold(each.values, today)
    if needs.held == "exclude":
        found = sieve.drop(found, HELD, lambda each: _why_held(each.hold, needs.project))
    if needs.uses:
        found = sieve.score(
            found, lambda each: score_of_use(each.values.get(grounds[each.of].land.use), needs.uses)
        )
    if needs.routes:
        found = sieve.score(found, lambda each: _route_score(grounds[each.of].land, each, needs))
    if needs.town and needs.town_km is None:
        found = sieve.score(found, lambda each: score_of_town(each.values["town"], needs.town, None, None))
    return found


def _read(
    session: Session, viewer: Viewer, needs: Needs, ground: Ground, place: int, sieve: Sieve
) -> list[Candidate]:
    """The parcels of a layer; where the size must fit, only those of that size leave the database."""
    kind = kind_for(ground.layer)
    wanted = [ground.land.use, ground.land.route, *ground.land.gone, *_HOLD]
    keys = [
        key
        for key in dict.fromkeys(wanted)
        if key in kind.by_key and may_see(viewer, kind.by_key[key].visibility, ground.layer.unit)
    ]
    exact = "area" in needs.must and "area" in needs.asked
    limits = {"least_mu": needs.least_mu, "most_mu": needs.most_mu} if exact else {}
    found = plots(session, viewer, ground.layer, keys, **limits)
    if exact:
        _count_sizes(session, viewer, needs, ground, len(found.ids), sieve)
    rows = zip(*found.columns.values(), strict=True)
    return [
        Candidate(id_, place, dict(zip(found.columns, row, strict=True)))
        for id_, row in zip(found.ids.tolist(), rows, strict=True)
    ]


def _count_sizes(
    session: Session, viewer: Viewer, needs: Needs, ground: Ground, fitting: int, sieve: Sieve
) -> None:
    """How many were too small and too large, without reading them."""
    too_large = 0
    if needs.most_mu is not None:
        too_large = ground.count - count_plots(session, viewer, ground.layer, most_mu=needs.most_mu)
    too_small = ground.count - fitting - too_large
    for count, reason in ((too_small, "面积小于下限"), (too_large, "面积大于上限")):
        if count:
            sieve.left_out["area", reason] += count


def _why_gone(land: Land, each: Candidate) -> str:
    reasons = (words.get(str(each.values.get(key)), "") for key, words in land.gone.items())
    return next((reason for reason in reasons if reason), "")


def _why_held(hold: Hold | None, project: str) -> str:
    return "已为其他项目意向锁定" if hold and hold.project != project else ""


def _route_score(land: Land, each: Candidate, needs: Needs) -> Score:
    route = land.all_route or each.values.get(land.route)
    return route_score(ROUTES.get(route) if route else None, wanted=route in needs.routes)


# --- what is measured ------------------------------------------------------------------------------------


def _shapes(session: Session, viewer: Viewer, grounds: Sequence[Ground], found: list[Candidate]) -> Shapes:
    """In the order of the candidates, which come layer by layer, each by its ids."""
    parts = [
        plot_shapes(session, viewer, ground.layer, _ids(each for each in found if each.of == place))
        for place, ground in enumerate(grounds)
    ]
    return np.concatenate(parts) if parts else np.zeros(0, object)


def _by_distance(
    session: Session, viewer: Viewer, needs: Needs, found: list[Candidate], shapes: Shapes, sieve: Sieve
) -> tuple[list[Candidate], Shapes]:
    of = dict(zip(_ids(found), shapes, strict=True))
    if needs.town and needs.town_km is not None:
        far = _from_town(session, viewer, needs.town, found, shapes)
        limit_m = 1000 * needs.town_km
        found = sieve.score(
            found, lambda each: score_of_town(each.values["town"], needs.town, far[each.id], limit_m)
        )
    if needs.road:
        found = _by_road(session, viewer, needs, found, _some(of, found), sieve)
    return found, _some(of, found)


def _by_road(
    session: Session, viewer: Viewer, needs: Needs, found: list[Candidate], shapes: Shapes, sieve: Sieve
) -> list[Candidate]:
    roads = _roads(session, viewer, needs.road)
    near = nearest(shapes, [each.shape for each in roads])
    title, limit_m = ROAD_CLASSES[needs.road], 1000 * needs.road_km
    if near is None:
        return sieve.score(found, lambda each: road_score("", None, limit_m, title))
    far = {
        each.id: (float(metres), roads[line].name)
        for each, metres, line in zip(found, near.metres, near.lines, strict=True)
    }
    return sieve.score(found, lambda each: road_score(far[each.id][1], far[each.id][0], limit_m, title))


def _roads(session: Session, viewer: Viewer, road_class: str) -> list[FoundFeature]:
    """Roads of the class that one can drive on."""
    found: list[FoundFeature] = []
    for layer in query.layer_rows(session, viewer):
        if layer.kind in ROADS:
            text = "" if road_class == ANY_ROAD else f"admin_class.any.{road_class}"
            where = query.read_filter(session, viewer, layer, text)
            found += query.find_features(session, viewer, layer, where=where)
    return [each for each in found if each.properties.get("state", "open") in OPEN_STATES]


def _from_town(
    session: Session, viewer: Viewer, name: str, found: Sequence[Candidate], shapes: Shapes
) -> dict[int, float]:
    """Metres to the border of the town; 0 inside."""
    near = nearest(
        shapes, [each.shape for each in town_areas(session, viewer) if each.properties.get("name") == name]
    )
    metres = near.metres if near else np.full(len(shapes), np.inf)
    return {
        each.id: 0.0 if each.values["town"] == name else float(far)
        for each, far in zip(found, metres, strict=True)
    }


def _ids(found: Iterable[Candidate]) -> NDArray[np.int64]:
    return np.array([each.id for each in found], np.int64)


def _some(of: dict[Any, Any], found: Sequence[Candidate]) -> Shapes:
    some = np.empty(len(found), object)
    some[:] = [of[each.id] for each in found]
    return some


# --- what is told ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Kept:
    considered: int
    count: int
    sieve: Sieve
    avoided: Avoided


def _ranked(found: list[Candidate], needs: Needs) -> list[Candidate]:
    """The best first; of equals the larger, then as they came."""
    for each in found:
        each.total = total(each.scores, needs.weights)
    return sorted(
        found, key=lambda each: (-(each.total if each.total is not None else -1), -each.area_mu, each.id)
    )


def _nothing_left(considered: int, sieve: Sieve) -> str:
    if not considered:
        return "所选图层里还没有地块，没有可找的地。请先导入地块，或换一个图层。"
    why = "；".join(f"{row['title']}：{row['reason']} {row['count']:,} 宗" for row in sieve.told())
    return f"没有地块满足全部必须条件。共查看 {considered:,} 宗，{why}。请放宽其中的条件，或取消“必须满足”。"


def _sited(
    session: Session,
    viewer: Viewer,
    needs: Needs,
    grounds: Sequence[Ground],
    ranked: list[Candidate],
    kept: _Kept,
) -> Sited:
    ids = _ids(ranked)
    known = found_by_id(session, viewer, ids.tolist())
    shapes = _some({id_: each.shape for id_, each in known.items()}, ranked)
    lying = overlaps_of(session, viewer, shapes, ids)
    layers = query.layer_rows(session, viewer)
    titles = {each.key: each.title for each in layers}
    rows = [
        _row(rank, each, known[each.id], lying.of[rank - 1], needs) for rank, each in enumerate(ranked, 1)
    ]
    result = {
        "day": clock.today().isoformat(),
        "project": needs.project,
        "needs": [list(each) for each in needs.words(titles)],
        "criteria": [
            {
                "key": key,
                "title": CRITERIA[key].title,
                "weight": needs.weights[key],
                "must": key in needs.must,
            }
            for key in needs.asked
        ],
        "looked": [
            {"key": each.layer.key, "title": each.layer.title, "count": each.count} for each in grounds
        ],
        "considered": kept.considered,
        "kept": kept.count,
        "excluded": kept.sieve.told(),
        "rows": rows,
        "unchecked": lying.unchecked,
        "sample": any(row["sample"] for row in rows),
        "note": NOTE,
    }
    return Sited(result, {each.key: each.version for each in layers if _counts(each, needs)})


def _counts(layer: query.Layer, needs: Needs) -> bool:
    """Whether the result rests on this layer."""
    used = (*needs.land, *needs.avoid_layers)
    roads = layer.kind in ROADS and bool(needs.road)
    return layer.key in used or roads or layer.kind == CONTROL_LINE


def _row(
    rank: int, each: Candidate, feature: FoundFeature, overlaps: list[dict[str, Any]], needs: Needs
) -> dict[str, Any]:
    lon, lat = feature.derived["anchor"]
    return {
        "rank": rank,
        "uid": feature.uid,
        "name": feature.name,
        "code": feature.properties.get(feature.declared.code_field) or "",
        "layer": feature.layer_key,
        "layer_title": feature.layer_title,
        "unit": feature.unit,
        "town": feature.derived.get("town") or "",
        "area_mu": each.area_mu,
        "total": each.total,
        "scores": [
            {
                "key": score.key,
                "title": CRITERIA[score.key].title,
                "value": score.value,
                "points": score.points,
                "weight": needs.weights[score.key],
                "sentence": score.sentence,
                "met": not score.fails,
            }
            for score in sorted(each.scores, key=lambda score: list(CRITERIA).index(score.key))
        ],
        "overlaps": overlaps,
        "hold": each.hold.words() if each.hold else "",
        "sample": bool(feature.properties.get("is_sample")),
        "lon": lon,
        "lat": lat,
        "bounds": list(feature.bounds),
    }
