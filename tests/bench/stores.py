"""Where do the parcels lie that are measured? In the product's own tables, filled by its own bulk path."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from layers.store import Database, edit
from layers.store.edit import NewFeature
from tests.county import add_county
from tests.databases import opened, postgis_named, url

KEY = "idle_parcel"


@contextmanager
def on_sqlite(home: Path, rows: Sequence[NewFeature]) -> Iterator[Database]:
    """A home whose map.db holds these parcels."""
    home.mkdir(parents=True)
    with opened(f"sqlite:///{home / 'map.db'}") as database:
        fill(database, rows)
        yield database


@contextmanager
def on_postgis(rows: Sequence[NewFeature]) -> Iterator[Database | None]:
    """A PostGIS database with these parcels for as long as the block; None without a server."""
    if "PGHOST" not in os.environ:
        yield None
        return
    with postgis_named() as name, opened(url(name)) as database:
        fill(database, rows)
        yield database


def fill(database: Database, rows: Sequence[NewFeature]) -> None:
    database.upgrade()
    add_county(database)
    if rows:
        act_id = edit.start_bulk(database, "import", "bench")
        edit.add_in_turns(database, act_id, KEY, rows)
        edit.finish_bulk(database, act_id)
