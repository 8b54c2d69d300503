"""The child process that opens drawings: the only file that imports PDFium; pictures are decoded here too.

python -I -m layers.imagery.sheet_child FOLDER; the folder holds the question and takes the answer and the pictures.
"""

from __future__ import annotations

import json
import math
import sys
import warnings
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, JpegImagePlugin, PngImagePlugin, UnidentifiedImageError

from layers.errors import UnreadableFile
from layers.fence import isolate, limit
from layers.formats import sandbox
from layers.imagery import pyramid, sheets
from layers.imagery.telling import teller

READERS: Final = (JpegImagePlugin.JpegImageFile.format, PngImagePlugin.PngImageFile.format)
_DAMAGED: Final = "图纸已损坏，无法打开。请在原软件中重新导出。"
_PAPER: Final = 245
"""From this brightness on paper is white."""
_MESH: Final = 32


def main(folder: Path) -> None:
    """Answer the question in the folder."""
    question = json.loads((folder / sandbox.QUESTION).read_text("utf-8"))
    isolate()
    limit(question["limits"])
    Image.MAX_IMAGE_PIXELS = None  # judged here
    warnings.simplefilter("ignore")
    try:
        told = _plain(folder, question) if question["do"] == "plain" else _cut(folder, question)
    except UnreadableFile as refusal:
        told = {"error": refusal.message}
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, MemoryError, ArithmeticError):
        told = {"error": _DAMAGED}
    (folder / sandbox.ANSWER).write_text(json.dumps(told), "utf-8")


# --- one plain picture ---------------------------------------------------------------------------------


def _plain(folder: Path, question: dict[str, Any]) -> dict[str, Any]:
    file = folder / sheets.SOURCE
    picture, pages = _page(file, question) if question["sort"] == "pdf" else (_picture(file, question), 1)
    picture.save(folder / sheets.PLAIN, compress_level=3)
    seen = picture.copy()
    seen.thumbnail((question["seen_px"], question["seen_px"]), Image.Resampling.LANCZOS)
    flat = Image.new("RGB", seen.size, "white")
    flat.paste(seen.convert("RGB"), mask=seen if seen.mode == "RGBA" else None)
    flat.save(folder / sheets.SEEN, "JPEG", quality=88, optimize=True)
    return {"width": picture.width, "height": picture.height, "pages": pages}


def _picture(file: Path, question: dict[str, Any]) -> Image.Image:
    with Image.open(file, formats=READERS) as opened:
        _refuse_large(opened.width, opened.height, question["most_pixels"])
        opened.load()
        upright = ImageOps.exif_transpose(opened)
        clear = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
        return upright.convert("RGBA" if clear else "RGB")


def _refuse_large(width: int, height: int, most: int) -> None:
    if width * height > most:
        raise UnreadableFile(
            f"图纸有 {width:,}×{height:,} 像素，最多 {most // 10_000:,} 万。请缩小后再上传。"
        )


def _page(file: Path, question: dict[str, Any]) -> tuple[Image.Image, int]:
    """A page as it prints, on white; large sheets with fewer dots, so that they fit."""
    import pypdfium2
    from pypdfium2 import PdfiumError

    try:
        with pypdfium2.PdfDocument(file) as document:
            pages = len(document)
            if question["page"] > pages:
                raise UnreadableFile(f"PDF 只有 {pages} 页，没有第 {question['page']} 页。请改选页码。")
            page = document[question["page"] - 1]
            width, height = page.get_size()
            if not (width > 0 and height > 0 and math.isfinite(width * height)):
                raise UnreadableFile(_DAMAGED)
            scale = min(question["dots_per_inch"] / 72, math.sqrt(question["most_pixels"] / (width * height)))
            picture = page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
    except PdfiumError as trouble:
        locked = "password" in str(trouble).lower()
        raise UnreadableFile("PDF 设有密码。请去掉密码另存后再上传。" if locked else _DAMAGED) from None
    return picture, pages


# --- tiles ---------------------------------------------------------------------------------------------


def _cut(folder: Path, question: dict[str, Any]) -> dict[str, Any]:
    sheet = _OnGround(Image.open(folder / sheets.PLAIN), question)
    bounds, resolution = sheet.bounds_m(), sheet.resolution_m()
    closest = pyramid.closest_zoom(resolution, question["most_zoom"])
    while (whole := pyramid.range_of(bounds, closest)).tiles > question["most_tiles"]:
        closest -= 1
    farthest = pyramid.farthest_zoom(bounds, closest)
    count = pyramid.write(
        folder / question["tiles"],
        question["facts"],
        (farthest, closest),
        whole,
        sheet.draw,
        lossless=True,
        tell=teller(folder),
    )
    sharp = pyramid.pixel_m(closest) <= 1.5 * resolution
    return {"bounds_m": bounds, "min_zoom": farthest, "max_zoom": closest, "count": count, "sharp": sharp}


