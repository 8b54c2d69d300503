"""What does an error of the database mean to people?"""

from __future__ import annotations

import re
import sqlite3
from typing import Final

from sqlalchemy import (
    ExceptionContext,
)
from sqlalchemy.engine import Connection

from layers.errors import Busy, MapError, NoSpace, UnreadableFile, WrongSetting
from layers.store.gate import FULL, busy_sentence

STATEMENT_TIMEOUT_S: Final = 120


class Sentences:
    """What an error of the driver means to people; None leaves it as it is: then it is our fault."""

    def __init__(self, timeout_s: float, place: str) -> None:
        self._timeout_s = timeout_s
        self._place = place

    def of(self, context: ExceptionContext) -> MapError | None:
        error = context.original_exception
        if isinstance(error, sqlite3.Error):
            return self._of_sqlite(error, is_writing(context.connection))
        if context.is_pre_ping:
            return None  # the pool finds out by this very error that it needs a new connection
        if context.connection is None:
            return WrongSetting(
                f"连接不上数据库 {self._place}。请检查数据库服务是否运行，"
                "以及设置 WEBMAP_DATABASE_URL 的主机、数据库名、用户和密码。"
            )
        return self.of_postgres(error, lost=context.is_disconnect)

    def _of_sqlite(self, error: sqlite3.Error, writing: bool) -> MapError | None:
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            return Busy(busy_sentence(self._timeout_s))
        if name in ("SQLITE_FULL", "SQLITE_IOERR_WRITE"):
            return NoSpace(FULL)
        if name.startswith("SQLITE_IOERR"):
            return NoSpace(
                f"数据库文件 {self._place} 读写出错，磁盘可能已满或有故障。请清理磁盘空间，检查磁盘后重试。"
            )
        if name.startswith("SQLITE_CANTOPEN"):
            return WrongSetting(
                f"找不到或打不开数据库文件 {self._place}。请检查设置 WEBMAP_HOME，或先运行 webmap upgrade 建立。"
            )
        if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
            return UnreadableFile(f"{self._place} 不是完好的数据库文件。请用最近的备份恢复。")
        if name.startswith("SQLITE_READONLY") and writing:
            return WrongSetting(f"数据库文件 {self._place} 不允许写入。请检查文件和文件夹的权限。")
        if "no such table" in str(error):
            return WrongSetting(self._not_upgraded())
        return None

    def of_postgres(self, error: BaseException, *, lost: bool) -> MapError | None:
        """lost: whether the connection is gone."""
        state = getattr(error, "sqlstate", None)
        if lost:
            return Busy("与数据库的连接中断，本次未改动任何数据。请稍后重试。")
        if state in ("55P03", "40P01", "40001"):
            return Busy(busy_sentence(self._timeout_s))
        if state == "53100":
            return NoSpace(FULL)
        if state == "57014" and "statement timeout" in str(error):
            return Busy(
                f"数据库算了 {STATEMENT_TIMEOUT_S} 秒还没有算完，已停止，本次未改动任何数据。请缩小范围后重试。"
            )
        if _lacks_extension(state, str(error)):
            return WrongSetting(
                f"数据库 {self._place} 缺少扩展。请安装 PostGIS，再请数据库管理员在这个数据库里执行："
                "CREATE EXTENSION postgis; CREATE EXTENSION btree_gist; CREATE EXTENSION pg_trgm;"
            )
        if state == "42501":
            return WrongSetting(
                f"数据库 {self._place} 不允许写入或建表。请检查 WEBMAP_DATABASE_URL 里的用户有没有这个数据库的权限。"
            )
        return WrongSetting(self._not_upgraded()) if state == "42P01" else None

    def _not_upgraded(self) -> str:
        return f"数据库 {self._place} 还没有建立数据表。请先运行 webmap upgrade。"


def _lacks_extension(state: str | None, said: str) -> bool:
    """Not allowed to make one, not installed on that server, or its type or function is gone."""
    if state in ("42501", "0A000", "58P01"):
        return "extension" in said
    missing = re.search(r"(type|function) \"?(public\.)?(geometry|geography|st_\w+|similarity)\b", said)
    return state in ("42704", "42883") and missing is not None


def is_writing(connection: Connection | None) -> bool:
    return connection is not None and bool(connection.get_execution_options().get("writing"))
