"""How much memory does the web process hold when very many parcels are stored, after it has answered all sorts?"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from tests.bench.stores import KEY
from tests.bench.table import Line
from tests.bench.tiles import middle
from tests.running import Server, running

LIMIT_MB: Final = 400
ZOOMS: Final = (11, 12, 13, 14, 16)
ASKED: Final = (
    "/",
    "/api/layers",
    "/api/style",
    f"/api/layers/{KEY}/features?limit=100",
    "/api/search?q=jiehu",
)


def lines(home: Path, count: int) -> Iterator[Line]:
    with running(home) as server:
        for address in (
            *ASKED,
            *(f"/tiles/{KEY}/{t.z}/{t.x}/{t.y}.mvt" for z in ZOOMS for t in middle(z, 2)),
        ):
            answer = server.get(address)
            # 204: nothing of it lies in this tile, as from afar.
            assert answer.status in (200, 204), (address, answer.text)
        most = largest_mb(server)
    yield Line(
        f"memory of the web process, {count:,} parcels",
        f"{most:.0f} MB",
        f"{LIMIT_MB} MB",
        most / LIMIT_MB,
        1,
    )


def together_mb(process: subprocess.Popen[bytes]) -> float:
    """The most that a process and its children held together until it ended; it is waited for."""
    most = 0.0
    while process.poll() is None:
        with suppress(OSError, StopIteration):
            most = max(most, sum(map(held_mb, family(process.pid))))
        time.sleep(0.05)
    return most


def held_mb(pid: int) -> float:
    return kilobytes(pid, "VmRSS") / 1024


def largest_mb(server: Server) -> float:
    """The peak of the largest process of the server."""
    return max(peak_mb(pid) for pid in family(server.pid))


def family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(each for child in children for each in family(int(child)))]


def peak_mb(pid: int) -> float:
    return kilobytes(pid, "VmHWM") / 1024


def kilobytes(pid: int, what: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(what)).split()[1])
