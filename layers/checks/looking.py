"""What is wrong with these rows, all at once?

`alone` looks at each row for itself and may be asked slice by slice; `together` at what rows are to each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from layers.checks.areas import area_findings
from layers.checks.county import outside_findings
from layers.checks.crossings import crossing_findings
from layers.checks.declared import BY_CODE, CHECKS, Limits
from layers.checks.doubles import same_codes, same_names, same_shapes
from layers.checks.fenced import Unfinished, fenced_events
from layers.checks.finding import SHAPE, Finding, Rows, Shapes
from layers.checks.neighbours import Areas, Crack, Event, Overlap, Step, TooMany
from layers.checks.parts import part_findings
from layers.checks.plane import Positions
from layers.checks.rings import ring_findings
from layers.checks.values import field_findings, sense_findings
from layers.crs import describe_point
from layers.kinds import BOUNDARIES
from layers.measure import areas_m2, half_up, mu

UNFINISHED: Final = (
    "与相邻图形的比较用时过长，没有做完；已列出的结果有效。请先处理顶点极多或大量压盖的图形，再重新检查。"
)
TOO_MANY: Final = "互相压盖的图形太多，没有全部比较。请先处理已列出的重叠，再重新检查。"
_ORDER: Final = {check.code: place for place, check in enumerate(CHECKS)}

Places = NDArray[np.intp]


def alone(
    rows: Rows,
    limits: Limits,
    today: date,
    county: BaseGeometry | None,
    *,
    values: bool = True,
    areas: Positions | None = None,
) -> Iterator[Finding]:
    """Each row for itself. Shapes: CGCS2000 degrees, sound or not, finite. county: its area; None asks nothing.

    values: also required fields and values that a field refuses (a file was read by its fields already).
    areas: m², where the shapes are known to be sound and have been measured.
    """
    shapes = rows.shapes
    if areas is None:
        sound = shapely.is_valid(shapes)
        if not sound.all():
            shapes = _only(shapes, sound)
            yield from crossing_findings(rows.shapes)
        areas = areas_m2(shapes)
    yield from ring_findings(rows.shapes, limits)
    yield from part_findings(shapes, areas, limits)
    if county is not None and rows.kind.key != BOUNDARIES:
        yield from outside_findings(shapes, county, limits)
    yield from area_findings(Rows(rows.kind, shapes, rows.properties), areas, limits)
    if values:
        yield from field_findings(rows)
    yield from sense_findings(rows, today)


def shape_findings(shapes: Shapes, limits: Limits) -> Iterator[Finding]:
    """What is wrong with shapes as such, wherever they lie."""
    yield from crossing_findings(shapes)
    yield from ring_findings(shapes, limits)
    sound = _only(shapes, shapely.is_valid(shapes))
    yield from part_findings(sound, areas_m2(sound), limits)


@dataclass
class Crowd:
    """Rows beside each other. shapes: sound ones, None where there is none; mine: which of them are asked about.

    replaces: rows of a file take the place of rows of the map with the same number. unfinished: what was not compared.
    """

    rows: Rows
    names: Sequence[str]
    mine: NDArray[np.bool_]
    replaces: bool = False
    unfinished: list[str] = field(default_factory=list)

    @property
    def codes(self) -> list[str]:
        return [str(told.get(self.rows.kind.code_field) or "") for told in self.rows.properties]


def together(
    crowd: Crowd,
    limits: Limits,
    *,
    seconds: float,
    on_step: Callable[[float], object] = lambda share: None,
) -> Iterator[Finding]:
    """What rows are to each other; what could not be compared in so many seconds stands in crowd.unfinished."""
    rows, codes = crowd.rows, crowd.codes
    # Numbers that are on the map already are a matter of the plan of an import, not of its checks.
    asked = (
        [code if mine else "" for code, mine in zip(codes, crowd.mine, strict=True)]
        if crowd.replaces
        else codes
    )
    yield from same_codes(rows.kind, asked, crowd.names, crowd.mine)
    twice = list(same_shapes(rows.shapes, crowd.names, crowd.mine))
    gone = _replaced(codes, crowd.mine) if crowd.replaces else np.zeros(len(rows), bool)
    yield from (each for each in twice if each.other is None or not gone[each.other])
    yield from same_names(
        rows.kind, _only(rows.shapes, ~gone), rows.properties, crowd.names, crowd.mine, limits
    )
    yield from _neighbours(crowd, limits, {each.row for each in twice}, gone, seconds, on_step)


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Row by row, in the order in which the checks are declared; the same on every run."""
    return sorted(findings, key=lambda each: (each.row, _ORDER[each.check], each.field, each.other or -1))


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Errors before warnings, check by check, as a report lists them."""

    def rank(each: Finding) -> tuple[bool, int]:
        return BY_CODE[each.check].severity != "error", _ORDER[each.check]

    return sorted(in_order(findings), key=rank)


def _only(shapes: Shapes, kept: NDArray[np.bool_]) -> Shapes:
    """None in place of the others."""
    some = shapes.copy()
    some[~kept] = None
    return some


def _replaced(codes: Sequence[str], mine: NDArray[np.bool_]) -> NDArray[np.bool_]:
    brought = {code for code, ours in zip(codes, mine, strict=True) if ours and code}
    return np.array([not ours and code in brought for code, ours in zip(codes, mine, strict=True)], bool)


def _neighbours(
    crowd: Crowd,
    limits: Limits,
    twice: set[int],
    gone: NDArray[np.bool_],
    seconds: float,
    on_step: Callable[[float], object],
) -> Iterator[Finding]:
    rows = crowd.rows
    there = (shapely.get_dimensions(rows.shapes) == 2) & ~gone
    there[list(twice)] = False
    if (there & crowd.mine).sum() == 0 or there.sum() < 2:
        return
    places = np.flatnonzero(there)
    sheets = _sheets(rows, places)
    areas = Areas(rows.shapes[places], sheets, crowd.mine[places], np.full(len(places), -1, np.intp))
    try:
        for event in fenced_events(areas, limits, seconds=seconds):
            if isinstance(event, Step):
                on_step(event.share)
            elif isinstance(event, TooMany):
                crowd.unfinished.append(TOO_MANY)
            else:
                yield _told(crowd, event, places)
    except Unfinished:
        crowd.unfinished.append(UNFINISHED)


def _sheets(rows: Rows, places: Places) -> Places:
    """Numbers of the sheets in which areas lie beside each other."""
    if not rows.kind.apart_by:
        return np.zeros(len(places), np.intp)
    keys = [tuple(str(rows.properties[at].get(key) or "") for key in rows.kind.apart_by) for at in places]
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    return np.array([numbers[key] for key in keys], np.intp)


def _told(crowd: Crowd, event: Event, places: Places) -> Finding:
    assert isinstance(event, (Overlap, Crack))  # noqa: S101
    one, other = int(places[event.one]), int(places[event.other])
    if not crowd.mine[one] or (crowd.mine[other] and other > one):
        one, other = other, one
    name, where = crowd.names[other], describe_point(*event.spot)
    if isinstance(event, Overlap):
        size = f"{half_up(mu(event.area_m2), 4)} 亩"
        reason = f"与“{name}”重叠 {size}（占较小图形的 {_percent(event.share)}），在{where}。请核对界线。"
        return Finding("overlap", one, SHAPE, size, reason, event.spot, other)
    size = f"{half_up(event.area_m2, 2)} ㎡"
    reason = f"与“{name}”之间有缝隙，平均宽 {event.width_m:.2f} 米，{size}，在{where}。请核对公共边。"
    return Finding("gap", one, SHAPE, size, reason, event.spot, other)


def _percent(share: float) -> str:
    return f"{share:.1%}" if share >= 0.001 else "不到 0.1%"


def names_of(kind_title: str, properties: Sequence[Any]) -> list[str]:
    """What records are called in sentences."""
    return [str(told.get("name") or kind_title) for told in properties]
