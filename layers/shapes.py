"""Is this shape fit to be stored? Repair it, or say where and why not.

Run as a module, this file is the child process that repairs: shapes as hexadecimal WKB, line by line.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import GeometryType
from shapely.geometry.base import BaseGeometry

from layers.crs import Bounds, describe, describe_point
from layers.errors import InvalidShape
from layers.fence import isolate, limit

MOST_VERTICES: Final = 100_000
DEEPEST_NESTING: Final = 8
MEND_AT_HOME: Final = "请在原软件中修正后再导入"
REPAIR_TIMEOUT_S: Final = 10.0
_REPAIR_ROUNDS = 3
_CHILD_BYTES: Final = 1 << 30
_CHANGED_AREA = 1e-3

FAMILY_TITLES: Final = {"point": "点", "line": "线", "polygon": "面"}
_FAMILIES: Final = {
    GeometryType.POINT: "point",
    GeometryType.MULTIPOINT: "point",
    GeometryType.LINESTRING: "line",
    GeometryType.LINEARRING: "line",
    GeometryType.MULTILINESTRING: "line",
    GeometryType.POLYGON: "polygon",
    GeometryType.MULTIPOLYGON: "polygon",
}
_REASONS: Final = {
    "Self-intersection": "边界自相交",
    "Ring Self-intersection": "边界与自身相接",
    "Hole lies outside shell": "内环（洞）在外环之外",
    "Holes are nested": "内环（洞）互相嵌套",
    "Nested shells": "外环互相嵌套",
    "Duplicate Rings": "有重复的环",
    "Interior is disconnected": "内部被内环（洞）割断",
    "Too few points in geometry component": "点数不足，不能成形",
}

Shapes = NDArray[np.object_]
Finding = tuple[int, str]


@dataclass
class CheckedShapes:
    """Shapes without Z and M, repaired where that changes nothing a surveyor would notice.

    problems: position → why this shape cannot be stored; repaired: position → what was wrong with it.
    offered: positions of problems whose repair changes the area, so that a person must accept it; accepted: positions
    where that was done.
    """

    shapes: Shapes
    problems: dict[int, str] = field(default_factory=dict)
    repaired: dict[int, str] = field(default_factory=dict)
    offered: set[int] = field(default_factory=set)
    accepted: dict[int, str] = field(default_factory=dict)


def fit_to_store(
    shape: BaseGeometry | None, families: Sequence[str], expected: Bounds | None = None
) -> BaseGeometry:
    """One shape (CGCS2000 degrees) as it can be stored; raises InvalidShape with the place of the trouble."""
    checked = check_shapes([shape], families, expected)
    if 0 in checked.problems:
        raise InvalidShape(checked.problems[0])
    fit: BaseGeometry = checked.shapes[0]
    return fit


@np.errstate(invalid="ignore")
def check_shapes(
    shapes: Sequence[BaseGeometry | None] | Shapes,
    families: Sequence[str],
    expected: Bounds | None = None,
    accepts: Callable[[int], bool] = lambda at: False,
) -> CheckedShapes:
    """Many shapes (CGCS2000 degrees) against the families their kind allows and the bounds they must lie in.

    accepts: at which positions a person has accepted a repair that changes the area.
    """
    array = np.empty(len(shapes), object)
    array[:] = shapes
    checked = CheckedShapes(array)
    _run(checked, _absent, _too_long, _too_deep)
    checked.shapes = _flattened(checked)
    _run(checked, partial(_wrong_family, families=families), _not_finite)
    _mend(checked, accepts)
    if expected:
        _run(checked, partial(_outside, expected=expected))
    return checked


def family_of(shape: BaseGeometry) -> str | None:
    """point, line or polygon; None for a mixture."""
    return _FAMILIES.get(GeometryType(int(shapely.get_type_id(shape))))


def _run(checked: CheckedShapes, *tests: Callable[[Shapes], Iterable[Finding]]) -> None:
    """Each test sees only the shapes that passed all before it."""
    for test in tests:
        rest = _unproblematic(checked)
        for position, sentence in test(checked.shapes[rest]):
            checked.problems[int(rest[position])] = sentence


def _positions(found: NDArray[np.bool_]) -> list[int]:
    return [int(at) for at in np.flatnonzero(found)]


def _unproblematic(checked: CheckedShapes) -> NDArray[np.intp]:
    good = np.ones(len(checked.shapes), bool)
    good[list(checked.problems)] = False
    return np.flatnonzero(good)


# --- tests ---------------------------------------------------------------------------------------------


def _absent(shapes: Shapes) -> Iterator[Finding]:
    for at in _positions(shapely.is_missing(shapes) | shapely.is_empty(shapes)):
        yield at, "没有图形。请在原软件中补绘，或删除这一行。"


def _too_long(shapes: Shapes) -> Iterator[Finding]:
    counts = shapely.get_num_coordinates(shapes)
    for at in _positions(counts > MOST_VERTICES):
        yield (
            at,
            f"图形有 {counts[at]:,} 个顶点，最多 {MOST_VERTICES:,} 个。请在原软件中拆分或抽稀后再导入。",
        )


def _too_deep(shapes: Shapes) -> Iterator[Finding]:
    for at in _positions(shapely.get_type_id(shapes) == GeometryType.GEOMETRYCOLLECTION):
        if _deeper_than(shapes[at], DEEPEST_NESTING):
            yield at, f"图形集合嵌套超过 {DEEPEST_NESTING} 层。请在原软件中打散后再导入。"


def _wrong_family(shapes: Shapes, families: Sequence[str]) -> Iterator[Finding]:
    right = "或".join(FAMILY_TITLES[family] for family in families)
    by_type = np.array([_FAMILIES.get(kind, "") in families for kind in GeometryType if kind >= 0])
    for at in _positions(~by_type[shapely.get_type_id(shapes)]):
        came = FAMILY_TITLES.get(family_of(shapes[at]) or "", "点、线、面混合的图形")
        yield at, f"图形应为{right}，但收到{came}。请选择与图形相符的图层类别，或拆分后分别导入。"


def _not_finite(shapes: Shapes) -> Iterator[Finding]:
    positions, owners = shapely.get_coordinates(shapes, return_index=True)
    for at in np.unique(owners[~np.isfinite(positions).all(axis=1)]).tolist():
        yield at, "坐标中有非数字（NaN）或超出坐标系范围的值。请在原软件中检查这个图形的坐标。"


def _outside(shapes: Shapes, expected: Bounds) -> Iterator[Finding]:
    west, south, east, north = shapely.bounds(shapes).T
    inside = (west >= expected[0]) & (south >= expected[1]) & (east <= expected[2]) & (north <= expected[3])
    for at in _positions(~inside):
        box = (float(west[at]), float(south[at]), float(east[at]), float(north[at]))
        yield at, f"图形落在{describe(box)}，不在应有的范围（{describe(expected)}）内。请检查坐标和坐标系。"


# --- making it fit -------------------------------------------------------------------------------------


def _flattened(checked: CheckedShapes) -> Shapes:
    """Without Z and M; a collection of one family is the multi shape of it, and what has one part is that part."""
    shapes = checked.shapes.copy()
    rest = _unproblematic(checked)
    deep = rest[shapely.has_z(shapes[rest]) | shapely.has_m(shapes[rest])]
    shapes[deep] = shapely.force_2d(shapes[deep])
    for at in rest[shapely.get_type_id(shapes[rest]) == GeometryType.GEOMETRYCOLLECTION]:
        shapes[at] = _as_one_family(shapes[at])
    single = rest[shapely.get_type_id(shapes[rest]) > GeometryType.POLYGON]
    single = single[shapely.get_num_geometries(shapes[single]) == 1]
    shapes[single] = shapely.get_geometry(shapes[single], 0)
    return shapes


def _as_one_family(collection: BaseGeometry) -> BaseGeometry:
    parts = np.array(list(_simple_parts(collection)), object)
    families = {family_of(part) for part in parts}
    if families == {"point"}:
        return _one(shapely.multipoints(parts))
    if families == {"line"}:
        return _one(shapely.multilinestrings(parts))
    if families == {"polygon"}:
        return _one(shapely.multipolygons(parts))
    return collection


def _one(shape: object) -> BaseGeometry:
    """What shapely's array functions answer for one shape."""
    assert isinstance(shape, BaseGeometry)  # noqa: S101
    return shape


