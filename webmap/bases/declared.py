"""Which base maps did the administrator declare? One JSON file, checked at the start.

A mistake in it stops the start with a sentence (WrongSetting). Keys are never part of a sentence.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from layers.crs import WEB_MERCATOR, Bounds
from layers.errors import WrongSetting
from webmap.picture_files import BASES_FOLDER

NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
WORD: Final = re.compile(r"[^\x00-\x1f]{1,200}")
ADDRESS: Final = re.compile(r"[^\x00-\x1f]{1,2000}")
TIANDITU: Final = ("vec", "cva", "img", "cia", "ter", "cta")
FETCHED: Final = ("xyz", "wmts", "wms", "arcgis", "supermap", "tianditu")
FILES: Final = ("mbtiles", "pmtiles")
MOST_ZOOM: Final = 22


@dataclass(frozen=True, kw_only=True)
class Source:
    """One base map. What is secret in it stays out of its representation."""

    name: str
    title: str
    kind: str
    url: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    layer: str = ""
    style: str = "default"
    matrix_set: str = ""
    matrix: str = "{z}"
    format: str = "image/png"
    version: str = "1.1.1"
    srs: str = f"EPSG:{WEB_MERCATOR}"
    subdomains: str = ""
    file: Path | None = None
    image: bool = False
    labels: str = ""
    gcj02: bool = False
    attribution: str = ""
    review: str = ""
    min_zoom: int = 1
    max_zoom: int = 18
    bounds: Bounds | None = None
    timeout_s: float = 8.0
    cache_days: int = 30

    @property
    def edition(self) -> str:
        """A short name of all that decides what its tiles look like: other settings, other cache."""
        facts = (
            self.kind,
            self.url,
            self.layer,
            self.style,
            self.matrix_set,
            self.format,
            self.srs,
            str(self.file),
        )
        return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:12]


OPTIONS: Final = frozenset(each.name for each in fields(Source))


def read_bases(file: Path, *, expected: bool = False) -> tuple[Source, ...]:
    """The sources of this file; none where there is no file, unless one is `expected`."""
    try:
        declared = json.loads(file.read_text("utf-8-sig"))
    except FileNotFoundError:
        if expected:
            raise _wrong(file, "文件不存在") from None
        return ()
    except OSError as refusal:
        raise _wrong(file, f"读不了这个文件（{refusal.strerror}）") from None
    except ValueError as fault:
        raise _wrong(file, _where_broken(fault)) from None
    entries = declared.get("bases") if isinstance(declared, dict) else None
    if not isinstance(entries, list):
        raise _wrong(file, '最外层应为 {"bases": [ … ]}')
    found = [
        _Entry(file, place, entry).source()
        for place, entry in enumerate(entries, 1)
        if not _lost(file, entry)
    ]
    return _together(found, file)


def _lost(file: Path, entry: Any) -> bool:
    """Tiles that were made here and are gone, as after a restored backup: the map starts without them."""
    told = entry.get("file") if isinstance(entry, dict) else None
    made_here = isinstance(told, str) and told.startswith(f"{BASES_FOLDER}/")
    return made_here and not (file.parent / str(told)).is_file()


def _together(sources: Sequence[Source], file: Path) -> tuple[Source, ...]:
    names = [source.name for source in sources]
    for name in names:
        if names.count(name) > 1:
            raise _wrong(file, f"name “{name}”出现了 {names.count(name)} 次，每个底图的 name 应不同")
    for source in sources:
        if source.labels and (source.labels not in names or source.labels == source.name):
            raise _wrong(file, f"底图“{source.name}”的 labels 收到“{source.labels}”，应为另一个底图的 name")
    return tuple(sources)


class _Entry:
    """One entry of the file on its way to become a source."""

    def __init__(self, file: Path, place: int, given: Any) -> None:
        self.file, self.place = file, place
        if not isinstance(given, dict):
            raise self.wrong("应为 { … }")
        self.given: dict[str, Any] = given

    def source(self) -> Source:
        if unknown := sorted(set(self.given) - OPTIONS):
            raise self.wrong(f"不认识 {unknown[0]}，可用的有 {'、'.join(sorted(OPTIONS))}")
        kind = self.text("kind")
        if kind not in FETCHED + FILES:
            raise self.wrong(f"kind 收到“{kind}”，应为 {'、'.join(FETCHED + FILES)} 之一")
        facts = self.common() | (self.of_a_file() if kind in FILES else self.of_a_server(kind))
        return Source(kind=kind, **facts)

    def common(self) -> dict[str, Any]:
        name = self.text("name")
        if not NAME.fullmatch(name):
            raise self.wrong(f"name 收到“{name}”，应由小写字母、数字、- 和 _ 组成，不超过 40 个")
        least, most = self.whole("min_zoom", 1, 0, MOST_ZOOM), self.whole("max_zoom", 18, 0, MOST_ZOOM)
        if least > most:
            raise self.wrong(f"min_zoom {least} 大于 max_zoom {most}，请交换")
        return {
            **{option: self.text(option, "") for option in ("labels", "attribution", "review")},
            **{option: self.truth(option) for option in ("image", "gcj02")},
            "name": name,
            "title": self.text("title"),
            "min_zoom": least,
            "max_zoom": most,
            "bounds": self.bounds(),
            "cache_days": self.whole("cache_days", 30, 0, 3650),
        }

    def of_a_file(self) -> dict[str, Any]:
        path = self.file.parent / self.text("file")
        if not path.is_file():
            raise self.wrong(f"找不到文件 {path}，请检查 file（相对于 {self.file.parent}）")
        return {"file": path}

    def of_a_server(self, kind: str) -> dict[str, Any]:
        facts: dict[str, Any] = {
            option: text
            for option in ("style", "matrix_set", "matrix", "format", "version", "srs", "subdomains", "key")
            if (text := self.text(option, ""))
        }
        facts["layer"] = self.text("layer", None if kind in ("wms", "tianditu") else "")
        facts["url"] = self.address(kind)
        facts["headers"] = self.headers()
        facts["timeout_s"] = self.number("timeout_s", 8.0, 0.1, 30.0)
        if kind == "tianditu":
            facts |= self.tianditu(facts)
        return facts

    def tianditu(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        if facts["layer"] not in TIANDITU:
            raise self.wrong(f"layer 收到“{facts['layer']}”，天地图应为 {'、'.join(TIANDITU)} 之一")
        if not facts.get("key"):
            raise self.wrong("天地图需要 key（在天地图控制台申请的“服务器端”密钥）")
        return {"subdomains": facts.get("subdomains") or "01234567"}

    def address(self, kind: str) -> str:
        url = self.text("url", "https://t{s}.tianditu.gov.cn" if kind == "tianditu" else None)
        try:
            parts = urlsplit(url)
            sound = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
        except ValueError:
            sound = False
        # A place holder in front of the path would let a tile number choose the server.
        if not sound or "{" in parts.netloc.replace("{s}", "") or re.search(r"[\s\x00-\x1f]", url):
            raise self.wrong("url 应以 http:// 或 https:// 开头，写全主机名，不含空格、用户名和口令")
        if kind == "xyz" and not (all(f"{{{part}}}" in url for part in "zx") and re.search(r"\{-?y\}", url)):
            raise self.wrong("xyz 的 url 应含有 {z}、{x} 和 {y}（行号自南向北数时写 {-y}）")
        if "{s}" in url and kind != "tianditu" and not self.text("subdomains", ""):
            raise self.wrong('url 里有 {s}，请用 subdomains 给出它的取值，例如 "0123"')
        return url

    def headers(self) -> dict[str, str]:
        given = self.given.get("headers", {})
        if not isinstance(given, dict) or not all(
            isinstance(text, str)
            and re.fullmatch(r"[\x20-\x7e]*", text)
            and re.fullmatch(r"[A-Za-z-]+", name)
            for name, text in given.items()
        ):
            raise self.wrong('headers 应为 {"名称": "内容"}，例如 {"Referer": "本县地图的网址"}')
        return given

    def bounds(self) -> Bounds | None:
        given = self.given.get("bounds")
        if given is None:
            return None
        if isinstance(given, list) and len(given) == 4 and all(type(side) in (int, float) for side in given):
            west, south, east, north = given
            if -180 <= west < east <= 180 and -90 <= south < north <= 90:
                return west, south, east, north
        raise self.wrong("bounds 应为 [西, 南, 东, 北] 四个度数，例如 [118.0, 35.2, 118.9, 35.9]")

    def text(self, option: str, default: str | None = None) -> str:
        text = self.given.get(option, default)
        if text == "" == default:
            return ""
        pattern = ADDRESS if option == "url" else WORD
        if not isinstance(text, str) or not pattern.fullmatch(text.strip()):
            came = "没有填写" if text in (None, "") else "不是一行文字"
            raise self.wrong(f"{option} {came}")
        return text.strip()

    def truth(self, option: str) -> bool:
        value = self.given.get(option, False)
        if not isinstance(value, bool):
            raise self.wrong(f"{option} 应为 true 或 false")
        return value

    def whole(self, option: str, default: int, least: int, most: int) -> int:
        value = self.number(option, default, least, most)
        if value != int(value):
            raise self.wrong(f"{option} 应为整数")
        return int(value)

    def number(self, option: str, default: float, least: float, most: float) -> float:
        value = self.given.get(option, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise self.wrong(f"{option} 应为 {least:g} 到 {most:g} 之间的数")
        return value

    def wrong(self, why: str) -> WrongSetting:
        name = self.given.get("name") if hasattr(self, "given") else None
        which = f"第 {self.place} 个底图" + (
            f"“{name}”" if isinstance(name, str) and NAME.fullmatch(name) else ""
        )
        return _wrong(self.file, f"{which}：{why}")


def _where_broken(fault: ValueError) -> str:
    if isinstance(fault, json.JSONDecodeError):
        return f"第 {fault.lineno} 行第 {fault.colno} 个字附近不合 JSON 格式（检查逗号、引号和括号）"
    return "不是 UTF-8 文字，请另存为 UTF-8"


def _wrong(file: Path, why: str) -> WrongSetting:
    return WrongSetting(f"底图配置 {file} 有误：{why}。请更正后重新启动。")
