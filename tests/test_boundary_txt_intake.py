"""Does a surveyor's TXT reach the map by `webmap intake`, and is every doubt a question?"""

from __future__ import annotations

from pathlib import Path
from subprocess import CompletedProcess

import numpy as np
import pytest
import shapely
from pyproj import Transformer

from layers import crs, shift
from layers.errors import InvalidValue, MapError, QuestionToUser
from layers.intake import Plan, apply, plan
from layers.rights import SYSTEM_VIEWER
from layers.store import Database, query
from tests.county import add_county
from tests.files import area_mu, beside, parcels, shapefile, zipped
from tests.plots import EAST, SQUARE, header, moved, record, ring, text
from tests.running import webmap

DOWN = Transformer.from_crs(4527, 4490, always_xy=True)
WHOLE = shapely.Polygon([DOWN.transform(y, x) for x, y in SQUARE])
DONE, REFUSED, QUESTION = 0, 1, 3


@pytest.fixture
def county(sqlite_database: Database) -> Database:
    add_county(sqlite_database)
    return sqlite_database


def file(folder: Path, *parts: str | list[str]) -> Path:
    path = folder / "界址点.txt"
    path.write_bytes(text(*parts).encode("gbk"))
    return path


def planned(database: Database, path: Path, **answers: str | int) -> Plan:
    return plan(database, SYSTEM_VIEWER, path, kind="idle_parcel", **answers)  # type: ignore[arg-type]


def intake(home: Path, *arguments: str | Path) -> CompletedProcess[str]:
    return webmap("intake", *map(str, arguments), home=home)


def test_a_planner_imports_a_txt_from_the_command_line(sample_home: Path, tmp_path: Path) -> None:
    done = intake(sample_home, file(tmp_path, header(), record(), ring(SQUARE)), "--kind", "idle_parcel")
    assert done.returncode == DONE, done.stderr
    assert "1 行，文字编码 GBK" in done.stdout
    assert "第39带" in done.stdout
    assert f"1 宗，{area_mu(WHOLE):.2f} 亩（椭球面积）" in done.stdout
    assert "已导入 1 宗到“闲置低效用地”。" in done.stdout


def test_no_zone_is_a_question_and_the_answer_is_taken(sample_home: Path, tmp_path: Path) -> None:
    path = file(tmp_path, header(带号=""), record(), ring(SQUARE, drop_prefix=True))
    asked = intake(sample_home, path, "--kind", "idle_parcel")
    assert asked.returncode == QUESTION
    assert "没有写明带号" in asked.stderr
    assert "4548" in asked.stderr
    assert "在本县范围内" in asked.stderr
    assert intake(sample_home, path, "--kind", "idle_parcel", "--crs", "4548").returncode == DONE


def test_a_bad_plot_is_told_with_its_lines_and_the_good_ones_may_go_in(
    sample_home: Path, tmp_path: Path
) -> None:
    path = file(
        tmp_path, header(), record(), ring(SQUARE), record(name="坏"), "J1,1,甲,乙", record(), ring(EAST)
    )
    refused = intake(sample_home, path, "--kind", "idle_parcel")
    assert refused.returncode == REFUSED
    assert "第 2 个地块（第 19 行） 图形：“坏”第 20 行：坐标“甲”不是数字" in refused.stdout
    done = intake(sample_home, path, "--kind", "idle_parcel", "--good-rows")
    assert done.returncode == DONE
    assert "已导入 2 宗到“闲置低效用地”，略过有问题的 1 行" in done.stdout


def test_the_plot_lands_in_place_with_its_fields(county: Database, tmp_path: Path) -> None:
    found = planned(county, file(tmp_path, header(), record(), ring(SQUARE)))
    (row,) = found.good
    assert row.shape.hausdorff_distance(WHOLE) < 1e-9
    assert row.properties["name"] == "示例地块1"
    assert row.properties["area_declared_mu"] == 15
    assert row.properties["land_use"] == "工业用地"
    assert found.warnings == []


XIAN = {"坐标系": "1980西安坐标系"}


def test_xian_80_is_blocked_without_parameters(county: Database, tmp_path: Path) -> None:
    path = file(tmp_path, header(**XIAN), record(), ring(SQUARE))
    with pytest.raises(InvalidValue, match=r"1980西安坐标系.*四参数或七参数.*填写本局的转换参数"):
        planned(county, path)
    zeros = file(tmp_path, header(**XIAN, 转换参数="0,0,0,0,0,0,0"), record(), ring(SQUARE))
    with pytest.raises(InvalidValue, match="四参数或七参数"):
        planned(county, zeros)


def test_four_parameters_move_the_plot_and_are_written_down(county: Database, tmp_path: Path) -> None:
    """12.5 m north and 97.25 m east: the plot is where a surveyor would have put it on CGCS2000."""
    path = file(tmp_path, header(**XIAN), record(), ring(moved(SQUARE, -12.5, -97.25)))
    found = planned(county, path, parameters="12.5,97.25,0,0")
    assert found.good[0].shape.hausdorff_distance(WHOLE) < 1e-9
    assert "已用四参数 12.5、97.25、0、0由 1980" in "".join(found.notes) or "四参数" in "".join(found.notes)
    result = apply(county, found, "测试")
    with county.reading() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, result.layer_key)
        assert query.count_features(session, SYSTEM_VIEWER, layer) == 1


