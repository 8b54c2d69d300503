"""Do photos with a position come in as points with their time and direction, one by one or in a zip?"""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from PIL import Image
from pillow_heif import register_heif_opener

from layers.blobs import Blobs
from layers.editing import undoing
from layers.errors import QuestionToUser, UnknownThing, UnreadableFile
from layers.formats import read_dataset
from layers.intake import apply, pictured, plan
from layers.rights import INTERNAL_VIEWER, SYSTEM_VIEWER
from layers.store import Database, query
from layers.store.attachments import attachment_named, attachments_of
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
    assert dataset.pictures
    assert any("挂到自己的点上" in note for note in dataset.notes)


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


def test_photos_come_onto_the_map_with_their_pictures_and_go_with_them(
    database: Database, tmp_path: Path
) -> None:
    register_heif_opener()
    content = photo(MARTYRS, heading=271.5)
    second = photo((118.46, 35.59), sort="HEIF", taken="2026:10:31 10:00:00", seed=2)
    path = bundle(tmp_path / "外业.zip", {"a.jpg": content, "无.jpg": photo(None, seed=3), "b.heic": second})
    found = plan(database, SYSTEM_VIEWER, path, kind="scenic_site", public_map="gcj02")
    blobs = Blobs(tmp_path / "blobs")
    new, photos = pictured(blobs, path, found, found.good, lambda count: None)
    result = apply(database, found, "李工", good_rows=True, new=new, photos=photos)
    assert result.rows == 2
    with database.reading() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, "scenic_site")
        features = {each.name: each for each in query.find_features(session, SYSTEM_VIEWER, layer)}
        (first,) = attachments_of(session, SYSTEM_VIEWER, features["a"])
        (other,) = attachments_of(session, SYSTEM_VIEWER, features["b"])
    assert (first.row.name, first.row.heading, first.row.position_source) == ("a.jpg", 271.5, "gcj02")
    assert (first.row.lon, first.row.lat) == pytest.approx(features["a"].shape.bounds[:2])
    assert features["a"].properties["position_source"] == "gcj02"
    assert blobs.path(first.row.sha256).read_bytes() == content
    with Image.open(blobs.path(str(other.row.shown_sha256))) as shown:
        assert (shown.format, shown.size, dict(shown.getexif())) == ("JPEG", (800, 600), {})
    undoing.undo(database, SYSTEM_VIEWER, result.act_id)
    with database.reading() as session, pytest.raises(UnknownThing):
        attachment_named(session, SYSTEM_VIEWER, first.row.uid)


def test_a_photo_that_cannot_be_shown_brings_nothing_in(database: Database, tmp_path: Path) -> None:
    whole = photo(MARTYRS)
    path = bundle(tmp_path / "a.zip", {"a.jpg": photo(MARTYRS, seed=5), "半张.jpg": whole[: len(whole) // 2]})
    found = plan(database, SYSTEM_VIEWER, path, kind="scenic_site", public_map="none")
    with pytest.raises(UnreadableFile, match=r"半张\.jpg.*没有导入任何内容"):
        pictured(Blobs(tmp_path / "blobs"), path, found, found.good, lambda count: None)
