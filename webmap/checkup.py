"""Is this installation sound? One list for the page /check and for `webmap check`; no secrets, no paths."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from typing import Final, Literal, NamedTuple

from layers import clock
from layers.errors import MapError
from layers.store import Database
from webmap.assets import STATIC
from webmap.bases.shelf import Shelf
from webmap.config import Config

State = Literal["good", "doubt", "bad"]
STATES: Final = {"good": "正常", "doubt": "留意", "bad": "有问题"}
LEAST_FREE: Final = 100 * 1024**2
LITTLE_FREE: Final = 2 * 1024**3
RENEW_CERTIFICATE: Final = timedelta(days=30)
OLDEST_BACKUP: Final = timedelta(hours=48)
EARLIEST: Final = datetime(2024, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)
ASSETS: Final = (
    "vendor/leaflet.js",
    "vendor/leaflet.css",
    "vendor/maplibre-gl.js",
    "vendor/maplibre-gl.css",
    "vendor/leaflet-maplibre-gl.js",
    "js/main.js",
    "css/app.css",
    "icon.svg",
)
FONTS: Final = ("vendor/noto-sans-sc", "vendor/noto-serif-sc")
AUDIENCES: Final = {"internal": "内部（公开与内部数据）", "public": "公开（只有公开数据）"}


class Finding(NamedTuple):
    """One thing that was looked at."""

    title: str
    state: State
    words: str

    @property
    def mark(self) -> str:
        return STATES[self.state]


def findings(config: Config, database: Database, shelf: Shelf) -> list[Finding]:
    """All that can be seen from the server."""
    return [
        Finding(
            "版本",
            "good",
            f"全域一张图 {product_version()} · Python {platform.python_version()} · {sys.platform}",
        ),
        _database(database),
        _disk(config),
        _writable(config),
        _backup(config),
        *([_certificate(config)] if config.tls else []),
        _assets(),
        _fonts(),
        _clock(clock.now()),
        Finding("访问者身份", "good", AUDIENCES[config.viewer.audience]),
        _bases(shelf),
    ]


def is_sound(found: Sequence[Finding]) -> bool:
    return all(finding.state != "bad" for finding in found)


def product_version() -> str:
    """The version of this installation."""
    try:
        return version("quanyu-yizhangtu")
    except PackageNotFoundError:
        return "0"


def _database(database: Database) -> Finding:
    kind = "SQLite" if database.is_sqlite else "PostgreSQL/PostGIS"
    try:
        current = database.is_current()
    except MapError as error:
        return Finding("数据库", "bad", f"{kind}：{error.message}")
    if not current:
        return Finding(
            "数据库", "bad", f"{kind}：结构不是本版本的。请停止服务，运行 webmap upgrade 后再启动。"
        )
    return Finding("数据库", "good", f"{kind}，结构为本版本")


def _disk(config: Config) -> Finding:
    try:
        free = shutil.disk_usage(config.home).free
    except OSError:
        return Finding("磁盘空间", "bad", "数据文件夹不存在或读不了。请检查 WEBMAP_HOME。")
    left = f"数据文件夹所在磁盘还剩 {free / 1024**3:.1f} GB"
    if free < LEAST_FREE:
        return Finding("磁盘空间", "bad", f"{left}，已不能可靠保存。请清理磁盘。")
    return Finding("磁盘空间", "good" if free > LITTLE_FREE else "doubt", left)


def _writable(config: Config) -> Finding:
    if os.access(config.home, os.W_OK | os.X_OK):
        return Finding("数据文件夹", "good", "可以写入")
    return Finding("数据文件夹", "bad", "不能写入。请把 WEBMAP_HOME 的写权限授予运行服务的账户。")


def _backup(config: Config) -> Finding:
    from webmap.keeping import shelf

    failure = shelf.failure(config)
    trouble = f"上次自动备份没有成功：{failure[1]}" if failure else ""
    newest = shelf.newest(config)
    if newest is None:
        return Finding("备份", "doubt", f"{trouble}还没有备份。请运行 webmap backup。")
    age = clock.now() - newest.ended
    taken = f"最近一次完好的备份：{newest.ended.astimezone(clock.timezone()):%Y-%m-%d %H:%M}"
    if age > OLDEST_BACKUP:
        return Finding(
            "备份", "bad", f"{taken}，已超过 48 小时！{trouble}请运行 webmap backup，并检查自动备份的设置。"
        )
    return Finding("备份", "doubt" if trouble else "good", f"{taken}。{trouble}" if trouble else taken)


def _certificate(config: Config) -> Finding:
    from webmap.certificates import hosts_of, read, usable

    try:
        certificate = read(usable(config.home).server)
    except MapError as error:
        return Finding("https 证书", "bad", error.message)
    hosts, end = hosts_of(certificate), certificate.not_valid_after_utc
    told = f"{'、'.join(hosts)}，有效期到 {end:%Y-%m-%d}"
    if end - clock.now() < RENEW_CERTIFICATE:
        renew = f"请运行 webmap certificate {' '.join(hosts)} 续期并重启服务。"
        return Finding("https 证书", "doubt", f"{told}，快到期了。{renew}")
    return Finding("https 证书", "good", told)


def _assets() -> Finding:
    missing = [name for name in ASSETS if not (STATIC / name).is_file()]
    if missing:
        return Finding("页面文件", "bad", f"缺少 {'、'.join(missing)}。请重新安装。")
    return Finding("页面文件", "good", f"齐全（{len(ASSETS)} 项）")


def _fonts() -> Finding:
    counts = [len(list((STATIC / folder).rglob("*.woff2"))) for folder in FONTS]
    if not all(counts):
        return Finding("字体", "doubt", "备用中文字体不全，电脑没有中文字体时会缺字。请重新安装。")
    return Finding("字体", "good", f"备用黑体、宋体齐全（{sum(counts)} 个文件）")


def _clock(now: datetime) -> Finding:
    zone = clock.timezone()
    here = f"{now.astimezone(zone):%Y-%m-%d %H:%M}（{zone.key}）"
    if not EARLIEST <= now <= LATEST:
        return Finding("时间", "bad", f"{here}，服务器的时钟不对，法定期限会算错。请校准时钟。")
    return Finding("时间", "good", here)


def _bases(shelf: Shelf) -> Finding:
    sources = shelf.listed()
    if not sources:
        return Finding("底图", "good", "只有示意底图")
    troubles = [trouble for source in sources if (trouble := shelf.trouble(source))]
    if troubles:
        return Finding("底图", "doubt", " ".join(troubles))
    return Finding("底图", "good", "、".join(source.title for source in sources))