def test_seven_parameters_of_the_header_are_used(county: Database, tmp_path: Path) -> None:
    """Checked with PROJ's own Helmert step, from the Xian 1980 ellipsoid to that of CGCS2000."""
    told = "24.2,-116.9,-61.5,0.21,-0.11,0.32,1.7"
    pipe = Transformer.from_pipeline(
        "+proj=pipeline +step +inv +proj=tmerc +lon_0=117 +x_0=39500000 +a=6378140 +rf=298.257 "
        "+step +proj=cart +a=6378140 +rf=298.257 "
        "+step +proj=helmert +x=24.2 +y=-116.9 +z=-61.5 +rx=0.21 +ry=-0.11 +rz=0.32 +s=1.7 "
        "+convention=coordinate_frame +step +inv +proj=cart +ellps=GRS80 "
        "+step +proj=unitconvert +xy_in=rad +xy_out=deg"
    )
    meant = shapely.Polygon([pipe.transform(y, x, 0)[:2] for x, y in SQUARE])
    found = planned(county, file(tmp_path, header(**XIAN, 转换参数=told), record(), ring(SQUARE)))
    assert found.good[0].shape.hausdorff_distance(meant) < 2e-9
    assert "七参数" in found.shift


def test_parameters_for_cgcs2000_are_refused_and_those_of_its_header_ignored(
    county: Database, tmp_path: Path
) -> None:
    path = file(tmp_path, header(转换参数="1,2,3,0,0,0,0"), record(), ring(SQUARE))
    found = planned(county, path)
    assert found.good[0].shape.hausdorff_distance(WHOLE) < 1e-9
    assert "转换参数未使用" in "".join(found.notes)
    with pytest.raises(InvalidValue, match="不需要转换"):
        planned(county, path, parameters="1,2,0,0")


@pytest.mark.parametrize("words", ["1,2,3", "a,b,c,d", "1,2,3,4,5", "1,2,3,nan"])
def test_half_a_set_of_parameters_is_refused(county: Database, tmp_path: Path, words: str) -> None:
    with pytest.raises(InvalidValue, match=r"应为 4 个数.*7 个数"):
        planned(county, file(tmp_path, header(**XIAN), record(), ring(SQUARE)), parameters=words)


def test_points_of_a_public_map_are_moved_back_on_request(county: Database, tmp_path: Path) -> None:
    shown = [crs.to_gcj02(*place) for place in shapely.get_coordinates(WHOLE).tolist()]
    corners = [(lat, lon) for lon, lat in shown[:-1]]
    path = file(tmp_path, header(), record(), ring(corners, decimals=11))
    found = planned(county, path, public_map="gcj02")
    assert found.good[0].shape.hausdorff_distance(WHOLE) < 1e-9
    with pytest.raises(InvalidValue, match="偏移收到“mars”"):
        planned(county, path, public_map="mars")


@pytest.mark.parametrize("forward", ["gcj02", "bd09"])
def test_the_inverse_of_a_public_map_is_exact_to_a_micrometre(forward: str) -> None:
    chance = np.random.default_rng(5)
    there = np.column_stack((chance.uniform(118, 119, 5000), chance.uniform(35, 36, 5000)))
    shown = crs.gcj02(there) if forward == "gcj02" else shift.bd09(there)
    back = shift.unshifted(shown, shift.PublicMap(forward))
    assert np.abs(back - there).max() * 111_320 < 1e-3
    assert np.abs(shown - there).max() > 0.004


def test_the_published_vectors_of_public_maps() -> None:
    seat = np.array([[118.47, 35.55]])
    assert crs.gcj02(seat)[0] == pytest.approx((118.475698846, 35.549955362), abs=1e-9)
    assert shift.bd09(seat)[0] == pytest.approx((118.482249355, 35.555856620), abs=1e-9)


def test_swapped_or_foreign_answers_never_guess(county: Database, tmp_path: Path) -> None:
    path = file(tmp_path, record(), ring(SQUARE))
    with pytest.raises(QuestionToUser, match="没有写明坐标系"):
        planned(county, path)
    with pytest.raises(MapError):
        planned(county, path, crs=4528)


def test_a_shapefile_of_xian_80_comes_in_with_parameters_only(county: Database, tmp_path: Path) -> None:
    frame = parcels(1).to_crs(4527).set_crs(2363, allow_override=True)
    path = shapefile(tmp_path / "西安", frame)
    with pytest.raises(InvalidValue, match=r"1980西安坐标系.*四参数或七参数"):
        planned(county, path)
    found = planned(county, path, parameters="0,0.001,0,0")
    meant = parcels(1).to_crs(4548).translate(0.001, 0).to_crs(4490).iloc[0]
    assert found.good[0].shape.hausdorff_distance(meant) < 1e-8
    assert "四参数" in found.shift


def test_a_txt_in_a_zip_is_read_and_a_note_beside_a_shapefile_is_not(
    county: Database, tmp_path: Path
) -> None:
    alone = file(tmp_path, header(), record(), ring(SQUARE))
    packed = zipped(tmp_path / "a.zip", {"报送/界址点.txt": alone})
    assert len(planned(county, packed).good) == 1
    plain = shapefile(tmp_path / "p", parcels())
    both = zipped(tmp_path / "b.zip", {**beside(plain), "说明.txt": alone})
    assert len(planned(county, both).good) == 3
