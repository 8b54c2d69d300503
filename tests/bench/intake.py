"""How fast does a file come in, checked row by row, beside ogr2ogr, which only copies it?"""

from __future__ import annotations

import itertools
import shutil
import subprocess
import zipfile
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

ROUNDS: Final = {3_000: 5, 20_000: 3, 200_000: 1}
"""Rows → how often; the largest without warming up."""
FORMATS: Final = {"zip": "ESRI Shapefile", "gpkg": "GPKG"}
"""A shapefile comes packed, as the offices send it."""
MOST_OF_COPYING: Final = 8
_NUMBERS: Final = itertools.count()
COPYING: Final = ("-q", "-overwrite")
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
    copies = shutil.which("ogr2ogr")
    if copies is None:
        say("(not measured: intake, as there is no ogr2ogr; Debian has it in gdal-bin)")
        return
    sizes = sorted({min(size, len(parcels)) for size in ROUNDS})
    with on_sqlite(folder / "intake", []) as sqlite, on_postgis([]) as postgis:
        for size, suffix in itertools.product(sizes, FORMATS):
            file = written(folder, parcels[:size], suffix)
            source = f"/vsizip/{file}" if file.suffix == ".zip" else str(file)
            into_file = ["-f", "GPKG", str(folder / "copied.gpkg"), source]
            yield compared(
                "SQLite / ogr2ogr into GeoPackage", file, sqlite, [copies, *COPYING, *into_file], size
            )
            if postgis:
                into = ["-f", "PostgreSQL", f"PG:dbname={postgis.url.database}", source, "-nln", "copied"]
                yield compared(
                    "PostGIS / ogr2ogr into PostGIS", file, postgis, [copies, *COPYING, *into], size
                )


def compared(what: str, file: Path, database: Database, copy: list[str], count: int) -> Line:
    acts = {"ours": importing(database, file), "copy": lambda: subprocess.run(copy, check=True)}
    rounds = next((rounds for size, rounds in ROUNDS.items() if count <= size), 1)
    ours, theirs = in_turns(acts, rounds, warm_up=rounds > 1).values()
    told = (rate(ours, count), rate(theirs, count))
    share = ratio(ours, theirs)
    question = f"intake of {count:,} rows, .{file.suffix[1:]}, {what}"
    return Line(question, *told, share, MOST_OF_COPYING, max(noise(ours), noise(theirs)))


def rate(taken: Taken, count: int) -> str:
    return f"{count / taken.median:,.0f} rows/s"


def importing(database: Database, file: Path) -> Callable[[], None]:
    def act() -> None:
        layer = intake.NewLayer(f"parcels_{next(_NUMBERS)}", "导入")
        plan = intake.plan(database, SYSTEM_VIEWER, file, kind=KEY, new_layer=layer)
        intake.apply(database, plan, "bench")

    return act


def written(folder: Path, rows: list[NewFeature], suffix: str = "shp") -> Path:
    file = folder / f"parcels_{len(rows)}.{'shp' if suffix == 'zip' else suffix}"
    pyogrio.raw.write(
        file,
        geometry=shapely.to_wkb(np.array([row.shape for row in rows], object)),
        field_data=[np.array([row.properties[key] for row in rows]) for key in COLUMNS],
        fields=list(COLUMNS.values()),
        geometry_type="Polygon",
        crs=f"EPSG:{STORED}",
        driver=FORMATS[suffix],
        encoding="UTF-8" if suffix == "zip" else None,
    )
    return packed(file) if suffix == "zip" else file


def packed(shapefile: Path) -> Path:
    archive = shapefile.with_suffix(".zip")
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        for part in sorted(shapefile.parent.glob(f"{shapefile.stem}.*")):
            if part != archive and part.suffix != ".gpkg":
                zipped.write(part, part.name)
    return archive
