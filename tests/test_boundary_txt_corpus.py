"""Does every variant of a 界址点 TXT become the shape that the surveyor meant, with the right warnings?

The shapes and words of this file are written by hand, from the grammar, not by the reader.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest
import shapely
from shapely import Polygon, box
from shapely.geometry.base import BaseGeometry

from layers.errors import QuestionToUser, UnreadableFile
from layers.formats import Dataset, read_dataset
from tests.plots import EAST, HOLE, ISLAND, SQUARE, header, moved, record, ring, text

WHOLE = box(39633200, 3936600, 39633300, 3936700)
HOLED = Polygon(
    [(39633200, 3936600), (39633300, 3936600), (39633300, 3936700), (39633200, 3936700)],
    [[(39633225, 3936625), (39633275, 3936625), (39633275, 3936675), (39633225, 3936675)]],
)
ISLET = box(39633240, 3936640, 39633260, 3936660)
NEXT = box(39633400, 3936600, 39633500, 3936700)
BARE = box(633200, 3936600, 633300, 3936700)
DEGREES = box(118.47, 35.55, 118.471, 35.551)


@dataclass(frozen=True)
class Case:
    """A file and what it means. says: words that notes, warnings or refusals hold; bad: plots that are lost."""

    content: str | bytes
    shapes: list[BaseGeometry | None]
    crs: int | None = 4527
    says: list[str] = field(default_factory=list)
    columns: dict[str, list[object]] = field(default_factory=dict)
    silent: bool = False


def one(*body: str | list[str], **changed: str) -> str:
    return text(header(**changed), *body)


def degrees(swapped: bool = False) -> list[str]:
    corners = [(35.551, 118.47), (35.551, 118.471), (35.55, 118.471), (35.55, 118.47)]
    return ring(corners, decimals=6, swapped=swapped)


CASES = {
    "the usual form": Case(
        one(record(), ring(SQUARE)),
        [WHOLE],
        columns={
            "地块编号": ["DK001"],
            "地块名称": ["示例地块1"],
            "面积（亩）": ["15"],
            "用途": ["工业用地"],
            "地类编码": ["0601"],
        },
        silent=True,
    ),
    "ring not closed": Case(one(record("4"), ring(SQUARE, closed=False)), [WHOLE], silent=True),
    "closing point counted or not": Case(one(record("4"), ring(SQUARE)), [WHOLE], silent=True),
    "numbering runs on across rings": Case(
        one(record("10", "0.7500"), ring(SQUARE), ring(HOLE, "2", 5)), [HOLED], silent=True
    ),
    "numbering restarts per ring": Case(
        one(record("10", "0.7500"), ring(SQUARE), ring(HOLE, "2")), [HOLED], silent=True
    ),
    "ring is always 1, closed": Case(
        one(record("10", "0.7500"), ring(SQUARE), ring(HOLE, "1", 5)), [HOLED], silent=True
    ),
    "ring is always 1, unclosed, numbering restarts": Case(
        one(record("8", "0.7500"), ring(SQUARE, closed=False), ring(HOLE, closed=False)), [HOLED], silent=True
    ),
    "rings are numbered, not closed": Case(
        one(record("8", "0.7500"), ring(SQUARE, closed=False), ring(HOLE, "2", 5, closed=False)), [HOLED]
    ),
    "the hole comes first": Case(one(record("10", "0.75"), ring(HOLE), ring(SQUARE, "2", 5)), [HOLED]),
    "the second ring is a part": Case(
        one(record("10", "2.0000"), ring(SQUARE), ring(EAST, "2", 5)), [shapely.MultiPolygon([WHOLE, NEXT])]
    ),
    "hole and part with one counter": Case(
        one(record("15", "1.7500"), ring(SQUARE), ring(HOLE, "2", 5), ring(EAST, "3", 9)),
        [shapely.MultiPolygon([HOLED, NEXT])],
    ),
    "an island in the hole": Case(
        one(record("15", "0.7900"), ring(SQUARE), ring(HOLE, "2", 5), ring(ISLAND, "3", 9)),
        [shapely.MultiPolygon([HOLED, ISLET])],
    ),
    "one count over all rings, closing points left out": Case(
        one(record("8", "0.7500"), ring(SQUARE), ring(HOLE, "2", 5)), [HOLED], silent=True
    ),
    "ring is always 1, hole and part run on": Case(
        one(record("15", "1.7500"), ring(SQUARE), ring(HOLE, "1", 5), ring(EAST, "1", 9)),
        [shapely.MultiPolygon([HOLED, NEXT])],
        silent=True,
    ),
    "ring is the number of the plot": Case(
        one(record(), ring(SQUARE), record(number="DK002", name="示例地块2"), ring(EAST, "2")),
        [WHOLE, NEXT],
        silent=True,
    ),
    "closed by a point with the next name": Case(
        one(record(), [*ring(SQUARE, closed=False), "J5,1,3936700.000,39633200.000"]), [WHOLE], silent=True
    ),
    "counter-clockwise from the south-west": Case(one(record(), ring(SQUARE[::-1])), [WHOLE], silent=True),
    "from the south-east": Case(one(record(), ring((*SQUARE[2:], *SQUARE[:2]))), [WHOLE], silent=True),
    "counted from ring 0": Case(one(record("10", "0.75"), ring(SQUARE, "0"), ring(HOLE, "1", 5)), [HOLED]),
    "two plots, numbering runs on": Case(
        one(record(), ring(SQUARE), record(number="DK002", name="示例地块2"), ring(EAST, start=5)),
        [WHOLE, NEXT],
        columns={"地块编号": ["DK001", "DK002"]},
        silent=True,
    ),
    "Y before X": Case(one(record(), ring(SQUARE, swapped=True)), [WHOLE], says=["Y（东）在前"]),
    "no letter before the number": Case(one(record(), ring(SQUARE, letter="")), [WHOLE], silent=True),
    "every point is called 1": Case(
        one(record(), [line.replace("J", "").replace(line[1], "1", 1) for line in ring(SQUARE)]), [WHOLE]
    ),
    "points without names": Case(one(record(), [f",{line[3:]}" for line in ring(SQUARE)]), [WHOLE]),
    "four decimals": Case(one(record(), ring(SQUARE, decimals=4)), [WHOLE], silent=True),
    "one decimal": Case(
        one(record(), ring(moved(SQUARE, 0.5, 0.5), decimals=1)),
        [box(39633200.5, 3936600.5, 39633300.5, 3936700.5)],
        silent=True,
    ),
    "two decimals": Case(
        one(record(), ring(moved(SQUARE, 0.25, 0.75), decimals=2)),
        [box(39633200.75, 3936600.25, 39633300.75, 3936700.25)],
        silent=True,
    ),
    "six decimals": Case(
        one(record(), ring(moved(SQUARE, 0.123456, 0.654321), decimals=6)),
        [box(39633200.654321, 3936600.123456, 39633300.654321, 3936700.123456)],
        silent=True,
    ),
    "no decimals": Case(one(record(), ring(SQUARE, decimals=0)), [WHOLE], silent=True),
    "no prefix, zone in the header": Case(
        one(record(), ring(SQUARE, drop_prefix=True)), [BARE], 4548, silent=True
    ),
    "one plot without the prefix of the others": Case(
        one(record(), ring(SQUARE), record(number="DK002", name="示例地块2"), ring(EAST, drop_prefix=True)),
        [WHOLE, NEXT],
        says=["“示例地块2”第 20 行等 5 行的 Y 没有带号，已按其余界址点补上 39"],
    ),
    "one point without the prefix of the others": Case(
        one(record(), ring(SQUARE)).replace("J3,1,3936600.000,39633300", "J3,1,3936600.000,633300"),
        [WHOLE],
        says=["第 16 行的 Y 没有带号"],
    ),
    "no prefix, no zone: a question": Case(
        one(record(), ring(SQUARE, drop_prefix=True), 带号=""), [BARE], None
    ),
    "zone of the header against the prefix": Case(
        one(record(), ring(SQUARE), 带号="40"), [WHOLE], says=["表头带号为 40", "前缀是 39"]
    ),
    "zone 40": Case(
        one(record(), ring(moved(SQUARE, east=40361264 - 39633200)), 带号="40"),
        [box(40361264, 3936600, 40361364, 3936700)],
        4528,
        silent=True,
    ),
    "6 degree zone": Case(
        one(record(), ring(moved(SQUARE, east=-19_000_000)), 带号="20", 几度分带="6"),
        [box(20633200, 3936600, 20633300, 3936700)],
        4498,
        silent=True,
    ),
    "6 degree zone, no prefix": Case(
        one(record(), ring(SQUARE, drop_prefix=True), 带号="20", 几度分带="6"), [BARE], 4509, silent=True
    ),
    "zone 38": Case(
        one(record(), ring(moved(SQUARE, east=-1_000_000)), 带号="38"),
        [box(38633200, 3936600, 38633300, 3936700)],
        4526,
        silent=True,
    ),
    "the sort of zone under its short key": Case(
        text(header(["几度分带"], 分带="3度带"), record(), ring(SQUARE, drop_prefix=True)), [BARE], 4548
    ),
    "the zone written as words": Case(
        one(record(), ring(SQUARE, drop_prefix=True), 带号="39带", 几度分带="3度带"), [BARE], 4548
    ),
    "latitude and longitude": Case(one(record(), degrees()), [DEGREES], 4490, says=["按公顷"]),
    "longitude first": Case(one(record(area="0"), degrees(True)), [DEGREES], 4490, says=["经度在前"]),
    "7 slots": Case(
        one(record(after=",工业用地"), ring(SQUARE)), [WHOLE], columns={"用途": ["工业用地"]}, silent=True
    ),
    "no count: everything one to the left": Case(
        one(record(count=""), ring(SQUARE)),
        [WHOLE],
        columns={"地块编号": ["DK001"], "地块名称": ["示例地块1"], "面积（亩）": ["15"]},
        silent=True,
    ),
    "13 slots": Case(
        one(record(after="I50G001,工业用地,0601,水田,011,10,,备注"), ring(SQUARE)),
        [WHOLE],
        columns={"图幅号": ["I50G001"], "其他1": ["水田"], "其他4": ["备注"]},
    ),
    "地上 in slot 8": Case(
        one(record(after=",工业用地,地上"), ring(SQUARE)), [WHOLE], columns={"地类编码": ["地上"]}
    ),
    "no @-comma, spaces after it": Case(
        one(record().replace(",@", "@  , "), ring(SQUARE)), [WHOLE], columns={"地类编码": ["0601"]}
    ),
    "no sort at all": Case(
        one("5,1.0000,DK001,示例地块1,,,工业用地,0601,@", ring(SQUARE)),
        [WHOLE],
        says=["没有“面”“线”或“点”"],
        columns={"地块名称": ["示例地块1"], "用途": ["工业用地"], "地类编码": ["0601"]},
    ),
    "the slot of the sort left out": Case(
        one("4,1.0000,DK001,示例地块1,,工业用地,0601,@", ring(SQUARE, closed=False)),
        [WHOLE],
        says=["没有“面”“线”或“点”"],
        columns={"地块编号": ["DK001"], "用途": ["工业用地"], "地类编码": ["0601"]},
    ),
    "9 slots": Case(
        one(record(after="I50G001,工业用地,0601,甲"), ring(SQUARE)),
        [WHOLE],
        columns={"图幅号": ["I50G001"], "地类编码": ["0601"], "其他1": ["甲"]},
        silent=True,
    ),
    "12 slots": Case(
        one(record(after="I50G001,工业用地,0601,水田,011,10,备注"), ring(SQUARE)),
        [WHOLE],
        columns={"地类编码": ["0601"], "其他1": ["水田"], "其他4": ["备注"]},
        silent=True,
    ),
    "empty slots before the @ and a comma behind it": Case(
        one("5,1.0000,DK001,示例地块1,面,,工业用地,,@,", ring(SQUARE)),
        [WHOLE],
        columns={"地块名称": ["示例地块1"], "用途": ["工业用地"]},
        silent=True,
    ),
    "no area": Case(
        one("5,,DK001,示例地块1,面,,工业用地,0601,@", ring(SQUARE)),
        [WHOLE],
        columns={"地块编号": ["DK001"], "地类编码": ["0601"]},
        silent=True,
    ),
    "area in square metres": Case(
        one(record(area="10000"), ring(SQUARE)),
        [WHOLE],
        says=["识别为平方米"],
        columns={"面积（亩）": ["15"]},
    ),
    "area in 亩": Case(
        one(record(area="15.00"), ring(SQUARE)), [WHOLE], says=["识别为亩"], columns={"面积（亩）": ["15"]}
    ),
    "area with its unit": Case(
        one(record(area="1.0000公顷"), ring(SQUARE)), [WHOLE], columns={"面积（亩）": ["15"]}, silent=True
    ),
    "area that is not the shape's": Case(
        one(record(area="1.2000"), ring(SQUARE)), [WHOLE], says=["12000.00 平方米", "10000.00 平方米"]
    ),
    "area that is no number": Case(one(record(area="约1公顷"), ring(SQUARE)), [WHOLE], says=["不是数字"]),
    "wrong count": Case(
        one(record("9"), ring(SQUARE)), [WHOLE], says=["写的是 9 个界址点，实际有 4 个", "第 13 行"]
    ),
    "GBK": Case(
        one(record(), ring(SQUARE)).encode("gbk"), [WHOLE], columns={"用途": ["工业用地"]}, silent=True
    ),
    "UTF-8 with BOM": Case(one(record(), ring(SQUARE)).encode("utf-8-sig"), [WHOLE], silent=True),
    "UTF-16": Case(one(record(), ring(SQUARE)).encode("utf-16"), [WHOLE], columns={"用途": ["工业用地"]}),
    "UTF-16 without BOM": Case(one(record(), ring(SQUARE)).encode("utf-16-le"), [WHOLE]),
    "full-width signs and digits": Case(
        one(record(), ring(SQUARE)).translate(
            str.maketrans(",@=[]0123456789.", "，＠＝【】０１２３４５６７８９．")
        ),
        [WHOLE],
        columns={"地块编号": ["DK001"]},
    ),
    "square brackets of full width": Case(
        one(record(), ring(SQUARE)).replace("[", "［").replace("]", "］"), [WHOLE], silent=True
    ),
    "blank lines and line feeds": Case(
        one(record(), ring(SQUARE)).replace("\r\n", "\n\n"), [WHOLE], columns={"用途": ["工业用地"]}
    ),
    "sections and keys of their own": Case(
        text("[项目信息]", "项目名称=示例", header(), record(), ring(SQUARE)), [WHOLE], silent=True
    ),
    "short header": Case(
        text(header(["格式版本号", "数据产生单位", "数据产生日期", "精度"]), record(), ring(SQUARE)), [WHOLE]
    ),
    "no coordinate system: a question": Case(text(header(["坐标系"]), record(), ring(SQUARE)), [WHOLE], None),
    "no header: a question": Case(text(record(), ring(SQUARE)), [WHOLE], None, says=["没有表头"]),
    "a bare list with blanks, height and remark": Case(
        text(*(line.replace(",1,", " ").replace(",", " ") + " 125.3 界桩" for line in ring(SQUARE))),
        [WHOLE],
        None,
        says=["没有表头"],
    ),
    "a bare list of pairs": Case(text(*(line[5:] for line in ring(SQUARE))), [WHOLE], None),
    "a bare list, a blank line between plots": Case(
        text(ring(SQUARE), "", ring(EAST)), [WHOLE, NEXT], None, columns={"地块名称": ["地块1", "地块2"]}
    ),
    "a bare list with a title": Case(text("界址点坐标表", ring(SQUARE)), [WHOLE], None),
    "semicolons": Case(
        one(record(), [line.replace(",", ";") for line in ring(SQUARE)]), [WHOLE], silent=True
    ),
    "blanks behind the commas": Case(
        one(record(), [line.replace(",", ", ") for line in ring(SQUARE)]), [WHOLE], silent=True
    ),
    "a comma at the end of each point": Case(
        one(record(), [f"{line}," for line in ring(SQUARE)]), [WHOLE], silent=True
    ),
    "a height and a remark behind each point": Case(
        one(record(), [f"{line},120.5,界桩" for line in ring(SQUARE)]), [WHOLE], silent=True
    ),
    "points without their ring": Case(
        one(record(), [line.replace(",1,", ",", 1) for line in ring(SQUARE)]), [WHOLE], silent=True
    ),
    "points named in words": Case(
        one(record(), [line.replace("J", "界址") for line in ring(SQUARE)]), [WHOLE], silent=True
    ),
    "carriage returns alone": Case(one(record(), ring(SQUARE)).replace("\r\n", "\r"), [WHOLE], silent=True),
    "other accuracy, parameters of zeros": Case(
        one(record(), ring(SQUARE), 精度="3", 转换参数="0,0,0,0,0,0,0"), [WHOLE], silent=True
    ),
    "tabs": Case(one(record(), [line.replace(",", "\t") for line in ring(SQUARE)]), [WHOLE]),
    "a height behind the coordinates": Case(
        one(record(), [f"{line},125.300" for line in ring(SQUARE)]), [WHOLE], silent=True
    ),
    "a double point": Case(
        one(record("6"), [*ring(SQUARE)[:2], *ring(SQUARE)[1:]]), [WHOLE], says=["第 16 行与上一点重复"]
    ),
    "a closing point a centimetre off": Case(
        one(record(), [*ring(SQUARE, closed=False), "J1,1,3936700.010,39633200.000"]), [WHOLE]
    ),
    "two points 3 cm apart": Case(
        one(record("6"), ring([SQUARE[0], (3936700, 39633200.03), *SQUARE[1:]])),
        [WHOLE],
        says=["只相距 0.030 米"],
    ),
    "a spike": Case(
        one(
            record("8"),
            ring(
                [*SQUARE[:1], (3936700, 39633250), (3936900, 39633250.2), (3936700, 39633250.4), *SQUARE[1:]]
            ),
        ),
        [shapely.union(WHOLE, Polygon([(39633250, 3936700), (39633250.2, 3936900), (39633250.4, 3936700)]))],
        says=["尖角"],
    ),
    "a line": Case(
        one(record("4", "0", sort="线"), ring(SQUARE, closed=False)),
        [shapely.LineString([(y, x) for x, y in SQUARE])],
        silent=True,
    ),
    "a point": Case(
        one(record("1", "0", sort="点"), ring(SQUARE[:1], closed=False)),
        [shapely.Point(39633200, 3936700)],
        silent=True,
    ),
    "several points": Case(
        one(record("3", "0", sort="点"), ring(SQUARE[:3], closed=False)),
        [shapely.MultiPoint([(y, x) for x, y in SQUARE[:3]])],
        silent=True,
    ),
    "a line of two parts": Case(
        one(record("4", "0", sort="线"), ring(SQUARE[:2], closed=False), ring(EAST[:2], "2", closed=False)),
        [shapely.MultiLineString([[(y, x) for x, y in SQUARE[:2]], [(y, x) for x, y in EAST[:2]]])],
        silent=True,
    ),
    "two parts that share a side": Case(
        one(record("10", "2.0000"), ring(SQUARE), ring(moved(SQUARE, east=100), "2", 5)),
        [shapely.MultiPolygon([WHOLE, box(39633300, 3936600, 39633400, 3936700)])],
        silent=True,
    ),
    "two plots that overlap": Case(
        one(record(), ring(SQUARE), record(name="示例地块2"), ring(moved(SQUARE, east=90))),
        [WHOLE, box(39633290, 3936600, 39633390, 3936700)],
        says=["与“示例地块2”", "重叠 1000.00 平方米"],
    ),
    "plots of two zones": Case(
        one(record(), ring(SQUARE), record(), ring(moved(SQUARE, east=40361264 - 39633200))),
        [None, None],
        4490,
        says=["同时含 39、40 带"],
    ),
    "1980西安: read, refused later": Case(
        one(record(), ring(SQUARE), 坐标系="1980西安坐标系"), [WHOLE], 2363, silent=True
    ),
    "80国家大地坐标系": Case(one(record(), ring(SQUARE), 坐标系="80国家大地坐标系"), [WHOLE], 2363),
    "北京54, no prefix": Case(
        one(record(), ring(SQUARE, drop_prefix=True), 坐标系="1954年北京坐标系"), [BARE], 2436
    ),
    "1980西安, zone 40": Case(
        one(record(), ring(moved(SQUARE, east=40361264 - 39633200)), 坐标系="1980西安坐标系", 带号="40"),
        [box(40361264, 3936600, 40361364, 3936700)],
        2364,
    ),
    "WGS84 on a Gauss plane": Case(
        one(record(), ring(SQUARE), 坐标系="WGS84坐标系"),
        [WHOLE],
        says=["表头写的是“WGS84坐标系”", "相差不到 1 米"],
    ),
    "WGS84 in degrees": Case(
        one(record(area="1.0060"), degrees(), 坐标系="WGS84"), [DEGREES], 4326, silent=True
    ),
    "北京54, prefix": Case(one(record(), ring(SQUARE), 坐标系="北京54坐标系"), [WHOLE], 2415),
    "a town's own system: a question": Case(
        one(record(), ring(SQUARE, drop_prefix=True), 坐标系="沂南县独立坐标系"),
        [BARE],
        None,
        says=["“沂南县独立坐标系”无法识别"],
    ),
    "two rings that partly overlap": Case(
        one(record("10"), ring(SQUARE), ring(moved(SQUARE, 50, 50), "2", 5)),
        [None],
        says=["圈 1（第 14 行起）与圈 2（第 19 行起）部分重叠", "示例地块1"],
    ),
    "the same ring twice": Case(
        one(record("10"), ring(SQUARE), ring(SQUARE, "2", 5)), [None], says=["完全相同"]
    ),
    "a bad plot between good ones": Case(
        one(record(), ring(SQUARE), record(name="坏地块"), "J1,1,39x6700,39633200", record(), ring(EAST)),
        [WHOLE, None, NEXT],
        says=["“坏地块”第 20 行：坐标“39x6700”不是数字"],
    ),
    "the last point written as X, X": Case(
        one(record(), [*ring(SQUARE)[:4], "J1,1,3936700.000,3936700.000"]),
        [None],
        says=["第 18 行：两个坐标都像X（北）"],
    ),
    "the last point written as Y, Y": Case(
        one(record(), [*ring(SQUARE)[:4], "J1,1,39633200.000,39633200.000"]),
        [None],
        says=["第 18 行：两个坐标都像Y（东）"],
    ),
    "one line the other way round": Case(
        one(record(), [*ring(SQUARE)[:3], *ring(SQUARE, swapped=True)[3:4]]),
        [None],
        says=["第 17 行：X、Y 的顺序与文件中其余的点相反"],
    ),
    "two corners are no plot": Case(one(record("2"), ring(SQUARE[:2])), [None], says=["只有 2 个不同的点"]),
    "a plot without points": Case(
        one(record(name="空"), record(), ring(SQUARE)), [None, WHOLE], says=["没有界址点", "“空”"]
    ),
    "not a number": Case(
        one(record(), [*ring(SQUARE), "J6,1,nan,inf"]), [None], says=["第 19 行：坐标不是有效数字"]
    ),
    "a point that is nowhere": Case(
        one(record(), [*ring(SQUARE)[:4], "J5,1,1200.5,700.25"]), [None], says=["不在我国任何"]
    ),
    "a line with too few words": Case(one(record(), [*ring(SQUARE), "J9"]), [None], says=["“J9”不是界址点"]),
}


def read(folder: Path, content: str | bytes, **answers: str) -> Dataset:
    path = folder / "报备坐标.txt"
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return read_dataset(path, **answers)


def said(dataset: Dataset) -> str:
    told = [*dataset.notes, *(words for _, words in dataset.oddities), *dataset.bad_shapes.values()]
    return "\n".join([*told, dataset.doubt])


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_variant_becomes_the_shapes_the_surveyor_meant(tmp_path: Path, case: Case) -> None:
    dataset = read(tmp_path, case.content)
    assert len(dataset) == len(case.shapes)
    assert (dataset.crs and dataset.crs.code) == case.crs
    for at, (shape, meant) in enumerate(zip(dataset.shapes, case.shapes, strict=True)):
        if meant is None and case.crs != 4490:
            assert shape is None
            assert at in dataset.bad_shapes
        elif meant is not None:
            assert shape.geom_type == meant.geom_type
            assert shapely.normalize(shape).hausdorff_distance(shapely.normalize(meant)) < 0.001
            assert shape.area == pytest.approx(meant.area, rel=1e-9)
    for words in case.says:
        assert words in said(dataset), said(dataset)
    for name, values in case.columns.items():
        assert dataset.columns[name] == values
    if case.silent:
        assert said(dataset) == ""


def test_plots_of_two_zones_land_where_each_belongs(tmp_path: Path) -> None:
    dataset = read(tmp_path, CASES["plots of two zones"].content)
    # 118.47°E 35.55°N is 39633294.28, 3936607.29 in zone 39 and 40361264.72, 3936690.13 in zone 40.
    near = shapely.Point(118.47, 35.55)
    assert all(shape.distance(near) < 0.001 for shape in dataset.shapes)


def test_the_corpus_is_large_enough() -> None:
    assert len(CASES) >= 40


NO_TXT = {
    "prose": "沂南县闲置土地情况说明\r\n截至2026年1月，共有闲置土地12宗。\r\n",
    "header only": text(header()),
    "records only": text(header(), record(), record()),
    "nothing but numbers": "1,2\r\n3,4\r\n5,6\r\n",
    "no readable encoding": b"\x80\x81\xff\xfe\x00\x01 [\xff\xff]\r\n",
}


@pytest.mark.parametrize("content", NO_TXT.values(), ids=NO_TXT.keys())
def test_a_file_without_plots_is_refused_with_a_sentence(tmp_path: Path, content: str | bytes) -> None:
    with pytest.raises((UnreadableFile, QuestionToUser)) as refusal:
        read(tmp_path, content)
    assert "请" in refusal.value.message


def test_only_trouble_is_told_with_its_line(tmp_path: Path) -> None:
    dataset = read(tmp_path, one(record("7", "2"), ring(SQUARE)))
    assert all("第 13 行" in words for _, words in dataset.oddities)
    assert dataset.places == ["第 1 个地块（第 13 行）"]
