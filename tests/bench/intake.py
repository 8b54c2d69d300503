"""How fast does a shapefile come in, checked row by row, beside ogr2ogr, which only copies it?"""

from __future__ import annotations

import itertools
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import numpy as np
import pyogrio
import shapely

from layers import intake
from layers.crs import STORED
from layers.rights import SYSTEM_VIEWER
from layers.store import Database
from layers.store.edit import NewFeature
from tests.bench.stores import KEY, on_postgis, on_sqlite
from tests.bench.table import Line, say
from tests.bench.turns import Taken, in_turns, noise, ratio

MOST: Final = 20_000
ROUNDS: Final = 3
MOST_OF_COPYING: Final = 8
COLUMNS: Final = {
    "name": "DKMC",
    "code": "DKBH",
    "status": "ZT",
    "holder": "QLR",
    "land_use": "DKYT",
    "village": "村",
    "area_declared_mu": "MJ",
    "price": "价款",
    "contract_start": "YDDGRQ",
}


def lines(folder: Path, parcels: list[NewFeature]) -> Iterator[Line]:
    rows = parcels[:MOST]
    file = written(folder, rows)
    copies = shutil.which("ogr2ogr")
    if copies is None:
        say("(not measured: intake, as there is no ogr2ogr; Debian has it in gdal-bin)")
        return
    with on_sqlite(folder / "intake", []) as sqlite, on_postgis([]) as postgis:
        package = folder / "copied.gpkg"
        copy = ["-q", "-overwrite", "-f", "GPKG", str(package), str(file)]
        yield compared("SQLite / ogr2ogr into GeoPackage", file, sqlite, [copies, *copy], len(rows))
        if postgis:
            target = f"PG:dbname={postgis.url.database}"
            copy = ["-q", "-overwrite", "-f", "PostgreSQL", target, str(file), "-nln", "copied"]
            yield compared("PostGIS / ogr2ogr into PostGIS", file, postgis, [copies, *copy], len(rows))


def compared(what: str, file: Path, database: Database, copy: list[str], count: int) -> Line:
    acts = {"ours": importing(database, file), "copy": lambda: subprocess.run(copy, check=True)}
    ours, theirs = in_turns(acts, ROUNDS).values()
    told = (rate(ours, count), rate(theirs, count))
    share = ratio(ours, theirs)
    return Line(
        f"intake of {count:,} rows, {what}", *told, share, MOST_OF_COPYING, max(noise(ours), noise(theirs))
    )


def rate(taken: Taken, count: int) -> str:
    return f"{count / taken.median:,.0f} rows/s"


def importing(database: Database, file: Path) -> Callable[[], None]:
    numbers = itertools.count()

    def act() -> None:
        layer = intake.NewLayer(f"parcels_{next(numbers)}", "导入")
        plan = intake.plan(database, SYSTEM_VIEWER, file, kind=KEY, new_layer=layer)
        intake.apply(database, plan, "bench")

    return act


def written(folder: Path, rows: list[NewFeature]) -> Path:
    file = folder / "parcels.shp"
    pyogrio.raw.write(
        file,
        geometry=shapely.to_wkb(np.array([row.shape for row in rows], object)),
        field_data=[np.array([row.properties[key] for row in rows]) for key in COLUMNS],
        fields=list(COLUMNS.values()),
        geometry_type="Polygon",
        crs=f"EPSG:{STORED}",
        encoding="UTF-8",
    )
    return file
