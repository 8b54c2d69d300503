"""Does a broken or hostile file of any format end in a sentence, in time, and without a byte of ours in it?"""

from __future__ import annotations

import io
import math
import random
import socket
import struct
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational

from layers.errors import MapError
from layers.formats import Dataset, read_dataset
from layers.shapes import check_shapes
from tests import files, old_books
from tests.plots import HOLE, SQUARE, header, record, ring, text

SECONDS = 30
OURS = "root:x:0"


def txt(path: Path) -> Path:
    lines = text(header(), record("10", "0.75"), ring(SQUARE), ring(HOLE, "2", 5))
    path.write_bytes(lines.encode("gbk"))
    return path


def kml(path: Path) -> Path:
    files.parcels().to_crs(4326).to_file(path, driver="KML")
    return path


def csv(path: Path) -> Path:
    frame = files.parcels()
    frame.assign(WKT=frame.geometry.to_wkt()).drop(columns="geometry").to_csv(path, index=False)
    return path


def xlsx(path: Path) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (["台账"], ["名称", "经度", "纬度"], ["甲", 118.4, 35.5], ["乙", 118.5, 35.6]):
        book.active.append(row)
    book.save(path)
    return path


def dxf(path: Path) -> Path:
    files.parcels()[["geometry"]].to_file(path, driver="DXF")
    return path


def gpkg(path: Path) -> Path:
    files.parcels().to_file(path)
    return path


def geojson(path: Path) -> Path:
    files.parcels().to_crs(4326).to_file(path)
    return path


def shapefile(path: Path) -> Path:
    return files.gbk_shapefile_zip(path)


def gpx(path: Path) -> Path:
    frame = files.parcels().to_crs(4326)
    frame.set_geometry(frame.geometry.boundary)[["geometry"]].to_file(path, driver="GPX")
    return path


def old_book(path: Path) -> Path:
    return old_books.xls(path, 台账=[["名称", "经度", "纬度"], ["甲", 118.4, 35.5], ["乙", 118.5, 35.6]])


def open_book(path: Path) -> Path:
    return old_books.ods(path, [["名称", "经度", "纬度"], ["甲", 118.4, 35.5], ["乙", 118.5, 35.6]])


def geodatabase(path: Path) -> Path:
    base = path.parent / "base.gdb"
    files.parcels().to_file(base, driver="OpenFileGDB", layer="地块")
    return files.zipped(path, {f"a.gdb/{each.name}": each for each in sorted(base.iterdir())})


def tables(path: Path) -> Path:
    """A .mif, whose texts are easily spoilt, in a zip that is not."""
    files.parcels().to_crs(4548)[["MJ", "geometry"]].to_file(path, driver="MapInfo File")
    return path


OF_OURS: dict[str, Callable[[Path], Path]] = {
    "txt": txt,
    "kml": kml,
    "csv": csv,
    "xlsx": xlsx,
    "geojson": geojson,
    "gpx": gpx,
}
OF_GDAL: dict[str, Callable[[Path], Path]] = {
    "dxf": dxf,
    "gpkg": gpkg,
    "zip": shapefile,
    "xls": old_book,
    "ods": open_book,
    "mif": tables,
}


def opened(path: Path) -> Dataset | None:
    """What becomes of a file; anything but a dataset or a sentence of ours fails the test."""
    started, dataset, said = time.monotonic(), None, ""
    try:
        dataset = read_dataset(path)
    except MapError as refusal:
        said = refusal.message
    assert OURS not in said
    assert time.monotonic() - started < SECONDS
    return dataset


def spoilt(content: bytes, chance: random.Random) -> bytes:
    """Some bytes changed, or the end gone, or something odd in the middle."""
    flipped = bytearray(content)
    for _ in range(chance.choice([1, 5, 40])):
        flipped[chance.randrange(len(flipped))] = chance.randrange(256)
    if chance.random() < 0.4:
        return bytes(flipped[: chance.randrange(1, len(flipped))])
    at = chance.randrange(len(flipped))
    odd = [b"", b"nan", b"1e999", b",,,,", b"@", b"\0" * 5, b"[[[[", b"\xff\xfe", b"99999999999999999999"]
    return bytes(flipped[:at] + chance.choice(odd) + flipped[at + chance.randrange(20) :])


