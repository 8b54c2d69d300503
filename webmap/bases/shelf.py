"""What does a base map show in a square: a picture, nothing there, or a failure with its sentence?

Requests to sources are counted: they may take half of the threads of a process, a few more may wait for them, and
everybody else is answered at once, so that the rest of the map is always served.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import BoundedSemaphore
from typing import Final

from layers.errors import UnknownThing
from webmap.bases.addresses import Square, address
from webmap.bases.archives import Archive, open_archive
from webmap.bases.cache import Cache
from webmap.bases.declared import Source, read_bases
from webmap.bases.fetch import Fetcher, NoAnswer, image_type
from webmap.bases.health import Health
from webmap.config import Config

MOST_WAIT_S: Final = 2.0


class Shelf:
    """All base maps of this server."""

    def __init__(self, sources: Sequence[Source], folder: Path, cache_bytes: int, threads: int) -> None:
        self.sources: Mapping[str, Source] = {source.name: source for source in sources}
        self.cache = Cache(folder, cache_bytes)
        self._health = {name: Health() for name in self.sources}
        self._archives: dict[str, Archive] = {
            source.name: open_archive(source.kind, source.file) for source in sources if source.file
        }
        self._fetcher = Fetcher()
        self._asking = BoundedSemaphore(max(1, threads // 2))
        self._inside = BoundedSemaphore(max(1, threads * 3 // 4))

    def named(self, name: str) -> Source:
        source = self.sources.get(name)
        if source is None:
            raise UnknownThing(f"没有名为“{name[:40]}”的底图。请从图层面板选择底图。")
        return source

    def listed(self) -> list[Source]:
        """What a person can choose: sources that only give names to others are not among them."""
        names = {source.labels for source in self.sources.values()}
        return [source for source in self.sources.values() if source.name not in names]

    def trouble(self, source: Source) -> str | None:
        """Why nothing is seen of a source; None while it is well."""
        gaps = f"{source.title}在这里一张图也没有。请管理员检查 bases.json 里的 url、layer 和级别。"
        own = self._health[source.name].trouble(gaps)
        return own or (self.trouble(self.sources[source.labels]) if source.labels else None)

    def tile(self, source: Source, square: Square) -> bytes | None:
        """The picture; None where the source has none. Raises NoAnswer with a sentence."""
        if source.bounds and not square.meets(source.bounds):
            return None
        if source.name in self._archives:
            return self._from_file(source, square)
        return self.cache.find(source, square) or self._fetched(source, square)

    def check(self, source: Source, square: Square) -> str:
        """What the source itself says now, past the cache and past its rest, in words."""
        try:
            if source.name in self._archives:
                found = self._from_file(source, square)
            else:
                with self._turn(source):
                    found = self._fetcher.get(source, address(source, square))
                self._note(source, found)
        except NoAnswer as failure:
            self._health[source.name].failed(str(failure))
            return str(failure)
        return "正常，已取到一张图。" if found else "能连上，但本县这个级别没有图。请检查图层和级别。"

    def _from_file(self, source: Source, square: Square) -> bytes | None:
        try:
            found = self._archives[source.name](square)
        except (OSError, sqlite3.Error, ValueError, IndexError, EOFError):
            raise self._failure(
                source, f"{source.title}的文件读不了。请管理员检查 bases.json 里的 file。"
            ) from None
        if found and not image_type(found):
            raise self._failure(source, f"{source.title}的文件里不是图片。请管理员换成栅格瓦片文件。")
        self._note(source, found)
        return found

    def _fetched(self, source: Source, square: Square) -> bytes | None:
        try:
            found = self._asked(source, square)
        except NoAnswer:
            old = self.cache.find(source, square, stale=True)
            if old is None:
                raise
            return old
        if found:
            self.cache.keep(source, square, found)
        return found

    def _asked(self, source: Source, square: Square) -> bytes | None:
        if not self._health[source.name].may_be_asked():
            raise NoAnswer(self.trouble(source) or "")
        with self._turn(source):
            try:
                found = self._fetcher.get(source, address(source, square))
            except NoAnswer as failure:
                raise self._failure(source, str(failure)) from None
        self._note(source, found)
        return found

    @contextmanager
    def _turn(self, source: Source) -> Iterator[None]:
        busy = f"{source.title}此刻请求太多。请稍等片刻再移动地图。"
        if not self._inside.acquire(blocking=False):
            raise NoAnswer(busy)
        try:
            if not self._asking.acquire(timeout=MOST_WAIT_S):
                raise NoAnswer(busy)
            try:
                yield
            finally:
                self._asking.release()
        finally:
            self._inside.release()

    def _failure(self, source: Source, why: str) -> NoAnswer:
        self._health[source.name].failed(why)
        return NoAnswer(why)

    def _note(self, source: Source, found: bytes | None) -> None:
        health = self._health[source.name]
        if found:
            health.answered()
        else:
            health.had_nothing()


def shelf_of(config: Config) -> Shelf:
    """The base maps that these settings declare. Raises WrongSetting."""
    sources = read_bases(config.bases_file, expected=config.bases is not None)
    return Shelf(sources, config.home / "cache" / "base", config.base_cache_mb * 1024**2, config.threads)
