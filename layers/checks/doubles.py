"""Is something there twice: the same shape, the same number, the same name nearby?"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.checks.declared import Limits
from layers.checks.finding import SHAPE, Finding, Shapes
from layers.checks.plane import Plane, middle_of
from layers.kinds import LayerKind

_ENDINGS: Final = (
    "村民委员会",
    "居民委员会",
    "旅游景区",
    "风景区",
    "旅游区",
    "度假区",
    "村委会",
    "居委会",
    "景区",
    "社区",
    "村",
)
_NOISE: Final = re.compile(r"[\s\W_]+")
_SHORTEST: Final = 2

Marks = NDArray[np.bool_]


def plain_name(name: str) -> str:
    """What a name comes to: 竹泉村, 竹泉 and “竹 泉” are one; phases stay apart."""
    text = _NOISE.sub("", unicodedata.normalize("NFKC", name)).lower()
    ending = next((each for each in _ENDINGS if text.endswith(each)), "")
    return text[: -len(ending)] if ending and len(text) - len(ending) >= _SHORTEST else text


def same_codes(kind: LayerKind, codes: Sequence[str], names: Sequence[str], mine: Marks) -> Iterator[Finding]:
    """Numbers that several records have; told of each record but the first."""
    title = kind.by_key[kind.code_field].title if kind.code_field in kind.by_key else ""
    for code, rows in _groups(codes).items():
        for row, other in _told_once(rows, mine):
            reason = f"“{title}”{code} 与“{names[other]}”相同（共 {len(rows)} 条用它）。请改正其中一条。"
            yield Finding("same_code", row, title, code, reason, None, other)


def same_shapes(shapes: Shapes, names: Sequence[str], mine: Marks) -> Iterator[Finding]:
    """Lines and areas that are there more than once."""
    for rows in _same_shape_groups(shapes):
        for row, other in _told_once(rows, mine):
            reason = f"图形与“{names[other]}”完全相同（共 {len(rows)} 个）。请核对是否重复登记，是则删除。"
            yield Finding("same_shape", row, SHAPE, names[other], reason, middle_of(shapes[row]), other)


def same_names(
    kind: LayerKind,
    shapes: Shapes,
    properties: Sequence[Mapping[str, Any]],
    names: Sequence[str],
    mine: Marks,
    limits: Limits,
) -> Iterator[Finding]:
    """Records of one name or alias that lie near each other, each with its nearest namesake."""
    said = sorted(_names_said(kind, properties), key=lambda each: each[1])
    plane, told = Plane(shapes), set[tuple[int, int]]()
    for rows in _groups_of(said).values():
        if len(rows) < 2 or not mine[rows].any():
            continue
        for one, other, distance_m in _nearest(plane.to(shapes[rows]), limits):
            pair = min(rows[one], rows[other]), max(rows[one], rows[other])
            if pair in told or not mine[list(pair)].any():
                continue
            told.add(pair)
            yield _same_name(names, shapes, pair, mine, distance_m)


def _same_name(
    names: Sequence[str], shapes: Shapes, pair: tuple[int, int], mine: Marks, distance_m: float
) -> Finding:
    other, row = pair if mine[pair[1]] else pair[::-1]
    reason = f"与“{names[other]}”名称相同，相距 {distance_m:,.0f} 米。请核对是否重复登记。"
    return Finding("same_name", row, "名称", names[row], reason, middle_of(shapes[row]), other)


def _names_said(
    kind: LayerKind, properties: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[tuple[str, ...], int]]:
    for row, told in enumerate(properties):
        spoken = {str(told.get("name") or ""), *_aliases(told)}
        if told.get("name") == told.get(kind.code_field):
            continue  # a record without a name is called by its number
        apart = tuple(str(told.get(key) or "") for key in ("phase", *kind.apart_by))
        yield from (((plain_name(name), *apart), row) for name in sorted(spoken) if plain_name(name))


def _aliases(told: Mapping[str, Any]) -> list[str]:
    aliases = told.get("aliases")
    return [str(each) for each in aliases] if isinstance(aliases, list) else []


def _nearest(shapes: Shapes, limits: Limits) -> Iterator[tuple[int, int, float]]:
    there = np.flatnonzero(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))
    if len(there) < 2:
        return
    tree = shapely.STRtree(shapes[there])
    (ones, others), distances = tree.query_nearest(
        shapes[there],
        max_distance=max(limits.same_name_m, 1e-9),
        return_distance=True,
        exclusive=True,
        all_matches=False,
    )
    for one, other, distance_m in zip(there[ones], there[others], distances, strict=True):
        yield int(one), int(other), float(distance_m)


def _same_shape_groups(shapes: Shapes) -> Iterator[list[int]]:
    """Rows whose shapes are equal, whatever vertex they begin at; only likely ones are compared."""
    there = np.flatnonzero(~shapely.is_missing(shapes) & (shapely.get_dimensions(shapes) > 0))
    boxes = shapely.bounds(shapes[there])
    counts = shapely.get_num_coordinates(shapes[there])
    keys = np.column_stack([boxes, counts])
    _, group_of, sizes = np.unique(keys, axis=0, return_inverse=True, return_counts=True)
    likely = there[sizes[group_of.ravel()] > 1]
    digests = shapely.to_wkb(shapely.normalize(shapes[likely]))
    yield from _groups(digests.tolist(), likely.tolist()).values()


def _groups(keys: Sequence[Any], rows: Sequence[int] | None = None) -> dict[Any, list[int]]:
    """Rows that share a key that is not empty, where there are several, in the order of their first."""
    pairs = zip(keys, range(len(keys)) if rows is None else rows, strict=True)
    return {key: each for key, each in _groups_of(pairs).items() if key and len(each) > 1}


def _groups_of(pairs: Any) -> dict[Any, list[int]]:
    found: dict[Any, list[int]] = defaultdict(list)
    for key, row in pairs:
        if not found[key] or found[key][-1] != row:
            found[key].append(row)
    return found


def _told_once(rows: Sequence[int], mine: Marks) -> Iterator[tuple[int, int]]:
    """Each of these rows that is asked about, with one that came before it or is not asked about."""
    strangers = [row for row in rows if not mine[row]]
    first = strangers[0] if strangers else rows[0]
    yield from ((row, first) for row in rows if mine[row] and row != first)
