"""Does `webmap intake` say what it will do, ask what it must know, and import only then?"""

from __future__ import annotations

import json
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from sqlalchemy import select

from layers.editing.undoing import undo
from layers.rights import SYSTEM_VIEWER
from layers.store.tables import Act
from tests import files
from tests.databases import opened
from tests.running import webmap

DONE, REFUSED, QUESTION = 0, 1, 3


@pytest.fixture
def zone_39_zip(tmp_path: Path) -> Path:
    return files.gbk_shapefile_zip(tmp_path / "报送.zip", 39)


def intake(home: Path, *arguments: str | Path) -> CompletedProcess[str]:
    return webmap("intake", *map(str, arguments), home=home)


def parcels_in(home: Path) -> int:
    from layers.store import query

    with opened(f"sqlite:///{home / 'map.db'}") as database, database.reading() as session:
        return next(
            layer.count for layer in query.layers(session, SYSTEM_VIEWER) if layer.key == "idle_parcel"
        )


def test_a_planner_imports_the_bureaus_zip_beside_the_sample(sample_home: Path, zone_39_zip: Path) -> None:
    before = parcels_in(sample_home)
    done = intake(sample_home, zone_39_zip, "--kind", "idle_parcel")
    assert done.returncode == DONE, done.stderr
    assert "3 行，文字编码 GBK" in done.stdout
    assert "第39带" in done.stdout
    assert "东经118.4400°" in done.stdout
    total = sum(files.area_mu(shape) for shape in files.parcels().geometry)
    assert f"3 宗，{total:.2f} 亩（椭球面积）" in done.stdout
    assert "DKMC→地块名称" in done.stdout
    assert "已导入 3 宗到“闲置低效用地”。" in done.stdout
    assert parcels_in(sample_home) == before + 3


def test_a_dry_run_changes_nothing(sample_home: Path, zone_39_zip: Path) -> None:
    before = parcels_in(sample_home)
    done = intake(sample_home, zone_39_zip, "--kind", "idle_parcel", "--dry-run")
    assert done.returncode == DONE, done.stderr
    assert "试运行，未改动任何数据" in done.stdout
    assert parcels_in(sample_home) == before


def test_a_missing_prj_is_a_question_with_the_landing_place(sample_home: Path, tmp_path: Path) -> None:
    path = files.gbk_shapefile_zip(tmp_path / "a.zip", 40, without=[".prj"])
    asked = intake(sample_home, path, "--kind", "idle_parcel")
    assert asked.returncode == QUESTION
    assert "请选择坐标系" in asked.stderr
    assert "--crs" in asked.stderr
    assert "4528" in asked.stderr
    assert "在本县范围内" in asked.stderr
    answered = intake(sample_home, path, "--kind", "idle_parcel", "--crs", "4528")
    assert answered.returncode == DONE, answered.stderr
    assert "第40带" in answered.stdout


def test_an_ambiguous_encoding_is_a_question(sample_home: Path, tmp_path: Path) -> None:
    frame = files.parcels().assign(DKMC=["界湖地块", "大庄地块", "砖埠地块"]).drop(columns=["供地方式"])
    path = files.shapefile(tmp_path / "a", frame[["DKMC", "geometry"]], encoding="UTF-8", cpg="GBK")
    asked = intake(sample_home, path, "--kind", "idle_parcel")
    assert asked.returncode == QUESTION
    assert "--encoding" in asked.stderr
    assert "第 1 行：界湖地块；第 2 行：大庄地块" in asked.stderr
    assert intake(sample_home, path, "--kind", "idle_parcel", "--encoding", "UTF-8").returncode == DONE


