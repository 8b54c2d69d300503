"""What is in this raster, and where does it lie? Asked in a child process, because GDAL opens it."""

from __future__ import annotations

import math
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from layers import crs
from layers.crs import Bounds
from layers.errors import Answer, QuestionToUser, UnreadableFile
from layers.formats import sandbox
from layers.formats.archive import Archive
from layers.imagery.limits import DRIVERS, RASTER_BYTES, RASTER_PIXELS

WORLD: Final = ".wld"
WORLD_SUFFIXES: Final = (".tfw", ".tifw", ".tiffw", ".jgw", ".jpgw", ".pgw", ".pngw", WORLD)
_WORLD_NUMBERS: Final = 6
_LONGEST_TEXT: Final = 20_000
_MAGICS: Final = {
    "GTiff": (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
    "JPEG": (b"\xff\xd8\xff",),
    "PNG": (b"\x89PNG\r\n\x1a\n",),
}
LIMITS: Final = sandbox.Limits(wall_s=120, cpu_s=100, memory_bytes=3 << 30, file_bytes=1 << 20)
PROGRAM: Final = "layers.imagery.raster_child"


@dataclass(frozen=True)
class Raster:
    """A raster as it lies on the disk. transform: a, b, c, d, e, f of the corner; None: it knows no place.

    crs: a code, when the file says one; crs_text: what it says when that is no code.
    """

    file: str
    driver: str
    width: int
    height: int
    bands: int
    type: str
    crs: int | None
    crs_text: str
    transform: tuple[float, ...]
    nodata: float | None

    @property
    def bounds(self) -> Bounds:
        """The box of its four corners, in its own coordinates."""
        a, b, c, d, e, f = self.transform
        corners = [(0, 0), (self.width, 0), (0, self.height), (self.width, self.height)]
        xs = [a * x + b * y + c for x, y in corners]
        ys = [d * x + e * y + f for x, y in corners]
        return min(xs), min(ys), max(xs), max(ys)

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def bring_raster(path: Path, folder: Path) -> Path:
    """The raster of this file in `folder`, under a name of ours, with what lies beside it; zips are opened."""
    suffix = path.suffix.lower()
    if path.stat().st_size > RASTER_BYTES:
        raise UnreadableFile(
            f"“{path.name}”有 {path.stat().st_size >> 20:,} MB，最多 {RASTER_BYTES >> 20:,} MB。请裁剪或重采样后再上传。"
        )
    if suffix == ".zip":
        return _from_zip(path, folder)
    if suffix not in DRIVERS:
        raise UnreadableFile(
            f"“{path.name}”不是能读取的影像。可以使用 GeoTIFF（.tif），或 .tif、.jpg、.png 连同坐标文件（.tfw、.jgw、.pgw）"
            "打包成 .zip；.img、.ecw、.sid 请先在 ArcGIS 或 QGIS 中导出为 GeoTIFF。"
        )
    target = folder / f"raster{suffix}"
    _linked(path, target)
    return target


def look(file: Path) -> Raster:
    """What the raster says of itself; raises UnreadableFile when it cannot be opened or lies nowhere."""
    driver = DRIVERS[file.suffix]
    with file.open("rb") as opened:
        if not opened.read(8).startswith(_MAGICS[driver]):
            raise UnreadableFile(f"内容不是 {file.suffix[1:].upper()} 图片。请在原软件中重新导出。")
    _check_world_file(file)
    told = sandbox.tell(file.parent, {"do": "look", "file": file.name, "driver": driver}, PROGRAM, LIMITS)
    if told["width"] * told["height"] > RASTER_PIXELS:
        raise UnreadableFile(
            f"影像有 {told['width']:,}×{told['height']:,} 像素，最多 {RASTER_PIXELS // 10**8} 亿。请裁剪或重采样后再上传。"
        )
    if told["transform"] is None:
        raise UnreadableFile(
            "影像里没有坐标，也没有坐标文件（.tfw、.jgw、.pgw）。请连同坐标文件打包成 .zip 上传，或在“图纸”页用控制点放置。"
        )
    text = told["crs"] or _of_prj(file)
    said = crs.definition(text) if text else None
    return Raster(
        file.name,
        driver,
        told["width"],
        told["height"],
        told["bands"],
        told["type"],
        said.code if said else None,
        said.name if said else "",
        tuple(told["transform"]),
        told["nodata"],
    )


def chosen_crs(raster: Raster, answer: int | None, county: Bounds | None) -> int:
    """In which system the raster lies; raises QuestionToUser with the likely ones where nothing says it."""
    code = answer or raster.crs
    if code is not None:
        crs.check_accepted(code)
        return code
    found = [each for each in crs.candidates(raster.bounds, county) if not each.swapped]
    said = f"声明的坐标系“{raster.crs_text[:40]}”无法识别" if raster.crs_text else "没有写明坐标系"
    west, south, east, north = raster.bounds
    raise QuestionToUser(
        f"影像{said}，坐标横向 {west:,.2f} 至 {east:,.2f}，纵向 {south:,.2f} 至 {north:,.2f}。请选择坐标系。",
        [Answer(str(each.code), each.title, each.lands(county)) for each in found],
    )


def _from_zip(path: Path, folder: Path) -> Path:
    with Archive(path) as archive:
        pictures = [member for member in archive.members if member.suffix in DRIVERS]
        if len(pictures) != 1:
            names = "、".join(member.path.name for member in pictures[:5]) or "没有"
            raise UnreadableFile(
                f"压缩包里应有一幅影像（.tif、.jpg 或 .png），实际：{names}。请每幅影像单独打包上传。"
            )
        picture = pictures[0]
        stem = picture.path.with_suffix("")
        for member in archive.members:
            beside = member.path.with_suffix("") == stem
            if member is picture or (beside and member.suffix == ".prj"):
                archive.unpack(member, folder / f"raster{member.suffix}")
            elif beside and member.suffix in WORLD_SUFFIXES:
                archive.unpack(member, folder / f"raster{WORLD}")
    return folder / f"raster{picture.suffix}"


def _linked(path: Path, target: Path) -> None:
    """A second name for large files, where the disk can; the child never writes to it."""
    try:
        target.hardlink_to(path)
    except OSError:
        shutil.copyfile(path, target)


def _check_world_file(file: Path) -> None:
    """Six lines: pixel size and turn, and the middle of the upper left pixel. GDAL would take anything for zero."""
    beside = file.with_suffix(WORLD)
    if not beside.exists():
        return
    words = beside.read_bytes()[:_LONGEST_TEXT].decode("utf-8", "replace").split()
    try:
        a, d, b, e, c, f = (float(word) for word in words[:_WORLD_NUMBERS])
    except ValueError:
        raise UnreadableFile("坐标文件（.tfw、.jgw、.pgw）应有 6 行数字。请在原软件中重新导出。") from None
    if not all(map(math.isfinite, (a, b, c, d, e, f))) or a * e - b * d == 0:
        raise UnreadableFile("坐标文件里的像元大小不对。请在原软件中重新导出。")


def _of_prj(file: Path) -> str:
    beside = file.with_suffix(".prj")
    return beside.read_bytes()[:_LONGEST_TEXT].decode("utf-8-sig", "replace") if beside.exists() else ""
