"""Does a ledger without shapes update the parcels on the map by their number, in one act, after it was shown?"""

from __future__ import annotations

from pathlib import Path

import pytest

from layers.errors import InvalidValue, MapError, NotAllowed, NotSignedIn, OutOfDate
from layers.intake import JoinPlan, apply_join, plan, plan_join
from layers.rights import SYSTEM_VIEWER, signed_in
from layers.store import Database, edit, query
from tests.county import add_county
from tests.running import webmap
from tests.stored import found, parcel, store
from tests.test_formats_tables import book

ROWS = (("甲", "DK001", "某公司"), ("乙", "DK002", "某公司"), ("丙", "DK003", "某公司"))


@pytest.fixture
def ids(county: Database) -> list[int]:
    rows = [
        parcel(name, 118.42 + at / 100, code=code, holder=holder, use_code="0601")
        for at, (name, code, holder) in enumerate(ROWS)
    ]
    return store(county, rows)


@pytest.fixture
def county(database: Database) -> Database:
    add_county(database)
    return database


def ledger(folder: Path, *rows: list[object]) -> Path:
    head = ["序号", "地块编号", "权利人", "总投资额（元）", "备注"]
    return book(folder / "台账.xlsx", ["沂南县闲置土地台账"], head, *rows)


def planned(database: Database, path: Path, key: str = "地块编号") -> JoinPlan:
    return plan_join(database, SYSTEM_VIEWER, path, layer="idle_parcel", key=key)


def test_the_plan_says_what_would_change_and_changes_nothing(
    county: Database, ids: list[int], tmp_path: Path
) -> None:
    path = ledger(
        tmp_path,
        [1, "DK001", "新公司", 12_000_000, None],
        [2, "DK002", "某公司", None, None],
        [3, "DK009", "无", 1, None],
    )
    shown = planned(county, path)
    (change,) = shown.changes
    assert change.target.name == "甲"
    assert change.place == "第 3 行"
    assert [tuple(each) for each in change.differences] == [
        ("权利人", "某公司", "新公司"),
        ("总投资额", "未提供", "1,200.00"),
    ]
    assert shown.unchanged == 1
    assert shown.not_found == [("第 5 行", "DK009")]
    assert len(shown.missing) == 1
    assert found(county, ids[0]).properties["holder"] == "某公司"


def test_the_update_is_one_act_and_blank_cells_change_nothing(
    county: Database, ids: list[int], tmp_path: Path
) -> None:
    before = found(county, ids[1])
    path = ledger(tmp_path, [1, "DK001", "新公司", None, "核实"], [2, "DK002", "新公司", None, None])
    assert apply_join(county, SYSTEM_VIEWER, planned(county, path), "李工").rows == 2
    first, second = found(county, ids[0]), found(county, ids[1])
    assert first.properties["holder"] == second.properties["holder"] == "新公司"
    assert first.properties["note"] == "核实"
    assert second.properties["use_code"] == "0601"
    assert second.shape.equals_exact(before.shape)
    assert second.version == before.version + 1
    assert (first.act_who, first.act_at) == (second.act_who, second.act_at)
    assert planned(county, path).changes == []
    assert apply_join(county, SYSTEM_VIEWER, planned(county, path), "李工").rows == 0


def test_doubtful_rows_are_named_and_left_out_only_on_request(
    county: Database, ids: list[int], tmp_path: Path
) -> None:
    store(county, [parcel("丁", 118.46, code="DK003")])
    path = ledger(
        tmp_path,
        [1, "DK001", "新公司", "约一千", None],
        [2, "DK002", "新公司", None, None],
        [3, "DK003", "新公司", None, None],
        [4, None, "新公司", None, None],
        [5, "DK005", "一", None, None],
        [6, "DK005", "二", None, None],
    )
    shown = planned(county, path)
    reasons = {shown.place(each.row): each.reason for each in shown.problems}
    assert "应为数字" in reasons["第 3 行"]
    assert "图上有 2 个图形的编号是“DK003”" in reasons["第 5 行"]
    assert "是空的" in reasons["第 6 行"]
    assert "出现 2 次" in reasons["第 7 行"]
    with pytest.raises(InvalidValue, match="未更新任何内容"):
        apply_join(county, SYSTEM_VIEWER, shown, "李工")
    assert apply_join(county, SYSTEM_VIEWER, shown, "李工", good_rows=True).rows == 1
    assert found(county, ids[0]).properties["holder"] == "某公司"


def test_somebody_elses_change_in_between_stops_the_update(
    county: Database, ids: list[int], tmp_path: Path
) -> None:
    shown = planned(county, ledger(tmp_path, [1, "DK001", "新公司", None, None]))
    with county.writing() as session:
        with edit.one_act(session, "edit", "王工") as act:
            edit.revise_feature(session, act, ids[0], properties={"name": "甲", "code": "DK001"})
        session.commit()
    with pytest.raises(OutOfDate):
        apply_join(county, SYSTEM_VIEWER, shown, "李工")


def test_only_the_owning_unit_may(county: Database, ids: list[int], tmp_path: Path) -> None:
    path = ledger(tmp_path, [1, "DK001", "新公司", None, None])
    reader = signed_in("只读员", "reader", "自然资源和规划局", None, 1)
    with pytest.raises((NotAllowed, NotSignedIn)):
        plan_join(county, reader, path, layer="idle_parcel", key="地块编号")


def test_what_rights_in_land_rest_on_is_left_to_two_persons(
    county: Database, ids: list[int], tmp_path: Path
) -> None:
    path = book(tmp_path / "a.xlsx", ["地块编号", "出让价款", "权利人"], ["DK001", 99, "新公司"])
    shown = planned(county, path)
    assert "出让价款”须逐个修改并由另一人复核，未更新" in "".join(shown.notes)
    assert "price" not in shown.changes[0].properties


def test_a_key_that_is_not_there_is_named_with_the_columns(
    county: Database, ids: list[int], tmp_path: Path
) -> None:
    path = ledger(tmp_path, [1, "DK001", "新公司", None, None])
    with pytest.raises(InvalidValue, match="表里有：序号、地块编号"):
        planned(county, path, "电子监管号")


def test_a_table_without_places_says_how_to_bring_it(county: Database, tmp_path: Path) -> None:
    path = ledger(tmp_path, [1, "DK001", "新公司", None, None])
    with pytest.raises(MapError, match="--key 地块编号"):
        plan(county, SYSTEM_VIEWER, path, kind="idle_parcel")


def test_a_clerk_updates_from_the_command_line(sample_home: Path, tmp_path: Path) -> None:
    from tests.databases import opened

    with opened(f"sqlite:///{sample_home / 'map.db'}") as database, database.reading() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, "idle_parcel")
        first = query.find_features(session, SYSTEM_VIEWER, layer, limit=1)[0]
    path = ledger(
        tmp_path, [1, first.properties["code"], "更名后的公司", None, None], [2, "没有的", "x", None, None]
    )
    options = ("--layer", "idle_parcel", "--key", "地块编号")
    tried = webmap("intake", str(path), *options, "--dry-run", home=sample_home)
    assert tried.returncode == 0, tried.stderr
    assert "有变化 1，无变化 0，图上没有 1" in tried.stdout
    assert f"{first.name}：权利人" in tried.stdout
    assert "试运行，未改动任何数据" in tried.stdout
    done = webmap("intake", str(path), *options, home=sample_home)
    assert "的 1 个图形的属性" in done.stdout
