"""Is a printed sheet true to scale, honest about what it shows, searchable, and the same each time?"""

from __future__ import annotations

import ctypes
import itertools
import math
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
import pytest
import shapely
from click.testing import CliRunner
from flask import Flask
from PIL import Image
from pyproj import Geod, Transformer

from layers.errors import InvalidValue, MapError, NoSpace, UnknownThing
from layers.jobs import run
from layers.rights import INTERNAL_VIEWER, PUBLIC_VIEWER, SYSTEM_VIEWER
from layers.store import Database, audit
from layers.store import jobs as rows
from layers.store.edit import NewFeature
from tests.county import add_county
from tests.people import sign_in
from tests.small_county import small_county
from tests.stored import store
from webmap.cli import main
from webmap.outputs import print_fonts
from webmap.outputs.print_paper import Sheet
from webmap.outputs.print_series import Series
from webmap.print_asked import Wanted, wanted
from webmap.printing import Printed, carry_out, keep
from webmap.work import KINDS

GRS80 = Geod(ellps="GRS80")
BLUE = (0x24, 0x50, 0xB5)
"""Of road projects."""


@pytest.fixture
def app(home: Path) -> Iterator[Flask]:
    app = small_county(home)
    yield app
    app.extensions["database"].dispose()


def printed(database: Database, **asked: Any) -> Printed:
    return carry_out(database, INTERNAL_VIEWER, Wanted(**asked), lambda *_: None)


def do_job(app: Flask) -> None:
    database = app.extensions["database"]
    with database.writing() as session:
        job = rows.claim(session)
        session.commit()
    assert job is not None
    run(database.url.render_as_string(hide_password=False), job, KINDS[job.kind].work)


def words(content: bytes) -> str:
    book = pypdfium2.PdfDocument(content)
    try:
        return "".join(book[0].get_textpage().get_text_range().split())
    finally:
        book.close()


def size_mm(content: bytes) -> tuple[float, float]:
    book = pypdfium2.PdfDocument(content)
    try:
        width, height = book[0].get_size()
        return width * 25.4 / 72, height * 25.4 / 72
    finally:
        book.close()


def strokes(content: bytes, color: tuple[int, int, int]) -> list[list[tuple[float, float]]]:
    """The points of every path with this colour of stroke, in points of the page."""
    book = pypdfium2.PdfDocument(content)
    try:
        return [_points(each) for each in book[0].get_objects(max_depth=5) if _stroke(each) == color]
    finally:
        book.close()


def _stroke(thing: pypdfium2.PdfObject) -> tuple[int, ...] | None:
    if thing.type != pdfium.FPDF_PAGEOBJ_PATH:
        return None
    parts = [ctypes.c_uint() for _ in range(4)]
    found = pdfium.FPDFPageObj_GetStrokeColor(thing.raw, *parts)
    return tuple(each.value for each in parts[:3]) if found else None


def _points(thing: pypdfium2.PdfObject) -> list[tuple[float, float]]:
    matrix = thing.get_matrix()
    points = []
    for number in range(pdfium.FPDFPath_CountSegments(thing.raw)):
        x, y = ctypes.c_float(), ctypes.c_float()
        pdfium.FPDFPathSegment_GetPoint(pdfium.FPDFPath_GetPathSegment(thing.raw, number), x, y)
        points.append(matrix.on_point(x.value, y.value))
    return points


def kilometre(lon: float, lat: float, azimuth: float) -> shapely.LineString:
    """1,000 m on the ellipsoid."""
    far = GRS80.fwd(lon, lat, azimuth, 1000)
    return shapely.LineString([(lon, lat), far[:2]])


def longest(content: bytes, color: tuple[int, int, int]) -> tuple[float, float]:
    """The longest straight stroke of this colour: to the right and up, in mm."""
    pairs = [pair for line in strokes(content, color) for pair in itertools.pairwise(line)]
    one, other = max(pairs, key=lambda pair: math.dist(*pair))
    return (other[0] - one[0]) * 25.4 / 72, (other[1] - one[1]) * 25.4 / 72