def _simple_parts(shape: BaseGeometry) -> Iterator[BaseGeometry]:
    for part in shapely.get_parts(shape):
        if shapely.get_type_id(part) > GeometryType.POLYGON:
            yield from _simple_parts(part)
        else:
            yield part


def _deeper_than(shape: BaseGeometry, levels: int) -> bool:
    if shapely.get_type_id(shape) != GeometryType.GEOMETRYCOLLECTION:
        return False
    return levels == 0 or any(_deeper_than(part, levels - 1) for part in shapely.get_parts(shape))


def _mend(checked: CheckedShapes, accepts: Callable[[int], bool]) -> None:
    """Repair what can be repaired without changing its area; the others become problems with their place."""
    rest = _unproblematic(checked)
    broken = rest[~_are_valid(checked.shapes[rest])]
    before = checked.shapes[broken]
    for at, shape, mended in zip(broken.tolist(), before, repaired(before), strict=True):
        trouble, _ = trouble_of(shape)
        if mended is None or not _takes_its_place(shape, mended):
            checked.problems[at] = f"图形{trouble}。{MEND_AT_HOME}。"
        elif _means_the_same(shape, mended):
            checked.shapes[at] = mended
            checked.repaired[at] = trouble
        elif accepts(at):
            checked.shapes[at] = mended
            checked.accepted[at] = trouble
        else:
            checked.problems[at] = f"图形{trouble}。{MEND_AT_HOME}。"
            checked.offered.add(at)


