"""Do KML and DXF come in with their folders, tables and texts, and does nothing hostile come with them?"""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import shapely

from layers.errors import MapError, QuestionToUser, UnreadableFile
from layers.formats import read_dataset
from layers.intake import plan
from layers.rights import SYSTEM_VIEWER
from layers.store import Database
from tests.county import add_county

RING = "118.44,35.54,0 118.45,35.54,0 118.45,35.55,0 118.44,35.55,0 118.44,35.54,0"
AREA = f"<Polygon><outerBoundaryIs><LinearRing><coordinates>{RING}</coordinates></LinearRing></outerBoundaryIs></Polygon>"
TABLE = (
    "<![CDATA[<html><body><table><tr><td>地块编号</td><td>DK001</td></tr>"
    "<tr bgcolor='#eee'><th>权利人：</th><td><b>某某&nbsp;公司</b></td></tr></table></body></html>]]>"
)


def placemark(name: str, shape: str = AREA, more: str = "") -> str:
    return f"<Placemark><name>{name}</name>{more}{shape}</Placemark>"


def kml(path: Path, *body: str, head: str = "") -> Path:
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
    )
    path.write_text(f"{text}{''.join(body)}</Document></kml>", "utf-8")
    return path


def test_a_table_in_a_description_becomes_fields(tmp_path: Path) -> None:
    path = kml(tmp_path / "a.kml", placemark("甲", more=f"<description>{TABLE}</description>"))
    dataset = read_dataset(path)
    assert dataset.columns == {"name": ["甲"], "地块编号": ["DK001"], "权利人": ["某某 公司"]}
    assert dataset.shapes[0].equals(shapely.box(118.44, 35.54, 118.45, 35.55))
    assert dataset.crs is not None


def test_extended_data_and_plain_words_are_kept(tmp_path: Path) -> None:
    data = "<ExtendedData><Data name='用途'><value>工业</value></Data><SchemaData><SimpleData name='MJ'>3</SimpleData></SchemaData></ExtendedData>"
    path = kml(tmp_path / "a.kml", placemark("甲", more=f"<description>一句<br/>话</description>{data}"))
    columns = read_dataset(path).columns
    assert columns["用途"] == ["工业"]
    assert columns["MJ"] == ["3"]


def test_folders_are_layers(tmp_path: Path) -> None:
    folders = [f"<Folder><name>{name}</name>{placemark(name)}</Folder>" for name in ("闲置", "低效")]
    path = kml(tmp_path / "a.kml", *folders, placemark("散"))
    with pytest.raises(QuestionToUser) as asked:
        read_dataset(path)
    assert [choice.value for choice in asked.value.choices] == ["闲置", "低效", "（不在文件夹里）"]
    assert read_dataset(path, source_layer="低效").columns["name"] == ["低效"]


def test_a_kmz_is_read_and_pictures_in_it_are_left(tmp_path: Path) -> None:
    inside = kml(tmp_path / "doc.kml", placemark("甲"))
    path = tmp_path / "a.kmz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(inside, "doc.kml")
        archive.writestr("files/a.png", b"PNG")
    assert read_dataset(path).columns["name"] == ["甲"]


def test_several_shapes_in_one_placemark_stay_together(tmp_path: Path) -> None:
    several = f"<MultiGeometry>{AREA}{AREA.replace('118.4', '118.3')}</MultiGeometry>"
    path = kml(
        tmp_path / "a.kml",
        placemark("甲", several),
        placemark("坏", "<Point><coordinates>x</coordinates></Point>"),
    )
    dataset = read_dataset(path)
    assert shapely.get_num_geometries(dataset.shapes[0]) == 2
    assert "坐标写法不对" in dataset.bad_shapes[1]


