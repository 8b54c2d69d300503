"""How much memory does the web process hold when very many parcels are stored, after it has answered all sorts?"""

from __future__ import annotations

from collections.abc import Iterator
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


def largest_mb(server: Server) -> float:
    """The peak of the largest process of the server."""
    return max(peak_mb(pid) for pid in family(server.pid))


def family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(each for child in children for each in family(int(child)))]


def peak_mb(pid: int) -> float:
    line = next(
        line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM")
    )
    return int(line.split()[1]) / 1024
