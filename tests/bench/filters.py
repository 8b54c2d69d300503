"""How long does a filter take over very many parcels: totals in groups, and the first page of the table?

Of each filter the first time, when nothing of it is kept, and once more. Told is the slowest of them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

from layers.filters import facets_of
from layers.kinds import kind_for
from layers.rights import SYSTEM_VIEWER
from layers.store import Database, ledger, query
from layers.store.ledger import Part
from tests.bench.stores import KEY
from tests.bench.table import Line
from tests.bench.turns import MOST_ROUNDS

ASKED: Final = (
    "symbol.any.two_years;area_mu.over.10",
    "land_use.any.工业用地;price.least.4000",
    "contract_start.year.2023;status.any.idle,determined",
    "shape.meets.118.40000_35.40000_118.60000_35.40000_118.60000_35.60000_118.40000_35.60000",
    "",
)
BY: Final = ("symbol", "town", "status")
SUMMED: Final = ("price",)
PAGE: Final = 100
MOST_S: Final = 0.5


def lines(sqlite: Database, postgis: Database | None) -> Iterator[Line]:
    for name, database in (("SQLite", sqlite), ("PostGIS", postgis)):
        if database is None:
            continue
        taken = [[_asked(database, text) for _ in range(min(3, 1 + MOST_ROUNDS))] for text in ASKED]
        yield _told(name, "the first time", [first for first, *_ in taken], None)
        yield _told(name, "warm", [max(later) for _, *later in taken], 1)


def _told(name: str, when: str, taken: list[float], limit: float | None) -> Line:
    slowest = max(taken)
    question = f"totals and first page of the table, {len(taken)} filters, {name}, {when}: the slowest"
    return Line(question, f"{slowest:.2f} s", f"{MOST_S} s", slowest / MOST_S, limit, slowest / min(taken))


def _asked(database: Database, text: str) -> float:
    """Seconds for what charts, totals and the table ask together."""
    started = time.perf_counter()
    with database.reading() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, KEY)
        facets = facets_of(kind_for(layer), SYSTEM_VIEWER)
        where = query.read_filter(session, SYSTEM_VIEWER, layer, text)
        query.sums(session, SYSTEM_VIEWER, layer, where, [facets[key] for key in BY])
        part = Part(where=where)
        ledger.page(session, SYSTEM_VIEWER, layer, part, offset=0, limit=PAGE)
        ledger.count(session, SYSTEM_VIEWER, layer, part)
        ledger.sums(session, SYSTEM_VIEWER, layer, part, SUMMED)
    return time.perf_counter() - started
