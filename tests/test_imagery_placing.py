"""Does a drawing lie where its control points say, and do the residuals tell the truth in metres?"""

from __future__ import annotations

import io
import math
from pathlib import Path

import numpy as np
import pyproj
import pytest
from PIL import Image

from layers.errors import InvalidValue, UnreadableFile
from layers.imagery import Control, place
from layers.imagery.cutting import cut_drawing
from layers.imagery.sheets import plain_sheet
from tests.test_imagery_cut import BLUE, CORNER, GREEN, RED, ZONE_40, close_to, quarters, seen

PREFIXED_40 = 4528
TO_DEGREES = pyproj.Transformer.from_crs(ZONE_40, 4490, always_xy=True)


def at(across: float, down: float, turn_deg: float = 0, scale_m: float = 1, east_off: float = 0) -> Control:
    """A control point of a drawing that lies turned and scaled round CORNER."""
    turn = math.radians(turn_deg)
    east, south = across * scale_m, down * scale_m
    x = CORNER[0] + east * math.cos(turn) + south * math.sin(turn) + east_off
    y = CORNER[1] + east * math.sin(turn) - south * math.cos(turn)
    return Control(across, down, *TO_DEGREES.transform(x, y))


def test_two_points_turn_and_scale_without_distortion() -> None:
    found = place([at(10, 20, 30, 0.5), at(500, 400, 30, 0.5)])
    assert (found.sort, found.code, found.spare) == ("similarity", PREFIXED_40, 0)
    expected = at(100, 300, 30, 0.5)
    assert found.degrees([(100, 300)])[0] == pytest.approx((expected.lon, expected.lat), abs=1e-9)
    assert found.pixel_m(600, 600) == pytest.approx(0.5)


def test_three_points_are_affine_and_tell_how_far_a_similarity_would_be_off() -> None:
    found = place([at(0, 0), at(600, 0), at(0, 600, east_off=12)])
    assert found.sort == "affine"
    assert max(found.residuals_m) < 1e-6
    assert found.spare == 0
    assert max(found.similarity_m) > 2


def test_the_residual_of_a_wrong_point_is_in_metres() -> None:
    """Four corners of a square, one 4 m off: an affine fit leaves a quarter of that at each corner."""
    found = place([at(0, 0), at(600, 0), at(600, 600), at(0, 600, east_off=4)])
    assert found.spare == 1
    assert found.residuals_m == pytest.approx((1, 1, 1, 1), abs=1e-3)
    assert found.rms_m == pytest.approx(1, abs=1e-3)


def test_a_photo_taken_aslant_is_straightened_by_a_projective_one() -> None:
    corners = [(0.0, 0.0), (600, 0), (600, 600), (0, 600)]
    slant = np.array([[1, 0.05, 20], [0.02, 1.1, 10], [0.0004, 0.0002, 1]])

    def photographed(x: float, y: float) -> tuple[float, float]:
        a, b, w = slant @ (x, y, 1)
        return float(a / w), float(b / w)

    points = [Control(*photographed(*each), *at(*each)[2:]) for each in corners]
    found = place(points, "projective")
    expected = at(200, 400)
    assert found.degrees([photographed(200, 400)])[0] == pytest.approx((expected.lon, expected.lat), abs=1e-8)
    assert max(place(points).residuals_m) > 5


WRONG: dict[str, tuple[list[Control], str | None, str]] = {
    "one point": ([at(0, 0)], None, "2 到 20 个"),
    "twice the same": ([at(0, 0), at(1, 1), at(500, 0)], None, "控制点 1 和 2 几乎重合"),
    "on a line": ([at(0, 0), at(300, 300), at(600, 600)], None, "一条直线"),
    "mirrored": (
        [at(0, 0), at(600, 0)._replace(across=0, down=600), at(0, 600)._replace(across=600, down=0)],
        None,
        "翻转",
    ),
    "too few for it": ([at(0, 0), at(9, 9)], "projective", "至少要 4 个"),
    "not a number": ([at(0, 0), at(math.nan, 9)], None, "应为数字"),
    "unheard of": ([at(0, 0), at(50, 90)], "spline", "变换方式"),
}


@pytest.mark.parametrize(("points", "sort", "words"), WRONG.values(), ids=WRONG)
def test_points_that_place_nothing_are_refused_in_words(
    points: list[Control], sort: str | None, words: str
) -> None:
    with pytest.raises(InvalidValue, match=words):
        place(points, sort)


def png(size: int = 600) -> bytes:
    body = io.BytesIO()
    Image.fromarray(np.moveaxis(quarters(size), 0, -1)).save(body, "PNG")
    return body.getvalue()


def pdf(pages: int = 2) -> bytes:
    body = io.BytesIO()
    first, *more = [Image.fromarray(np.moveaxis(quarters(), 0, -1)) for _ in range(pages)]
    first.save(body, "PDF", save_all=True, append_images=more, resolution=72)
    return body.getvalue()


@pytest.mark.parametrize("sort", ["png", "pdf"])
def test_a_placed_drawing_becomes_tiles_at_its_place(tmp_path: Path, sort: str) -> None:
    (tmp_path / "sheet").write_bytes(png() if sort == "png" else pdf())
    sheet = plain_sheet(tmp_path, 1 if sort == "png" else 2)
    assert sheet.pages == (1 if sort == "png" else 2)
    # 600 points of a PDF are rendered with 300 dots per inch.
    grown = sheet.width / 600
    assert grown == pytest.approx(1 if sort == "png" else 300 / 72, rel=0.01)
    points = [at(0, 0), at(600, 0), at(600, 600), at(0, 600)]
    pixels = [each._replace(across=each.across * grown, down=each.down * grown) for each in points]
    found = cut_drawing(tmp_path, place(pixels), "图纸", seen_through=True, tell=lambda share, words: None)
    assert close_to(seen(found, 150, 150), RED)
    assert close_to(seen(found, 450, 150), GREEN)
    assert close_to(seen(found, 150, 450, found.max_zoom - 1), BLUE)
    assert seen(found, 450, 450)[3] == 0
    assert seen(found, -20, 300)[3] == 0
    # Within a pixel of the tile: the border of red and green.
    assert close_to(seen(found, 297, 150), RED)
    assert close_to(seen(found, 303, 150), GREEN)


HOSTILE = {
    "text": b"hello",
    "a page": b"<html>%PDF</html>",
    "half a PDF": pdf()[:700],
    "half a PNG": png()[:200],
    "a JPEG of nothing": b"\xff\xd8\xff\xe0" + b"\0" * 40,
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_drawing_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "sheet").write_bytes(content)
    with pytest.raises(UnreadableFile):
        plain_sheet(tmp_path)


def test_a_drawing_of_too_many_pixels_and_a_page_that_is_not_there_are_refused(tmp_path: Path) -> None:
    from tests.photos import huge_png

    (tmp_path / "sheet").write_bytes(huge_png())
    with pytest.raises(UnreadableFile, match="最多 6,000 万"):
        plain_sheet(tmp_path)
    (tmp_path / "sheet").write_bytes(pdf())
    with pytest.raises(UnreadableFile, match="只有 2 页"):
        plain_sheet(tmp_path, 3)
