"""Do photos with a position come in as points with their time and direction, one by one or in a zip?"""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from pillow_heif import register_heif_opener

from layers.errors import QuestionToUser, UnreadableFile
from layers.formats import read_dataset
from layers.intake import plan
from layers.rights import INTERNAL_VIEWER
from layers.store import Database
from tests.databases import database
from tests.files import parcels, shapefile, zipped
from tests.photos import MARTYRS, photo

__all__ = ["database"]


def bundle(path: Path, photos: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in photos.items():
            archive.writestr(name, content)
    return path


def test_photos_of_a_zip_become_points_in_the_order_of_the_zip(tmp_path: Path) -> None:
    register_heif_opener()
    path = bundle(
        tmp_path / "外业照片.zip",
        {
            "第一天/IMG_1.jpg": photo(MARTYRS, heading=271.5),
            "第一天/IMG_2.heic": photo((118.46, 35.59), sort="HEIF", taken=None, seed=2),
            "第二天/没有位置.JPG": photo(None, seed=3),
            "第二天/坏.jpeg": b"\xff\xd8\xff nothing",
        },
    )
    dataset = read_dataset(path)
    assert dataset.name == "外业照片"
    assert dataset.columns["name"] == ["IMG_1", "IMG_2", "没有位置", "坏"]
    assert dataset.columns["拍摄时间"] == ["2026-10-31 09:30:15", None, "2026-10-31 09:30:15", None]
    assert dataset.columns["方位角"] == [271.5, None, None, None]
    assert (dataset.shapes[0].x, dataset.shapes[0].y) == pytest.approx(MARTYRS, abs=1e-7)
    assert (dataset.shapes[1].x, dataset.shapes[1].y) == pytest.approx((118.46, 35.59), abs=1e-7)
    assert "没有位置" in dataset.bad_shapes[2]
    assert "已损坏" in dataset.bad_shapes[3]
    assert dataset.places[2] == "第 3 张 没有位置.JPG"
    assert any("批量照片" in note for note in dataset.notes)


def test_where_photos_come_from_is_a_question_whose_answer_moves_them(
    database: Database, tmp_path: Path
) -> None:
    (tmp_path / "IMG.jpg").write_bytes(photo(MARTYRS))
    with pytest.raises(QuestionToUser, match="GCJ-02") as asked:
        plan(database, INTERNAL_VIEWER, tmp_path / "IMG.jpg", kind="village")
    assert "gcj02" in [each.value for each in asked.value.choices]
    as_it_is = plan(database, INTERNAL_VIEWER, tmp_path / "IMG.jpg", kind="village", public_map="none")
    shifted = plan(database, INTERNAL_VIEWER, tmp_path / "IMG.jpg", kind="village", public_map="gcj02")
    assert as_it_is.bounds is not None
    assert shifted.bounds is not None
    assert as_it_is.bounds[:2] == pytest.approx(MARTYRS, abs=1e-7)
    # GCJ-02 lies some hundred metres to the east here.
    assert 0.003 < as_it_is.bounds[0] - shifted.bounds[0] < 0.008


def test_photos_beside_data_are_not_the_data(tmp_path: Path) -> None:
    shapes = shapefile(tmp_path / "shp", parcels())
    files: dict[str, Path | bytes] = {each.name: each for each in shapes.parent.iterdir()}
    path = zipped(tmp_path / "a.zip", files | {"现场.jpg": photo(MARTYRS)})
    assert len(read_dataset(path)) == len(parcels())


def test_a_picture_that_is_no_photo_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"hello")
    with pytest.raises(UnreadableFile, match="没有一张照片能读取"):
        read_dataset(tmp_path / "a.jpg")
