"""Is a server running on this data folder? Each holds a lock of its own, which ends with it, however it ends."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from layers.errors import WrongSetting

_PATTERN: Final = "serving-*.lock"


class Presence:
    """One server's word that it is there; processes it starts by fork hold it too."""

    def __init__(self, home: Path) -> None:
        self._owner = os.getpid()
        self._path = home / f"serving-{self._owner}.lock"
        self._lock = FileLock(self._path, thread_local=False, preserve_lock_file=True)

    def begin(self) -> None:
        """The server starts."""
        try:
            self._lock.acquire(blocking=False)
        except OSError as refusal:
            raise WrongSetting(
                f"数据文件夹 {self._path.parent} 不能写入（{refusal.strerror}）。"
                "请把 WEBMAP_HOME 的写权限授予运行服务的账户，或指定别的文件夹。"
            ) from None

    def end(self) -> None:
        """The server has stopped; a killed one leaves its file, which whoever looks next takes away."""
        if os.getpid() != self._owner:
            return  # a process that it forked ends, not the server
        self._lock.release()
        with suppress(OSError):
            self._path.unlink()


def serving(home: Path) -> int:
    """How many servers run on this folder."""
    return sum(_is_held(file) for file in home.glob(_PATTERN))


def refuse_while_serving(home: Path) -> None:
    """Raises WrongSetting while a server runs on this folder."""
    if serving(home):
        raise WrongSetting(
            f"全域一张图正在使用 {home}，现在替换数据会丢失修改。请先停止服务"
            "（systemctl stop yizhangtu，或在运行它的窗口按 Ctrl+C），再重试。没有改动任何数据。"
        )


def _is_held(file: Path) -> bool:
    lock = FileLock(file, preserve_lock_file=True)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return True
    lock.release()
    with suppress(OSError):
        file.unlink()
    return False
