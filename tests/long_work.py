"""What do the jobs of tests do? Run as a program, this file is a foreman who hands them out."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path
from typing import Any, Final

from layers.errors import InvalidValue
from layers.jobs import Foreman, JobKind, Running
from layers.store import Database

KINDS: Final = {
    "add": JobKind("相加", "tests.long_work:add"),
    "slow": JobKind("慢", "tests.long_work:slow"),
    "once": JobKind("只做一次", "tests.long_work:slow", repeatable=False),
    "refuse": JobKind("拒绝", "tests.long_work:refuse"),
}


def add(database: Database, job: Running) -> dict[str, Any]:
    return {"sum": sum(job.arguments["numbers"])}


def slow(database: Database, job: Running) -> dict[str, Any]:
    """Slow the first time: `file` tells the second that it is not the first."""
    with Path(job.arguments["file"]).open("a+", encoding="utf-8") as file:
        file.write("begun\n")
        file.seek(0)
        begun = len(file.readlines())
    for step in range(600 if begun == 1 else 1):
        job.tell(step / 600, f"第 {step} 步")
        time.sleep(0.05)
    return {"begun": begun}


def refuse(database: Database, job: Running) -> dict[str, Any]:
    raise InvalidValue("收到的不对。请改正。")


if __name__ == "__main__":
    Foreman(sys.argv[1], KINDS, 1).work(threading.Event())
