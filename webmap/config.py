"""Which settings does the application have, what do they mean, and what are they now?

Every setting is an environment variable WEBMAP_*, declared once in SETTINGS; `webmap settings` and the table in
README.md derive from it. A value that makes no sense stops the start with a sentence (WrongSetting).
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from layers import clock
from layers.errors import InvalidValue, WrongSetting
from layers.kinds import case_days, low_use, supervised
from layers.rights import INTERNAL_VIEWER, PUBLIC_VIEWER, Viewer
from layers.rules import road_speeds
from layers.rules.hold import DEFAULT_DAYS, MOST_DAYS
from layers.store.attachment_moves import WAY_BACK

if TYPE_CHECKING:
    from layers.checks import Limits

LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
PASSWORDS: Final = ("dengbao2", "asvs")
"""The profiles of webmap/passwords.py."""
VIEWERS: Final = {"internal": INTERNAL_VIEWER, "public": PUBLIC_VIEWER}


@dataclass(frozen=True)
class Setting:
    """One environment variable. An empty default means: see the help."""

    name: str
    default: str
    help: str


SETTINGS: Final = (
    Setting("WEBMAP_HOME", "./instance", "数据文件夹：数据库 map.db、附件、备份、密钥都在这里"),
    Setting("WEBMAP_HOST", "127.0.0.1", "监听的地址；局域网内其他电脑也要打开时填 0.0.0.0"),
    Setting("WEBMAP_PORT", "8000", "监听的端口，1 到 65535"),
    Setting(
        "WEBMAP_HOSTS",
        "",
        "允许用哪些域名或 IP 访问，用逗号分隔；不填时，只在本机监听就只接受 127.0.0.1 与 localhost，否则不限",
    ),
    Setting(
        "WEBMAP_DATABASE_URL",
        "",
        "数据库地址；不填时用 WEBMAP_HOME 里的 map.db（SQLite），也可填 PostgreSQL 地址",
    ),
    Setting(
        "WEBMAP_VIEWER",
        "",
        "建立账号之前访问者的身份：internal 可看公开与内部数据，public 只看公开数据；"
        "不填时，只在本机监听且没有反向代理为 internal，否则为 public",
    ),
    Setting("WEBMAP_TIMEZONE", clock.DEFAULT_TIMEZONE, "本县所在时区，法定期限按这个时区的日期计算"),
    Setting(
        "WEBMAP_BASES", "", "底图配置文件；不填时用 WEBMAP_HOME 里的 bases.json，没有这个文件就只有示意底图"
    ),
    Setting("WEBMAP_BASE_CACHE_MB", "1000", "底图瓦片缓存最多占用的磁盘空间（MB），0 到 1000000；0 为不缓存"),
    Setting(
        "WEBMAP_BLOBS",
        "",
        "存放照片和文件的文件夹，可以是多台服务器共用的目录；不填时用 WEBMAP_HOME 里的 blobs",
    ),
    Setting(
        "WEBMAP_PRUNE_DAYS",
        "365",
        f"移除的照片和文件，多少天后清除磁盘上的原件，{WAY_BACK.days} 到 36500；0 为永远保留（默认值，可按档案规定调整）",
    ),
    Setting("WEBMAP_PREFIX", "", "反向代理下的子路径，例如 /yzt；不填为根路径"),
    Setting(
        "WEBMAP_PROXIES",
        "0",
        "前面有几层可信的反向代理，0 到 3；大于 0 时采用它们给出的 X-Forwarded-For、Proto、Host、Prefix",
    ),
    Setting(
        "WEBMAP_PASSWORDS",
        "dengbao2",
        "密码规则：dengbao2（至少 8 位含 3 类字符，90 天更换）或 asvs（至少 12 位，不要求种类，不过期）",
    ),
    Setting("WEBMAP_AUDIT_MONTHS", "12", "审计日志保留几个月，6 到 120；法定不少于六个月"),
    Setting(
        "WEBMAP_WRITES_PER_MINUTE", "600", "每个账号每分钟最多几次写入，0 到 100000；0 为不限（按进程计数）"
    ),
    Setting("WEBMAP_BACKUP_AT", "02:30", "每天自动备份的时间（本县时间）；off 为不自动备份"),
    Setting("WEBMAP_BACKUP_TO", "", "每夜的备份再复制一份到这个文件夹，应在另一块磁盘或另一台电脑上"),
    Setting(
        "WEBMAP_TLS", "", "on 为用 https 提供服务（同 webmap run --tls），先用 webmap certificate 制作证书"
    ),
    Setting("WEBMAP_WORKERS", "1", "网页服务进程数，1 到 16"),
    Setting("WEBMAP_THREADS", "8", "每个进程的线程数，1 到 64"),
    Setting("WEBMAP_JOBS", "1", "后台任务（导入等）的进程数，1 到 16"),
    Setting(supervised.SETTING, supervised.DEFAULT, supervised.HELP),
    Setting(case_days.SETTING, case_days.DEFAULT, case_days.HELP),
    Setting(road_speeds.SETTING, "", road_speeds.HELP),
    Setting(low_use.RULES_SETTING, low_use.RULES_DEFAULT, low_use.RULES_HELP),
    Setting(low_use.LIMITS_SETTING, low_use.LIMITS_DEFAULT, low_use.LIMITS_HELP),
    Setting(low_use.SCORE_SETTING, low_use.SCORE_DEFAULT, low_use.SCORE_HELP),
    Setting("WEBMAP_UPLOAD_DAYS", "30", "只核对、没有导入的原始文件保留几天，1 到 3650；已导入的一直保留"),
    Setting("WEBMAP_HOLD_DAYS", str(DEFAULT_DAYS), f"意向锁定默认几天，1 到 {MOST_DAYS}；到期自动解除"),
    Setting("WEBMAP_EXPORT_HOURS", "24", "页面上导出的文件保留几小时，1 到 720"),
    Setting(
        "WEBMAP_PUBLIC_GRID_M",
        "50",
        "公开版导出的坐标取整到多少米的格网，0 到 1000；0 为不取整（默认 50，按本地规定调整）",
    ),
    Setting(
        "WEBMAP_QUALITY",
        "",
        "数据质检的限值，如 spike_deg=1,spacing_m=0.05,gap_m=0.5；没写的用默认值（报告里列出全部限值）",
    ),
)


@dataclass(frozen=True, kw_only=True)
class Config:
    """The settings as the application uses them. An empty `hosts` accepts every host name."""

    home: Path
    host: str = "127.0.0.1"
    port: int = 8000
    hosts: tuple[str, ...] = ()
    database_url: str
    viewer: Viewer = INTERNAL_VIEWER
    workers: int = 1
    threads: int = 8
    jobs: int = 1
    upload_days: int = 30
    export_hours: int = 24
    hold_days: int = DEFAULT_DAYS
    public_grid_m: int = 50
    bases: Path | None = None
    base_cache_mb: int = 1000
    prefix: str = ""
    proxies: int = 0
    backup_at: time | None = None
    backup_to: Path | None = None
    tls: bool = False
    passwords: str = "dengbao2"
    audit_months: int = 12
    writes_per_minute: int = 600
    blobs: Path | None = None
    prune_days: int = 365
    quality: str = ""

    @property
    def quality_limits(self) -> Limits:
        """From which values on checks tell of something."""
        from layers.checks import limits_in

        return limits_in(self.quality)

    @property
    def address(self) -> str:
        """What a person types into the browser on this very machine."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::", "") else self.host  # noqa: S104
        scheme = "https" if self.tls else "http"
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{self.port}{self.prefix}"

    @property
    def blobs_folder(self) -> Path:
        """Where attached files lie."""
        return self.blobs or self.home / "blobs"

    @property
    def bases_file(self) -> Path:
        """Where base maps are declared; need not exist unless a setting names it."""
        return self.bases or self.home / "bases.json"


