"""How long does a filter take over very many parcels: totals in groups, and the first page of the table?

Run alone: `python -m tests.bench.filters`. Cold: nothing kept; another filter each time. Warm: the same once more.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from layers.filters import facets_of
from layers.kinds import kind_for
from layers.rights import SYSTEM_VIEWER
from layers.store import Database, query
from tests.bench.parcels import parcels
from tests.bench.stores import on_postgis, on_sqlite
from tests.bench.table import say

ASKED: Final = (
    "symbol.any.two_years;area_mu.over.10",
    "land_use.any.工业用地;price.least.4000",
    "contract_start.year.2023;status.any.idle,determined",
    "shape.meets.118.40000_35.40000_118.60000_35.40000_118.60000_35.60000_118.40000_35.60000",
    "",
)
BY: Final = ("symbol", "town", "status")


def main() -> None:
    rows = parcels()
    say(
        f"{len(rows):,} parcels; milliseconds\n| filter | passing | totals cold | page cold | both warm |\n|---|---|---|---|---|"
    )
    with (
        tempfile.TemporaryDirectory(prefix="webmap-bench-") as folder,
        on_sqlite(Path(folder) / "county", rows) as sqlite,
        on_postgis(rows) as postgis,
    ):
        for name, database in (("SQLite", sqlite), ("PostGIS", postgis)):
            for line in lines(name, database):
                say(line)


def lines(name: str, database: Database | None) -> Iterator[str]:
    if database is None:
        return
    for text in ASKED:
        count, totals_ms = _timed_totals(database, text)
        page_ms = _timed_page(database, text)
        warm_ms = _timed_totals(database, text)[1] + _timed_page(database, text)
        yield f"| {name} `{text[:40]}` | {count:,} | {totals_ms:,.0f} | {page_ms:,.0f} | {warm_ms:,.0f} |"


def _timed_totals(database: Database, text: str) -> tuple[int, float]:
    started = time.perf_counter()
    with database.reading() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, "idle_parcel")
        facets = facets_of(kind_for(layer), SYSTEM_VIEWER)
        where = query.read_filter(session, SYSTEM_VIEWER, layer, text)
        found = query.sums(session, SYSTEM_VIEWER, layer, where, [facets[key] for key in BY])
    return found.whole.count, 1000 * (time.perf_counter() - started)


def _timed_page(database: Database, text: str) -> float:
    started = time.perf_counter()
    with database.reading() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, "idle_parcel")
        where = query.read_filter(session, SYSTEM_VIEWER, layer, text)
        query.find_features(session, SYSTEM_VIEWER, layer, where=where, limit=100)
        query.count_features(session, SYSTEM_VIEWER, layer, where=where)
    return 1000 * (time.perf_counter() - started)


if __name__ == "__main__":
    main()
