"""Where on the map would an import change what? New, changed and missing shapes and doubtful rows, light enough for a page.

Written by the job that reads a file, beside its report; nothing of it is on the map yet.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.errors import UnknownThing
from layers.intake import Comparison, JoinPlan, Plan
from layers.intake.comparing import Changed
from layers.rights import Viewer
from layers.store import Database, query
from layers.store.edit import NewFeature
from layers.store.targets import Target, targets_in
from webmap.intake_compare import code_of
from webmap.sketch import DIGITS

MOST_OF_A_SORT: Final = 1000
MOST_POINTS: Final = 80_000
TOLERANCES_DEG: Final = (2e-6, 1e-5, 5e-5, 2e-4)
"""0.2, 1, 5 and 20 m: the finest that makes the shapes few enough points."""
SORTS: Final = {"new": "新增", "changed": "有变化", "removed": "文件里没有"}


def write(file: Path, told: dict[str, Any]) -> None:
    """Keep it until the file is read again or taken away."""
    file.write_text(json.dumps(told, ensure_ascii=False, allow_nan=False), "utf-8")


def read(file: Path) -> dict[str, Any]:
    """What was written; raises UnknownThing where nothing was."""
    try:
        told: dict[str, Any] = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        raise UnknownThing("这次导入还没有可以在地图上看的差异，或文件已到保留期限。请重新核对。") from None
    return told


def of_plan(
    database: Database,
    viewer: Viewer,
    found: Plan,
    compared: Comparison | None,
    problems: Sequence[dict[str, Any]],
) -> dict[str, Any]:
    """For the map, as JSON: of a file with shapes. problems: rows as the page tells them, with their spots."""
    new = compared.new if compared else found.good
    changed = compared.changed if compared else []
    removed = compared.removed if compared else []
    shown = _light(
        [
            *islice(map(_new, new), MOST_OF_A_SORT),
            *islice(map(_changed, changed), MOST_OF_A_SORT),
            *_gone(database, viewer, removed),
        ]
    )
    counts = {"new": len(new), "changed": len(changed), "removed": len(removed)}
    unchanged = compared.unchanged if compared else 0
    return _told(
        database, viewer, found.layer.key, found, {**counts, "unchanged": unchanged}, shown, problems
    )


def of_ledger(
    database: Database, viewer: Viewer, found: JoinPlan, problems: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """The same of a table without shapes, whose rows only change what is there."""
    shown = _light(
        [*islice(map(_changed, found.changes), MOST_OF_A_SORT), *_gone(database, viewer, found.missing)]
    )
    counts = {"new": 0, "changed": len(found.changes), "removed": len(found.missing)}
    unchanged = found.unchanged
    return _told(
        database, viewer, found.layer_key, found, {**counts, "unchanged": unchanged}, shown, problems
    )


def has_changed(viewer_layer: query.Layer, told: dict[str, Any]) -> bool:
    """Whether somebody changed the layer since the file was read."""
    return bool(told["version"] is not None and viewer_layer.version != told["version"])


def _told(
    database: Database,
    viewer: Viewer,
    layer: str,
    found: Plan | JoinPlan,
    counts: dict[str, int],
    shown: list[dict[str, Any]],
    problems: Sequence[dict[str, Any]],
) -> dict[str, Any]:
    with database.reading() as session:
        there = any(each.key == layer for each in query.layers(session, viewer))
        version = query.layer_named(session, viewer, layer).version if there else None
    placed = [each for each in problems if each["spot"]]
    return {
        "layer": layer if there else None,
        "version": version,
        "title": found.title,
        "word": found.kind.measure_word,
        "counts": counts,
        "shapes": shown,
        "problems": placed[:MOST_OF_A_SORT],
        "left_out": list(_left_out(counts, found.kind.measure_word)),
    }


def _left_out(counts: dict[str, int], word: str) -> Iterator[str]:
    for sort, title in SORTS.items():
        if (count := counts[sort]) > MOST_OF_A_SORT:
            yield f"{title} {count:,} {word}，地图上画出前 {MOST_OF_A_SORT:,} {word}"


# --- one shape each: what it is called, and its geometry before and after ----------------------------------


def _new(row: NewFeature) -> dict[str, Any]:
    return {"sort": "new", "name": str(row.properties.get("name") or ""), "after": row.shape}


def _changed(each: Changed) -> dict[str, Any]:
    told = _of_target(each.target)
    after = {} if each.shape is None else {"after": each.shape}
    return {
        **told,
        **after,
        "sort": "changed",
        "place": each.place,
        "differences": [list(difference) for difference in each.differences],
    }


def _gone(database: Database, viewer: Viewer, ids: Sequence[int]) -> list[dict[str, Any]]:
    with database.reading() as session:
        return [
            {**_of_target(each), "sort": "removed"}
            for each in targets_in(session, viewer, ids[:MOST_OF_A_SORT])
        ]


def _of_target(target: Target) -> dict[str, Any]:
    return {"uid": target.uid, "name": target.name, "code": code_of(target), "before": target.state.shape}


# --- light enough for a page -----------------------------------------------------------------------------


def _light(shown: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """With GeoJSON in place of shapes, and no more points than a page bears."""
    places = [(each, key) for each in shown for key in ("before", "after") if key in each]
    shapes = _simple(np.array([each[key] for each, key in places], object))
    for (each, key), shape in zip(places, shapes, strict=True):
        each[key] = _geometry(shape)
    return shown


def _simple(shapes: np.typing.NDArray[np.object_]) -> Iterable[BaseGeometry]:
    for tolerance in (0.0, *TOLERANCES_DEG):
        simple = shapely.simplify(shapes, tolerance) if tolerance else shapes
        if int(shapely.get_num_coordinates(simple).sum()) <= MOST_POINTS:
            break
    return list(simple)


def _geometry(shape: BaseGeometry) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(
        shapely.to_geojson(shapely.transform(shape, lambda at: at.round(DIGITS + 1)))
    )
    return told
