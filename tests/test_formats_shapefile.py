"""Does a shapefile say what the bureau wrote, in whichever encoding and however incomplete it arrives?"""

from __future__ import annotations

import math
from pathlib import Path

import geopandas
import pytest
import shapely

from layers.errors import InvalidValue, MapError, QuestionToUser, UnreadableFile
from layers.formats import read_dataset
from tests import files

NAMES = ["示例地块 界湖-001", "示例地块 界湖-002", "示例地块 界湖-003"]

# What GDAL does with these, measured: mojibake without any error in more than half of them.
READABLE = {
    "GBK, .cpg GBK": ("GBK", "GBK", 0x00),
    "GBK, .cpg gb2312": ("GBK", "gb2312", 0x00),
    "GBK, .cpg 936": ("GBK", "936", 0x00),
    "GBK, .cpg cp936": ("GBK", "cp936", 0x00),
    "GBK, .cpg GB18030": ("GBK", "GB18030", 0x00),
    "GBK, .cpg ANSI 936": ("GBK", "ANSI 936", 0x00),
    "GBK, .cpg empty": ("GBK", "", 0x00),
    "GBK, no .cpg, LDID 4D": ("GBK", None, 0x4D),
    "GBK, no .cpg, LDID 00": ("GBK", None, 0x00),
    "GBK, no .cpg, LDID 57": ("GBK", None, 0x57),
    "GBK, .cpg UTF-8": ("GBK", "UTF-8", 0x00),
    "GBK, .cpg ISO-8859-1": ("GBK", "ISO-8859-1", 0x00),
    "UTF-8, .cpg UTF-8": ("UTF-8", "UTF-8", 0x00),
    "UTF-8, no .cpg": ("UTF-8", None, 0x00),
    "UTF-8, .cpg 65001": ("UTF-8", "65001", 0x00),
}


@pytest.mark.parametrize(("encoding", "cpg", "language_driver"), READABLE.values(), ids=READABLE.keys())
def test_chinese_is_read_whatever_the_side_files_say(
    tmp_path: Path, encoding: str, cpg: str | None, language_driver: int
) -> None:
    path = files.shapefile(
        tmp_path, files.parcels(), encoding=encoding, cpg=cpg, language_driver=language_driver
    )
    dataset = read_dataset(path)
    assert dataset.columns["DKMC"] == NAMES
    supply = "供地方式" if encoding == "GBK" else "供地方"
    assert dataset.columns[supply] == ["出让"] * 3
    assert dataset.encoding == encoding


def test_a_wrong_declaration_is_passed_over_aloud(tmp_path: Path) -> None:
    dataset = read_dataset(files.shapefile(tmp_path, files.parcels(), cpg="UTF-8"))
    assert dataset.notes == ["文件声明编码为 UTF-8，但内容只能按 GBK 解读，已按 GBK 读取"]


def four_characters() -> geopandas.GeoDataFrame:
    """Texts of four characters: in UTF-8 twelve bytes, which are also six sound GBK characters."""
    return geopandas.GeoDataFrame(
        {"NAME": [f"{word}地块" for word in ("界湖", "大庄", "砖埠", "葛沟", "杨坡", "孙祖")]},
        geometry=[shapely.box(118.4, 35.5, 118.41, 35.51)] * 6,
        crs=4490,
    )


def test_utf8_declared_as_gbk_is_a_question_with_five_rows_both_ways(tmp_path: Path) -> None:
    path = files.shapefile(tmp_path, four_characters(), encoding="UTF-8", cpg="GBK")
    with pytest.raises(QuestionToUser) as question:
        read_dataset(path)
    utf8, gbk = question.value.choices
    assert "声明编码为 GBK" in question.value.message
    assert (utf8.value, gbk.value) == ("UTF-8", "GBK")
    assert utf8.consequence == "；".join(
        f"第 {row} 行：{word}地块" for row, word in enumerate(("界湖", "大庄", "砖埠", "葛沟", "杨坡"), 1)
    )
    assert gbk.consequence.startswith("第 1 行：鐣屾箹鍦板潡")


@pytest.mark.parametrize("answer", ["UTF-8", "utf8", "65001"])
def test_the_users_answer_decides(tmp_path: Path, answer: str) -> None:
    path = files.shapefile(tmp_path, four_characters(), encoding="UTF-8", cpg="GBK")
    assert read_dataset(path, encoding=answer).columns["NAME"][0] == "界湖地块"


def test_an_answer_that_cannot_be_right_names_the_row(tmp_path: Path) -> None:
    path = files.shapefile(tmp_path, files.parcels())
    with pytest.raises(InvalidValue, match="不能按 UTF-8 解读"):
        read_dataset(path, encoding="UTF-8")
    with pytest.raises(InvalidValue, match="不认识编码“火星文”"):
        read_dataset(path, encoding="火星文")


def test_text_in_neither_encoding_is_refused(tmp_path: Path) -> None:
    path = files.shapefile(tmp_path, files.parcels())
    table = path.with_suffix(".dbf").read_bytes()
    path.with_suffix(".dbf").write_bytes(table.replace("示例".encode("gbk"), b"\xff\xff\xff\xff"))
    with pytest.raises(UnreadableFile, match="既不是 UTF-8 也不是 GBK"):
        read_dataset(path)


