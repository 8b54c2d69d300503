"""Is a zip opened only when it is safe, and is the layer in it found?"""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

import pytest

from layers.errors import QuestionToUser, UnreadableFile
from layers.formats import archive, read_dataset
from tests import files

NAMES = ["示例地块 界湖-001", "示例地块 界湖-002", "示例地块 界湖-003"]


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    return files.shapefile(tmp_path / "plain", files.parcels())


@pytest.mark.parametrize("zone", [39, 40])
def test_the_everyday_zip_of_the_bureau_is_read(tmp_path: Path, zone: int) -> None:
    dataset = read_dataset(files.gbk_shapefile_zip(tmp_path / "报送.zip", zone))
    assert dataset.name == "闲置地块"
    assert dataset.columns["DKMC"] == NAMES
    assert dataset.crs is not None
    assert dataset.crs.code == files.PREFIXED[zone]


def test_what_a_mac_adds_to_a_zip_is_passed_over(tmp_path: Path, plain: Path) -> None:
    added: dict[str, Path | bytes] = {"__MACOSX/._闲置地块.shp": b"x", ".DS_Store": b"x", "说明.txt": b"x"}
    path = files.zipped(tmp_path / "mac.zip", {**files.beside(plain), **added})
    assert read_dataset(path).columns["DKMC"] == NAMES


def test_several_layers_in_a_zip_are_a_question(tmp_path: Path, plain: Path) -> None:
    other = files.shapefile(tmp_path / "other", files.parcels(1), name="道路")
    path = files.zipped(tmp_path / "two.zip", files.beside(plain, "用地/") | files.beside(other, "交通/"))
    with pytest.raises(QuestionToUser) as question:
        read_dataset(path)
    assert "2 个图层" in question.value.message
    assert [(each.value, each.title) for each in question.value.choices] == [
        ("闲置地块", "用地/闲置地块"),
        ("道路", "交通/道路"),
    ]
    assert len(read_dataset(path, source_layer="道路")) == 1
    assert len(read_dataset(path, source_layer="用地/闲置地块")) == 3


def test_a_geopackage_and_a_geojson_may_come_in_a_zip(tmp_path: Path) -> None:
    for suffix in ("gpkg", "geojson"):
        file = tmp_path / f"地块.{suffix}"
        files.parcels().to_file(file)
        assert (
            read_dataset(files.zipped(tmp_path / f"{suffix}.zip", {file.name: file})).columns["DKMC"] == NAMES
        )


def refused(path: Path) -> str:
    with pytest.raises(UnreadableFile) as refusal:
        read_dataset(path)
    return refusal.value.message


def test_a_zip_without_a_layer_says_what_is_in_it(tmp_path: Path) -> None:
    message = refused(files.zipped(tmp_path / "a.zip", {"汇报.docx": b"x"}))
    assert "里面是：汇报.docx" in message
    assert "可以导入 Shapefile" in message


def test_something_else_called_zip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(b"Rar!\x1a\x07\x00")
    assert "不是 zip 压缩包" in refused(path)


def test_a_zip_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    path = files.gbk_shapefile_zip(tmp_path / "a.zip")
    path.write_bytes(path.read_bytes()[:-100])
    assert "已损坏" in refused(path)


def test_a_zip_with_damaged_content_is_refused(tmp_path: Path) -> None:
    path = files.gbk_shapefile_zip(tmp_path / "a.zip")
    content = bytearray(path.read_bytes())
    for at in range(120, 400):
        content[at] ^= 0x55
    path.write_bytes(content)
    assert "无法解压" in refused(path)


def test_a_zip_within_a_zip_is_refused(tmp_path: Path) -> None:
    assert "压缩包中还有压缩包“内层.zip”" in refused(files.zipped(tmp_path / "a.zip", {"内层.zip": b"PK"}))


@pytest.mark.parametrize("name", ["../闲置.shp", "/etc/闲置.shp", "C:\\闲置.shp", "a/../../闲置.shp"])
def test_a_path_that_leads_out_of_the_zip_is_refused(tmp_path: Path, name: str) -> None:
    assert "指向包外" in refused(files.zipped(tmp_path / "a.zip", {name: b"x"}))


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("passwd.shp")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as target:
        target.writestr(link, "/etc/passwd")
    assert "“passwd.shp”是链接" in refused(path)


def test_a_zip_with_a_password_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as target:
        target.writestr("a.shp", "x")
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    assert "设有密码" in refused(path)


def test_a_zip_of_too_many_files_is_refused(tmp_path: Path) -> None:
    crowd = {f"{number}.txt": b"" for number in range(archive.MOST_ENTRIES + 1)}
    assert "有 2001 个文件，最多 2000 个" in refused(files.zipped(tmp_path / "a.zip", crowd))


def test_a_zip_that_unpacks_to_far_more_than_it_weighs_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target:
        target.writestr("a.shp", bytes(70 << 20))
    assert "压缩比超过 200 倍" in refused(path)


def test_a_zip_that_declares_more_than_it_may_unpack_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MOST_BYTES", 1000)
    assert "解开后有" in refused(files.gbk_shapefile_zip(tmp_path / "a.zip"))