def read_config(environ: Mapping[str, str] = os.environ) -> Config:
    """All settings, checked; raises WrongSetting for the first that makes no sense."""
    clock.timezone()
    given = {setting.name: environ.get(setting.name, "").strip() or setting.default for setting in SETTINGS}
    home = Path(given["WEBMAP_HOME"]).expanduser().resolve()
    host = given["WEBMAP_HOST"]
    prefix, proxies = _prefix(given["WEBMAP_PREFIX"]), _whole("WEBMAP_PROXIES", given["WEBMAP_PROXIES"], 0, 3)
    supervised.thresholds()
    case_days.case_days()
    road_speeds.check_setting()
    low_use.check_settings()
    return Config(
        home=home,
        host=host,
        port=_whole("WEBMAP_PORT", given["WEBMAP_PORT"], 1, 65535),
        hosts=_hosts(given["WEBMAP_HOSTS"], host),
        database_url=given["WEBMAP_DATABASE_URL"] or f"sqlite:///{home / 'map.db'}",
        viewer=_viewer(given["WEBMAP_VIEWER"], alone=host in LOOPBACK and not prefix and not proxies),
        workers=_whole("WEBMAP_WORKERS", given["WEBMAP_WORKERS"], 1, 16),
        threads=_whole("WEBMAP_THREADS", given["WEBMAP_THREADS"], 1, 64),
        jobs=_whole("WEBMAP_JOBS", given["WEBMAP_JOBS"], 1, 16),
        upload_days=_whole("WEBMAP_UPLOAD_DAYS", given["WEBMAP_UPLOAD_DAYS"], 1, 3650),
        hold_days=_whole("WEBMAP_HOLD_DAYS", given["WEBMAP_HOLD_DAYS"], 1, MOST_DAYS),
        export_hours=_whole("WEBMAP_EXPORT_HOURS", given["WEBMAP_EXPORT_HOURS"], 1, 720),
        public_grid_m=_whole("WEBMAP_PUBLIC_GRID_M", given["WEBMAP_PUBLIC_GRID_M"], 0, 1000),
        bases=Path(given["WEBMAP_BASES"]).expanduser().resolve() if given["WEBMAP_BASES"] else None,
        base_cache_mb=_whole("WEBMAP_BASE_CACHE_MB", given["WEBMAP_BASE_CACHE_MB"], 0, 1_000_000),
        prefix=prefix,
        proxies=proxies,
        backup_at=_time(given["WEBMAP_BACKUP_AT"]),
        backup_to=Path(given["WEBMAP_BACKUP_TO"]).expanduser().resolve()
        if given["WEBMAP_BACKUP_TO"]
        else None,
        tls=_switch("WEBMAP_TLS", given["WEBMAP_TLS"]),
        passwords=_passwords(given["WEBMAP_PASSWORDS"]),
        audit_months=_whole("WEBMAP_AUDIT_MONTHS", given["WEBMAP_AUDIT_MONTHS"], 6, 120),
        writes_per_minute=_whole("WEBMAP_WRITES_PER_MINUTE", given["WEBMAP_WRITES_PER_MINUTE"], 0, 100_000),
        prune_days=_days_or_never("WEBMAP_PRUNE_DAYS", given["WEBMAP_PRUNE_DAYS"], WAY_BACK.days, 36_500),
        blobs=Path(given["WEBMAP_BLOBS"]).expanduser().resolve() if given["WEBMAP_BLOBS"] else None,
        quality=_quality(given["WEBMAP_QUALITY"]),
    )