@pytest.mark.parametrize("turn", [0, 35], ids=["upright", "turned"])
@pytest.mark.parametrize(
    ("lon", "azimuth"), [(118.47, 90), (118.56, 0)], ids=["zone 39 eastwards", "zone 40 northwards"]
)
@pytest.mark.parametrize(("paper", "scale"), [("A4", 10_000), ("A1", 5_000)])
def test_a_kilometre_is_a_kilometre(
    sqlite_database: Database, paper: str, scale: int, lon: float, azimuth: float, turn: float
) -> None:
    line = kilometre(lon, 35.55, azimuth)
    store(sqlite_database, [NewFeature(line, {"name": "一公里", "state": "open"})], "road_project")
    asked = {"paper": paper, "scale": scale, "center": [lon, 35.55], "turn": turn}
    done = printed(sqlite_database, layers=["road_project"], **asked)
    assert done.sheet.zone == (39 if lon < 118.5 else 40)
    right, up = longest(done.content, BLUE)
    assert math.hypot(right, up) / 1000 * scale == pytest.approx(1000, rel=0.002)
    # The sheet's upper edge points `turn` degrees east of grid north: what lies on it turns the other way.
    zone = Transformer.from_crs(4490, 4527 if lon < 118.5 else 4528, always_xy=True)
    (east, north), (far_east, far_north) = (zone.transform(x, y) for x, y in line.coords)
    grid = math.degrees(math.atan2(far_north - north, far_east - east))
    assert math.degrees(math.atan2(up, right)) == pytest.approx(grid + turn, abs=0.05)


@pytest.mark.parametrize("turn", [0, 90, -60])
def test_the_grid_meets_the_frame_where_the_numbers_say(sqlite_database: Database, turn: float) -> None:
    """Each number of an easting stands where the frame, worked out by hand, has that easting."""
    asked = {"paper": "A4", "scale": 10_000, "center": [118.47, 35.55], "turn": turn, "grid": "metres"}
    done = printed(sqlite_database, **asked)
    east, north = Transformer.from_crs(4490, 4527, always_xy=True).transform(118.47, 35.55)
    frame, angle = done.sheet.frame, math.radians(turn)
    found = list(numbers(done.content))
    assert len(found) >= 6
    for number, x, y in found:
        right, up = (x - frame.middle[0]) * 10, (y - frame.middle[1]) * 10
        there = east + right * math.cos(angle) + up * math.sin(angle)
        upwards = north + up * math.cos(angle) - right * math.sin(angle)
        aim = number * 1000
        off = min(abs(there - aim), abs(upwards - aim))
        # The number stands outside the frame, so a slanted line has gone on for half the margin.
        assert off < (1 if turn in (0, 90) else 45), (number, there, upwards)


def numbers(content: bytes) -> Iterator[tuple[float, float, float]]:
    """The kilometres around a map, with the middle of each number in mm."""
    book = pypdfium2.PdfDocument(content)
    try:
        page = book[0].get_textpage()
        text = page.get_text_range()
        for word in re.finditer(r"(?:39|40)?\d{3,4}\.?\d*(?=\s|$)", text):
            boxes = [page.get_charbox(at) for at in range(word.start(), word.end())]
            left, bottom = min(box[0] for box in boxes), min(box[1] for box in boxes)
            right, top = max(box[2] for box in boxes), max(box[3] for box in boxes)
            value = float(word[0])
            if 300_00 < value < 500_00 or 3900 < value < 4000:
                yield value, (left + right) / 2 * 25.4 / 72, (bottom + top) / 2 * 25.4 / 72
    finally:
        book.close()


@pytest.mark.parametrize(
    ("paper", "orientation", "size"),
    [("A4", "portrait", (210, 297)), ("A3", "landscape", (420, 297)), ("A0", "portrait", (841, 1189))],
)
def test_a_sheet_has_exactly_the_size_of_its_paper(
    sqlite_database: Database, paper: str, orientation: Any, size: tuple[float, float]
) -> None:
    add_county(sqlite_database)
    done = printed(sqlite_database, paper=paper, orientation=orientation)
    assert size_mm(done.content) == pytest.approx(size, abs=0.05)