def test_a_file_of_ovital_asks_where_its_coordinates_come_from(
    sqlite_database: Database, tmp_path: Path
) -> None:
    add_county(sqlite_database)
    path = kml(tmp_path / "a.ovkml", placemark("甲"))
    with pytest.raises(QuestionToUser) as asked:
        plan(sqlite_database, SYSTEM_VIEWER, path, kind="idle_parcel")
    assert "约 500 米" in asked.value.message
    assert [choice.value for choice in asked.value.choices] == ["gcj02", "bd09", "none"]
    moved = plan(sqlite_database, SYSTEM_VIEWER, path, kind="idle_parcel", public_map="gcj02")
    stays = plan(sqlite_database, SYSTEM_VIEWER, path, kind="idle_parcel", public_map="none")
    off_m = (stays.good[0].shape.centroid.x - moved.good[0].shape.centroid.x) * 90_600
    assert 480 < off_m < 545
    assert "GCJ-02" in moved.shift


BOMB = (
    "<!DOCTYPE a [<!ENTITY a 'aaaaaaaaaa'>"
    + "".join(
        f"<!ENTITY a{at} '{'&a' + (str(at - 1) if at else '') + ';'}" * 1 + f"{'&a;' * 10}'>"
        for at in range(9)
    )
    + "]>"
)
HOSTILE = {
    "billion laughs": (BOMB, placemark("&a8;"), "DOCTYPE"),
    "XXE": ("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>", placemark("&x;"), "DOCTYPE"),
    "external DTD": ("<!DOCTYPE kml SYSTEM 'http://127.0.0.1:9/a.dtd'>", placemark("a"), "DOCTYPE"),
    "network link": (
        "",
        "<NetworkLink><Link><href>http://127.0.0.1:9/a.kml</href></Link></NetworkLink>",
        "NetworkLink",
    ),
    "bottomless folders": ("", "<Folder>" * 5000 + "</Folder>" * 5000, "嵌套超过"),
    "nothing in it": ("", "", "没有任何地标"),
    "truncated": ("", "<Placemark><name>", "不是完整的 KML"),
}


