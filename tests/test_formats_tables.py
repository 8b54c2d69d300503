"""Does a table find its header, its coordinates and its rows, however the office wrote it?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
import shapely

from layers.errors import QuestionToUser, UnreadableFile
from layers.formats import Dataset, read_dataset
from layers.formats.places import number
from tests.plots import HOLE, SQUARE

WHOLE = shapely.Polygon([(y, x) for x, y in SQUARE])


def book(path: Path, *rows: list[Any], merge: str = "", **sheets: list[list[Any]]) -> Path:
    made = openpyxl.Workbook()
    first = made.active
    assert first is not None
    for row in rows:
        first.append(row)
    if merge:
        first.merge_cells(merge)
    for title, more in sheets.items():
        sheet = made.create_sheet(title)
        for row in more:
            sheet.append(row)
    made.save(path)
    return path


def text(path: Path, content: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(content.encode(encoding))
    return path


def test_the_header_is_found_below_merged_titles_and_totals_are_left_out(tmp_path: Path) -> None:
    path = book(
        tmp_path / "台账.xlsx",
        ["沂南县闲置土地台账", None, None, None],
        [None, None, None, "单位：亩"],
        ["序号", "地块编号", "地块名称", "面积（亩）"],
        [1, "DK001", "甲", 12.5],
        [2, "DK002", "乙", 7],
        ["合计", None, None, 19.5],
        ["注：数据截止2026年1月", None, None, None],
        merge="A1:D1",
    )
    dataset = read_dataset(path)
    assert dataset.columns == {
        "序号": [1, 2],
        "地块编号": ["DK001", "DK002"],
        "地块名称": ["甲", "乙"],
        "面积（亩）": [12.5, 7],
    }
    assert dataset.places == ["第 4 行", "第 5 行"]
    assert not dataset.has_shapes
    assert [words for words in dataset.notes if "合计" in words or "注：" in words]


def test_a_header_of_two_tiers_becomes_one(tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx",
        ["地块名称", "面积", None, "坐标", None],
        [None, "证载", "实测", "X", "Y"],
        ["甲", 1, 2, 3936700, 39633200],
        merge="B1:C1",
    )
    dataset = read_dataset(path)
    assert list(dataset.columns) == ["地块名称", "面积证载", "面积实测"]
    assert dataset.shapes[0] == shapely.Point(39633200, 3936700)


COORDINATES = {
    "degrees": ("经度,纬度", "118.47,35.55", (118.47, 35.55)),
    "degrees the other way round": ("经度,纬度", "35.55,118.47", (118.47, 35.55)),
    "degrees, minutes, seconds": ("经度,纬度", "118°28′12″,35°33'0.0\"", (118.47, 35.55)),
    "with dashes": ("东经,北纬", "118-28-12,35-33-00", (118.47, 35.55)),
    "packed": ("经度（度分秒）,纬度（度分秒）", "118.2812,35.3300", (118.47, 35.55)),
    "projected, X is north": ("X,Y", "3936607.29,39633294.28", (39633294.28, 3936607.29)),
    "projected, X is east": ("X坐标,Y坐标", "633294.28,3936607.29", (633294.28, 3936607.29)),
    "横坐标 and 纵坐标": ("横坐标,纵坐标", "39633294.28,3936607.29", (39633294.28, 3936607.29)),
}


@pytest.mark.parametrize(("names", "values", "place"), COORDINATES.values(), ids=COORDINATES)
def test_rows_lie_where_their_columns_say(
    tmp_path: Path, names: str, values: str, place: tuple[float, float]
) -> None:
    quoted = values.replace('"', '""')
    cells = ",".join(f'"{cell}"' for cell in quoted.split(","))
    path = text(tmp_path / "a.csv", f"名称,{names}\n甲,{cells}\n乙,{cells}\n")
    dataset = read_dataset(path)
    assert dataset.has_shapes
    assert (dataset.shapes[0].x, dataset.shapes[0].y) == pytest.approx(place, abs=1e-9)
    assert dataset.columns == {"名称": ["甲", "乙"]}
    assert dataset.crs is None
    assert "没有写明坐标系" in dataset.doubt


def test_a_bad_coordinate_is_told_with_its_row(tmp_path: Path) -> None:
    dataset = read_dataset(
        text(tmp_path / "a.csv", "名称,经度,纬度\n甲,118.4,35.5\n乙,无,35.5\n丙,118.5,35.5\n")
    )
    assert list(dataset.bad_shapes) == [1]
    assert "无，35.5" in dataset.bad_shapes[1]


def test_wkt_becomes_shapes(tmp_path: Path) -> None:
    path = text(tmp_path / "a.csv", f'名称,WKT\n甲,"{WHOLE.wkt}"\n乙,POLYGON((\n')
    dataset = read_dataset(path)
    assert dataset.shapes[0].equals(WHOLE)
    assert "不是 WKT" in dataset.bad_shapes[1]


def test_a_list_of_boundary_points_becomes_plots(tmp_path: Path) -> None:
    """Blank cells repeat the plot above; the second ring is a hole."""
    rows: list[list[Any]] = [["地块编号", "点号", "圈号", "X坐标", "Y坐标", "用途"]]
    for at, (x, y) in enumerate((*SQUARE, SQUARE[0])):
        rows.append(["DK1" if at == 0 else None, f"J{at + 1}", 1, x, y, "工业" if at == 0 else None])
    rows += [[None, f"J{at + 5}", 2, x, y, None] for at, (x, y) in enumerate((*HOLE, HOLE[0]))]
    rows += [
        ["DK2" if at == 0 else None, f"J{at + 1}", 1, x, y + 200, None] for at, (x, y) in enumerate(SQUARE)
    ]
    dataset = read_dataset(book(tmp_path / "a.xlsx", *rows))
    assert [round(shape.area) for shape in dataset.shapes] == [7500, 10000]
    assert dataset.columns["地块编号"] == ["DK1", "DK2"]
    assert dataset.columns["用途"] == ["工业", None]
    assert dataset.places[1] == "第 2 个地块（第 12 行起）"


ENCODINGS = ["utf-8", "utf-8-sig", "gbk", "utf-16"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_a_csv_is_read_in_any_encoding_and_separator(tmp_path: Path, encoding: str, separator: str) -> None:
    lines = [["地块名称", "备注"], ["界湖地块", "已动工"], ["大庄地块", "闲置"]]
    content = "\r\n".join(separator.join(line) for line in lines)
    dataset = read_dataset(text(tmp_path / "a.csv", content, encoding))
    assert dataset.columns == {"地块名称": ["界湖地块", "大庄地块"], "备注": ["已动工", "闲置"]}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_txt_that_is_a_table_of_places_is_read_as_one(tmp_path: Path, encoding: str) -> None:
    path = text(
        tmp_path / "点.txt", "名称\t经度\t纬度\r\n甲\t118.47\t35.55\r\n乙\t118.48\t35.56\r\n", encoding
    )
    dataset = read_dataset(path)
    assert [shape.geom_type for shape in dataset.shapes] == ["Point", "Point"]
    assert dataset.columns == {"名称": ["甲", "乙"]}


def test_several_sheets_are_a_question(tmp_path: Path) -> None:
    table: list[list[Any]] = [["名称", "面积"], ["甲", 1]]
    path = book(tmp_path / "a.xlsx", *table, 备用=table)
    with pytest.raises(QuestionToUser) as asked:
        read_dataset(path)
    assert [choice.value for choice in asked.value.choices] == ["Sheet", "备用"]
    assert read_dataset(path, source_layer="备用").columns["名称"] == ["甲"]


NUMBERS = [
    ("118.47", 118.47),
    ("118°28′12″", 118.47),
    ("118° 28' 12.5\"", 118 + 28 / 60 + 12.5 / 3600),
    ("东经118度28分12秒", 118.47),
    ("118:28:12", 118.47),
    ("E118°28′12″", 118.47),
    ("39,633,294.28", 39633294.28),
    ("118°72′12″", None),
    ("约118", None),
    (None, None),
    (True, None),
]


@pytest.mark.parametrize(("cell", "value"), NUMBERS)
def test_a_coordinate_is_read_as_people_write_it(cell: object, value: float | None) -> None:
    found = number(cell)
    assert found == (None if value is None else pytest.approx(value, abs=1e-9))


HOW_INSTEAD = {
    "图.dwg": "AutoCAD 2010 DXF",
    "库.mdb": "导出数据",
    "点.ovobj": "格式选 shp 或 dxf",
    "表.et": "Excel 工作簿",
    "包.rar": "zip",
    "规划图.pdf": "在“图纸”页上传，用控制点放到地图上",
    "规划图.png": "在“图纸”页上传",
    "航片.tif": "在“影像”页上传",
    "说明.docx": "可以导入",
}


@pytest.mark.parametrize(("name", "steps"), HOW_INSTEAD.items())
def test_what_cannot_be_read_says_how_to_bring_it(tmp_path: Path, name: str, steps: str) -> None:
    (tmp_path / name).write_bytes(b"AC1032 something")
    with pytest.raises(UnreadableFile, match=steps):
        read_dataset(tmp_path / name)


def read(path: Path) -> Dataset:
    return read_dataset(path)


def test_a_geodatabase_in_a_zip_is_read(tmp_path: Path) -> None:
    import zipfile

    from tests.files import parcels

    base = tmp_path / "闲置.gdb"
    parcels().to_file(base, driver="OpenFileGDB", layer="地块")
    path = tmp_path / "闲置.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(base.iterdir()):
            archive.write(file, f"报送/闲置.gdb/{file.name}")
    dataset = read(path)
    assert len(dataset) == 3
    assert dataset.crs is not None
    assert dataset.crs.code == 4490
    assert dataset.columns["DKMC"][0] == "示例地块 界湖-001"
    with pytest.raises(UnreadableFile, match=r"整个 \.gdb 文件夹打包"):
        read(base)
