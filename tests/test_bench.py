"""A developer runs `make bench`: does every comparison still run, on a few parcels?"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser import chromium

ROOT = Path(__file__).parents[1]
FEW = {"WEBMAP_BENCH_PARCELS": "400", "WEBMAP_BENCH_ROUNDS": "1"}


@pytest.fixture(scope="module")
def told() -> str:
    for tool, words in (
        (shutil.which("ogr2ogr"), "ogr2ogr"),
        (chromium(), "browser"),
        (postgis(), "PostGIS"),
    ):
        if not tool:
            pytest.skip(f"{words} (not installed)")
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench"],
        cwd=ROOT,
        env=os.environ | FEW,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def postgis() -> str | None:
    return os.environ.get("PGHOST")


@pytest.mark.parametrize(
    "question",
    [
        "z12, 1 tiles, SQLite / ST_AsMVT with ST_Transform",
        "z14, 4 tiles, SQLite / our tiles from PostGIS",
        "z16, 9 tiles, SQLite / mapbox-vector-tile",
        "totals and first page of the table, 5 filters, PostGIS, warm",
        "memory of the web process",
        "server / bare folium",
        "HTML / bare folium",
        "painted, the county / plain folium",
        "painted, every parcel seen / bare folium",
        "the sample on A0 as PDF (≤ 15 s) / plain geopandas",
        "from a file to the map, in 3 clicks, the first time",
        "intake of",
        "SQLite / ogr2ogr into GeoPackage",
        "PostGIS / ogr2ogr into PostGIS",
    ],
)
def test_every_question_is_answered(told: str, question: str) -> None:
    lines = [line for line in told.splitlines() if question in line]
    assert lines
    assert all(line.count("|") == 7 for line in lines)


def test_nothing_was_left_out(told: str) -> None:
    assert "not measured" not in told


def test_either_page_shows_every_parcel(told: str) -> None:
    assert "100% are seen on our page, 100% on the plain one" in told