def _are_valid(shapes: Shapes) -> NDArray[np.bool_]:
    """GEOS takes longest for this of all that is asked of many shapes, and two threads can ask it."""
    with ThreadPoolExecutor(2) as pool:
        return np.concatenate([*pool.map(shapely.is_valid, np.array_split(shapes, 2))])


def trouble_of(shape: BaseGeometry) -> tuple[str, tuple[float, float] | None]:
    """What is wrong with a shape that is not sound, for people, and where."""
    reason = str(shapely.is_valid_reason(shape))
    words, _, place = reason.partition("[")
    what = _REASONS.get(words.strip(), "不合规")
    numbers = re.findall(r"-?[\d.]+(?:e[+-]?\d+)?", place)
    if len(numbers) != 2:
        return what, None
    spot = float(numbers[0]), float(numbers[1])
    return f"在{describe_point(*spot)} 处{what}", spot


def _takes_its_place(shape: BaseGeometry, mended: BaseGeometry) -> bool:
    """A scribble of some hundred vertices may fall into a hundred thousand parts."""
    if shapely.is_empty(mended) or shapely.get_num_coordinates(mended) > MOST_VERTICES:
        return False
    return family_of(shape) == family_of(mended)


def _means_the_same(shape: BaseGeometry, mended: BaseGeometry) -> bool:
    area = shapely.area(shape)
    return bool(abs(shapely.area(mended) - area) <= area * _CHANGED_AREA)


def repaired(
    shapes: Sequence[BaseGeometry] | Shapes, timeout_s: float = REPAIR_TIMEOUT_S
) -> list[BaseGeometry | None]:
    """Each shape made valid, or None. GEOS cannot be interrupted, so it works in a child that can be killed.

    The simple ones come first, so that they do not wait for one that takes all the time; in all it takes twice
    timeout_s at most.
    """
    array = np.asarray(shapes, object)
    order = np.argsort(shapely.get_num_coordinates(array), kind="stable")
    end = time.monotonic() + 2 * timeout_s
    answers: list[BaseGeometry | None] = []
    for _ in range(_REPAIR_ROUNDS):
        if len(answers) < len(order):
            left_s = min(timeout_s, end - time.monotonic())
            answers += _ask_child(array[order[len(answers) :]], left_s) if left_s > 0 else []
        if len(answers) < len(order):
            answers.append(None)  # the one it was at work on when its time was up
    found: list[BaseGeometry | None] = [None] * len(order)
    for place, answer in zip(order.tolist(), answers, strict=False):
        found[place] = answer
    return found


def _ask_child(shapes: Sequence[BaseGeometry] | Shapes, timeout_s: float) -> list[BaseGeometry | None]:
    """As many answers as the child gave in its time."""
    lines = "".join(f"{text}\n" for text in shapely.to_wkb(shapes, hex=True))
    with subprocess.Popen(
        [sys.executable, "-I", "-m", "layers.shapes"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as child:
        try:
            told, _ = child.communicate(lines, timeout_s)
        except subprocess.TimeoutExpired:
            child.kill()
            told, _ = child.communicate()
    return [shapely.from_wkb(line) for line in told.split("\n")[:-1]]


def _answer_parent() -> None:
    isolate()
    limit({"memory_bytes": _CHILD_BYTES, "cpu_s": 60, "file_bytes": 0})
    for line in sys.stdin:
        mended = shapely.make_valid(shapely.from_wkb(line.strip()), method="structure")
        sys.stdout.write(shapely.to_wkb(mended, hex=True) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _answer_parent()
