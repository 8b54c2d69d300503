"""Which datasets lie in this file? Nothing is opened by its content here, only copied under names of ours."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from layers.errors import Answer, QuestionToUser, UnreadableFile
from layers.formats.archive import Archive, Member

MOST_BYTES: Final = 1 << 30
SHAPEFILE_PARTS: Final = (".shp", ".shx", ".dbf", ".prj", ".cpg")
FAMILIES: Final = (
    SHAPEFILE_PARTS,
    (".tab", ".dat", ".map", ".id", ".ind"),
    (".mif", ".mid"),
)
"""Files of one name that are one dataset together; the first of them makes it one."""
MAPINFO: Final = (".tab", ".mif")
KML: Final = (".kml", ".ovkml")
KMZ: Final = (".kmz", ".ovkmz")
SHEETS: Final = (".csv", ".xlsx", ".xls", ".ods")
GEODATABASE: Final = ".gdb"
PHOTOS: Final = (".jpg", ".jpeg", ".heic", ".heif")
TOGETHER: Final = ".photos"
"""Photos are one dataset, in a folder of their own."""
MOST_PHOTOS: Final = 1_000
WHOLE_FILES: Final = (".gpkg", ".geojson", ".json", ".txt", ".dxf", ".gpx", *KML, *SHEETS)
WHAT_IS_TAKEN: Final = (
    "可以导入 Shapefile（.shp 及同名文件，或打包成 .zip）、FileGDB（.gdb 文件夹打包成 .zip）、GeoPackage（.gpkg）、"
    "GeoJSON、KML/KMZ、DXF、GPX、MapInfo（TAB、MIF 及同名文件打包成 .zip）、界址点坐标 TXT、"
    "Excel（.xlsx、.xls）、ODS、CSV 和带位置的照片（JPEG、HEIC，多张打包成 .zip）。"
)
_DRAWING: Final = "没有可以入库的图形。请在“图纸”页上传，用控制点放到地图上。"
_IMAGERY: Final = "GeoTIFF 是影像，没有可以入库的图形。请由系统管理员在“影像”页上传，切成瓦片后作为底图。"
HOW_INSTEAD: Final = {
    ".dwg": "DWG 不能直接读取。请在 CAD 中“另存为”→“AutoCAD 2010 DXF（*.dxf）”，再导入 .dxf。",
    ".mdb": "个人地理数据库（.mdb）不能直接读取。请在 ArcGIS 中右键图层→“数据”→“导出数据”为 Shapefile，打包成 .zip。",
    ".accdb": "Access 数据库不能直接读取。请在 Access 中把表“导出”为 Excel（.xlsx）再导入。",
    ".ovobj": "奥维 .ovobj 是加密格式。请在奥维中选中对象→“导出”→格式选 shp 或 dxf，再导入。",
    ".et": "WPS 表格 .et 不能直接读取。请在 WPS 中“另存为”→“Excel 工作簿（*.xlsx）”，再导入。",
    ".pdf": f"PDF {_DRAWING}",
    ".png": f"PNG 图片{_DRAWING}",
    ".tif": _IMAGERY,
    ".tiff": _IMAGERY,
    ".rar": "RAR 压缩包不能读取。请解开后重新打包为 .zip。",
    ".7z": "7z 压缩包不能读取。请解开后重新打包为 .zip。",
    ".gdb": "请把整个 .gdb 文件夹打包成 .zip 后再导入。",
    ".wl": "MapGIS 文件不能直接读取。请在 MapGIS 中转换为 Shapefile，打包成 .zip。",
    ".wp": "MapGIS 文件不能直接读取。请在 MapGIS 中转换为 Shapefile，打包成 .zip。",
    ".wt": "MapGIS 文件不能直接读取。请在 MapGIS 中转换为 Shapefile，打包成 .zip。",
}
"""What people bring that cannot be read, and the steps that help."""
_OFTEN_BESIDE: Final = (".txt", *SHEETS)
"""Endings of notes that lie beside the data; they are data when there is nothing else."""
_BASE_FILE: Final = re.compile(r"[A-Za-z0-9_.]{1,60}")
_ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")


@dataclass(frozen=True)
class Source:
    """One dataset as files: `name` is what people call it, `parts` our copies by suffix; `photos` what people call those."""

    name: str
    parts: dict[str, Path]
    photos: tuple[str, ...] = ()

    @property
    def short_name(self) -> str:
        """The name without the folders of the archive."""
        return PurePosixPath(self.name).name


def sources_in(path: Path, folder: Path) -> list[Source]:
    """Copies of all datasets of a file in `folder`; raises UnreadableFile when there is none."""
    _check_file(path)
    suffix = path.suffix.lower()
    if suffix == ".zip":
        return list(_in_archive(path, folder))
    if family := next((each for each in FAMILIES if suffix == each[0]), None):
        return [_copied(path, _siblings(path, family), folder)]
    if suffix in WHOLE_FILES:
        return [_copied(path, [path], folder)]
    if suffix in SHAPEFILE_PARTS:
        raise UnreadableFile(f"“{path.name}”只是 Shapefile 的一部分。请选择同名的 .shp，或打包成 .zip。")
    if suffix in KMZ:
        return [_in_kmz(path, folder)]
    if suffix in PHOTOS:
        shutil.copyfile(path, _photo_folder(folder) / f"0000{suffix}")
        return [Source(path.stem, {TOGETHER: folder / "photos"}, (path.name,))]
    if suffix in HOW_INSTEAD:
        raise UnreadableFile(HOW_INSTEAD[suffix])
    raise UnreadableFile(f"不认识“{path.name}”的格式。{WHAT_IS_TAKEN}请另存为其中一种。")


def wanted(sources: Sequence[Source], name: str | None) -> Source:
    """The one to read; raises QuestionToUser when there are several and none was named."""
    if len(sources) == 1:
        return sources[0]
    for source in sources:
        if name in (source.name, source.short_name):
            return source
    shorts = [source.short_name for source in sources]
    asked = f"没有名为“{name}”的图层，" if name else ""
    raise QuestionToUser(
        f"{asked}文件里有 {len(sources)} 个图层，一次导入一个。请选择其中一个。",
        [
            Answer(short if shorts.count(short) == 1 else source.name, source.name, _facts(source))
            for source, short in zip(sources, shorts, strict=True)
        ],
    )


def wanted_layer(counted: Sequence[tuple[str, int]], name: str | None) -> str:
    """The layer of one file to read, by its title; raises QuestionToUser when there are several and none was named."""
    titles = [title for title, _ in counted]
    if name in titles:
        return str(name)
    if len(counted) == 1:
        return titles[0]
    raise QuestionToUser(
        f"文件里有 {len(counted)} 个图层，一次导入一个。请选择其中一个。",
        [Answer(title, title, f"{count} 个") for title, count in counted],
    )


def _check_file(path: Path) -> None:
    if not path.exists():
        raise UnreadableFile(f"找不到文件“{path.name}”。请检查路径。")
    if path.is_dir() and path.suffix.lower() == GEODATABASE:
        raise UnreadableFile(HOW_INSTEAD[GEODATABASE])
    if not path.is_file():
        raise UnreadableFile(f"“{path.name}”不是文件。请选择其中的 .shp，或打包成 .zip。")
    size = path.stat().st_size
    if size == 0:
        raise UnreadableFile(f"“{path.name}”是空文件。请重新导出。")
    if size > MOST_BYTES:
        raise UnreadableFile(
            f"“{path.name}”有 {size >> 20:,} MB，最多 {MOST_BYTES >> 20:,} MB。请拆分后导入。"
        )


def _siblings(path: Path, family: Sequence[str]) -> list[Path]:
    return [
        each
        for each in path.parent.iterdir()
        if each.stem.lower() == path.stem.lower() and each.suffix.lower() in family
    ]


def _copied(path: Path, files: Sequence[Path], folder: Path) -> Source:
    parts = {file.suffix.lower(): folder / f"source{file.suffix.lower()}" for file in files}
    for file in files:
        shutil.copyfile(file, parts[file.suffix.lower()])
    return Source(path.stem, parts)


def _in_archive(path: Path, folder: Path) -> Iterator[Source]:
    with path.open("rb") as file:
        if file.read(4) not in _ZIP_MAGICS:
            raise UnreadableFile(f"“{path.name}”不是 zip 压缩包。请重新打包为 zip 后再导入。")
    with Archive(path) as archive:
        bases = _geodatabases(archive.members)
        for number, (base, members) in enumerate(bases.items()):
            yield Source(base, {GEODATABASE: _unpacked_base(archive, members, folder / f"base{number}.gdb")})
        if bases:
            return
        if photos := _only_photos(archive.members):
            for number, member in enumerate(photos):
                archive.unpack(member, _photo_folder(folder) / f"{number:04}{member.suffix}")
            names = tuple(member.path.name for member in photos)
            yield Source(path.stem, {TOGETHER: folder / "photos"}, names)
            return
        for number, (stem, grouped) in enumerate(_grouped(archive.members)):
            parts = {suffix: folder / f"{number}{suffix}" for suffix in grouped}
            # Shapes and table of a large layer are unpacked side by side.
            with ThreadPoolExecutor(2) as pool:
                list(pool.map(archive.unpack, grouped.values(), parts.values()))
            yield Source(str(stem), parts)


def _only_photos(members: Sequence[Member]) -> list[Member]:
    """The photos of an archive that holds no other data; beside data they are pictures for it."""
    if any(_first_of(member.suffix) for member in members):
        return []
    found = [member for member in members if member.suffix in PHOTOS]
    if len(found) > MOST_PHOTOS:
        raise UnreadableFile(f"压缩包里有 {len(found):,} 张照片，最多 {MOST_PHOTOS:,} 张。请分成几包导入。")
    return found


def _photo_folder(folder: Path) -> Path:
    place = folder / "photos"
    place.mkdir(exist_ok=True)
    return place


def _in_kmz(path: Path, folder: Path) -> Source:
    with path.open("rb") as file:
        if file.read(4) not in _ZIP_MAGICS:
            raise UnreadableFile(f"“{path.name}”不是 KMZ。请在原软件中重新导出。")
    with Archive(path) as archive:
        documents = [member for member in archive.members if member.suffix in KML]
        if not documents:
            raise UnreadableFile(f"“{path.name}”里没有 KML。请在原软件中重新导出。")
        suffix = KML[KMZ.index(path.suffix.lower())]
        target = folder / f"source{suffix}"
        archive.unpack(min(documents, key=lambda member: len(member.path.parts)), target)
    return Source(path.stem, {suffix: target})


def _geodatabases(members: Sequence[Member]) -> dict[str, list[Member]]:
    """The folders of an archive whose names end with .gdb, with what lies in them."""
    found: dict[str, list[Member]] = {}
    for member in members:
        if member.path.parent.suffix.lower() == GEODATABASE:
            found.setdefault(str(member.path.parent.with_suffix("")), []).append(member)
    return found


def _unpacked_base(archive: Archive, members: Sequence[Member], target: Path) -> Path:
    target.mkdir()
    for member in members:
        if _BASE_FILE.fullmatch(member.path.name):
            archive.unpack(member, target / member.path.name)
    return target


def _grouped(members: Sequence[Member]) -> list[tuple[PurePosixPath, dict[str, Member]]]:
    """The datasets of an archive: parts of one differ only in their suffix."""
    groups: dict[tuple[str, str], tuple[PurePosixPath, dict[str, Member]]] = {}
    for member in members:
        if first := _first_of(member.suffix):
            stem = member.path.with_suffix("")
            groups.setdefault((str(stem).lower(), first), (stem, {}))[1][member.suffix] = member
    firsts = {*WHOLE_FILES, *(family[0] for family in FAMILIES)}
    all_found = [(stem, parts) for stem, parts in groups.values() if parts.keys() & firsts]
    found = [(stem, parts) for stem, parts in all_found if not parts.keys() <= {*_OFTEN_BESIDE}] or all_found
    if not found:
        inside = "、".join(str(member.path) for member in members[:5]) or "空的"
        raise UnreadableFile(f"压缩包里没有可导入的图层（里面是：{inside}）。{WHAT_IS_TAKEN}")
    return found


def _first_of(suffix: str) -> str | None:
    """The ending that makes a dataset of a file with this one; None for what is no data."""
    if suffix in WHOLE_FILES:
        return suffix
    return next((family[0] for family in FAMILIES if suffix in family), None)


def _facts(source: Source) -> str:
    files = [file for part in source.parts.values() for file in (part.iterdir() if part.is_dir() else [part])]
    sizes = sum(file.stat().st_size for file in files)
    return f"{'、'.join(sorted(source.parts))}，共 {max(1, sizes >> 10):,} KB"