def test_a_field_name_of_four_characters_cut_in_utf8_is_no_crash(tmp_path: Path) -> None:
    frame = files.parcels().rename(columns={"DKMC": "地块名称"})
    path = files.shapefile(tmp_path, frame, encoding="UTF-8", cpg="UTF-8")
    assert read_dataset(path).columns["地块名"] == NAMES


def test_a_value_cut_in_the_middle_of_a_character_loses_only_that_character(tmp_path: Path) -> None:
    frame = files.parcels(1).assign(BZ=["长" * 200])
    assert read_dataset(files.shapefile(tmp_path, frame)).columns["BZ"] == ["长" * 127]
    utf8 = files.shapefile(tmp_path / "utf8", frame, encoding="UTF-8")
    assert read_dataset(utf8).columns["BZ"] == ["长" * 84]


def test_numbers_dates_and_blanks_keep_their_meaning(tmp_path: Path) -> None:
    frame = files.parcels().assign(whole=[1, 2, 3], part=[0.5, math.nan, 1.25], text=["甲", " ", ""])
    columns = read_dataset(files.shapefile(tmp_path, frame)).columns
    assert columns["whole"] == [1, 2, 3]
    assert columns["part"] == [0.5, None, 1.25]
    assert columns["text"] == ["甲", None, None]
    assert columns["YDDGRQ"] == ["2023-03-01"] * 3


def test_shapes_arrive_as_they_were_written_in_their_own_coordinates(tmp_path: Path) -> None:
    frame = files.parcels().to_crs(4528)
    dataset = read_dataset(files.shapefile(tmp_path, frame))
    assert dataset.crs is not None
    assert dataset.crs.code == 4528
    for read, written in zip(dataset.shapes, frame.geometry, strict=True):
        assert shapely.normalize(read).equals_exact(shapely.normalize(written), 1e-6)


def test_a_missing_shx_is_made_again_and_said(tmp_path: Path) -> None:
    dataset = read_dataset(files.shapefile(tmp_path, files.parcels(), without=[".shx"]))
    assert len(dataset) == 3
    assert dataset.notes == ["缺少 .shx，已按 .shp 重建索引"]
    assert not (tmp_path / "闲置地块.shx").exists()


def test_a_missing_prj_leaves_the_coordinates_open(tmp_path: Path) -> None:
    assert read_dataset(files.shapefile(tmp_path, files.parcels(), without=[".prj"])).crs is None


def test_a_missing_dbf_leaves_the_shapes(tmp_path: Path) -> None:
    dataset = read_dataset(files.shapefile(tmp_path, files.parcels(), without=[".dbf"]))
    assert (len(dataset), dataset.columns) == (3, {})
    assert dataset.notes == ["缺少 .dbf，没有任何属性"]


def test_rows_marked_as_deleted_are_left_out_with_their_shapes(tmp_path: Path) -> None:
    path = files.shapefile(tmp_path, files.parcels())
    table = bytearray(path.with_suffix(".dbf").read_bytes())
    start, width = int.from_bytes(table[8:10], "little"), int.from_bytes(table[10:12], "little")
    table[start + width] = ord("*")
    path.with_suffix(".dbf").write_bytes(table)
    dataset = read_dataset(path)
    assert dataset.columns["DKMC"] == [NAMES[0], NAMES[2]]
    assert dataset.shapes[1].bounds[0] == pytest.approx(118.444)


def broken_table(path: Path) -> None:
    table = path.with_suffix(".dbf")
    table.write_bytes(table.read_bytes()[:-200])


def table_of_others(path: Path) -> None:
    other = files.shapefile(path.parent / "other", files.parcels(2))
    path.with_suffix(".dbf").write_bytes(other.with_suffix(".dbf").read_bytes())


def no_shapefile(path: Path) -> None:
    path.write_text("这不是图形", "utf-8")


def cut_shapes(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:150])


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (broken_table, "属性表（.dbf）已损坏：文件头声明 3 行"),
        (table_of_others, "有 3 个图形，却有 2 行属性"),
        (no_shapefile, "不是 Shapefile"),
        (lambda path: path.write_bytes(b""), "是空文件"),
        (lambda path: path.unlink(), "找不到文件"),
    ],
    ids=["table cut", "table of another file", "text", "empty", "gone"],
)
def test_a_damaged_shapefile_is_refused_with_what_is_wrong(
    tmp_path: Path, damage: object, sentence: str
) -> None:
    path = files.shapefile(tmp_path, files.parcels())
    assert callable(damage)
    damage(path)
    with pytest.raises(MapError, match=sentence):
        read_dataset(path)


def test_a_shapefile_without_rows_is_refused(tmp_path: Path) -> None:
    path = files.shapefile(tmp_path, files.parcels(1).iloc[:0])
    with pytest.raises(UnreadableFile, match="没有任何图形"):
        read_dataset(path)


def test_one_of_the_side_files_asks_for_the_shp(tmp_path: Path) -> None:
    path = files.shapefile(tmp_path, files.parcels())
    with pytest.raises(UnreadableFile, match="只是 Shapefile 的一部分"):
        read_dataset(path.with_suffix(".dbf"))


def test_an_unknown_format_says_what_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "规划.docx"
    path.write_bytes(b"AC1032")
    with pytest.raises(UnreadableFile, match=r"不认识“规划\.docx”的格式。可以导入 Shapefile"):
        read_dataset(path)
