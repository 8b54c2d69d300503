"""What does an import of very many parcels cost, in memory, and for those who use the map meanwhile?"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from layers.store.edit import NewFeature
from tests.bench.intake import written
from tests.bench.memory import together_mb
from tests.bench.stores import KEY, on_sqlite
from tests.bench.table import Line
from tests.bench.tiles import middle
from tests.running import Server, running

LIMIT_MB: Final = 1536
MOST_SLOWED: Final = 2.0
STANDING: Final = 20_000
"""So many parcels are on the map before."""
FEWEST: Final = 60
"""Answers that are waited for."""


def lines(folder: Path, rows: list[NewFeature]) -> Iterator[Line]:
    home = folder / "neighbours"
    file = written(folder, rows, "zip")
    with on_sqlite(home, rows[:STANDING]):
        pass
    with running(home) as server:
        answers(server, FEWEST)
        alone = answers(server, 3 * FEWEST)
        importing = brought_in(home, file)
        meanwhile: list[float] = []
        while importing.poll() is None or len(meanwhile) < FEWEST:
            meanwhile += answers(server, 10)
    yield Line(
        f"p95 of tiles and features while {len(rows):,} rows come in",
        f"{1000 * p95(meanwhile):,.0f} ms",
        f"{1000 * p95(alone):,.0f} ms",
        p95(meanwhile) / p95(alone),
        MOST_SLOWED,
    )
    most = together_mb(brought_in(home, file))
    yield Line(
        f"memory of the import, all processes, {len(rows):,} rows",
        f"{most:,.0f} MB",
        f"{LIMIT_MB:,} MB",
        most / LIMIT_MB,
        1,
    )


def brought_in(home: Path, file: Path) -> subprocess.Popen[bytes]:
    """`webmap intake` of the file into a layer of its own."""
    key = f"parcels_{time.monotonic_ns()}"
    program = Path(sys.executable).with_name("webmap")
    return subprocess.Popen(
        [program, "intake", str(file), "--kind", KEY, "--new-layer", key, "--title", "导入"],
        env=os.environ | {"WEBMAP_HOME": str(home)},
        stdout=subprocess.DEVNULL,
    )


def answers(server: Server, count: int) -> list[float]:
    """Seconds that so many tiles and pages of features took, one after the other."""
    places = [*middle(14, 4), *middle(12, 2)]
    asked = [f"/tiles/{KEY}/{tile.z}/{tile.x}/{tile.y}.mvt" for tile in places]
    asked += [f"/api/layers/{KEY}/features?limit=100", "/api/search?q=SL-2024-0001", "/api/layers"]
    taken = []
    for number in range(count):
        start = time.perf_counter()
        server.get(asked[number % len(asked)])
        taken.append(time.perf_counter() - start)
    return taken


def p95(taken: list[float]) -> float:
    return float(np.percentile(taken, 95))
