"""Is a file compared with the layer by a number: new, changed, unchanged, not in the file; and only that is done?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas
import pandas
import pytest
import shapely.affinity

from layers.editing.undoing import undo
from layers.errors import InvalidValue, NotAllowed, OutOfDate
from layers.intake import Choice, Comparison, Plan, apply, chosen_changes, compare, keys_offered, plan
from layers.rights import SYSTEM_VIEWER, signed_in
from layers.store import Database, edit
from layers.store.targets import Target, standing
from tests import files
from tests.county import add_county


@pytest.fixture
def county(database: Database, tmp_path: Path) -> Database:
    """Five parcels SL-2026-001 … 005 are on the map."""
    add_county(database)
    apply(database, planned(database, files.gbk_shapefile_zip(tmp_path / "去年.zip", 39, 5)), "李工")
    return database


def planned(database: Database, file: Path) -> Plan:
    return plan(database, SYSTEM_VIEWER, file, kind="idle_parcel")


def this_year(folder: Path) -> Path:
    """001 as it was, 002 with another holder, 003 moved by a metre, 004 with blank cells, 005 gone, 900 new."""
    frame = files.parcels(5)
    frame.loc[1, "QSDWMC"] = "新公司"
    frame = files.with_value(frame, "geometry", 2, shapely.affinity.translate(frame.geometry[2], 1e-5))
    frame.loc[3, "QSDWMC"] = None
    new = files.parcels(7).iloc[[6]].assign(DKBH="SL-2026-900")
    together = geopandas.GeoDataFrame(pandas.concat([frame.iloc[:4], new], ignore_index=True), crs=4490)
    return files.gbk_shapefile_zip(folder / "今年.zip", frame=together)


def compared(database: Database, file: Path, key: str = "code") -> tuple[Plan, Comparison]:
    found = planned(database, file)
    return found, compare(database, SYSTEM_VIEWER, found, key)


def there(database: Database) -> dict[str, Target]:
    with database.reading() as session:
        features = standing(session, SYSTEM_VIEWER, "idle_parcel", 1000)
    return {str(each.state.properties["code"])[-3:]: each for each in features}


def done(database: Database, file: Path, choice: Choice, viewer: Any = SYSTEM_VIEWER) -> int:
    found, told = compared(database, file)
    changes = chosen_changes(database, viewer, found.kind, told, choice)
    new = told.new if choice.new else []
    return apply(database, found, "李工", new=new, changes=changes).act_id


def test_the_comparison_says_what_is_new_changed_unchanged_and_missing(
    county: Database, tmp_path: Path
) -> None:
    found, told = compared(county, this_year(tmp_path))
    assert [row.properties["code"] for row in told.new] == ["SL-2026-900"]
    holder, moved = told.changed
    assert (holder.target.state.properties["code"], holder.place) == ("SL-2026-002", "第 2 行")
    assert [tuple(each) for each in holder.differences] == [("权利人", "沂南县示例有限公司", "新公司")]
    assert holder.shape is None
    # pyproj: 1e-5° of longitude is 0.906 m at 35.54°N.
    assert [tuple(each) for each in moved.differences] == [("图形", "原位置", "移动约 0.9 米")]
    assert moved.shape is not None
    assert told.unchanged == 2
    assert told.removed == [there(county)["005"].id]
    assert keys_offered(found)[0] == ("code", "地块编号")
    assert len(there(county)) == 5


def test_all_of_it_is_one_act_and_taken_back_as_one(county: Database, tmp_path: Path) -> None:
    before = {code: (each.id, each.state) for code, each in there(county).items()}
    act = done(county, this_year(tmp_path), Choice(removed=True))
    after = there(county)
    assert sorted(after) == ["001", "002", "003", "004", "900"]
    assert after["002"].state.properties["holder"] == "新公司"
    assert after["002"].id == before["002"][0]
    assert after["004"].state == before["004"][1]
    assert after["003"].state.shape.centroid.x - before["003"][1].shape.centroid.x == pytest.approx(1e-5)
    assert {after[code].act_id for code in ("002", "003", "900")} == {act}
    assert after["001"].version == 1
    undo(county, SYSTEM_VIEWER, act)
    assert {code: (each.id, each.state) for code, each in there(county).items()} == before


@pytest.mark.parametrize(
    ("choice", "codes", "holder"),
    [
        (Choice(changed=False), ["001", "002", "003", "004", "005", "900"], "沂南县示例有限公司"),
        (Choice(new=False), ["001", "002", "003", "004", "005"], "新公司"),
    ],
    ids=["only new", "only changes"],
)
def test_only_what_was_chosen_is_done(
    county: Database, tmp_path: Path, choice: Choice, codes: list[str], holder: str
) -> None:
    done(county, this_year(tmp_path), choice)
    after = there(county)
    assert sorted(after) == codes
    assert after["002"].state.properties["holder"] == holder


def test_single_features_are_ticked(county: Database, tmp_path: Path) -> None:
    ticked = frozenset([there(county)["003"].uid])
    done(county, this_year(tmp_path), Choice(new=False, changed=ticked))
    assert [code for code, each in there(county).items() if each.version == 2] == ["003"]


def test_who_changed_a_feature_meanwhile_wins_and_nothing_is_half_written(
    county: Database, tmp_path: Path
) -> None:
    found, told = compared(county, this_year(tmp_path))
    changes = chosen_changes(county, SYSTEM_VIEWER, found.kind, told, Choice(removed=True))
    with county.writing() as session:
        with edit.one_act(session, "edit", "王工") as act:
            edit.revise_feature(session, act, there(county)["002"].id, visibility="public")
        session.commit()
    with pytest.raises(OutOfDate, match=r"其中 1 个图形.*在核对之后被他人修改"):
        apply(county, found, "李工", new=told.new, changes=changes)
    assert sorted(there(county)) == ["001", "002", "003", "004", "005"]
    assert compare(county, SYSTEM_VIEWER, found, "code").stamp != told.stamp


def test_who_may_not_edit_a_feature_changes_none(county: Database, tmp_path: Path) -> None:
    stranger = signed_in("周工", "editor", "县文化和旅游局", None, 7)
    with pytest.raises(NotAllowed):
        done(county, this_year(tmp_path), Choice(), stranger)
    assert all(each.version == 1 for each in there(county).values())


def test_a_number_that_stands_twice_is_told_and_belongs_to_neither(county: Database, tmp_path: Path) -> None:
    frame = files.parcels(3).assign(DKBH=["SL-2026-001", "SL-2026-001", "SL-2026-003"])
    _, told = compared(county, files.gbk_shapefile_zip(tmp_path / "重号.zip", frame=frame))
    assert [(each.row, each.value) for each in told.problems] == [(1, "SL-2026-001"), (2, "SL-2026-001")]
    assert "在文件里出现 2 次" in told.problems[0].reason
    assert told.new == []


def test_a_row_with_a_problem_is_not_taken_for_missing(county: Database, tmp_path: Path) -> None:
    frame = files.parcels(5).astype({"YDDGRQ": str})
    frame.loc[4, "YDDGRQ"] = "去年春天"
    found, told = compared(county, files.gbk_shapefile_zip(tmp_path / "坏行.zip", frame=frame))
    assert found.bad_count == 1
    assert told.removed == []


def test_a_key_that_the_file_does_not_bring_is_told(county: Database, tmp_path: Path) -> None:
    with pytest.raises(InvalidValue, match="文件里没有这个字段"):
        compared(county, this_year(tmp_path), "supervision_code")


def test_rights_in_land_are_not_changed_by_a_file(county: Database, tmp_path: Path) -> None:
    frame = files.parcels(5)
    frame["YDDGRQ"] = ["2021-01-01", *["2023-03-01"] * 4]
    _, told = compared(county, files.gbk_shapefile_zip(tmp_path / "日期.zip", frame=frame))
    assert told.changed == []
    assert any("须逐个修改并由另一人复核" in note for note in told.notes)