@pytest.mark.parametrize(("head", "body", "words"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_kml_is_refused(tmp_path: Path, head: str, body: str, words: str) -> None:
    path = kml(tmp_path / "a.kml", body, head=head)
    with pytest.raises(UnreadableFile, match=words) as refusal:
        read_dataset(path)
    assert "root:" not in refusal.value.message


DECLARED = {
    "XXE": "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
    "billion laughs": f"{BOMB}<a>&a8;</a>",
    "external DTD": "<!DOCTYPE a SYSTEM 'http://127.0.0.1:9/a.dtd'><a/>",
    "behind a long comment": f"<!-- {'长' * 200_000} --><!DOCTYPE a [<!ENTITY x 'x'>]><a>&x;</a>",
    "in two bytes a letter": "<?xml version='1.0' encoding='utf-16'?><!DOCTYPE a [<!ENTITY x 'x'>]><a/>",
}


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/workbook.bin"])
@pytest.mark.parametrize("words", DECLARED.values(), ids=DECLARED)
@pytest.mark.parametrize("suffix", ["xlsx", "ods"])
def test_a_workbook_with_entities_is_refused(tmp_path: Path, suffix: str, words: str, part: str) -> None:
    path = tmp_path / f"a.{suffix}"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/_rels/a.png", b"\x89PNG\r\n\x1a\n")
        archive.writestr(part, words.encode("utf-16" if "utf-16" in words else "utf-8"))
    with pytest.raises(UnreadableFile, match="DOCTYPE"):
        read_dataset(path)


def test_a_bomb_of_a_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (400 << 20))
    with pytest.raises(UnreadableFile, match=r"压缩比|过大"):
        read_dataset(path)
    path.write_bytes(b"PK\x03\x04 no workbook")
    with pytest.raises(UnreadableFile):
        read_dataset(path)


# --- DXF -------------------------------------------------------------------------------------------------

CORNERS = [(39633200, 3936600), (39633300, 3936600), (39633300, 3936700), (39633200, 3936700)]


def dxf(path: Path, *entities: str, encoding: str = "gbk", codepage: str = "ANSI_936") -> Path:
    head = f"0\nSECTION\n2\nHEADER\n9\n$ACADVER\n1\nAC1015\n9\n$DWGCODEPAGE\n3\n{codepage}\n0\nENDSEC\n"
    body = "".join(entities)
    path.write_bytes(f"{head}0\nSECTION\n2\nENTITIES\n{body}0\nENDSEC\n0\nEOF\n".encode(encoding))
    return path


def outline(layer: str, corners: list[tuple[int, int]] = CORNERS, closed: int = 1) -> str:
    points = "".join(f"10\n{x}\n20\n{y}\n" for x, y in corners)
    return f"0\nLWPOLYLINE\n8\n{layer}\n90\n{len(corners)}\n70\n{closed}\n{points}"


def label(words: str, x: int, y: int) -> str:
    return f"0\nTEXT\n8\n注记\n10\n{x}\n20\n{y}\n40\n5\n1\n{words}\n"


@pytest.mark.parametrize("codepage", ["ANSI_936", "ANSI_1252"])
def test_closed_outlines_are_areas_named_by_the_text_in_them(tmp_path: Path, codepage: str) -> None:
    path = dxf(tmp_path / "a.dxf", outline("地块"), label("界湖地块", 39633250, 3936650), codepage=codepage)
    dataset = read_dataset(path)
    assert dataset.shapes[0].equals(shapely.Polygon(CORNERS))
    assert dataset.columns == {"图层": ["地块"], "name": ["界湖地块"]}
    assert dataset.crs is None
    assert "CAD" in dataset.doubt


def test_a_name_belongs_to_the_smallest_area_around_it(tmp_path: Path) -> None:
    outer = [(x + (500 if x > 39633200 else -500), y + (500 if y > 3936600 else -500)) for x, y in CORNERS]
    texts = (label("期", 39633250, 3936650), label("片区", 39632800, 3936200))
    path = dxf(tmp_path / "a.dxf", outline("地块", outer), outline("地块"), *texts)
    assert read_dataset(path).columns["name"] == ["片区", "期"]


def test_an_outline_that_returns_to_its_start_is_an_area_too(tmp_path: Path) -> None:
    path = dxf(tmp_path / "a.dxf", outline("地块", [*CORNERS, CORNERS[0]], closed=0))
    assert read_dataset(path).shapes[0].area == 10000


def test_layers_of_a_drawing_are_a_question_and_so_is_its_system(
    sqlite_database: Database, tmp_path: Path
) -> None:
    add_county(sqlite_database)
    path = dxf(tmp_path / "a.dxf", outline("地块"), outline("道路"), label("甲", 39633250, 3936650))
    with pytest.raises(QuestionToUser) as asked:
        read_dataset(path)
    assert {choice.value for choice in asked.value.choices} == {"地块", "道路"}
    with pytest.raises(QuestionToUser, match="是 CAD 图，没有坐标系") as asked:
        plan(sqlite_database, SYSTEM_VIEWER, path, kind="road_project", source_layer="道路")
    assert asked.value.choices[0].value == "4527"


BAD_DXF = {
    "binary": b"AutoCAD Binary DXF\r\n\x1a\x00",
    "no DXF": b"<OGRVRTDataSource><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTDataSource>",
    "empty drawing": b"0\nSECTION\n2\nENTITIES\n0\nENDSEC\n0\nEOF\n",
    "truncated": b"0\nSECTION\n2\nENTITIES\n0\nLWPOLYLINE\n8\n0\n90\n4000000\n10\n",
}


@pytest.mark.parametrize("content", BAD_DXF.values(), ids=BAD_DXF)
def test_a_bad_drawing_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.dxf"
    path.write_bytes(content)
    with pytest.raises(MapError) as refusal:
        read_dataset(path)
    assert "root:" not in refusal.value.message