def _quality(said: str) -> str:
    """Checked here only where something is set: the checks bring shapely along."""
    if said:
        from layers.checks import limits_in

        try:
            limits_in(said)
        except InvalidValue as refusal:
            raise WrongSetting(f"WEBMAP_QUALITY：{refusal.message}") from None
    return said


def read_settings_file(file: Path) -> None:
    """Take settings from a file, one on each line; an environment variable weighs more."""
    try:
        lines = file.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as refusal:
        raise WrongSetting(
            f"设置文件 {file} 读不出来（{refusal}）。请检查路径，并存为 UTF-8 编码。"
        ) from None
    for number, line in enumerate(lines, 1):
        name, sign, value = (part.strip() for part in line.partition("="))
        if not line.strip() or name.startswith("#"):
            continue
        if not sign or name not in {setting.name for setting in SETTINGS}:
            raise WrongSetting(
                f"设置文件 {file} 第 {number} 行收到“{line.strip()[:60]}”，应为 WEBMAP_名称=值，"
                "名称见 webmap settings。请更正后重新启动。"
            )
        os.environ.setdefault(name, value)


def effective(config: Config) -> dict[str, str]:
    """What each setting amounts to now; the password of a database is masked."""
    return {
        "WEBMAP_HOME": str(config.home),
        "WEBMAP_HOST": config.host,
        "WEBMAP_PORT": str(config.port),
        "WEBMAP_HOSTS": ",".join(config.hosts) or "不限",
        "WEBMAP_DATABASE_URL": _masked(config.database_url),
        "WEBMAP_VIEWER": config.viewer.audience,
        "WEBMAP_TIMEZONE": clock.timezone().key,
        "WEBMAP_WORKERS": str(config.workers),
        "WEBMAP_THREADS": str(config.threads),
        "WEBMAP_JOBS": str(config.jobs),
        supervised.SETTING: os.environ.get(supervised.SETTING) or supervised.DEFAULT,
        case_days.SETTING: os.environ.get(case_days.SETTING) or case_days.DEFAULT,
        road_speeds.SETTING: os.environ.get(road_speeds.SETTING) or "默认速度",
        low_use.RULES_SETTING: low_use.rule_set().value,
        low_use.LIMITS_SETTING: os.environ.get(low_use.LIMITS_SETTING) or low_use.LIMITS_DEFAULT,
        low_use.SCORE_SETTING: os.environ.get(low_use.SCORE_SETTING) or low_use.SCORE_DEFAULT,
        "WEBMAP_UPLOAD_DAYS": str(config.upload_days),
        "WEBMAP_HOLD_DAYS": str(config.hold_days),
        "WEBMAP_EXPORT_HOURS": str(config.export_hours),
        "WEBMAP_PUBLIC_GRID_M": str(config.public_grid_m),
        "WEBMAP_QUALITY": config.quality or "默认限值",
        "WEBMAP_BASES": str(config.bases_file),
        "WEBMAP_BASE_CACHE_MB": str(config.base_cache_mb),
        "WEBMAP_BLOBS": str(config.blobs_folder),
        "WEBMAP_PRUNE_DAYS": str(config.prune_days or "永远保留"),
        "WEBMAP_BACKUP_AT": f"{config.backup_at:%H:%M}" if config.backup_at else "off",
        "WEBMAP_BACKUP_TO": str(config.backup_to or "（没有第二份）"),
        "WEBMAP_TLS": "on" if config.tls else "off",
        "WEBMAP_PREFIX": config.prefix or "（根路径）",
        "WEBMAP_PROXIES": str(config.proxies),
        "WEBMAP_PASSWORDS": config.passwords,
        "WEBMAP_AUDIT_MONTHS": str(config.audit_months),
        "WEBMAP_WRITES_PER_MINUTE": str(config.writes_per_minute),
    }


