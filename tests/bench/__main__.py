"""`make bench`: one table, ours beside what people would use instead. Trust the ratios, not the milliseconds.

WEBMAP_BENCH_PARCELS may ask for fewer parcels than 200,000, WEBMAP_BENCH_ROUNDS for fewer rounds. PostGIS is measured
where PGHOST names a server.
"""

from __future__ import annotations

import platform
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench import dropped, filters, intake, memory, neighbours, overlays, pages, prints, scenes, tiles
from tests.bench.parcels import parcels
from tests.bench.stores import on_postgis, on_sqlite
from tests.bench.table import Line, say, say_all


def main() -> None:
    say(
        f"{platform.machine()}, Python {platform.python_version()}; “noise”: the slowest round to the fastest.\n"
    )
    with tempfile.TemporaryDirectory(prefix="webmap-bench-") as folder:
        say_all(lines(Path(folder)))


def lines(folder: Path) -> Iterator[Line]:
    rows = parcels()
    with on_sqlite(folder / "county", rows) as sqlite, on_postgis(rows) as postgis:
        if postgis is None:
            say("(not measured: PostGIS, as PGHOST names no server; try pg_virtualenv make bench)")
        yield from tiles.lines(sqlite, postgis)
        yield from overlays.lines(sqlite, postgis)
        yield from filters.lines(sqlite, postgis)
        yield from memory.lines(folder / "county", len(rows))
    yield from pages.lines(folder, len(rows))
    yield from scenes.lines(folder)
    yield from prints.lines(folder)
    yield from dropped.lines(folder)
    yield from intake.lines(folder, rows)
    yield from neighbours.lines(folder, rows)


if __name__ == "__main__":
    main()