def parcels(database: Database) -> None:
    add_county(database)
    square = shapely.box(118.40, 35.50, 118.41, 35.51)
    low = {"name": "低效地块", "status": "low_use", "is_sample": True}
    away = {"name": "盘活地块", "status": "revived"}
    rows = [NewFeature(square, low), NewFeature(shapely.box(118.8, 35.7, 118.81, 35.71), away)]
    store(database, rows)


def test_the_sheet_says_what_it_shows_and_nothing_else(sqlite_database: Database) -> None:
    parcels(sqlite_database)
    asked = {"scale": 10_000, "center": [118.405, 35.505], "layers": ["idle_parcel", "admin_area"]}
    done = printed(sqlite_database, title="低效用地分布图", unit="沂南县自然资源和规划局", **asked)
    text = words(done.content)
    for said in (
        *("低效用地分布图", "内部资料注意保存", "示例数据", "图例", "低效用地", "低效地块"),
        *("1:10000", "A3，420×297毫米", "2000国家大地坐标系", "第39带", "制图单位：沂南县自然资源和规划局"),
        *("制图日期：", "数据截止日期：", "北", "118°24′"),
    ):
        assert said in text, said
    for silent in ("已盘活", "道路项目", "县界", "审图号"):
        assert silent not in text, silent
    whole = words(printed(sqlite_database, layers=["idle_parcel", "admin_area"]).content)
    assert "已盘活" in whole
    assert "县界" in whole


def test_a_filtered_layer_is_printed_filtered_and_says_so(sqlite_database: Database) -> None:
    parcels(sqlite_database)
    filters = {"idle_parcel": "symbol.any.revived"}
    text = words(printed(sqlite_database, layers=["idle_parcel"], filters=filters).content)
    assert "经筛选：闲置低效用地" in text
    assert "已盘活" in text
    assert "低效用地图例" not in text


def test_a_public_sheet_shows_no_coordinates_and_invents_no_number(sqlite_database: Database) -> None:
    parcels(sqlite_database)
    hidden = NewFeature(shapely.box(118.42, 35.5, 118.43, 35.51), {"name": "内部"}, visibility="internal")
    store(sqlite_database, [hidden])
    text = words(printed(sqlite_database, public=True, grid_m=50).content)
    assert "审图号" in text
    assert "鲁SG" not in text
    assert "118°" not in text
    assert "内部" not in text
    numbered = wanted({"public": True, "review_number": "鲁SG（2024）001号"}, 50)
    assert "鲁SG（2024）001号" in words(printed(sqlite_database, **numbered.plain()).content)


@pytest.mark.parametrize("form", ["pdf", "png"])
def test_equal_sheets_are_equal_files(sqlite_database: Database, form: str) -> None:
    parcels(sqlite_database)
    one, other = (printed(sqlite_database, paper="A4", form=form).content for _ in range(2))
    assert one == other
    assert b"CreationDate" not in one


def test_letters_are_embedded_as_truetype(sqlite_database: Database) -> None:
    parcels(sqlite_database)
    content = printed(sqlite_database, paper="A4").content
    assert b"/Type3" not in content.replace(b" ", b"")
    assert b"/TrueType" in content or b"/CIDFontType2" in content


def place_of(content: bytes, word: str) -> tuple[float, float, float, float]:
    """Where a word stands on the first page: left, top, right, bottom as shares of it."""
    book = pypdfium2.PdfDocument(content)
    try:
        page = book[0]
        text, (width, height) = page.get_textpage(), page.get_size()
        start = text.get_text_range().index(word)
        boxes = [text.get_charbox(start + at) for at in range(len(word))]
        left, bottom = min(box[0] for box in boxes), min(box[1] for box in boxes)
        right, top = max(box[2] for box in boxes), max(box[3] for box in boxes)
        return left / width, 1 - top / height, right / width, 1 - bottom / height
    finally:
        book.close()


