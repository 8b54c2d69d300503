"""Do an old .xls and an .ods come in as an .xlsx does, whatever is really inside?"""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
import shapely

from layers.errors import QuestionToUser, UnreadableFile
from layers.formats import read_dataset
from tests.old_books import ods, xls

LEDGER: list[list[object]] = [
    ["沂南县闲置土地台账"],
    ["地块编号", "地块名称", "面积（亩）", "X坐标", "Y坐标"],
    ["DK001", "示例地块甲", 12.5, 3936700, 39633200],
    ["DK002", "示例地块乙", 7, 3936800.5, 39633300],
    ["合计", None, 19.5],
]


@pytest.mark.parametrize("suffix", ["xls", "ods"])
def test_a_ledger_comes_in_with_its_numbers_and_places(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"台账.{suffix}"
    path = xls(path, 台账=LEDGER) if suffix == "xls" else ods(path, LEDGER, repeated=1_048_570)
    dataset = read_dataset(path)
    assert dataset.columns == {
        "地块编号": ["DK001", "DK002"],
        "地块名称": ["示例地块甲", "示例地块乙"],
        "面积（亩）": [12.5, 7],
    }
    assert [repr(value) for value in dataset.columns["面积（亩）"]] == ["12.5", "7"]
    assert list(dataset.shapes) == [shapely.Point(39633200, 3936700), shapely.Point(39633300, 3936800.5)]
    assert dataset.places == ["第 3 行", "第 4 行"]


def test_which_sheet_of_an_xls_is_a_question(tmp_path: Path) -> None:
    path = xls(tmp_path / "a.xls", 甲=LEDGER, 乙=LEDGER[1:])
    with pytest.raises(QuestionToUser) as asked:
        read_dataset(path)
    assert [choice.value for choice in asked.value.choices] == ["甲", "乙"]
    assert read_dataset(path, source_layer="乙").name == "乙"


def test_an_xls_that_is_an_xlsx_or_lines_of_text_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in LEDGER:
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    (tmp_path / "a.xlsx").rename(tmp_path / "a.xls")
    text = "\n".join("\t".join(str(cell or "") for cell in row) for row in LEDGER[1:])
    (tmp_path / "b.xls").write_bytes(text.encode("gbk"))
    for name in ("a.xls", "b.xls"):
        assert read_dataset(tmp_path / name).columns["地块名称"] == ["示例地块甲", "示例地块乙"]


REFUSED = {
    "a page": (b"<html><body><table><tr><td>1</td></tr></table></body></html>", "网页表格"),
    "an old container that ends early": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "另存为 .xlsx"),
    "something else": (b"MZ\x90\0\x03\0\0\0", "不是能读取的 Excel"),
}


@pytest.mark.parametrize(("content", "words"), REFUSED.values(), ids=REFUSED)
def test_what_only_calls_itself_xls_is_refused_in_words(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "a.xls").write_bytes(content)
    with pytest.raises(UnreadableFile, match=words):
        read_dataset(tmp_path / "a.xls")


def test_entities_in_an_ods_are_refused(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    with pytest.raises(UnreadableFile, match="实体声明"):
        read_dataset(ods(tmp_path / "a.ods", [["名称", "&x;"]], prolog=bomb))


def test_an_ods_of_endless_rows_ends(tmp_path: Path) -> None:
    path = ods(tmp_path / "a.ods", LEDGER)
    from zipfile import ZIP_DEFLATED, ZipFile

    with ZipFile(path) as good, ZipFile(tmp_path / "b.ods", "w", ZIP_DEFLATED) as bad:
        for name in good.namelist():
            content = good.read(name).replace(
                b"<table:table-row>", b'<table:table-row table:number-rows-repeated="900000000">'
            )
            bad.writestr(name, content)
    with pytest.raises(UnreadableFile):
        read_dataset(tmp_path / "b.ods")