class _OnGround:
    """A picture and its way to the ground and back."""

    def __init__(self, picture: Image.Image, question: dict[str, Any]) -> None:
        from pyproj import Transformer

        from layers import crs

        self.pixels = _rgba(picture, seen_through=question["seen_through"])
        self.height, self.width = self.pixels.shape[:2]
        self.matrix = np.array(question["matrix"])
        self.back = np.linalg.inv(self.matrix)
        self.to_plane = Transformer.from_crs(crs.WEB_MERCATOR, question["code"], always_xy=True)
        self.to_web = Transformer.from_crs(question["code"], crs.WEB_MERCATOR, always_xy=True)

    def bounds_m(self) -> tuple[float, float, float, float]:
        """Of its edge, in metres of Web Mercator."""
        steps = np.linspace(0, 1, 33)
        zero, one = np.zeros(33), np.ones(33)
        across = np.concatenate((steps, steps, zero, one)) * self.width
        down = np.concatenate((zero, one, steps, steps)) * self.height
        east, north = self.to_web.transform(*_applied(self.matrix, across, down))
        if not (np.isfinite(east).all() and np.isfinite(north).all()):
            raise UnreadableFile("按这些控制点，图纸会落到地图之外。请核对控制点。")
        return float(east.min()), float(north.min()), float(east.max()), float(north.max())

    def resolution_m(self) -> float:
        """A pixel in the middle, in metres of Web Mercator."""
        across = np.array([0.0, 1, 0]) + self.width / 2
        down = np.array([0.0, 0, 1]) + self.height / 2
        x, y = self.to_web.transform(*_applied(self.matrix, across, down))
        area = abs((x[1] - x[0]) * (y[2] - y[0]) - (x[2] - x[0]) * (y[1] - y[0]))
        return float(math.sqrt(area))

    def draw(self, box: tuple[float, float, float, float], width: int, height: int) -> pyramid.Pixels:
        """What lies in this box. The way back is exact on a mesh, and straight between its knots (millimetres)."""
        columns, rows = width // _MESH + 1, height // _MESH + 1
        x = np.linspace(box[0], box[2], columns)
        y = np.linspace(box[3], box[1], rows)
        all_x, all_y = np.meshgrid(x, y)
        east, north = self.to_plane.transform(all_x.ravel(), all_y.ravel())
        across, down = _applied(self.back, east, north)
        return self._sampled(
            _between(across.reshape(rows, columns), width, height),
            _between(down.reshape(rows, columns), width, height),
        )

    def _sampled(self, across: NDArray[np.float64], down: NDArray[np.float64]) -> pyramid.Pixels:
        """Bilinear; colours count as far as they cover."""
        inside = (across >= 0) & (across <= self.width) & (down >= 0) & (down <= self.height)
        found = np.zeros((*across.shape, 4), np.uint8)
        if not inside.any():
            return found
        x = np.clip(across[inside] - 0.5, 0, self.width - 1)
        y = np.clip(down[inside] - 0.5, 0, self.height - 1)
        left, top = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
        right, low = np.minimum(left + 1, self.width - 1), np.minimum(top + 1, self.height - 1)
        dx, dy = (x - left)[:, None], (y - top)[:, None]
        total = np.zeros((len(x), 4))
        for columns, rows, weight in (
            (left, top, (1 - dx) * (1 - dy)),
            (right, top, dx * (1 - dy)),
            (left, low, (1 - dx) * dy),
            (right, low, dx * dy),
        ):
            part = self.pixels[rows, columns].astype(np.float64)
            cover = part[:, 3:] * weight
            total[:, :3] += part[:, :3] * cover
            total[:, 3:] += cover
        alpha = total[:, 3:]
        total[:, :3] = np.divide(total[:, :3], alpha, out=np.zeros_like(total[:, :3]), where=alpha > 0)
        found[inside] = np.clip(np.rint(total), 0, 255).astype(np.uint8)
        return found


def _rgba(picture: Image.Image, *, seen_through: bool) -> pyramid.Pixels:
    pixels = np.array(picture.convert("RGBA"))
    if seen_through:
        white = (pixels[..., :3] >= _PAPER).all(axis=2)
        pixels[white, 3] = 0
    return pixels


def _applied(
    matrix: NDArray[np.float64], x: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    a, b, w = matrix @ np.vstack((x, y, np.ones(len(x))))
    return a / w, b / w


def _between(knots: NDArray[np.float64], width: int, height: int) -> NDArray[np.float64]:
    """Values at the middles of all pixels, bilinear between knots that stand on the corners of meshes."""
    rows, columns = knots.shape
    x = (np.arange(width) + 0.5) / width * (columns - 1)
    y = (np.arange(height) + 0.5) / height * (rows - 1)
    left, top = np.minimum(x.astype(int), columns - 2), np.minimum(y.astype(int), rows - 2)
    dx, dy = (x - left)[None, :], (y - top)[:, None]
    upper = knots[top][:, left] * (1 - dx) + knots[top][:, left + 1] * dx
    lower = knots[top + 1][:, left] * (1 - dx) + knots[top + 1][:, left + 1] * dx
    return np.asarray(upper * (1 - dy) + lower * dy)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