def darkness(picture: Image.Image, place: tuple[float, float, float, float]) -> float:
    """Which share of this part of a page is ink."""
    left, top, right, bottom = place
    part = picture.convert("L").crop(
        (
            round(left * picture.width),
            round(top * picture.height),
            round(right * picture.width),
            round(bottom * picture.height),
        )
    )
    return float((np.asarray(part) < 128).mean())


def test_every_reader_shows_the_sheet_and_its_words(sqlite_database: Database, tmp_path: Path) -> None:
    parcels(sqlite_database)
    # 沂 is a usual character, 㵲 stands in the whole font only.
    content = printed(sqlite_database, paper="A4", title="沂南㵲水图").content
    file = tmp_path / "map.pdf"
    file.write_bytes(content)
    places = [place_of(content, word) for word in ("沂南", "㵲", "制图单位", "内部资料")]
    book = pypdfium2.PdfDocument(file)
    book[0].render(scale=2).to_pil().save(tmp_path / "pdfium.png")
    book.close()
    for tool, command in {
        "pdfium": [],
        "pdftoppm": ["pdftoppm", "-r", "144", "-png", "-singlefile", str(file), str(tmp_path / "pdftoppm")],
        "mutool": ["mutool", "draw", "-q", "-r", "144", "-o", str(tmp_path / "mutool.png"), str(file)],
    }.items():
        if command and not shutil.which(tool):
            pytest.skip(f"{tool} (not installed)")
        if command:
            subprocess.run(command, check=True, capture_output=True)
        with Image.open(tmp_path / f"{tool}.png") as image:
            shares = [darkness(image, place) for place in places]
            assert all(0.08 < share < 0.7 for share in shares), (tool, shares)
    if shutil.which("pdftotext"):
        text = subprocess.run(
            ["pdftotext", str(file), "-"], check=True, capture_output=True, text=True
        ).stdout
        assert "沂南㵲水图" in text.replace(" ", "")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"paper": "A9"}, "纸张收到“A9”，应为 A4、A3、A2、A1、A0 之一"),
        ({"orientation": "up"}, "方向收到“up”"),
        ({"scale": "很大"}, "比例尺收到“很大”"),
        ({"scale": 0}, "比例尺收到“0”"),
        ({"scale": "nan"}, "比例尺收到“nan”"),
        ({"center": [35.5, 118.4]}, "请检查是否写反"),
        ({"center": "here"}, "图幅中心应为"),
        ({"turn": "north"}, "旋转角收到“north”"),
        ({"grid": "hexagons"}, "坐标网收到“hexagons”"),
        ({"title": "图" * 2000}, "“图名”最多 60 个字，收到 2000 个字"),
        ({"title": "绝密★地图"}, "国家秘密"),
        ({"layers": "idle_parcel"}, "列表"),
        ({"filters": ["x"]}, "filters"),
        ({"faint": {"idle_parcel": 3}}, "0 到 1 的不透明度"),
        ({"at": "昨天"}, "日期收到“昨天”"),
        ({"rows": 0}, "分幅的行数收到“0”"),
        ({"rows": 10, "columns": 10}, "共 100 幅，一次最多 60 幅"),
        ({"rows": 2, "form": "png"}, "请把格式改为 PDF"),
        ({"overlap": 90}, "分幅的重叠收到“90”"),
        ({"public": True, "final": True}, "定稿需要审图号"),
        ({"form": "exe"}, "格式收到“exe”"),
        ({"public": True, "review_number": "没有"}, "审图号收到“没有”"),
    ],
)
def test_what_cannot_be_printed_is_said(body: dict[str, Any], sentence: str) -> None:
    with pytest.raises(MapError) as refusal:
        wanted(body, 50)
    assert sentence in refusal.value.message