def test_several_layers_are_a_question(sample_home: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    for layer in ("地块", "备用"):
        files.parcels().to_file(path, layer=layer)
    asked = intake(sample_home, path, "--kind", "idle_parcel")
    assert asked.returncode == QUESTION
    assert "--source-layer" in asked.stderr
    assert intake(sample_home, path, "--kind", "idle_parcel", "--source-layer", "地块").returncode == DONE


def test_bad_rows_are_listed_and_left_out_only_on_request(sample_home: Path, tmp_path: Path) -> None:
    frame = files.with_value(files.parcels(), "供地方式", 1, "赠送\x1b[31m")
    path = tmp_path / "a.geojson"
    frame.to_crs(4326).to_file(path)
    before = parcels_in(sample_home)
    refused = intake(sample_home, path, "--kind", "idle_parcel")
    assert refused.returncode == REFUSED
    assert "第 2 行 供地方式：" in refused.stdout
    assert "\x1b" not in refused.stdout
    assert "--good-rows 只导入其余 2 行" in refused.stderr
    assert parcels_in(sample_home) == before
    done = intake(sample_home, path, "--kind", "idle_parcel", "--good-rows")
    assert done.returncode == DONE
    assert "已导入 2 宗到“闲置低效用地”，略过有问题的 1 行" in done.stdout
    assert parcels_in(sample_home) == before + 2


def test_a_new_layer_may_be_made_for_the_rows(sample_home: Path, zone_39_zip: Path) -> None:
    kind = ("--kind", "idle_parcel")
    half = intake(sample_home, zone_39_zip, *kind, "--new-layer", "idle_2026")
    assert half.returncode == REFUSED
    assert "要同时给出" in half.stderr
    done = intake(sample_home, zone_39_zip, *kind, "--new-layer", "idle_2026", "--title", "2026年新增")
    assert done.returncode == DONE, done.stderr
    assert "2026年新增（新建图层，idle_2026）" in done.stdout
    again = intake(sample_home, zone_39_zip, *kind, "--layer", "idle_2026", "--visibility", "公开")
    assert again.returncode == DONE
    assert "可见范围：公开" in again.stdout


def test_several_files_are_one_act_or_none(sample_home: Path, tmp_path: Path) -> None:
    """Each goes where it most likely belongs; whatever one of them refuses, nothing of any is there."""
    numbers = [f"批-{row}" for row in range(3)]
    plots = files.gbk_shapefile_zip(tmp_path / "地块.zip", frame=files.parcels().assign(DKBH=numbers))
    sites = files.point_geojson(tmp_path / "景点.geojson", 景点名称="甲泉（示例）", 景点类型="温泉")
    broken = files.point_geojson(tmp_path / "坏.geojson", 景点名称="乙泉（示例）", 景点类型="星系")
    before = parcels_in(sample_home)
    refused = intake(sample_home, plots, broken)
    assert refused.returncode == REFUSED
    assert "“坏.geojson”有 1 行有问题" in refused.stderr
    tried = intake(sample_home, plots, sites, "--dry-run")
    assert tried.returncode == DONE, tried.stderr
    assert "景点.geojson → 景点与旅游项目：新增 1" in tried.stdout
    assert parcels_in(sample_home) == before
    done = intake(sample_home, plots, sites)
    assert done.returncode == DONE, done.stderr
    assert "已一起导入 2 个文件" in done.stdout
    assert parcels_in(sample_home) == before + 3
    with opened(f"sqlite:///{sample_home / 'map.db'}") as database:
        with database.reading() as session:
            act = session.scalars(select(Act).order_by(Act.id.desc())).first()
        assert act is not None
        lines = "地块.zip → 闲置低效用地 新增 3；景点.geojson → 景点与旅游项目 新增 1"
        assert f"2 个文件或图层一起导入：{lines}" in str(act.reason)
        undo(database, SYSTEM_VIEWER, act.id)
    assert parcels_in(sample_home) == before


def vrt(folder: Path) -> Path:
    path = folder / "a.geojson"
    path.write_text(
        '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer>'
    )
    return path


def empty(folder: Path) -> Path:
    path = folder / "a.zip"
    path.write_bytes(b"")
    return path


def swapped(folder: Path) -> Path:
    path = folder / "a.geojson"
    ring = [[35.5, 118.4], [35.51, 118.4], [35.51, 118.41], [35.5, 118.4]]
    feature = {
        "type": "Feature",
        "properties": {"name": "甲"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    return path


BAD_FILES = {
    "a VRT named .geojson": (vrt, "不是 GeoJSON"),
    "empty": (empty, "是空文件"),
    "swapped axes": (swapped, "很可能颠倒了"),
    "not there": (lambda folder: folder / "没有.zip", "找不到文件"),
}


@pytest.mark.parametrize(("make", "sentence"), BAD_FILES.values(), ids=BAD_FILES.keys())
def test_a_bad_file_is_refused_with_one_sentence(
    sample_home: Path, tmp_path: Path, make: object, sentence: str
) -> None:
    assert callable(make)
    refused = intake(sample_home, make(tmp_path), "--kind", "idle_parcel")
    assert refused.returncode == REFUSED
    assert sentence in refused.stderr
    assert "Traceback" not in refused.stderr


def test_an_unknown_kind_or_layer_is_refused(sample_home: Path, zone_39_zip: Path) -> None:
    unknown = intake(sample_home, zone_39_zip, "--kind", "parcels")
    assert (unknown.returncode, "没有“parcels”这一类图层" in unknown.stderr) == (REFUSED, True)
    wrong = intake(sample_home, zone_39_zip, "--kind", "idle_parcel", "--layer", "road_project")
    assert (wrong.returncode, "存放的是道路项目" in wrong.stderr) == (REFUSED, True)


def test_an_empty_folder_is_enough_to_begin(home: Path, zone_39_zip: Path) -> None:
    done = intake(home, zone_39_zip, "--kind", "idle_parcel")
    assert done.returncode == DONE, done.stderr
    assert parcels_in(home) == 3