def as_markdown() -> str:
    """The table of README.md."""
    rows = (f"| `{setting.name}` | {_code(setting.default)} | {setting.help} |" for setting in SETTINGS)
    return "\n".join(("| 设置 | 默认值 | 说明 |", "|---|---|---|", *rows))


def _code(text: str) -> str:
    return f"`{text}`" if text else "—"


def _whole(name: str, text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise WrongSetting(f"设置 {name} 收到“{text}”，应为 {least} 到 {most} 之间的整数。请更正后重新启动。")
    return int(text)


def _days_or_never(name: str, text: str, least: int, most: int) -> int:
    return 0 if text == "0" else _whole(name, text, least, most)


def _time(text: str) -> time | None:
    if text == "off":
        return None
    if not re.fullmatch(r"([01]?\d|2[0-3])[:：][0-5]\d", text, re.ASCII):
        raise WrongSetting(
            f"设置 WEBMAP_BACKUP_AT 收到“{text}”，应为 00:00 到 23:59 之间的时间（例如 02:30）或 off。"
            "请更正后重新启动。"
        )
    hour, minute = text.replace("：", ":").split(":")
    return time(int(hour), int(minute))


def _switch(name: str, text: str) -> bool:
    if text not in ("", "on", "off"):
        raise WrongSetting(f"设置 {name} 收到“{text}”，应为 on 或 off。请更正后重新启动。")
    return text == "on"


def _hosts(text: str, host: str) -> tuple[str, ...]:
    # A page of a foreign site can make its own name point to 127.0.0.1 (DNS rebinding) and read what we serve.
    names = tuple(name.strip() for name in text.replace("，", ",").split(",") if name.strip())
    return names or (("127.0.0.1", "localhost", "[::1]") if host in LOOPBACK else ())


def _prefix(text: str) -> str:
    prefix = text.rstrip("/")
    if not re.fullmatch(r"(/[A-Za-z0-9._~-]+)*", prefix) or {".", ".."} & set(prefix.split("/")):
        raise WrongSetting(
            f"设置 WEBMAP_PREFIX 收到“{text}”，应以 / 开头，由字母、数字和 - _ . 组成，例如 /yzt。请更正后重新启动。"
        )
    return prefix


def _viewer(text: str, *, alone: bool) -> Viewer:
    # Behind a proxy everybody seems to come from this machine.
    audience = text or ("internal" if alone else "public")
    if audience not in VIEWERS:
        raise WrongSetting(
            f"设置 WEBMAP_VIEWER 收到“{text}”，应为 internal（内部）或 public（公开）。请更正后重新启动。"
        )
    return VIEWERS[audience]


def _passwords(text: str) -> str:
    if text not in PASSWORDS:
        raise WrongSetting(
            f"设置 WEBMAP_PASSWORDS 收到“{text}”，应为 {' 或 '.join(PASSWORDS)}。请更正后重新启动。"
        )
    return text


def _masked(url: str) -> str:
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return "（不是能识别的数据库地址）"
