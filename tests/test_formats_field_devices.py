"""Do GPX from field devices and tables of MapInfo come in, with their layers and their Chinese?"""

from __future__ import annotations

import warnings
from pathlib import Path

import pyogrio
import pytest
import shapely

from layers.errors import QuestionToUser, UnreadableFile
from layers.formats import read_dataset
from tests.files import parcels, shapefile, zipped

GPX = """<?xml version="1.0" encoding="{encoding}"?>
<gpx version="1.1" creator="{maker}" xmlns="http://www.topografix.com/GPX/1/1">
<wpt lat="35.55" lon="118.47"><ele>181.5</ele><time>2026-03-01T02:00:00Z</time><name>竹泉村停车场</name><desc>示意</desc></wpt>
<wpt lat="35.56" lon="x"><name>坏点</name></wpt>
<rte><name>示例路线</name><rtept lat="35.55" lon="118.47"/><rtept lat="35.56" lon="118.48"/></rte>
<trk><name>示例航迹</name><trkseg><trkpt lat="35.55" lon="118.47"/><trkpt lat="35.56" lon="118.47"/></trkseg>
<trkseg><trkpt lat="35.57" lon="118.47"/></trkseg>
<trkseg><trkpt lat="35.58" lon="118.47"/><trkpt lat="35.59" lon="118.47"/></trkseg></trk>
<trk><name>空</name></trk>
</gpx>"""


def gpx(path: Path, encoding: str = "UTF-8", maker: str = "Garmin") -> Path:
    path.write_bytes(GPX.format(encoding=encoding, maker=maker).encode(encoding))
    return path


def test_the_three_layers_of_a_gpx_are_a_question(tmp_path: Path) -> None:
    path = gpx(tmp_path / "外业.gpx")
    with pytest.raises(QuestionToUser) as asked:
        read_dataset(path)
    assert [(each.value, each.consequence) for each in asked.value.choices] == [
        ("航点", "2 个"),
        ("航线", "1 个"),
        ("航迹", "2 个"),
    ]


@pytest.mark.parametrize("encoding", ["UTF-8", "GBK"])
def test_waypoints_bring_their_names_heights_and_times(tmp_path: Path, encoding: str) -> None:
    dataset = read_dataset(gpx(tmp_path / "外业.gpx", encoding), source_layer="航点")
    assert dataset.columns == {
        "name": ["竹泉村停车场", "坏点"],
        "说明": ["示意", None],
        "时间": ["2026-03-01T02:00:00Z", None],
        "高程": [181.5, None],
    }
    assert dataset.shapes[0] == shapely.Point(118.47, 35.55)
    assert "lon" in dataset.bad_shapes[1]
    assert dataset.crs is not None
    assert dataset.crs.code == 4326
    assert not dataset.shift_asked


def test_a_track_keeps_its_segments_and_drops_single_positions(tmp_path: Path) -> None:
    dataset = read_dataset(gpx(tmp_path / "外业.gpx", maker="OvitalMap"), source_layer="航迹")
    assert dataset.shapes[0] == shapely.MultiLineString(
        [[(118.47, 35.55), (118.47, 35.56)], [(118.47, 35.58), (118.47, 35.59)]]
    )
    assert "不能成线" in dataset.bad_shapes[1]
    assert "奥维" in dataset.shift_asked


def test_an_entity_in_a_gpx_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.gpx").write_text('<!DOCTYPE gpx [<!ENTITY x SYSTEM "file:///etc/passwd">]><gpx>&x;</gpx>')
    with pytest.raises(UnreadableFile, match="实体声明"):
        read_dataset(tmp_path / "a.gpx")


def mapinfo(folder: Path, suffix: str, charset: str, codec: str) -> Path:
    """A table whose texts are in `codec` and whose header says `charset`."""
    folder.mkdir()
    frame = parcels().to_crs(4548)[["DKBH", "DKMC", "MJ", "geometry"]]
    frame["DKMC"] = ["ABCDEFGHIJKL", "MNOPQRSTUVWX", "short"]
    path = folder / f"地块.{suffix}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pyogrio.write_dataframe(frame, path, driver="MapInfo File", encoding="UTF-8", ENCODING="CP936")
    texts = path.with_suffix(".dat" if suffix == "tab" else ".mid")
    name = "示例地块".encode(codec).ljust(12)
    texts.write_bytes(texts.read_bytes().replace(b"ABCDEFGHIJKL", name))
    path.write_bytes(path.read_bytes().replace(b"WindowsSimpChinese", charset.encode()))
    return path


CHARSETS = {
    "said and right": ("WindowsSimpChinese", "gbk", ""),
    "nothing said": ("Neutral", "gbk", ""),
    "UTF-8": ("UTF-8", "utf-8", ""),
    "said Latin": ("WindowsLatin1", "gbk", ""),
    "said GBK, is UTF-8": ("UTF-8", "gbk", "只能按 GBK 解读"),
}


@pytest.mark.parametrize("suffix", ["tab", "mif"])
@pytest.mark.parametrize(("charset", "codec", "note"), CHARSETS.values(), ids=CHARSETS)
def test_a_table_of_mapinfo_is_read_whatever_it_says_of_its_charset(
    tmp_path: Path, suffix: str, charset: str, codec: str, note: str
) -> None:
    path = mapinfo(tmp_path / "m", suffix, charset, codec)
    bundle = zipped(tmp_path / "a.zip", {f"报送/{each.name}": each for each in path.parent.iterdir()})
    dataset = read_dataset(bundle)
    assert dataset.columns["DKMC"] == ["示例地块", "MNOPQRSTUVWX", "short"]
    assert dataset.columns["MJ"][0] == pytest.approx(25.2, abs=0.5)
    expected = parcels().to_crs(4548).geometry[0]
    # MapInfo keeps integers of a coordinate: about a centimetre.
    assert dataset.shapes[0].equals_exact(expected, 0.05) or dataset.shapes[0].normalize().equals_exact(
        expected.normalize(), 0.05
    )
    assert dataset.doubt
    assert any(note in each for each in dataset.notes) if note else not dataset.notes


def test_two_tables_and_a_shapefile_in_one_zip_are_a_question(tmp_path: Path) -> None:
    one = mapinfo(tmp_path / "one", "tab", "WindowsSimpChinese", "gbk")
    two = mapinfo(tmp_path / "two", "mif", "WindowsSimpChinese", "gbk")
    shapefile(tmp_path, parcels(), name="地块")
    files = {f"甲/{each.name}": each for each in one.parent.iterdir()}
    files |= {f"乙/{each.name}": each for each in two.parent.iterdir()}
    files |= {f"甲/{each.name}": each for each in tmp_path.glob("地块.*")}
    path = zipped(tmp_path / "a.zip", files)
    with pytest.raises(QuestionToUser) as asked:
        read_dataset(path)
    assert len(asked.value.choices) == 3
    assert len(read_dataset(path, source_layer="乙/地块")) == 3


def test_a_table_without_its_parts_or_made_of_others_is_refused(tmp_path: Path) -> None:
    path = mapinfo(tmp_path / "m", "tab", "Neutral", "gbk")
    path.with_suffix(".map").rename(tmp_path / "kept.map")
    with pytest.raises(UnreadableFile, match=r"缺少 \.map"):
        read_dataset(path)
    (tmp_path / "kept.map").rename(path.with_suffix(".map"))
    path.write_bytes(path.read_bytes().replace(b"Type NATIVE", b"Type LINKED"))
    with pytest.raises(UnreadableFile, match="引用了别的表"):
        read_dataset(path)
