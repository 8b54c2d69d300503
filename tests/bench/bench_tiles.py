"""How fast is a tile of 2,000 parcels, beside mapbox-vector-tile on the same features?

The two take turns in one run, so that a noisy machine disturbs both: trust the ratio, not the milliseconds.
Run it with `python -m tests.bench.bench_tiles`.
"""

from __future__ import annotations

import gzip
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import mapbox_vector_tile
import numpy as np
import shapely
from numpy.typing import NDArray

from layers.store.query import TileRows
from layers.tiles.cut import clipped, cut_tile
from layers.tiles.encode import Column, encode_layer
from layers.tiles.generalise import generalised
from layers.tiles.mercator import Tile

SEED = 20240630
PARCELS = 2000
VERTICES = 33
ROUNDS = 7
LON, LAT = 118.4565, 35.5482
TOWNS = ("界湖街道", "岸堤镇", "孙祖镇", "双堠镇", "青驼镇", "张庄镇", "砖埠镇", "大庄镇")
STATES = ("idle_two_years", "idle_one_year", "halted", "due_soon", "low_use", "revived")


def main() -> None:
    say(f"{PARCELS} parcels of {VERTICES} vertices, median of {ROUNDS} rounds")
    for z in (10, 12, 13, 14, 16):
        rows, tile = parcels_over(z)
        measure(rows, tile)


def measure(rows: TileRows, tile: Tile) -> None:
    shapes = drawn_shapes(rows, tile)
    features = as_features(shapes, rows)
    ours, theirs, whole = interleaved(
        lambda: encode_layer("parcel", shapes, rows.ids, coded(rows)),
        lambda: mapbox_vector_tile.encode(
            [{"name": "parcel", "features": features}], default_options={"y_coord_down": True}
        ),
        lambda: cut_tile(rows, "parcel", tile),
    )
    packed = len(gzip.compress(cut_tile(rows, "parcel", tile), 4))
    say(
        f"z{tile.z:<3} encode {ours:6.1f} ms   mapbox-vector-tile {theirs:6.1f} ms   ratio {theirs / ours:5.1f} ×   "
        f"whole tile with clip, simplification and label points {whole:6.1f} ms, {packed / 1024:.0f} KiB packed"
    )


def interleaved(*acts: Callable[[], object]) -> list[float]:
    """The median of each act in ms, all acts in turn in every round."""
    taken: list[list[float]] = [[] for _ in acts]
    for _ in range(ROUNDS):
        for act, times in zip(acts, taken, strict=True):
            start = time.perf_counter()
            act()
            times.append(1000 * (time.perf_counter() - start))
    return [statistics.median(times) for times in taken]


def parcels_over(z: int) -> tuple[TileRows, Tile]:
    """Parcels strewn over one tile, some across its edge; each about 6 to 20 pixels wide."""
    rng = np.random.default_rng(SEED)
    tile = Tile(z, int((LON / 360 + 0.5) * 2**z), int(0.3938 * 2**z))
    west, south, east, north = tile.bounds()
    centres = rng.uniform((west, south), (east, north), (PARCELS, 2))
    angles = np.sort(rng.uniform(0, 2 * np.pi, (PARCELS, VERTICES - 1)), axis=1)
    radii = (east - west) / 512 * rng.uniform(3, 10, (PARCELS, 1)) * rng.uniform(0.75, 1, angles.shape)
    rings = centres[:, None] + np.stack([radii * np.cos(angles), 0.8 * radii * np.sin(angles)], axis=2)
    shapes = [shapely.Polygon(ring) for ring in rings]
    return TileRows(np.arange(1, PARCELS + 1), [each.wkb for each in shapes], centres, columns(rng)), tile


def columns(rng: np.random.Generator) -> dict[str, list[Any]]:
    names = [f"示例地块 界湖-{number:04d}" for number in range(PARCELS)]
    return {
        "symbol": rng.choice(STATES, PARCELS).tolist(),
        "label": names,
        "name": names,
        "town": rng.choice(TOWNS, PARCELS).tolist(),
        "area_mu": np.round(rng.uniform(2, 300, PARCELS), 2).tolist(),
        "length_km": [None] * PARCELS,
    }


def drawn_shapes(rows: TileRows, tile: Tile) -> NDArray[np.object_]:
    shapes = np.array(shapely.from_wkb(rows.wkb), object)
    return clipped(generalised(shapely.transform(shapes, tile.units), tile.z))


def coded(rows: TileRows) -> dict[str, Column]:
    return {name: Column.of(values) for name, values in rows.columns.items()}


def as_features(shapes: NDArray[np.object_], rows: TileRows) -> list[dict[str, Any]]:
    """The same features as mapbox-vector-tile wants them."""
    told = ({name: column[place] for name, column in rows.columns.items()} for place in range(len(rows.ids)))
    return [
        {"id": number, "geometry": shape, "properties": {k: v for k, v in each.items() if v is not None}}
        for number, shape, each in zip(rows.ids.tolist(), shapes, told, strict=True)
        if shape is not None and not shape.is_empty
    ]


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
