"""Where does a file that was made for somebody lie until it is fetched, and how long?"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from layers.errors import NoSpace
from layers.store.rows import new_uid

FOLDER: Final = "exports"
_HOUR_S: Final = 3600


def put(home: Path, file: str, content: bytes) -> str:
    """Lay a finished file where it is fetched from; the uid of its folder."""
    with new_folder(home) as folder:
        (folder / file).write_bytes(content)
    return folder.name


@contextmanager
def new_folder(home: Path) -> Iterator[Path]:
    """An empty folder that is named by its uid, for a file that is made in this block; gone again where it cannot be."""
    folder = home / FOLDER / new_uid()
    try:
        folder.mkdir(parents=True)
        yield folder
    except OSError as refusal:
        shutil.rmtree(folder, ignore_errors=True)
        raise NoSpace(f"文件存不下（{refusal.strerror}），没有生成。请联系系统管理员。") from None
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def file_of(home: Path, told: Mapping[str, Any]) -> Path:
    """Where the file of such an answer lies; its parts are names of ours."""
    return home / FOLDER / str(told["uid"]) / str(told["file"])


def remove_outdated(home: Path, hours: int) -> None:
    """Take away what was kept long enough."""
    before = time.time() - hours * _HOUR_S
    folder = home / FOLDER
    for each in folder.iterdir() if folder.is_dir() else ():
        # Somebody else may be taking it away at the same time.
        if _age(each) < before:
            shutil.rmtree(each, ignore_errors=True)


def _age(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except OSError:
        return 0.0
