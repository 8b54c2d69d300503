"""What would happen if this file were imported? Nothing is changed."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.checks import BY_CODE, CHECKS, Limits
from layers.collecting import uncollected
from layers.crs import Bounds
from layers.crs import name_of as system_name
from layers.errors import InvalidShape, InvalidValue, UnknownThing, UnreadableFile
from layers.formats import Dataset, read_dataset
from layers.intake import landing
from layers.intake.mapping import Chosen, mapped
from layers.intake.oddities import Oddities, oddities
from layers.intake.repairing import CROSSING, NOTHING_ACCEPTED, Accepted, mend
from layers.intake.rows import SHAPE, RowProblem, read_rows
from layers.intake.secrecy import refuse_secret_titles, refuse_secrets
from layers.intake.unsaid import say_other
from layers.kinds import BOUNDARIES, CUSTOM, LayerKind, kind_for, kind_of
from layers.measure import areas_m2, length_m
from layers.rights import VISIBILITIES, Viewer
from layers.shapes import FAMILY_TITLES, CheckedShapes, Shapes, check_shapes, family_of, trouble_of
from layers.store import Database, query
from layers.store.edit import NewFeature
from layers.store.repairs import Repair

_GRAVE: Final = frozenset(check.code for check in CHECKS if check.severity == "error")
_BY_WORD: Final = {word: code for code, word in VISIBILITIES.items()}


class NewLayer(NamedTuple):
    """A layer that the import shall create."""

    key: str
    title: str


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
    declared = _declared(database, viewer, kind, layer)
    seen_by = _visibility(visibility)
    target = _target(database, viewer, declared, layer, new_layer)
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
    came, limits = landing.landed(dataset, system, county), limits or Limits()
    checked = check_shapes(
        came, declared.shapes, landing.expected(county), lambda at: repairs.takes(CROSSING, at + 1)
    )
    checked.problems |= dataset.bad_shapes
    _refuse_if_all_alike(checked)
    mended = mend(checked, came, repairs, limits)
    mapping = mapped(declared, dataset.columns, columns)
    rows = read_rows(declared, dataset, mapping)
    problems = sorted([*_shape_problems(checked), *rows.problems], key=lambda problem: problem.row)
    good = sorted(set(range(len(dataset))) - {problem.row - 1 for problem in problems})
    shapes = checked.shapes[good]
    properties = [rows.properties[at] for at in good]
    sound = sorted(set(range(len(dataset))) - set(checked.problems))
    all_areas = np.zeros(len(dataset))
    all_areas[sound] = areas_m2(checked.shapes[sound])
    areas = all_areas[good]
    odd = oddities(
        database,
        viewer,
        declared,
        None if target.hides is None else target.layer.key,
        checked.shapes,
        rows.properties,
        sound=sound,
        areas=all_areas,
        limits=limits,
        areas_compared=dataset.areas_compared,
    )
    return Plan(
        file=file.name,
        source=dataset.name,
        kind=declared,
        layer=target.layer,
        creates_layer=target.hides is None,
        visibility=seen_by,
        crs=system,
        encoding=dataset.encoding,
        count=len(dataset),
        matched={column: each.title for column, each in mapping.fields.items()},
        others=mapping.others,
        good=[
            NewFeature(shape, told, visibility=seen_by, area_m2=area)
            for shape, told, area in zip(shapes, properties, areas.tolist(), strict=True)
        ],
        rows=[at + 1 for at in good],
        left_out=[rows.properties[problem.row - 1] for problem in problems],
        problems=problems,
        warnings=_gravest_first(
            [
                *_repairs(checked),
                *mended.told,
                *(RowProblem(at + 1, SHAPE, "", oddity) for at, oddity in dataset.oddities),
                *rows.warnings,
                *odd.warnings,
            ]
        ),
        notes=[*dataset.notes, *mapping.notes, *odd.notes, *_hidden_by_layer(target, seen_by)],
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
        decisions=[
            *_decisions(dataset, crs, system, encoding, swapped=swapped),
            *([f"按选择修复了 {len(mended.checks)} 个图形"] if mended.checks else []),
        ],
        bounds=_bounds(shapes),
        area_m2=float(areas.sum()),
        length_m=sum(map(length_m, shapes[shapely.get_dimensions(shapes) == 1])),
    )


def _gravest_first(warnings: list[RowProblem]) -> list[RowProblem]:
    """Whoever lists only the first of many days without a month still sees what lies over its neighbour."""
    return sorted(warnings, key=lambda each: each.check not in _GRAVE)


def _decisions(
    dataset: Dataset, answer: int | None, code: int, encoding: str | None, *, swapped: bool
) -> list[str]:
    """What is written into the history beside the name of the file."""
    said = dataset.crs.code if dataset.crs else None
    told = [f"坐标系由人工选为 {system_name(code)}"] if answer and answer != said else []
    told += ["X、Y 已交换"] if swapped else []
    told += [dataset.shift.told] if dataset.shift else []
    return [*told, *([f"文字编码由人工选为 {dataset.encoding}"] if encoding else [])]


def _declared(database: Database, viewer: Viewer, kind: str | None, layer: str | None) -> LayerKind:
    """The kind of the rows: that of the layer they go into, where one is named."""
    if layer is not None and kind in (None, CUSTOM):
        with database.reading() as session:
            return kind_for(query.layer_named(session, viewer, layer))
    if kind is None:
        raise InvalidValue("没有说明导入到哪里。请用 --layer 给出图层代码，或用 --kind 给出图层类别。")
    if kind == CUSTOM:
        raise InvalidValue(
            "自定义图层要先在“图层管理”里建立并设定字段，再用 --layer 图层代码 导入。请先建立图层。"
        )
    return kind_of(kind)


def _check_places(dataset: Dataset) -> None:
    if not dataset.has_shapes:
        columns = "、".join(dataset.columns)
        raise UnreadableFile(
            f"表里没有认得出的坐标列（有：{columns}）。要按编号更新图上已有的图形，请加 --key 列名（如 --key 地块编号）；"
            "要新增图形，请补上经度、纬度，或 X、Y，或 WKT 一列。"
        )


def _visibility(word: str) -> str:
    code = _BY_WORD.get(word, word)
    if code not in VISIBILITIES:
        allowed = "、".join(f"{code}（{word}）" for code, word in VISIBILITIES.items())
        raise InvalidValue(f"可见范围收到“{word[:20]}”，应为以下之一：{allowed}。")
    return code


class _Target(NamedTuple):
    """The layer the rows go into. hides: its visibility; None when it must be created first."""

    layer: NewLayer
    hides: str | None


def _target(
    database: Database, viewer: Viewer, kind: LayerKind, key: str | None, new: NewLayer | None
) -> _Target:
    with database.reading() as session:
        there = {layer.key: layer for layer in query.layer_rows(session, viewer)}
    found = there.get(new.key if new else key or kind.key)
    if new:
        return _new_target(new, found)
    if found is None and key not in (None, kind.key):
        known = "、".join(
            f"{layer.key}（{layer.title}）" for layer in there.values() if layer.kind == kind.key
        )
        raise UnknownThing(
            f"没有图层“{str(key)[:60]}”。{kind.title}现有的图层：{known or '无'}。请从中选择，或不填。"
        )
    if found is None:
        return _Target(NewLayer(kind.key, kind.title), None)
    if found.kind != kind.key:
        raise InvalidValue(
            f"图层“{found.key}”（{found.title}）存放的是{kind_for(found).title}，不是{kind.title}。"
            "请改选图层或类别。"
        )
    return _Target(NewLayer(found.key, found.title), found.visibility)


def _new_target(new: NewLayer, found: query.Layer | None) -> _Target:
    if found:
        raise InvalidValue(
            f"图层代码“{new.key}”已被使用（{found.title}）。请换一个代码，或导入到已有的图层。"
        )
    return _Target(new, None)


def _hidden_by_layer(target: _Target, visibility: str) -> Iterator[str]:
    widest = list(VISIBILITIES)
    if target.hides and widest.index(visibility) < widest.index(target.hides):
        yield (
            f"图层“{target.layer.title}”的可见范围是{VISIBILITIES[target.hides]}，"
            f"本次导入虽为{VISIBILITIES[visibility]}，仍只有{VISIBILITIES[target.hides]}用户能看到"
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
    boxes = shapely.bounds(checked.shapes)
    spots = {at + 1: ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2) for at, box in enumerate(boxes.tolist())}
    return {row: spot for row, spot in spots.items() if math.isfinite(spot[0]) and math.isfinite(spot[1])}


def _bounds(shapes: Shapes) -> Bounds | None:
    if not len(shapes):
        return None
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    return west, south, east, north
