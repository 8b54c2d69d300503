"""Does a spoilt or hostile raster, scan or PDF end in a sentence, in time, and without a request?"""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from layers.errors import MapError
from layers.imagery.cutting import cut_raster
from layers.imagery.looking import bring_raster, look
from layers.imagery.sheets import SOURCE, plain_sheet
from tests.test_hostile_files import SECONDS, Listener, listener, spoilt
from tests.test_imagery_cut import ZONE_40, quarters, tif
from tests.test_imagery_placing import pdf, png

__all__ = ["listener"]
pytestmark = pytest.mark.filterwarnings("ignore:Use `@` matmul:PendingDeprecationWarning")


def ended(act: Callable[[], object]) -> str | None:
    """The sentence that it ended with; None for a sound result."""
    started, said = time.monotonic(), None
    try:
        act()
    except MapError as refusal:
        said = refusal.message
    assert time.monotonic() - started < SECONDS
    assert "root:x:0" not in (said or "")
    return said


def looked_and_cut(path: Path, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    raster = look(bring_raster(path, folder))
    cut_raster(folder, raster, ZONE_40, "影像", None, lambda share, words: None)


def test_spoilt_rasters_end_in_a_sentence_or_in_tiles(tmp_path: Path) -> None:
    content = tif(tmp_path / "good.tif", quarters(200), compress="DEFLATE").read_bytes()
    for seed in range(4):
        (tmp_path / "a.tif").write_bytes(b"II*\0" + spoilt(content, random.Random(seed))[4:])
        ended(lambda: looked_and_cut(tmp_path / "a.tif", tmp_path / "work"))


@pytest.mark.parametrize("make", [png, pdf], ids=["png", "pdf"])
def test_spoilt_drawings_end_in_a_sentence_or_in_a_picture(tmp_path: Path, make: Callable[[], bytes]) -> None:
    content = make()
    for seed in range(3):
        (tmp_path / SOURCE).write_bytes(content[:8] + spoilt(content[8:], random.Random(seed)))
        ended(lambda: plain_sheet(tmp_path))


def test_a_raster_that_claims_to_be_endless_is_refused(tmp_path: Path) -> None:
    """A head of a TIFF of 4 thousand million pixels a side, and nothing behind it."""
    import struct

    tags = [(256, 4, 4_000_000_000), (257, 4, 4_000_000_000), (258, 3, 8), (259, 3, 1), (262, 3, 1)]
    tags += [(273, 4, 8), (277, 3, 1), (278, 4, 4_000_000_000), (279, 4, 10)]
    entries = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in tags)
    content = b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + b"\0" * 4
    (tmp_path / "a.tif").write_bytes(content)
    assert ended(lambda: looked_and_cut(tmp_path / "a.tif", tmp_path / "work"))


def test_a_world_file_of_nonsense_is_refused(tmp_path: Path) -> None:
    import zipfile

    for text in ("1\n0\n0\n", "nan\n0\n0\n-1\n0\n0\n", "0\n0\n0\n0\n0\n0\n", "x" * 100_000):
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.writestr("a.png", png(20))
            archive.writestr("a.pgw", text)
        said = ended(lambda: looked_and_cut(tmp_path / "a.zip", tmp_path / "work"))
        assert said is not None
        assert "坐标文件" in said


def test_no_picture_makes_a_request(tmp_path: Path, listener: Listener) -> None:
    url = f"http://127.0.0.1:{listener.port}/a"
    action = (
        f"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction<</S/URI/URI({url})>>>>endobj\n"
        "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 90 90]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    )
    (tmp_path / SOURCE).write_bytes(action.encode())
    ended(lambda: plain_sheet(tmp_path))
    service = f'<GDAL_WMS><Service name="TMS"><ServerUrl>{url}</ServerUrl></Service></GDAL_WMS>'
    for content in (service, f"II*\0{service}", f"/vsicurl/{url}"):
        (tmp_path / "a.tif").write_text(content)
        assert ended(lambda: looked_and_cut(tmp_path / "a.tif", tmp_path / "work"))
    assert not listener.heard()
