"""Do the minutes come out right? Against networkx on random networks, by hand on small ones, and by what must always hold."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import networkx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.analysis import reach
from layers.analysis.journeys import approaches, graph
from layers.analysis.network import Network, Numbers, build
from layers.analysis.network_gaps import islands, loose_ends
from layers.analysis.travel import BANDS_MIN, Asked, answer, moments
from layers.analysis.travel_data import Data, Place, Road, moment_of
from layers.errors import InvalidValue, WrongSetting
from layers.kinds import KINDS
from layers.kinds.lifetime import PLAN, Lifetime, Moment
from layers.rules.road_speeds import DEFAULTS, SETTING, check_setting, speeds


def network(
    *lines: Sequence[tuple[float, float]], apart: Sequence[int] = (), snap_m: float = 20.0
) -> Network:
    shapes = np.array([shapely.LineString(each) for each in lines], object)
    passes = np.array([at in apart for at in range(len(lines))])
    return build(shapes, stretch=np.ones(len(lines)), apart=passes, snap_m=snap_m)


def node(net: Network, x: float, y: float) -> int:
    return int(np.argmin(np.hypot(*(net.xy - (x, y)).T)))


def pieces(net: Network) -> list[float]:
    return sorted(np.round(net.length_m, 3).tolist())


# --- the network ---------------------------------------------------------------------------------------


def test_roads_that_cross_are_split_and_joined() -> None:
    net = network([(0, 0), (1000, 0)], [(400, -300), (400, 300)])
    assert pieces(net) == [300, 300, 400, 600]
    assert net.size == 5


def test_an_end_that_nearly_reaches_a_road_is_joined_to_it() -> None:
    net = network([(0, 0), (1000, 0)], [(400, 15), (400, 300)])
    assert pieces(net) == [285, 400, 600]
    assert len(set(net.components(np.ones(3, bool)))) == 1


def test_an_end_that_stops_farther_away_is_told_with_its_gap() -> None:
    net = network([(0, 0), (1000, 0)], [(400, 60), (400, 700)])
    open_ = np.ones(len(net.u), bool)
    assert len(set(net.components(open_))) == 2
    (loose,) = loose_ends(net, open_)
    assert (loose.row, loose.other, loose.short_m, loose.x, loose.y) == (1, 0, 60, 400, 60)
    (island,) = islands(net, open_)
    assert (island.rows, island.length_m) == ((1,), 640)


def test_ends_that_nearly_meet_are_one_place() -> None:
    net = network([(0, 0), (1000, 0)], [(1008, 6), (2000, 0)])
    assert net.size == 3


def test_an_expressway_passes_over_what_it_crosses_but_is_joined_by_a_ramp() -> None:
    lines = [(0, 0), (1000, 0)], [(400, -300), (400, 300)], [(700, 0), (700, 200)]
    net = network(*lines, apart=[0])
    assert pieces(net) == [200, 300, 600, 700]
    assert len(set(net.components(np.ones(4, bool)))) == 2


def test_two_roads_that_share_a_stretch_are_joined_at_both_its_ends() -> None:
    net = network([(0, 0), (1000, 0)], [(200, 300), (200, 0), (600, 0), (600, 300)])
    assert pieces(net) == [200, 300, 300, 400, 400, 400]


# --- minutes -------------------------------------------------------------------------------------------


def minutes(net: Network, lines: int, kmh: Numbers | None = None) -> Any:
    none = approaches(
        np.array([shapely.Point(0, 0)], object),
        net.parts,
        np.zeros(lines, bool),
        first=np.zeros(lines, bool),
        most_m=1,
    )
    return graph(net, np.full(lines, 60.0) if kmh is None else kmh, none, 15.0, 1)


@pytest.mark.parametrize("seed", range(6))
def test_times_are_those_of_networkx(seed: int) -> None:
    rng = np.random.default_rng(seed)
    spots = rng.uniform(0, 20_000, (40, 2))
    ends = [(a, b) for a, b in rng.integers(0, 40, (90, 2)).tolist() if a != b]
    shapes = np.array([shapely.LineString(spots[[a, b]]) for a, b in ends], object)
    # All of them pass over one another, so that they meet at their ends only, as in the graph beside.
    net = build(shapes, stretch=np.ones(len(ends)), apart=np.ones(len(ends), bool), snap_m=0.001)
    kmh = rng.uniform(20, 100, len(ends))
    beside = networkx.MultiGraph()
    for (a, b), speed, shape in zip(ends, kmh, shapes, strict=True):
        beside.add_edge(a, b, weight=shape.length / speed * 0.06)
    start = ends[0][0]
    found = _from_node(net, minutes(net, len(ends), kmh), node(net, *spots[start]))
    wanted = networkx.single_source_dijkstra_path_length(beside, start)
    for at in beside:
        assert found[node(net, *spots[at])] == pytest.approx(wanted.get(at, math.inf), rel=1e-6)


def _from_node(net: Network, ways: Any, start: int) -> Numbers:
    from scipy.sparse.csgraph import dijkstra

    return np.asarray(dijkstra(ways.matrix, directed=False, indices=np.array([start]))[0])


# --- the whole question --------------------------------------------------------------------------------

LON, LAT = 118.45, 35.55


def degrees(*metres: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString([_at(x, y) for x, y in metres])


def _at(x: float, y: float) -> tuple[float, float]:
    # Metres of a degree at 35.55°N on CGCS2000, by pyproj.Geod.
    return LON + x / 90_664.4, LAT + y / 110_957.6


def road(name: str, *metres: tuple[float, float], project: bool = True, **said: Any) -> Road:
    told = {"admin_class": "provincial", "state": "planned", "work": "new", **said} if project else said
    return Road(name, name, "road_project", {"admin_class": "provincial", **told}, degrees(*metres), project)


def place(name: str, x: float, y: float, sort: str = "site") -> Place:
    return Place(name, 0, "scenic_site", name, sort, shapely.Point(_at(x, y)))


def data(roads: list[Road], sites: list[Place], hub: Place) -> Data:
    return Data(roads, sites, [hub], hub.name, [], None, [], {"road_project": 1}, [])


OLD = road("老路", (0, 0), (0, 10_000), (10_000, 10_000), project=False)
SHORT = road("近路", (0, 0), (10_000, 10_000))
HUB, SITE = place("集散中心", 0, 0, "centre"), place("竹泉", 10_000, 10_000)


def asked(roads: list[Road], sites: list[Place] | None = None, **how: Any) -> dict[str, Any]:
    question = Asked(**how)
    before, after = moments(question)
    return answer(data(roads, sites or [SITE], HUB), question, speeds(question.kmh), before, after).result


def test_a_shorter_way_is_told_in_minutes_and_in_a_sentence() -> None:
    result = asked([OLD, SHORT])
    (row,) = result["sites"]
    # 20 km and 14.142 km at 60 km/h.
    assert (row["before"], row["after"], row["gain"]) == (20.0, 14.1, 5.9)
    assert result["sentences"][0] == (
        "路网建成后，1 处景点到集散中心平均由 20 分钟缩短到 14 分钟；受益最大的是竹泉，缩短 5.9 分钟。"
    )
    (effect,) = result["effects"]
    assert (effect["name"], effect["alone_mean"], effect["without_mean"]) == ("近路", 5.9, 5.9)
    assert [each["name"] for each in result["undated"]] == ["近路"]


@pytest.mark.parametrize(
    ("after", "minutes_after"),
    [("2024", 20.0), ("2025", 14.1), ("plan", 14.1)],
    ids=["before its year", "in its year", "in the plan"],
)
def test_a_road_counts_from_the_year_of_its_planned_end(after: str, minutes_after: float) -> None:
    roads = [OLD, road("近路", (0, 0), (10_000, 10_000), plan_end="2025-06-30")]
    assert asked(roads, before="2021", after=after)["sites"][0]["after"] == minutes_after


def test_a_road_to_be_rebuilt_is_slow_before_and_of_its_class_after() -> None:
    roads = [
        road("改造", (0, 0), (10_000, 0), state="rebuilding", work="reconstruction", admin_class="county")
    ]
    (row,) = asked(roads, [place("马泉", 10_000, 0)])["sites"]
    # 10 km at 25 and at 45 km/h.
    assert (row["before"], row["after"]) == (24.0, 13.3)


def test_the_technical_grade_weighs_more_than_the_class_and_speeds_can_be_given() -> None:
    roads = [road("路", (0, 0), (10_000, 0), project=False, grade="first"), road("新", (0, 0), (1, 1))]
    sites = [place("点", 10_000, 0)]
    assert asked(roads, sites)["sites"][0]["before"] == pytest.approx(10 / 70 * 60, abs=0.06)
    assert asked(roads, sites, kmh={"first": 120})["sites"][0]["before"] == 5.0


def test_a_place_beside_the_road_goes_straight_to_it() -> None:
    (row,) = asked([OLD, SHORT], [place("村", -1000, 5000)])["sites"]
    # 1 km at 15 km/h and 5 km at 60 km/h.
    assert row["before"] == 9.0


def test_a_place_far_from_every_road_is_out_of_reach_and_says_why() -> None:
    result = asked([OLD, SHORT], [SITE, place("远山", -20_000, 0)])
    far = next(each for each in result["sites"] if each["name"] == "远山")
    assert (far["before"], far["after"], far["gain"]) == (None, None, None)
    assert far["why"].startswith("距最近的可上路道路 20.0 公里，超过 10 公里")
    assert "仍有 1 处不可达" in result["sentences"][0]
    assert result["summary"]["both"] == 1


def test_a_network_in_two_pieces_becomes_one_by_a_link() -> None:
    roads = [
        road("西", (0, 0), (5000, 0), project=False),
        road("东", (25_000, 0), (30_000, 0), project=False),
        road("断头路", (5000, 0), (25_000, 0), work="missing_link"),
    ]
    result = asked(roads, [place("东村", 30_000, 0)])
    (row,) = result["sites"]
    assert (row["before"], row["after"]) == (None, 30.0)
    assert "1 处由不可达变为可达" in result["sentences"][0]
    assert result["effects"][0]["alone_newly"] == 1
    assert "使 1 处可达" in result["sentences"][1]


def test_sample_roads_make_the_sentences_say_so() -> None:
    shown = road("示例路", (0, 0), (10_000, 10_000), is_sample=True)
    result = asked([OLD, shown])
    assert result["sample"]
    assert all("示意" in sentence for sentence in result["sentences"])


def test_what_cannot_be_asked_is_refused_in_words() -> None:
    for before, after in (("plan", "now"), ("2025", "2021"), ("now", "now")):
        with pytest.raises(InvalidValue, match="“前”应早于“后”"):
            moments(Asked(before=before, after=after))
    for year in ("1200", "22", "明年", "99999"):
        with pytest.raises(InvalidValue, match="年份应为 1950 到 2100"):
            moment_of(year)
    for kmh in (0, -5, "快", 900):
        with pytest.raises(InvalidValue, match="“省道”的速度应为 1 到 150"):
            speeds({"provincial": kmh})
    with pytest.raises(InvalidValue, match="没有名为“河道”的速度"):
        speeds({"河道": 10})


def test_the_county_sets_its_speeds_and_a_wrong_one_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SETTING, "provincial=72, access=10")
    assert speeds().of("provincial", None) == 72
    assert speeds().access == 10
    assert speeds().of("county", None) == DEFAULTS["county"]
    monkeypatch.setenv(SETTING, "provincial=0")
    with pytest.raises(WrongSetting, match=SETTING):
        check_setting()


# --- what must always hold -----------------------------------------------------------------------------


def random_roads(seed: int) -> list[Road]:
    rng = np.random.default_rng(seed)
    found = []
    for at in range(14):
        start, turn = rng.uniform(-12_000, 12_000, 2), rng.uniform(0, 2 * math.pi)
        steps = np.column_stack([np.cos(turn + rng.normal(0, 0.4, 4)), np.sin(turn + rng.normal(0, 0.4, 4))])
        spots = start + np.cumsum(steps * rng.uniform(500, 4000), axis=0)
        shape = [(float(x), float(y)) for x, y in spots]
        found.append(
            road(f"路{at}", *shape, project=at % 3 == 0, admin_class=rng.choice(["county", "provincial"]))
        )
    return found


def random_sites(seed: int) -> list[Place]:
    rng = np.random.default_rng(1000 + seed)
    return [place(f"点{at}", *rng.uniform(-12_000, 12_000, 2)) for at in range(8)]


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000))
def test_building_a_road_never_makes_a_trip_longer_nor_an_area_smaller(seed: int) -> None:
    result = asked(random_roads(seed), random_sites(seed))
    for row in result["sites"]:
        if row["before"] is not None:
            assert row["after"] is not None
            assert row["after"] <= row["before"]
    for effect in result["effects"]:
        assert effect["alone_mean"] >= 0
        assert effect["without_mean"] >= 0
    sizes = [(each["before_km2"], each["after_km2"]) for each in result["bands"]]
    for first, last in sizes:
        assert last >= first - 0.01
    for near, far in pairwise(sizes):
        assert near[0] <= far[0]
        assert near[1] <= far[1]


def test_an_area_without_roads_is_a_circle_around_the_start() -> None:
    grid = reach.Grid((-8000, -8000, 8000, 8000), access_kmh=15, most_m=50_000)
    minutes = grid.minutes(reach.Seeds(np.array([[0.0, 0.0]]), np.zeros(1)), BANDS_MIN[-1])
    areas = grid.areas(minutes, (12.0, 24.0))
    # 3 km and 6 km at 15 km/h; the grid's ways are at most 3 % too long.
    for area, radius in zip(areas, (3000, 6000), strict=True):
        assert area.area == pytest.approx(math.pi * radius**2, rel=0.06)
        assert area.area <= math.pi * radius**2 * 1.01


# --- from when until when ------------------------------------------------------------------------------


def lives() -> Iterator[tuple[dict[str, Any], Moment, bool]]:
    now, y2021, y2025 = Moment("now", "2026-06-01"), Moment("by", "2021-12-31"), Moment("by", "2025-12-31")
    yield {"state": "planned"}, now, False
    yield {"state": "planned"}, y2025, False
    yield {"state": "planned"}, PLAN, True
    yield {"state": "planned", "plan_end": "2025-03-01"}, y2025, True
    yield {"state": "planned", "plan_end": "2025-03-01"}, y2021, False
    # Nobody has said that it was built.
    yield {"state": "planned", "plan_end": "2025-03-01"}, now, False
    yield {"state": "planned", "actual_end": "2025-03-01"}, now, True
    yield {"state": "open"}, y2021, True
    yield {"state": "open", "actual_end": "2024-01-01"}, y2021, False
    yield {"state": "open", "actual_end": "2024-01-01"}, y2025, True
    yield {"state": "rebuilding", "plan_end": "2027-01-01"}, y2021, True
    yield {"state": "closed", "actual_end": "2023-01-01"}, y2021, True
    yield {"state": "closed", "actual_end": "2023-01-01"}, y2025, False
    yield {"state": "closed"}, y2021, False
    yield {"state": "closed"}, PLAN, False
    yield {"state": "planned", "stage": "cancelled"}, PLAN, False
    yield {"state": "planned", "stage": "completed"}, now, True


@pytest.mark.parametrize(("said", "moment", "stands"), list(lives()), ids=lambda each: str(each)[:60])
def test_a_road_stands_when_its_state_and_dates_say_so(
    said: dict[str, Any], moment: Moment, stands: bool
) -> None:
    lifetime = KINDS["road_project"].lifetime
    assert lifetime
    assert lifetime.stands(said, moment) is stands


def test_whatever_a_lifetime_needs_is_declared_and_travels_in_tiles() -> None:
    for kind in KINDS.values():
        if kind.lifetime:
            assert set(kind.lifetime.fields) <= set(kind.tiled_keys) & set(kind.by_key)


def test_what_is_planned_without_a_date_is_known() -> None:
    lifetime = Lifetime()
    assert lifetime.undated({})
    assert not lifetime.undated({"plan_end": "2025-01-01"})
    assert not lifetime.undated({"stage": "completed"})
    assert not lifetime.undated({"stage": "cancelled"})
