"""Which datasets lie in this file? Nothing is opened by its content here, only copied under names of ours."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from layers.errors import Answer, QuestionToUser, UnreadableFile
from layers.formats.archive import Archive, Member

MOST_BYTES: Final = 1 << 30
SHAPEFILE_PARTS: Final = (".shp", ".shx", ".dbf", ".prj", ".cpg")
WHOLE_FILES: Final = (".gpkg", ".geojson", ".json", ".txt")
WHAT_IS_TAKEN: Final = (
    "可以导入 Shapefile（.shp 及同名文件，或打包成 .zip）、GeoPackage（.gpkg）、GeoJSON 和界址点坐标 TXT。"
)
_OFTEN_BESIDE: Final = (".txt",)
"""Endings of notes that lie beside the data; they are data when there is nothing else."""
_ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")


@dataclass(frozen=True)
class Source:
    """One dataset as files: `name` is what people call it, `parts` our copies by suffix."""

    name: str
    parts: dict[str, Path]

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
    if suffix == ".shp":
        return [_copied(path, _siblings(path), folder)]
    if suffix in WHOLE_FILES:
        return [_copied(path, [path], folder)]
    if suffix in SHAPEFILE_PARTS:
        raise UnreadableFile(f"“{path.name}”只是 Shapefile 的一部分。请选择同名的 .shp，或打包成 .zip。")
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


def _check_file(path: Path) -> None:
    if not path.exists():
        raise UnreadableFile(f"找不到文件“{path.name}”。请检查路径。")
    if not path.is_file():
        raise UnreadableFile(f"“{path.name}”不是文件。请选择其中的 .shp，或打包成 .zip。")
    size = path.stat().st_size
    if size == 0:
        raise UnreadableFile(f"“{path.name}”是空文件。请重新导出。")
    if size > MOST_BYTES:
        raise UnreadableFile(
            f"“{path.name}”有 {size >> 20:,} MB，最多 {MOST_BYTES >> 20:,} MB。请拆分后导入。"
        )


def _siblings(path: Path) -> list[Path]:
    return [
        each
        for each in path.parent.iterdir()
        if each.stem.lower() == path.stem.lower() and each.suffix.lower() in SHAPEFILE_PARTS
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
        for number, (stem, members) in enumerate(_grouped(archive.members).items()):
            parts = {suffix: folder / f"{number}{suffix}" for suffix in members}
            for suffix, member in members.items():
                archive.unpack(member, parts[suffix])
            yield Source(str(stem), parts)


def _grouped(members: Sequence[Member]) -> dict[PurePosixPath, dict[str, Member]]:
    """The datasets of an archive: parts of a shapefile differ only in their suffix."""
    groups: dict[str, tuple[PurePosixPath, dict[str, Member]]] = {}
    for member in members:
        if member.suffix in (*SHAPEFILE_PARTS, *WHOLE_FILES):
            key = str(member.path if member.suffix in WHOLE_FILES else member.path.with_suffix("")).lower()
            groups.setdefault(key, (member.path.with_suffix(""), {}))[1][member.suffix] = member
    all_found = {stem: parts for stem, parts in groups.values() if parts.keys() & {".shp", *WHOLE_FILES}}
    found = {stem: parts for stem, parts in all_found.items() if not parts.keys() <= {*_OFTEN_BESIDE}}
    found = found or all_found
    if not found:
        inside = "、".join(str(member.path) for member in members[:5]) or "空的"
        raise UnreadableFile(f"压缩包里没有可导入的图层（里面是：{inside}）。{WHAT_IS_TAKEN}")
    return found


def _facts(source: Source) -> str:
    sizes = sum(part.stat().st_size for part in source.parts.values())
    return f"{'、'.join(sorted(source.parts))}，共 {max(1, sizes >> 10):,} KB"
