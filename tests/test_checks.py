"""Is every trouble of shapes and values found, and only those? Figures come from pyproj, shapely or by hand."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from layers.checks import (
    CHECKS,
    Crowd,
    Finding,
    Limits,
    Rows,
    alone,
    fenced,
    in_order,
    limits_in,
    names_of,
    repaired_shape,
    together,
)
from layers.checks.doubles import plain_name
from layers.checks.neighbours import Areas, Crack, Overlap, neighbour_events
from layers.errors import InvalidValue
from layers.kinds import kind_of
from tests.files import GEOD, area_mu

LIMITS = Limits()
TODAY = date(2026, 3, 1)
COUNTY = shapely.box(118.1, 35.2, 118.9, 35.8)
IDLE = {"name": "示例地块", "status": "idle"}
WEST, SOUTH = 118.46, 35.55
A_METRE_NORTH = 1 / 110_960
A_METRE_EAST = 1 / 90_700


def box(east_m: float, north_m: float, wide_m: float, high_m: float) -> shapely.Polygon:
    """A box so many metres from a corner in the county, in degrees."""
    x, y = WEST + east_m * A_METRE_EAST, SOUTH + north_m * A_METRE_NORTH
    return shapely.box(x, y, x + wide_m * A_METRE_EAST, y + high_m * A_METRE_NORTH)


def polygon(*metres: tuple[float, float]) -> shapely.Polygon:
    return shapely.Polygon([(WEST + x * A_METRE_EAST, SOUTH + y * A_METRE_NORTH) for x, y in metres])


def rows_of(
    shapes: Iterable[BaseGeometry | None],
    told: Sequence[Mapping[str, Any]] | None = None,
    kind: str = "idle_parcel",
) -> Rows:
    listed = list(shapes)
    array = np.empty(len(listed), object)
    array[:] = listed
    told = told or [{**IDLE, "name": f"示例地块 {row}"} for row in range(len(listed))]
    return Rows(kind_of(kind), array, told)


def found_alone(rows: Rows, county: BaseGeometry | None = COUNTY) -> list[Finding]:
    return in_order(alone(rows, LIMITS, TODAY, county))


def found_together(
    rows: Rows, mine: Sequence[bool] | None = None, *, replaces: bool = False
) -> list[Finding]:
    marks = np.array([True] * len(rows) if mine is None else mine, bool)
    crowd = Crowd(rows, names_of("", rows.properties), marks, replaces)
    findings = in_order(together(crowd, LIMITS, seconds=120))
    assert crowd.unfinished == []
    return findings


def codes(findings: Iterable[Finding]) -> list[str]:
    return [each.check for each in findings]


def test_a_sound_parcel_across_the_border_of_two_zones_is_no_trouble() -> None:
    across = shapely.box(118.499, 35.5, 118.501, 35.502)
    assert found_alone(rows_of([across])) == []


# --- borders ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("width_m", "is_spike"), [(1.0, True), (1.7, True), (1.8, False), (5.0, False)])
def test_a_spike_is_an_angle_below_one_degree(width_m: float, is_spike: bool) -> None:
    # A tip 100 m out: its angle is 2·atan(width / 2 / 100), 1° at 1.745 m.
    shape = polygon(
        (0, 0), (200, 0), (200, 50), (300, 50 + width_m / 2), (200, 50 + width_m), (200, 200), (0, 200)
    )
    found = found_alone(rows_of([shape]))
    assert (math.degrees(2 * math.atan(width_m / 200)) < 1) is is_spike
    assert codes(found) == (["spike"] if is_spike else [])
    if is_spike:
        assert found[0].spot == pytest.approx(
            (WEST + 300 * A_METRE_EAST, SOUTH + (50 + width_m / 2) * A_METRE_NORTH)
        )
        angle = math.degrees(2 * math.atan(width_m / 200))
        assert f"夹角 {angle:.2f}°" in found[0].reason or f"夹角 {angle + 0.01:.2f}°" in found[0].reason
        mended = repaired_shape("spike", shape, LIMITS)
        assert mended is not None
        assert mended.equals(polygon((0, 0), (200, 0), (200, 200), (0, 200)))


@pytest.mark.parametrize(
    ("shift_m", "words"),
    [(0.0, "重合"), (0.03, "最近只隔 0.030 米"), (0.06, "")],
    ids=["twice", "near", "apart"],
)
def test_vertices_nearer_than_five_centimetres(shift_m: float, words: str) -> None:
    shape = polygon((0, 0), (100, 0), (100, shift_m), (100, 100), (0, 100))
    found = found_alone(rows_of([shape]))
    assert codes(found) == (["dense_vertices"] if words else [])
    if words:
        assert words in found[0].reason
        mended = repaired_shape("dense_vertices", shape, LIMITS)
        assert mended is not None
        assert mended.equals(polygon((0, 0), (100, 0), (100, 100), (0, 100)))


def test_a_run_of_near_vertices_keeps_its_course_and_the_closing_one_counts() -> None:
    corner = [(100, step * 0.02) for step in range(500)]  # 10 m of border in steps of 2 cm
    shape = polygon((0, 0), *corner, (100, 100), (0, 100), (0, 0.01))
    mended = repaired_shape("dense_vertices", shape, LIMITS)
    assert mended is not None
    assert mended.hausdorff_distance(shape) < 0.05 * A_METRE_NORTH
    assert codes(found_alone(rows_of([mended]))) == []


def test_a_bow_tie_is_told_with_the_place_where_it_crosses() -> None:
    found = found_alone(rows_of([polygon((0, 0), (100, 100), (100, 0), (0, 100))]))
    assert codes(found) == ["self_intersection"]
    assert found[0].spot == pytest.approx((WEST + 50 * A_METRE_EAST, SOUTH + 50 * A_METRE_NORTH))


def test_a_line_that_turns_back_is_a_spike_and_its_ends_are_none() -> None:
    line = shapely.LineString([(118.4, 35.5), (118.41, 35.5), (118.4, 35.50001), (118.4, 35.6)])
    found = found_alone(rows_of([line], [{"name": "示例路", "state": "planned"}], "road_project"))
    assert codes(found) == ["spike"]
    assert found[0].spot == (118.41, 35.5)


# --- crumbs ----------------------------------------------------------------------------------------------


def test_a_sliver_is_told_with_its_width() -> None:
    found = found_alone(rows_of([box(0, 0, 300, 0.3), box(0, 50, 300, 3)]))
    assert [(each.check, each.row, each.value) for each in found] == [("sliver", 0, "0.30 米宽")]


def test_tiny_parts_and_holes_are_told_with_their_area_and_go_when_that_is_accepted() -> None:
    outside, hole, crumb = box(0, 0, 100, 100), box(40, 40, 0.5, 0.5), box(150, 0, 0.5, 0.5)
    shape = shapely.MultiPolygon([shapely.Polygon(outside.exterior, [hole.exterior.coords]), crumb])
    found = found_alone(rows_of([shape]))
    assert codes(found) == ["tiny_part", "tiny_hole"]
    assert all("共 0.25 ㎡" in each.reason for each in found)
    without_part = repaired_shape("tiny_part", shape, LIMITS)
    assert without_part is not None
    mended = repaired_shape("tiny_hole", without_part, LIMITS)
    assert mended is not None
    assert mended.geom_type == "MultiPolygon"
    assert mended.equals(outside)


def test_what_is_no_crumb_stays() -> None:
    shape = shapely.MultiPolygon([box(0, 0, 1.5, 1.5), box(10, 0, 1.5, 1.5)])
    assert codes(found_alone(rows_of([shape]))) == []
    assert repaired_shape("tiny_part", shape, LIMITS) is None


# --- where and how large ---------------------------------------------------------------------------------


def test_what_leads_out_of_the_county_is_told_with_so_many_mu() -> None:
    half = shapely.box(118.899, 35.5, 118.901, 35.501)
    found = found_alone(rows_of([half, shapely.box(119, 35.5, 119.001, 35.501), shapely.Point(118.5, 35.5)]))
    assert codes(found) == ["outside_county"] * 2
    beyond = area_mu(shapely.box(118.9, 35.5, 118.901, 35.501))
    assert float(found[0].value.removesuffix(" 亩")) == pytest.approx(beyond, abs=0.0001)
    assert found[1].value == "全部"


@pytest.mark.parametrize(("off_m2", "told"), [(0, False), (3.4, False), (9.0, True), (11, True), (-11, True)])
def test_a_declared_area_differs_by_a_thousandth_or_ten_square_metres(off_m2: float, told: bool) -> None:
    shape = box(0, 0, 80, 100)  # 8,000 m²: a thousandth is 8 m²
    declared = (area_mu(shape) / 0.0015 + off_m2) * 0.0015
    found = found_alone(rows_of([shape], [{**IDLE, "area_declared_mu": declared}]))
    assert codes(found) == (["area_differs"] if told else [])


def test_a_declared_area_in_hectares_is_recognised() -> None:
    shape = box(0, 0, 300, 100)
    found = found_alone(rows_of([shape], [{**IDLE, "area_declared_mu": round(area_mu(shape) / 15, 4)}]))
    assert "像是公顷" in found[0].reason


# --- values ----------------------------------------------------------------------------------------------


def test_values_that_are_missing_out_of_range_odd_or_contradict_each_other() -> None:
    told = {
        "status": "nonsense",
        "plot_ratio": 99,
        "contract_start": "2024-06-30",
        "contract_end": "2023-06-30",
        "actual_start": "2030-01-01",
        "contract_date": "0202-03-01",
        "investment_total": 100,
        "investment_done": 250,
    }
    titles = {each.key: each.title for each in kind_of("idle_parcel").fields}
    found = [(each.check, each.field) for each in found_alone(rows_of([box(0, 0, 100, 100)], [told]))]
    assert found == [
        ("missing", titles["name"]),
        ("bad_value", titles["status"]),
        ("bad_value", "容积率"),
        ("odd_date", "合同签订日期"),
        ("odd_date", "实际动工日期"),
        ("contradiction", titles["investment_done"]),
        ("contradiction", titles["contract_end"]),
    ]


def test_counts_of_a_renewal_zone_that_do_not_fit_are_told() -> None:
    told = {"name": "示例片区", "households_signed": 10, "households_vacated": 20}
    found = found_alone(rows_of([box(0, 0, 100, 100)], [told], "renewal_zone"))
    assert [each.reason for each in found] == ["腾空户数多于签约户数（20 多于 10），请核对。"]


def test_values_of_every_kind_that_are_stored_are_values_it_takes() -> None:
    told = {
        "name": "甲",
        "status": "idle",
        "contract_start": "2024-06-30",
        "price": 12.5,
        "aliases": ["乙", "丙"],
    }
    assert found_alone(rows_of([box(0, 0, 100, 100)], [told])) == []


# --- neighbours ------------------------------------------------------------------------------------------


def test_an_overlap_names_the_pair_and_its_mu() -> None:
    one, other = box(0, 0, 100, 100), box(90, 0, 100, 100)
    found = found_together(rows_of([one, other, box(300, 0, 50, 50)]))
    assert [(each.check, each.row, each.other) for each in found] == [("overlap", 1, 0)]
    common = area_mu(shapely.intersection(one, other))
    assert float(found[0].value.removesuffix(" 亩")) == pytest.approx(common, abs=0.0001)
    assert "“示例地块 0”" in found[0].reason
    assert "占较小图形的 10.0%" in found[0].reason
    assert found[0].spot is not None
    assert shapely.intersection(one, other).contains(shapely.Point(found[0].spot))


def test_one_inside_the_other_is_an_overlap_and_neighbours_that_share_a_border_are_none() -> None:
    assert codes(found_together(rows_of([box(0, 0, 100, 100), box(40, 40, 10, 10)]))) == ["overlap"]
    assert found_together(rows_of([box(0, 0, 100, 100), box(100, 0, 100, 100), box(0, 100, 200, 50)])) == []


@pytest.mark.parametrize(
    ("width_m", "told"), [(0.005, False), (0.05, True), (0.4, True), (0.8, False), (5, False)]
)
def test_a_gap_is_narrow_and_large_enough_to_matter(width_m: float, told: bool) -> None:
    found = found_together(rows_of([box(0, 0, 100, 100), box(100 + width_m, 0, 100, 100)]))
    assert codes(found) == (["gap"] if told else [])
    if told:
        assert float(found[0].value.removesuffix(" ㎡")) == pytest.approx(width_m * 100, rel=0.02)
        assert f"平均宽 {width_m:.2f} 米" in found[0].reason


def test_an_overlap_of_less_than_a_square_metre_is_rounding() -> None:
    assert found_together(rows_of([box(0, 0, 100, 100), box(99.995, 0, 100, 100)])) == []


def test_kinds_whose_features_lie_in_sheets_are_compared_within_a_sheet() -> None:
    lines = [{"name": "甲", "line_type": "eco_redline"}, {"name": "乙", "line_type": "basic_farmland"}]
    shapes = [box(0, 0, 100, 100), box(50, 0, 100, 100)]
    assert found_together(rows_of(shapes, lines, "control_line")) == []
    same = [{**each, "line_type": "farmland"} for each in lines]
    assert codes(found_together(rows_of(shapes, same, "control_line"))) == ["overlap"]
    zones = [{"name": "马泉片区"}, {"name": "马泉片区二期", "parent": "马泉片区"}]
    assert found_together(rows_of(shapes, zones, "renewal_zone")) == []


def test_only_pairs_with_a_row_that_is_asked_about_are_told_and_of_that_row() -> None:
    shapes = [box(0, 0, 100, 100), box(90, 0, 100, 100), box(180, 0, 100, 100)]
    found = found_together(rows_of(shapes), [True, False, False])
    assert [(each.check, each.row, each.other) for each in found] == [("overlap", 0, 1)]


def test_a_row_of_a_file_does_not_overlap_what_it_replaces() -> None:
    told = [{**IDLE, "code": code, "name": code} for code in ("A-1", "A-1", "A-2")]
    shapes = [box(0, 0, 100, 100), box(1, 0, 100, 100), box(90, 0, 100, 100)]
    found = found_together(rows_of(shapes, told), [True, False, False], replaces=True)
    assert [(each.check, each.row, each.other) for each in found] == [("overlap", 0, 2)]


def test_all_overlaps_of_a_crowd_are_those_that_a_plain_comparison_finds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dice = np.random.default_rng(11)
    shapes = np.array(
        [box(*dice.uniform(0, 900, 2), *dice.uniform(20, 90, 2)) for _ in range(250)]
        + [polygon(*dice.uniform(0, 900, (3, 2)).tolist()) for _ in range(20)],
        object,
    )
    nobody = np.full(len(shapes), -1, np.intp)
    areas = Areas(shapes, np.zeros(len(shapes), np.intp), np.ones(len(shapes), bool), nobody)
    events = [each for each in neighbour_events(areas, LIMITS) if isinstance(each, Overlap)]
    monkeypatch.setattr(fenced, "LIGHT_IN_ALL", 0)
    in_a_child = fenced.fenced_events(areas, LIMITS, seconds=120)
    assert [each for each in in_a_child if isinstance(each, Overlap)] == events
    told = {(min(each.one, each.other), max(each.one, each.other)): each.area_m2 for each in events}
    assert len(told) == len(events)
    expected = {}
    for one in range(len(shapes)):
        for other in range(one + 1, len(shapes)):
            common = shapes[one].intersection(shapes[other])
            size = abs(GEOD.geometry_area_perimeter(shapely.orient_polygons(common))[0])
            if common.area and size > LIMITS.overlap_m2:
                expected[one, other] = size
    assert len(expected) > 500
    assert told == pytest.approx(expected, rel=1e-6, abs=0.001)


def test_many_small_parcels_need_no_child_and_a_few_that_cross_everywhere_do() -> None:
    def one_group(shapes: list[shapely.Polygon]) -> Areas:
        count = len(shapes)
        nobody, all_of_them = np.full(count, -1, np.intp), np.ones(count, bool)
        return Areas(np.array(shapes, object), np.zeros(count, np.intp), all_of_them, nobody)

    def parcel(east: float, north: float) -> shapely.Polygon:
        """25 vertices."""
        return shapely.segmentize(box(east * 60, north * 60, 60, 60), 10 * A_METRE_NORTH)

    cadastre = one_group([parcel(east, north) for north in range(40) for east in range(50)])
    assert shapely.get_num_coordinates(cadastre.shapes).sum() > 50_000
    assert fenced._is_light(cadastre)
    heap = one_group([parcel(east / 100, 0) for east in range(250)])
    assert shapely.get_num_coordinates(heap.shapes).sum() < 10_000
    assert not fenced._is_light(heap)


def test_gaps_of_a_crooked_cadastre_are_where_they_were_made() -> None:
    shapes = [box(east * 50, north * 40, 50, 40) for north in range(8) for east in range(8)]
    shapes[27] = shapely.transform(shapes[27], lambda at: at - [0.2 * A_METRE_EAST, 0])  # 20 cm to the west
    array = np.array(shapes, object)
    areas = Areas(array, np.zeros(64, np.intp), np.ones(64, bool), np.full(64, -1, np.intp))
    events = list(neighbour_events(areas, LIMITS))
    cracks = [each for each in events if isinstance(each, Crack)]
    overlaps = [each for each in events if isinstance(each, Overlap)]
    assert [{each.one, each.other} for each in cracks] == [{27, 28}]
    assert [{each.one, each.other} for each in overlaps] == [{26, 27}]
    assert cracks[0].area_m2 == pytest.approx(0.2 * 40, rel=0.02)
    assert overlaps[0].area_m2 == pytest.approx(0.2 * 40, rel=0.02)


# --- twice -----------------------------------------------------------------------------------------------


def test_the_same_shape_from_another_corner_on_is_told_once_and_is_no_overlap() -> None:
    shape = box(0, 0, 100, 100)
    turned = shapely.Polygon([*shape.exterior.coords[2:-1], *shape.exterior.coords[:3]])
    found = found_together(rows_of([shape, turned]))
    assert [(each.check, each.row, each.other) for each in found] == [("same_shape", 1, 0)]


def test_numbers_that_are_used_twice() -> None:
    told = [
        {"name": name, "code": code} for name, code in (("甲", "1"), ("乙", "2"), ("丙", "1"), ("丁", "1"))
    ]
    found = found_together(rows_of([shapely.Point(118.2 + at / 10, 35.5) for at in range(4)], told))
    assert [(each.check, each.row, each.other) for each in found] == [
        ("same_code", 2, 0),
        ("same_code", 3, 0),
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [("竹泉", "竹泉村"), ("竹泉村", "竹 泉（村）"), ("红嫂家乡旅游区", "红嫂家乡"), ("ＡＢ路", "ab路")],
)
def test_ways_of_writing_one_name(one: str, other: str) -> None:
    assert plain_name(one) == plain_name(other)


@pytest.mark.parametrize(("one", "other"), [("马泉二期", "马泉三期"), ("李村", "李庄"), ("东村", "西村")])
def test_names_that_are_different(one: str, other: str) -> None:
    assert plain_name(one) != plain_name(other)


def test_a_namesake_nearby_is_doubted_and_one_far_away_or_another_phase_is_not() -> None:
    told: list[dict[str, Any]] = [
        {"name": "竹泉"},
        {"name": "竹泉旅游区", "aliases": ["竹泉村"]},
        {"name": "竹泉村"},
        {"name": "马泉", "phase": "二期"},
        {"name": "马泉", "phase": "三期"},
    ]
    spots = [(0, 0), (60, 80), (5000, 0), (0, 500), (10, 500)]
    points = [shapely.Point(WEST + x * A_METRE_EAST, SOUTH + y * A_METRE_NORTH) for x, y in spots]
    found = found_together(rows_of(points, told, "scenic_site"))
    assert [(each.check, each.row, each.other) for each in found] == [("same_name", 1, 0)]
    assert "相距 100 米" in found[0].reason


# --- hostile ---------------------------------------------------------------------------------------------


def comb(teeth: int, *, upright: bool) -> shapely.Polygon:
    """Very many thin teeth: two of them crosswise meet in teeth × teeth places."""
    at = np.linspace(0, 100, 2 * teeth)
    points = [(x, 100.0 if step % 2 else 1.0) for step, x in enumerate(at)] + [(100.0, 0.0), (0.0, 0.0)]
    return polygon(*(points if upright else [(y, x) for x, y in points]))


def test_combs_that_cross_millions_of_times_are_given_up_and_the_rest_is_told() -> None:
    rows = rows_of(
        [comb(20_000, upright=True), comb(20_000, upright=False), box(300, 0, 50, 50), box(340, 0, 50, 50)]
    )
    crowd = Crowd(rows, names_of("", rows.properties), np.ones(4, bool))
    findings = in_order(together(crowd, LIMITS, seconds=8))
    assert [(each.check, each.row, each.other) for each in findings] == [("overlap", 3, 2)]
    assert "没有做完" in crowd.unfinished[0]


def test_nothing_and_points_are_looked_at_without_trouble() -> None:
    rows = rows_of([None, shapely.Point(118.5, 35.5), shapely.Polygon(), shapely.MultiPolygon()])
    assert codes(found_alone(rows)) == []
    assert found_together(rows) == []
    assert found_alone(rows_of([])) == []


# --- declarations ----------------------------------------------------------------------------------------


def test_limits_come_from_one_line_and_a_wrong_one_is_refused_with_what_is_right() -> None:
    assert limits_in("spike_deg=2, gap_m=0.3") == Limits(spike_deg=2, gap_m=0.3)
    assert limits_in("") == LIMITS
    for wrong in ("spike=2", "spike_deg=two", "spike_deg=400", "spike_deg"):
        with pytest.raises(InvalidValue, match="spike_deg（0 到 30）"):
            limits_in(wrong)


def test_every_check_says_what_it_is_about() -> None:
    assert len({check.code for check in CHECKS}) == len(CHECKS)
    assert all(check.title and check.explain.endswith("。") for check in CHECKS)
