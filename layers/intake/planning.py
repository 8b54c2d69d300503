"""What would happen if this file were imported? Nothing is changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from layers.checks import BY_CODE, CHECKS, Limits
from layers.collecting import uncollected
from layers.crs import Bounds
from layers.crs import name_of as system_name
from layers.errors import InvalidShape, UnreadableFile
from layers.formats import Dataset, read_dataset
from layers.intake import landing
from layers.intake.mapping import Chosen, Mapping, mapped
from layers.intake.oddities import Oddities, oddities
from layers.intake.repairing import CROSSING, NOTHING_ACCEPTED, Accepted, Mended, mend
from layers.intake.rows import SHAPE, RowProblem, Rows, read_rows
from layers.intake.secrecy import refuse_secret_titles, refuse_secrets
from layers.intake.target import NewLayer, Target, declared_for, hidden_by_layer, target_of, visibility_named
from layers.intake.unsaid import say_other
from layers.kinds import BOUNDARIES, LayerKind
from layers.measure import areas_m2, length_m
from layers.rights import Viewer
from layers.shapes import FAMILY_TITLES, CheckedShapes, Shapes, check_shapes, family_of, trouble_of
from layers.store import Database
from layers.store.edit import NewFeature
from layers.store.repairs import Repair

_GRAVE: Final = frozenset(check.code for check in CHECKS if check.severity == "error")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What an import would do.

    matched: column → title of its field; others: columns kept as they are. rows: which rows the good ones are,
    counted from 1; left_out: what could be read of the others. problems keep their rows out,
    warnings do not. crs: code in which the coordinates were read; shift: what was taken out. system: its name. decisions:
    what a person said of coordinates and text. spots: where each row lies. found:
    check → how often; repairs: what was accepted and done; follows: neighbours are compared after the import.
    bounds, area and length: of the good rows.
    """

    file: str
    source: str
    kind: LayerKind
    layer: NewLayer
    creates_layer: bool
    visibility: str
    crs: int
    encoding: str
    count: int
    matched: dict[str, str]
    others: list[str]
    good: list[NewFeature]
    rows: list[int]
    left_out: list[dict[str, Any]] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    warnings: list[RowProblem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    places: Sequence[str] = ()
    shift: str = ""
    system: str = ""
    decisions: list[str] = field(default_factory=list)
    spots: dict[int, tuple[float, float]] = field(default_factory=dict)
    found: dict[str, int] = field(default_factory=dict)
    repairs: list[Repair] = field(default_factory=list)
    follows: bool = False
    pictures: bool = False
    bounds: Bounds | None = None
    area_m2: float = 0.0
    length_m: float = 0.0

    @property
    def bad_count(self) -> int:
        """How many rows have a problem."""
        return self.count - len(self.good)

    def place(self, row: int) -> str:
        """What a row is called where it came from; rows count from 1."""
        return self.places[row - 1] if self.places else f"第 {row} 行"

    @property
    def title(self) -> str:
        """Of the layer the rows go into."""
        return self.layer.title


@uncollected()
def plan(
    database: Database,
    viewer: Viewer,
    file: Path,
    *,
    kind: str | None = None,
    layer: str | None = None,
    new_layer: NewLayer | None = None,
    visibility: str = "internal",
    crs: int | None = None,
    encoding: str | None = None,
    source_layer: str | None = None,
    parameters: str | None = None,
    public_map: str | None = None,
    swapped: bool = False,
    local: str | None = None,
    columns: Chosen | None = None,
    dataset: Dataset | None = None,
    repairs: Accepted = NOTHING_ACCEPTED,
    limits: Limits | None = None,
) -> Plan:
    """Read a file as features of a kind, which the layer tells where it is not given. crs, encoding, source_layer: answers to questions this function asks.

    swapped: X and Y change places. local: a town's own system (see `shift.local_in`). columns: what a person says of some. dataset: the file, when it was already read. repairs: those a
    person accepted.

    Raises MapError for a file, layer or coordinate system that cannot be; rows that cannot be are listed.
    """
    declared = declared_for(database, viewer, kind, layer)
    seen_by = visibility_named(visibility)
    target = target_of(database, viewer, declared, layer, new_layer)
    refuse_secret_titles(file.name, target.layer.title)
    dataset = dataset or read_dataset(file, encoding=encoding, source_layer=source_layer)
    refuse_secrets(dataset)
    _check_places(dataset)
    if dataset.pictures:
        say_other(dataset, declared)
    county = None if kind == BOUNDARIES else landing.county_bounds(database, viewer)
    if swapped:
        landing.swap(dataset)
    landing.settle_shift(dataset, parameters, public_map, local)
    system = landing.chosen_crs(dataset, crs, county)
    limits = limits or Limits()
    looked = _looked_at(dataset, system, county, declared, columns, repairs, limits)
    odd = oddities(
        database,
        viewer,
        declared,
        None if target.hides is None else target.layer.key,
        looked.shapes.shapes,
        looked.rows.properties,
        sound=looked.sound,
        areas=looked.areas,
        limits=limits,
        areas_compared=dataset.areas_compared,
    )
    decisions = _decisions(dataset, crs, system, encoding, swapped=swapped)
    return _told(file, dataset, target, declared, seen_by, system, looked, odd, decisions)


class _Looked(NamedTuple):
    """What the rows of a dataset are by themselves. problems: in the order of the rows; areas: m² of all of them."""

    shapes: CheckedShapes
    mended: Mended
    mapping: Mapping
    rows: Rows
    problems: list[RowProblem]
    areas: NDArray[np.float64]

    @property
    def sound(self) -> list[int]:
        """The rows (from 0) whose shape can be stored."""
        return sorted(set(range(len(self.areas))) - set(self.shapes.problems))

    @property
    def good(self) -> list[int]:
        """The rows (from 0) without any problem."""
        return sorted(set(range(len(self.areas))) - {problem.row - 1 for problem in self.problems})


def _looked_at(
    dataset: Dataset,
    system: int,
    county: Bounds | None,
    kind: LayerKind,
    columns: Chosen | None,
    repairs: Accepted,
    limits: Limits,
) -> _Looked:
    """Shapes in their place, checked and mended as far as somebody accepted it, and the values of all rows."""
    came = landing.landed(dataset, system, county)
    # Values are read while GEOS looks at the shapes; what is wrong with these is said first.
    with ThreadPoolExecutor(1) as beside:
        values = beside.submit(_values, dataset, kind, columns)
        checked = check_shapes(
            came, kind.shapes, landing.expected(county), lambda at: repairs.takes(CROSSING, at + 1)
        )
        checked.problems |= dataset.bad_shapes
        _refuse_if_all_alike(checked)
        mended = mend(checked, came, repairs, limits)
    mapping, rows = values.result()
    problems = sorted([*_shape_problems(checked), *rows.problems], key=lambda problem: problem.row)
    looked = _Looked(checked, mended, mapping, rows, problems, np.zeros(len(dataset)))
    looked.areas[looked.sound] = areas_m2(checked.shapes[looked.sound])
    return looked


def _values(dataset: Dataset, kind: LayerKind, columns: Chosen | None) -> tuple[Mapping, Rows]:
    mapping = mapped(kind, dataset.columns, columns)
    return mapping, read_rows(kind, dataset, mapping)


def _told(
    file: Path,
    dataset: Dataset,
    target: Target,
    kind: LayerKind,
    seen_by: str,
    system: int,
    looked: _Looked,
    odd: Oddities,
    decisions: list[str],
) -> Plan:
    """All that was found, as one plan."""
    checked, mended, rows, good = looked.shapes, looked.mended, looked.rows, looked.good
    shapes, areas = checked.shapes[good], looked.areas[good]
    return Plan(
        file=file.name,
        source=dataset.name,
        kind=kind,
        layer=target.layer,
        creates_layer=target.hides is None,
        visibility=seen_by,
        crs=system,
        encoding=dataset.encoding,
        count=len(dataset),
        matched={column: each.title for column, each in looked.mapping.fields.items()},
        others=looked.mapping.others,
        good=[
            NewFeature(shape, rows.properties[at], visibility=seen_by, area_m2=area)
            for at, shape, area in zip(good, shapes, areas.tolist(), strict=True)
        ],
        rows=[at + 1 for at in good],
        left_out=[rows.properties[problem.row - 1] for problem in looked.problems],
        problems=looked.problems,
        warnings=_warnings(dataset, looked, odd),
        notes=[*dataset.notes, *looked.mapping.notes, *odd.notes, *hidden_by_layer(target, seen_by)],
        found=_counted(odd, checked),
        repairs=[
            Repair(row, _place(dataset, row), tuple(mended.checks[row]), mended.before[row])
            for row in sorted(mended.checks)
        ],
        follows=odd.follows,
        pictures=dataset.pictures,
        places=dataset.places,
        spots=_spots(checked),
        shift=dataset.shift.told if dataset.shift else "",
        system=landing.system_of(dataset, system),
        decisions=[*decisions, *([f"按选择修复了 {len(mended.checks)} 个图形"] if mended.checks else [])],
        bounds=_bounds(shapes),
        area_m2=float(areas.sum()),
        length_m=sum(map(length_m, shapes[shapely.get_dimensions(shapes) == 1])),
    )


def _warnings(dataset: Dataset, looked: _Looked, odd: Oddities) -> list[RowProblem]:
    """Grave ones first: whoever lists the first of many days without a month still sees what lies over its neighbour."""
    told = [
        *_repairs(looked.shapes),
        *looked.mended.told,
        *(RowProblem(at + 1, SHAPE, "", oddity) for at, oddity in dataset.oddities),
        *looked.rows.warnings,
        *odd.warnings,
    ]
    return sorted(told, key=lambda each: each.check not in _GRAVE)


def _decisions(
    dataset: Dataset, answer: int | None, code: int, encoding: str | None, *, swapped: bool
) -> list[str]:
    """What is written into the history beside the name of the file."""
    said = dataset.crs.code if dataset.crs else None
    told = [f"坐标系由人工选为 {system_name(code)}"] if answer and answer != said else []
    told += ["X、Y 已交换"] if swapped else []
    told += [dataset.shift.told] if dataset.shift else []
    return [*told, *([f"文字编码由人工选为 {dataset.encoding}"] if encoding else [])]


def _check_places(dataset: Dataset) -> None:
    if not dataset.has_shapes:
        columns = "、".join(dataset.columns)
        raise UnreadableFile(
            f"表里没有认得出的坐标列（有：{columns}）。要按编号更新图上已有的图形，请加 --key 列名（如 --key 地块编号）；"
            "要新增图形，请补上经度、纬度，或 X、Y，或 WKT 一列。"
        )


def _refuse_if_all_alike(checked: CheckedShapes) -> None:
    """The wrong kind for the whole file is one sentence, not one for each row."""
    reasons = set(checked.problems.values())
    if len(reasons) == 1 and len(checked.problems) == len(checked.shapes) > 1:
        raise InvalidShape(f"全部 {len(checked.shapes)} 行：{reasons.pop()}")


def _shape_problems(checked: CheckedShapes) -> Iterator[RowProblem]:
    for at, reason in checked.problems.items():
        shape = checked.shapes[at]
        if at in checked.offered:
            repair = "可在原软件中修正，或接受修复：" + BY_CODE[CROSSING].repair
            told = f"{reason.split('。')[0]}。{repair}。"
            yield RowProblem(at + 1, SHAPE, _came(shape), told, CROSSING, trouble_of(shape)[1], "offered")
        else:
            yield RowProblem(at + 1, SHAPE, _came(shape), reason)


def _counted(odd: Oddities, checked: CheckedShapes) -> dict[str, int]:
    """How often each check found something, in their order."""
    counts = odd.counts + Counter({CROSSING: len(checked.offered)})
    return {check.code: counts[check.code] for check in CHECKS if counts[check.code]}


def _place(dataset: Dataset, row: int) -> str:
    return dataset.places[row - 1] if dataset.places else f"第 {row} 行"


def _came(shape: BaseGeometry | None) -> str:
    return "" if shape is None else FAMILY_TITLES.get(family_of(shape) or "", shape.geom_type)


def _repairs(checked: CheckedShapes) -> Iterator[RowProblem]:
    for at, trouble in checked.repaired.items():
        yield RowProblem(at + 1, SHAPE, _came(checked.shapes[at]), f"图形{trouble}，已修复，面积不变。")


def _spots(checked: CheckedShapes) -> dict[int, tuple[float, float]]:
    """Where each row lies, as far as it lies somewhere; rows count from 1."""
    west, south, east, north = shapely.bounds(checked.shapes).T
    middles = np.column_stack([(west + east) / 2, (south + north) / 2])
    there = np.flatnonzero(np.isfinite(middles).all(axis=1))
    return dict(zip((there + 1).tolist(), map(tuple, middles[there].tolist()), strict=True))


def _bounds(shapes: Shapes) -> Bounds | None:
    if not len(shapes):
        return None
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    return west, south, east, north
