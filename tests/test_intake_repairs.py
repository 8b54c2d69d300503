"""Are all troubles of a file told at once, and is nothing repaired that nobody accepted?"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from click.testing import CliRunner
from shapely.geometry.base import BaseGeometry

from layers.errors import InvalidValue
from layers.intake import NOTHING_ACCEPTED, Accepted, Plan, accepted, accepted_sorts, apply, oddities, plan
from layers.rights import SYSTEM_VIEWER
from layers.store import Database, query
from layers.store.repairs import repairs_of
from tests.county import add_county
from tests.files import area_mu
from tests.test_checks import box, polygon
from webmap.cli_intake import command
from webmap.intake_repairs import sorts

BOW_TIE = polygon((0, 0), (100, 100), (100, 0), (0, 100))
SPIKED = polygon((200, 0), (300, 0), (300, 50), (400, 50.25), (300, 50.5), (300, 100), (200, 100))
BLUNT = polygon((200, 0), (300, 0), (300, 100), (200, 100))


@pytest.fixture
def county(database: Database) -> Database:
    add_county(database)
    return database


def geojson(path: Path, shapes: Sequence[BaseGeometry], told: Sequence[Mapping[str, Any]] = ()) -> Path:
    rows = told or [{"地块编号": f"T-{row}", "地块名称": f"示例 {row}"} for row in range(1, len(shapes) + 1)]
    features = [
        {
            "type": "Feature",
            "properties": {"处置状态": "闲置", **row},
            "geometry": json.loads(shapely.to_geojson(shape)),
        }
        for shape, row in zip(shapes, rows, strict=True)
    ]
    path.write_text(
        json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False), "utf-8"
    )
    return path


def planned(database: Database, file: Path, said: Accepted = NOTHING_ACCEPTED) -> Plan:
    return plan(database, SYSTEM_VIEWER, file, kind="idle_parcel", repairs=said)


def test_all_troubles_are_told_at_once_with_row_field_value_reason_and_place(
    county: Database, tmp_path: Path
) -> None:
    shapes = [BOW_TIE, SPIKED, box(0, 300, 100, 100), box(90, 300, 100, 100), box(400, 300, 50, 50)]
    told = [{"地块名称": f"示例 {row}", "地块编号": f"T-{row}"} for row in range(1, 6)]
    told[4]["约定动工日期"] = "去年"
    found = planned(county, geojson(tmp_path / "a.geojson", shapes, told))
    assert [(each.row, each.field, each.check) for each in found.problems] == [
        (1, "图形", "self_intersection"),
        (5, "约定动工日期", ""),
    ]
    assert [(each.row, each.check, each.repair) for each in found.warnings] == [
        (4, "overlap", ""),
        (2, "spike", "offered"),
    ]
    assert found.problems[0].spot == pytest.approx(box(50, 50, 1, 1).bounds[:2], abs=1e-6)
    assert "去年" in found.problems[1].reason
    common = area_mu(shapely.intersection(shapes[2], shapes[3]))
    assert float(found.warnings[0].value.removesuffix(" 亩")) == pytest.approx(common, abs=0.0001)
    assert found.found == {"self_intersection": 1, "spike": 1, "overlap": 1}
    assert found.repairs == []
    assert found.good[0].shape.equals_exact(SPIKED)


def test_what_is_grave_comes_first_and_only_what_keeps_rows_out_is_called_an_error(
    county: Database, tmp_path: Path
) -> None:
    shapes = [
        *(box(120 * at, 600, 100, 100) for at in range(3)),
        box(0, 300, 100, 100),
        box(90, 300, 100, 100),
    ]
    told = [
        {"地块名称": f"示例 {row}", "地块编号": f"T-{row}", "约定动工日期": "22年"} for row in range(1, 6)
    ]
    found = planned(county, geojson(tmp_path / "a.geojson", shapes, told))
    assert [(each.row, each.check) for each in found.warnings] == [
        (5, "overlap"),
        *((row, "") for row in range(1, 6)),
    ]
    crossing = planned(county, geojson(tmp_path / "b.geojson", [BOW_TIE, *shapes[3:]]))
    listed = sorts({"sorts": crossing.found, "warnings": []}, None)
    assert [(each["code"], each["severity"]) for each in listed] == [
        ("self_intersection", "错误"),
        ("overlap", "提醒"),
    ]


def test_what_is_accepted_of_one_row_is_repaired_and_the_shape_as_it_came_stays_with_the_act(
    county: Database, tmp_path: Path
) -> None:
    again = shapely.transform(SPIKED, lambda at: at + np.array([0, 0.002]))
    file = geojson(tmp_path / "a.geojson", [BOW_TIE, SPIKED, again])
    said = Accepted(frozenset({"self_intersection"}), {"spike": frozenset({2})})
    found = planned(county, file, accepted(json.loads(json.dumps(said.told()))))
    assert found.problems == []
    done = [(each.row, each.check, each.repair) for each in found.warnings]
    assert done == [(1, "self_intersection", "done"), (2, "spike", "done"), (3, "spike", "offered")]
    assert found.good[1].shape.equals(BLUNT)
    assert found.good[2].shape.equals_exact(again)
    triangles = shapely.multipolygons(
        [polygon((0, 0), (50, 50), (0, 100)), polygon((100, 0), (100, 100), (50, 50))]
    )
    assert found.good[0].shape.symmetric_difference(triangles).area < 1e-12
    result = apply(county, found, "测试")
    with county.reading() as session:
        kept = repairs_of(session, result.act_id, 10)
        layer = query.layer_named(session, SYSTEM_VIEWER, "idle_parcel")
        there = query.find_features(session, SYSTEM_VIEWER, layer)
    assert [(each.place, each.words, each.checks) for each in kept] == [
        (1, "第 1 行", ("self_intersection",)),
        (2, "第 2 行", ("spike",)),
    ]
    assert kept[0].before.equals_exact(BOW_TIE)
    assert kept[1].before.equals_exact(SPIKED)
    assert [round(each.derived["area_mu"], 2) for each in there] == [
        pytest.approx(area_mu(shape), abs=0.01) for shape in (*[triangles], BLUNT, again)
    ]


def test_a_row_of_the_file_is_compared_with_what_stands_on_the_map(county: Database, tmp_path: Path) -> None:
    apply(county, planned(county, geojson(tmp_path / "a.geojson", [box(0, 0, 100, 100)])), "测试")
    told = [{"地块编号": "T-2", "地块名称": "新的"}, {"地块编号": "T-1", "地块名称": "旧的"}]
    shapes = [box(95, 0, 100, 100), box(0, 0, 94, 100)]
    found = planned(county, geojson(tmp_path / "b.geojson", shapes, told))
    # The second takes the place of the one on the map, so nothing is left to overlap with it.
    assert [(each.row, each.check) for each in found.warnings] == []
    told[1]["地块编号"] = "T-3"
    found = planned(county, geojson(tmp_path / "b.geojson", shapes, told))
    assert [(each.row, each.check) for each in found.warnings] == [(1, "overlap"), (2, "overlap")]
    assert "“示例 1”" in found.warnings[0].reason


def test_neighbours_of_a_large_file_are_compared_later(
    county: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oddities, "MOST_TOGETHER", 1)
    found = planned(county, geojson(tmp_path / "a.geojson", [box(0, 0, 100, 100), box(50, 0, 100, 100)]))
    assert found.follows
    assert found.warnings == []
    assert any("导入后进行" in note for note in found.notes)


def test_a_repair_that_does_not_exist_is_refused_with_those_that_do() -> None:
    assert accepted_sorts(["all"]).takes("tiny_hole", 7)
    assert not accepted_sorts([]).any_of("spike")
    with pytest.raises(InvalidValue, match="spike（尖刺）"):
        accepted_sorts(["overlap"])


def test_the_command_lists_what_can_be_repaired_and_does_it_when_told(
    home: Path, sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_county(sqlite_database)
    monkeypatch.setenv("WEBMAP_HOME", str(home))
    file = geojson(tmp_path / "a.geojson", [BOW_TIE, SPIKED])
    first = CliRunner().invoke(command, [str(file), "--kind", "idle_parcel", "--dry-run", "--good-rows"])
    assert "可修复  --repair self_intersection（边界自相交）、--repair spike（尖刺）" in first.output
    done = CliRunner().invoke(command, [str(file), "--kind", "idle_parcel", "--repair", "all"])
    assert "已导入 2 宗" in done.output, done.output
    assert "修复了 2 个图形（原图形随导入留存）" in done.output
