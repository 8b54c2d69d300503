"""What lies in this archive, and is it safe to unpack?"""

from __future__ import annotations

import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final, NamedTuple, Self

from layers.errors import UnreadableFile

MOST_ENTRIES: Final = 2_000
MOST_BYTES: Final = 1 << 30
MOST_RATIO: Final = 200
_RATIO_MATTERS_FROM = 64 << 20
_CHUNK: Final = 64 << 10
_ENCRYPTED, _UTF8_NAME = 0x1, 0x800
_ARCHIVES: Final = frozenset((".zip", ".rar", ".7z", ".tar", ".gz", ".kmz"))


class Member(NamedTuple):
    """One file of the archive: the path people gave it, and how to get at it."""

    path: PurePosixPath
    info: zipfile.ZipInfo

    @property
    def suffix(self) -> str:
        """The ending in lower case."""
        return self.path.suffix.lower()


class Archive:
    """A zip file that was checked: sizes, ratio, count, links, nesting, encryption, paths."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError):
            raise UnreadableFile("压缩包已损坏，或不是 zip 格式。请重新打包为 zip 后再导入。") from None
        try:
            self.members = tuple(_checked(self._zip))
        except UnreadableFile:
            self._zip.close()
            raise

    def chunks_of(self, member: Member) -> Iterator[bytes]:
        """What one member holds, piece by piece."""
        try:
            with self._zip.open(member.info) as source:
                while chunk := source.read(_CHUNK):
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError, OSError):
            raise UnreadableFile(f"压缩包中的“{member.path}”无法解压。请重新打包后再导入。") from None

    def unpack(self, member: Member, target: Path) -> None:
        """Write one member under a name of ours, never more than it declared."""
        try:
            with self._zip.open(member.info) as source, target.open("wb") as sink:
                shutil.copyfileobj(source, sink)  # stops at the declared size
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError, OSError):
            raise UnreadableFile(f"压缩包中的“{member.path}”无法解压。请重新打包为 zip 后再导入。") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()


def _checked(archive: zipfile.ZipFile) -> Iterator[Member]:
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise UnreadableFile(
            f"压缩包中有 {len(entries)} 个文件，最多 {MOST_ENTRIES} 个。请只打包要导入的图层。"
        )
    _check_sizes(entries)
    for entry in entries:
        member = Member(PurePosixPath(_name(entry).replace("\\", "/")), entry)
        if not entry.is_dir() and not _left_by_a_system(member.path):
            _check(member)
            yield member


def _check_sizes(entries: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if unpacked > MOST_BYTES:
        raise UnreadableFile(
            f"压缩包解开后有 {unpacked >> 20:,} MB，最多 {MOST_BYTES >> 20:,} MB。请拆分后分别导入。"
        )
    if unpacked > _RATIO_MATTERS_FROM and unpacked > packed * MOST_RATIO:
        raise UnreadableFile(f"压缩包的压缩比超过 {MOST_RATIO} 倍，不像正常数据。请检查文件来源。")


def _check(member: Member) -> None:
    path, info = member
    if stat.S_ISLNK(info.external_attr >> 16):
        raise UnreadableFile(f"压缩包中的“{path}”是链接。请打包文件本身。")
    if info.flag_bits & _ENCRYPTED:
        raise UnreadableFile("压缩包设有密码。请去掉密码重新打包后再导入。")
    if path.is_absolute() or ".." in path.parts or ":" in str(path)[:3]:
        raise UnreadableFile(f"压缩包中的路径“{path}”指向包外。请重新打包后再导入。")
    if member.suffix in _ARCHIVES:
        raise UnreadableFile(f"压缩包中还有压缩包“{path}”。请解开后重新打包，或单独导入。")


def _left_by_a_system(path: PurePosixPath) -> bool:
    return str(path).startswith("__MACOSX/") or path.name.startswith(".") or path.name.lower() == "thumbs.db"


def _name(entry: zipfile.ZipInfo) -> str:
    """Chinese Windows writes names in GBK and does not say so; Python then read them as code page 437."""
    if entry.flag_bits & _UTF8_NAME:
        return entry.filename
    try:
        raw = entry.orig_filename.encode("cp437")
    except UnicodeEncodeError:
        return entry.filename
    for codec in ("utf-8", "gb18030"):
        try:
            return raw.decode(codec)
        except UnicodeDecodeError:
            continue
    return entry.filename