@pytest.mark.parametrize(("said", "scale"), [("1:5万", 50_000), ("10,000", 10_000), (500, 500), ("", None)])
def test_scales_are_read_as_people_write_them(said: object, scale: float | None) -> None:
    assert wanted({"scale": said}, 50).scale == scale


def test_hostile_words_are_only_words(sqlite_database: Database) -> None:
    name = "$x^2$ {{7*7}} <b>\U0001f5fa\x07\u202e"
    store(sqlite_database, [NewFeature(shapely.box(118.4, 35.5, 118.41, 35.51), {"name": name})])
    asked = {"scale": 10_000, "center": [118.405, 35.505], "layers": ["idle_parcel"]}
    done = printed(sqlite_database, title=name, unit=f"../../{name}", **asked)
    text = words(done.content)
    assert text.count("$x^2${{7*7}}<b>") == 3
    assert "49" not in text
    assert set(done.name).isdisjoint('/\\<>"\x07\u202e{}$')


def test_a_missing_font_and_a_full_disk_are_said(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parcels(sqlite_database)
    done = printed(sqlite_database, paper="A4")
    full = tmp_path / "full"
    full.write_text("")
    with pytest.raises(NoSpace, match="文件存不下"):
        keep(done, full, "pdf")
    monkeypatch.setitem(print_fonts.FONTS, "song", tmp_path / "NotoSerifSC-Bold.ttf")
    print_fonts.small.cache_clear()
    with pytest.raises(UnknownThing, match="缺少打印用的字体 NotoSerifSC"):
        printed(sqlite_database, paper="A4", title="另一个图名")
    print_fonts.small.cache_clear()


def test_an_empty_layer_prints_an_empty_map(sqlite_database: Database) -> None:
    parcels(sqlite_database)
    far = {"scale": 10_000, "center": [118.6, 35.6], "layers": ["idle_parcel"]}
    assert "图例" not in words(printed(sqlite_database, paper="A4", **far).content)


def test_both_databases_print_the_same_sheet(database: Database) -> None:
    parcels(database)
    done = printed(database, paper="A4", layers=["idle_parcel", "admin_area"])
    text = words(done.content)
    assert "低效用地" in text
    assert "县界" in text
    assert [each["title"] for each in done.data] == ["闲置低效用地", "行政区划"]


def test_a_series_shows_every_sheet_and_says_where_it_goes_on(sqlite_database: Database) -> None:
    parcels(sqlite_database)
    asked = {
        "paper": "A4",
        "scale": 20_000,
        "center": [118.405, 35.505],
        "rows": 2,
        "columns": 2,
        "overlap": 10,
    }
    done = printed(sqlite_database, layers=["idle_parcel"], **asked)
    assert done.pages == 5
    book = pypdfium2.PdfDocument(done.content)
    pages = ["".join(page.get_textpage().get_text_range().split()) for page in book]
    book.close()
    assert "分幅总图，共4幅" in pages[0]
    for number, beside in {1: (2, 3), 2: (1, 4), 3: (1, 4), 4: (2, 3)}.items():
        assert f"第{number}幅，共4幅" in pages[number]
        assert {int(each) for each in re.findall(r"接第(\d)幅", pages[number])} == set(beside)
    # The parcel lies in the middle, where all four maps overlap.
    assert all("低效用地" in page for page in pages[1:])


def test_neighbours_of_a_series_share_what_was_asked() -> None:
    sheet = Sheet(paper="A3", orientation="landscape", scale=10_000, lon=118.499, lat=35.55, turn=20)
    one, other = Series(sheet=sheet, rows=1, columns=2, overlap=10).sheets()
    zone = Transformer.from_crs(4490, 4527, always_xy=True)
    apart = math.dist(zone.transform(one.lon, one.lat), zone.transform(other.lon, other.lat))
    assert apart == pytest.approx(sheet.frame.width * 10 * 0.9, abs=0.01)
    assert one.zone == other.zone == 39
    assert other.lon > 118.5


def test_the_past_day_and_faint_layers_are_part_of_what_is_printed(sqlite_database: Database) -> None:
    parcels(sqlite_database)
    then = wanted({"at": "2020-01-01", "layers": None, "faint": {"idle_parcel": 0.4}}, 50)
    assert then.faint == {"idle_parcel": 0.4}
    text = words(printed(sqlite_database, at="2020-01-01", center=[118.405, 35.505], scale=10_000).content)
    assert "2020年1月1日的数据" in text
    assert "低效用地" not in text


def test_a_map_without_data_asks_where(sqlite_database: Database) -> None:
    with pytest.raises(InvalidValue, match="请给出图幅中心"):
        printed(sqlite_database)
    empty = printed(sqlite_database, paper="A4", center=[118.4, 35.5], scale=10_000)
    assert "图例" not in words(empty.content)


def test_a_print_is_a_job_whose_file_only_its_owner_fetches(app: Flask) -> None:
    editor = sign_in(app, "editor")
    begun = editor.post("/api/prints", json={"paper": "A4", "title": "试印"})
    assert begun.status == 202, begun.body
    do_job(app)
    state = editor.get(f"/api/prints/{begun.json()['number']}").json()
    assert state["state"] == "done", state
    file = editor.get(state["url"])
    assert file.body.startswith(b"%PDF")
    assert "试印" in words(file.body)
    assert sign_in(app, "reader").get(state["url"]).status == 404
    with app.extensions["database"].reading() as session:
        lines = audit.entries(session, SYSTEM_VIEWER, audit.Wanted(what="print"), limit=50)
    assert any(line.what == "print" and "试印" in line.subject for line in lines)


def test_a_sheet_shows_only_what_its_viewer_may_see(sqlite_database: Database) -> None:
    parcels(sqlite_database)
    hidden = NewFeature(shapely.box(118.42, 35.5, 118.43, 35.51), {"name": "内部地块"}, visibility="internal")
    store(sqlite_database, [hidden])
    asked = Wanted(scale=10_000, center=[118.425, 35.505], layers=["idle_parcel"])
    for viewer, seen in ((INTERNAL_VIEWER, True), (PUBLIC_VIEWER, False)):
        content = carry_out(sqlite_database, viewer, asked, lambda *_: None).content
        assert ("内部地块" in words(content)) is seen


def test_the_command_writes_a_sheet(home: Path, tmp_path: Path) -> None:
    small_county(home).extensions["database"].dispose()
    target = tmp_path / "county.pdf"
    done = CliRunner().invoke(
        main, ["print", "--paper", "A4", "--scale", "5万", "--center", "118.45,35.55", "--to", str(target)]
    )
    assert done.exit_code == 0, done.output
    assert "1:50,000" in done.output
    assert target.read_bytes().startswith(b"%PDF")
    wrong = CliRunner().invoke(main, ["print", "--center", "118.45", "--to", str(target)])
    assert "应为 经度,纬度" in wrong.output


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler (no pdftotext)")
@pytest.mark.parametrize("paper", ["A4", "A1"])
def test_no_words_lie_on_others(sample_home: Path, tmp_path: Path, paper: str) -> None:
    """Poppler's boxes are as high as the font, which is half as much again as what is seen of a character."""
    file = tmp_path / "sheet.pdf"
    with pytest.raises(SystemExit, match="0"):
        main(["print", "--to", str(file), "--paper", paper])
    told = subprocess.run(
        ["pdftotext", "-bbox", file, "-"], capture_output=True, text=True, check=True
    ).stdout
    found = re.findall(r'xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*?)<', told)
    boxes = [(*map(float, corners), said) for *corners, said in found]
    assert len(boxes) > 150
    for one, other in itertools.combinations(boxes, 2):
        wide = min(one[2], other[2]) - max(one[0], other[0])
        high = min(one[3], other[3]) - max(one[1], other[1])
        lower = min(each[3] - each[1] for each in (one, other))
        assert wide < 0.35 * lower or high < 0.35 * lower, (one, other)