@pytest.mark.parametrize(("suffix", "make"), OF_OURS.items(), ids=OF_OURS)
def test_spoilt_bytes_end_in_a_sentence(tmp_path: Path, suffix: str, make: Callable[[Path], Path]) -> None:
    content = make(tmp_path / f"good.{suffix}").read_bytes()
    path = tmp_path / f"a.{suffix}"
    for seed in range(40):
        path.write_bytes(spoilt(content, random.Random(seed)))
        opened(path)


@pytest.mark.parametrize(("suffix", "make"), OF_GDAL.items(), ids=OF_GDAL)
def test_spoilt_bytes_for_gdal_end_in_a_sentence(
    tmp_path: Path, suffix: str, make: Callable[[Path], Path]
) -> None:
    content = make(tmp_path / f"good.{suffix}").read_bytes()
    path = tmp_path / f"a.{suffix}"
    for seed in range(4):
        path.write_bytes(spoilt(content, random.Random(seed)))
        opened(path)


VRT = (
    '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource relativeToVRT="0">/etc/passwd</SrcDataSource>'
    "<SrcLayer>passwd</SrcLayer></OGRVRTLayer></OGRVRTDataSource>"
)
SUFFIXES = [
    *("txt", "kml", "ovkml", "kmz", "csv", "xlsx", "xls", "ods", "dxf", "gpkg", "geojson", "zip", "shp"),
    *("gpx", "tab", "mif"),
]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_virtual_file_under_any_name_gives_nothing_away(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    path.write_text(VRT)
    dataset = opened(path)
    assert dataset is None or (not dataset.has_shapes and OURS not in repr(dataset.columns))


def test_a_virtual_file_in_a_geodatabase_folder_gives_nothing_away(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.gdb/gdb", VRT)
        archive.writestr("a.gdb/a00000001.gdbtable", VRT)
        archive.writestr("a.gdb/../../b.gdb/x", VRT)
    assert opened(path) is None


def circle(count: int, wild: float = 0) -> list[tuple[float, float]]:
    chance = random.Random(count)
    turns = [-2 * math.pi * at / count for at in range(count)]
    return [
        (
            3930000 + 900 * math.cos(t) + wild * chance.random(),
            39630000 + 900 * math.sin(t) + wild * chance.random(),
        )
        for t in turns
    ]


@pytest.mark.parametrize("count", [100, 5_000, 30_000, 100_000])
def test_a_bow_tie_of_many_corners_is_taken_in_its_time(tmp_path: Path, count: int) -> None:
    path = tmp_path / "a.txt"
    path.write_text(text(header(), record(), ring(circle(count, wild=700), closed=False)), "utf-8")
    dataset = opened(path)
    assert dataset is not None
    assert len(dataset) == 1


def test_more_rings_than_a_plot_can_have_are_refused(tmp_path: Path) -> None:
    squares = [
        line
        for at in range(1_100)
        for line in ring([(x + 200 * (at // 40), y + 200 * (at % 40)) for x, y in SQUARE], str(at))
    ]
    path = tmp_path / "a.txt"
    path.write_text(text(header(), record(), squares), "utf-8")
    dataset = opened(path)
    assert dataset is not None
    assert "最多 1,000 个" in dataset.bad_shapes[0]


def test_a_table_that_lies_about_its_size_is_read_as_it_is(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "good.xlsx")
    lying = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path) as good, zipfile.ZipFile(lying, "w", zipfile.ZIP_DEFLATED) as bad:
        for name in good.namelist():
            content = good.read(name)
            bad.writestr(name, content.replace(b'ref="A1:C4"', b'ref="A1:XFD1048576"'))
    dataset = opened(lying)
    assert dataset is not None
    assert len(dataset) == 2


def test_a_cell_beyond_all_columns_is_cut_off(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["名称", "经度", "纬度"])
    book.active.append(["甲", 118.4, 35.5])
    book.active["XFD3"] = "远"
    book.save(tmp_path / "a.xlsx")
    dataset = opened(tmp_path / "a.xlsx")
    assert dataset is not None
    assert len(dataset.columns) < 300


@pytest.mark.parametrize("suffix", ["zip", "gdb.zip", "tab.zip"])
def test_archives_with_spoilt_insides_end_in_a_sentence(tmp_path: Path, suffix: str) -> None:
    """The zip is sound, so that the spoilt bytes reach the reader of what is inside."""
    makers = {"zip": shapefile, "gdb.zip": geodatabase, "tab.zip": _tab}
    good = makers[suffix](tmp_path / "good.zip")
    for seed in range(4):
        chance, path = random.Random(seed), tmp_path / f"{seed}.zip"
        with zipfile.ZipFile(good) as source, zipfile.ZipFile(path, "w") as target:
            victim = chance.choice(source.namelist())
            for name in source.namelist():
                content = source.read(name)
                target.writestr(name, spoilt(content, chance) if name == victim and content else content)
        opened(path)


def _tab(path: Path) -> Path:
    folder = path.parent / "tab"
    folder.mkdir()
    files.parcels().to_crs(4548)[["MJ", "geometry"]].to_file(folder / "a.tab", driver="MapInfo File")
    return files.zipped(path, {each.name: each for each in sorted(folder.iterdir())})


LIES = {
    "more rows than there are": (4, struct.pack("<I", 0xFFFFFFF0)),
    "rows of no length": (10, struct.pack("<H", 0)),
    "a head longer than the file": (8, struct.pack("<H", 0xFFFF)),
    "a field wider than its row": (32 + 16, b"\xff"),
}


@pytest.mark.parametrize(("at", "lie"), LIES.values(), ids=LIES)
def test_a_table_whose_head_lies_is_refused(tmp_path: Path, at: int, lie: bytes) -> None:
    path = files.shapefile(tmp_path / "shp", files.parcels())
    table = bytearray(path.with_suffix(".dbf").read_bytes())
    table[at : at + len(lie)] = lie
    path.with_suffix(".dbf").write_bytes(table)
    assert opened(path) is None


class Listener:
    """Takes note of whoever knocks."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(0.2)
        self.port = self._socket.getsockname()[1]

    def heard(self) -> bool:
        try:
            self._socket.accept()[0].close()
        except TimeoutError:
            return False
        return True

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    found = Listener()
    yield found
    found.close()


CALLS: dict[str, tuple[str, str]] = {
    "a network link": (
        "kml",
        "<kml><Document><NetworkLink><Link><href>{url}a.kml</href></Link></NetworkLink></Document></kml>",
    ),
    "an entity of a server": ("kml", '<!DOCTYPE kml [<!ENTITY a SYSTEM "{url}">]><kml>&a;</kml>'),
    "a document type of a server": ("gpx", '<!DOCTYPE gpx SYSTEM "{url}a.dtd"><gpx/>'),
    "a linked coordinate system": (
        "geojson",
        '{{"type":"FeatureCollection","crs":{{"type":"link","properties":{{"href":"{url}"}}}},"features":'
        '[{{"type":"Feature","properties":{{}},"geometry":{{"type":"Point","coordinates":[118.4,35.5]}}}}]}}',
    ),
    "an address instead of GeoJSON": ("geojson", "{url}a.geojson"),
    "a virtual file": (
        "dxf",
        '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>/vsicurl/{url}a.shp</SrcDataSource>'
        "</OGRVRTLayer></OGRVRTDataSource>",
    ),
    "a web service": ("gpkg", "<OGRWFSDataSource><URL>{url}</URL></OGRWFSDataSource>"),
    "a table elsewhere": ("tab", '!table\n!version 300\nDefinition Table\n  Type ODBC "{url}"\n'),
    "a page as a book": ("xls", '<html><img src="{url}a.png"><table><tr><td>1</td></tr></table></html>'),
}


@pytest.mark.parametrize(("suffix", "content"), CALLS.values(), ids=CALLS)
def test_no_file_makes_a_request(tmp_path: Path, listener: Listener, suffix: str, content: str) -> None:
    path = tmp_path / f"a.{suffix}"
    path.write_text(content.format(url=f"http://127.0.0.1:{listener.port}/"), "utf-8")
    opened(path)
    assert not listener.heard()


def test_laughs_by_the_billion_are_not_heard(tmp_path: Path) -> None:
    entities = "".join(f'<!ENTITY l{at} "{f"&l{at - 1};" * 10}">' for at in range(1, 10))
    bomb = f'<!DOCTYPE a [<!ENTITY l0 "ha">{entities}]>'
    for suffix in ("kml", "gpx"):
        path = tmp_path / f"a.{suffix}"
        path.write_text(f"{bomb}<{suffix}>&l9;</{suffix}>")
        assert opened(path) is None
    assert opened(old_books.ods(tmp_path / "a.ods", [["名称"]], prolog=bomb)) is None


@pytest.mark.skipif(sys.platform != "linux", reason="counts memory as Linux does (not on this system)")
def test_no_child_took_more_than_a_gigabyte() -> None:
    """Of all that this process has started until here."""
    import resource

    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 1 << 20


NO_NUMBERS: dict[str, tuple[str, str]] = {
    "a table of x and y": ("csv", "名称,X,Y\n甲,{number},39633200\n乙,3936700,39633300\n"),
    "a table of shapes": ("csv", "名称,WKT\n甲,POINT ({number} 35.5)\n乙,POINT (118.4 35.5)\n"),
    "a table of degrees": ("csv", "名称,经度,纬度\n甲,118.4,{number}\n乙,118.4,35.5\n"),
    "places": (
        "kml",
        "<kml><Placemark><name>甲</name><Point><coordinates>{number},35.5</coordinates></Point></Placemark>"
        "<Placemark><name>乙</name><Point><coordinates>118.4,35.5</coordinates></Point></Placemark></kml>",
    ),
    "waypoints": (
        "gpx",
        '<gpx><wpt lat="{number}" lon="118.4"><name>甲</name></wpt>'
        '<wpt lat="35.5" lon="118.4"><name>乙</name></wpt></gpx>',
    ),
}


@pytest.mark.parametrize("number", ["NaN", "inf", "-Infinity", "1e999", "1e300"])
@pytest.mark.parametrize(("suffix", "content"), NO_NUMBERS.values(), ids=NO_NUMBERS)
def test_numbers_that_are_none_never_become_a_place(
    tmp_path: Path, suffix: str, content: str, number: str
) -> None:
    path = tmp_path / f"a.{suffix}"
    path.write_text(content.format(number=number), "utf-8")
    dataset = opened(path)
    if dataset is None:
        return
    checked = check_shapes(dataset.shapes, ["point"], (-180, -90, 4e7, 1e7))
    good = sorted(set(range(len(dataset))) - set(checked.problems) - set(dataset.bad_shapes))
    assert len(good) <= 1
    assert all(math.isfinite(value) for at in good for value in checked.shapes[at].bounds)


@pytest.mark.parametrize("place", [(math.nan, 35.5), (math.inf, 35.5), (999.0, 35.5), (118.4, -200.0)])
def test_a_photo_that_lies_about_its_place_has_none(tmp_path: Path, place: tuple[float, float]) -> None:
    """Seconds of 1/0 are what a broken camera writes; no camera stands at 999°."""
    content = io.BytesIO()
    told = Image.Exif()
    gps = told.get_ifd(ExifTags.IFD.GPSInfo)
    gps[1], gps[2], gps[3], gps[4] = "N", degrees(place[1]), "E", degrees(place[0])
    Image.new("RGB", (32, 32)).save(content, "JPEG", exif=told)
    path = tmp_path / "a.jpg"
    path.write_bytes(content.getvalue())
    dataset = opened(path)
    assert dataset is None or 0 in dataset.bad_shapes


def degrees(value: float) -> tuple[IFDRational, IFDRational, IFDRational]:
    none = IFDRational(0, 0) if math.isnan(value) else IFDRational(1, 0)
    whole = IFDRational(int(abs(value)), 1) if math.isfinite(value) else none
    return whole, IFDRational(0, 1), IFDRational(0, 1)
