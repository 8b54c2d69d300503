"""Is a GeoJSON file read as its standard says, and everything else of that name refused?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import shapely

from layers.errors import UnreadableFile
from layers.formats import read_dataset

BOX = {"type": "Polygon", "coordinates": [[[118.4, 35.5], [118.41, 35.5], [118.41, 35.51], [118.4, 35.5]]]}


def feature(geometry: object = BOX, **properties: object) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def written(folder: Path, content: object, name: str = "地块.geojson") -> Path:
    path = folder / name
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    path.write_text(text, "utf-8")
    return path


def collection(*features: object, **members: object) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features), **members}


def refused(path: Path) -> str:
    with pytest.raises(UnreadableFile) as refusal:
        read_dataset(path)
    return refusal.value.message


def test_rows_and_columns_are_read_in_order(tmp_path: Path) -> None:
    path = written(
        tmp_path, collection(feature(名称="甲", 面积=1.5), feature(None, 名称="乙", tags=["a", "b"]))
    )
    dataset = read_dataset(path)
    assert dataset.columns == {"名称": ["甲", "乙"], "面积": [1.5, None], "tags": [None, ["a", "b"]]}
    assert shapely.equals(dataset.shapes[0], shapely.from_geojson(json.dumps(BOX)))
    assert dataset.shapes[1] is None
    assert dataset.crs is not None
    assert dataset.crs.code == 4326


@pytest.mark.parametrize("content", [feature(名称="甲"), BOX], ids=["one feature", "a bare shape"])
def test_one_feature_or_a_bare_shape_is_a_file_of_one_row(tmp_path: Path, content: object) -> None:
    assert len(read_dataset(written(tmp_path, content))) == 1


def test_a_declared_coordinate_system_is_taken_by_its_name(tmp_path: Path) -> None:
    named = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4528"}}
    dataset = read_dataset(written(tmp_path, collection(feature(), crs=named)))
    assert dataset.crs is not None
    assert dataset.crs.code == 4528


def test_a_link_to_a_coordinate_system_is_not_followed(tmp_path: Path) -> None:
    link = {"type": "link", "properties": {"href": "http://127.0.0.1:1/crs", "type": "proj4"}}
    dataset = read_dataset(written(tmp_path, collection(feature(), crs=link)))
    assert dataset.crs is None
    assert dataset.notes == ["crs 中的链接不会打开，已按没有坐标系处理"]


def test_metres_without_a_declared_system_are_left_open(tmp_path: Path) -> None:
    metres = {"type": "Point", "coordinates": [39633294, 3936607]}
    assert read_dataset(written(tmp_path, collection(feature(metres)))).crs is None


@pytest.mark.parametrize("encoding", ["gbk", "utf-8-sig"])
def test_a_file_in_gbk_or_with_a_byte_order_mark_is_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(json.dumps(collection(feature(名称="界湖街道")), ensure_ascii=False).encode(encoding))
    assert read_dataset(path).columns["名称"] == ["界湖街道"]


VRT = '<OGRVRTDataSource><OGRVRTLayer name="passwd"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer>'


def test_a_vrt_named_geojson_is_refused(tmp_path: Path) -> None:
    message = refused(written(tmp_path, VRT))
    assert "不是 GeoJSON" in message
    assert "<OGRVRTDataSource>" in message


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_are_none_are_refused_by_name(tmp_path: Path, constant: str) -> None:
    text = json.dumps(collection(feature())).replace("118.41", constant, 1)
    assert f"出现了 {constant}，它不是数字" in refused(written(tmp_path, text))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('{"type": "FeatureCollection", "features": [', "第 1 行第 44 列附近无法解读"),
        ('{"type": "Topology", "objects": {}}', "收到“Topology”"),
        ("[" * 100_000, "不是 GeoJSON：内容以“[[[["),
        ('{"a":' * 100_000, "括号嵌套过深"),
        (collection(), "没有任何图形"),
        ("", "空文件"),
    ],
    ids=["cut off", "TopoJSON", "a list", "braces without end", "no features", "empty"],
)
def test_what_is_no_geojson_is_refused_with_a_sentence(
    tmp_path: Path, content: object, sentence: str
) -> None:
    assert sentence in refused(written(tmp_path, content))


def nested(levels: int) -> object:
    shape: object = BOX
    for _ in range(levels):
        shape = {"type": "GeometryCollection", "geometries": [shape]}
    return shape


BAD_SHAPES = {
    "a word": ({"type": "Point", "coordinates": "118,35"}, "坐标写法不对"),
    "no coordinates": ({"type": "Polygon"}, "坐标写法不对"),
    "one number": ({"type": "Polygon", "coordinates": [[[118]]]}, "坐标写法不对"),
    "brackets without end": ({"type": "Polygon", "coordinates": [[[[[[[118, 35]]]]]]]}, "坐标写法不对"),
    "a huge number": ({"type": "Point", "coordinates": [10**400, 35]}, "坐标写法不对"),
    "an unknown type": ({"type": "Circle", "coordinates": [1, 2]}, "不认识的图形类型“Circle”"),
    "a number": (7, "不认识的图形类型"),
    "nested collections": (nested(9), "嵌套超过 8 层"),
}


@pytest.mark.parametrize(("geometry", "sentence"), BAD_SHAPES.values(), ids=BAD_SHAPES.keys())
def test_a_bad_shape_is_reported_and_the_other_rows_stay(
    tmp_path: Path, geometry: object, sentence: str
) -> None:
    dataset = read_dataset(written(tmp_path, collection(feature(), feature(geometry), feature())))
    assert len(dataset) == 3
    assert list(dataset.bad_shapes) == [1]
    assert sentence in dataset.bad_shapes[1]


def test_features_that_are_none_become_empty_rows(tmp_path: Path) -> None:
    dataset = read_dataset(written(tmp_path, collection(feature(), None, 3, {"properties": "x"})))
    assert [shape is None for shape in dataset.shapes] == [False, True, True, True]
