"""Where do the shapes of a file lie? Which coordinate system, and is that place the county?"""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from layers import crs, shift
from layers.crs import Bounds
from layers.errors import Answer, InvalidShape, InvalidValue, QuestionToUser, UnreadableFile
from layers.formats import Dataset
from layers.kinds import BOUNDARIES
from layers.rights import Viewer
from layers.store import Database, query

MARGIN_DEG: Final = 0.5
"""Roads lead out of the county, a wrong zone leads 270 km away."""
_OLD_DATUMS: Final = "若数据是 1980西安坐标系或 1954北京坐标系，请选用它的坐标系并给出本局的转换参数，或先转到 2000国家大地坐标系。"

Shapes = NDArray[np.object_]


def county_bounds(database: Database, viewer: Viewer) -> Bounds | None:
    """The box of the administrative areas on the map; None while there are none."""
    with database.reading() as session:
        return query.bounds_of_kind(session, viewer, BOUNDARIES)


def chosen_crs(dataset: Dataset, answer: int | None, county: Bounds | None) -> int:
    """The code to read the coordinates with; raises QuestionToUser when nobody has said it."""
    if isinstance(dataset.shift, shift.Local):
        return crs.STORED
    said = dataset.crs
    code = answer or (said and said.code)
    if code is None:
        raise _question(dataset, county)
    if isinstance(dataset.shift, shift.Parameters):
        _check_parameters_meant(dataset, code)
    if dataset.shift is None or not isinstance(dataset.shift, shift.Parameters):
        crs.check_accepted(code)
    if answer and said and said.code and said.code != answer:
        dataset.notes.append(f"文件声明的是 {said.name}，已按您的选择改用 {crs.name_of(answer)}")
    return code


def swap(dataset: Dataset) -> None:
    """Take the first of each pair of coordinates for the second."""
    dataset.shapes = exchanged(dataset.shapes)
    dataset.notes.append("X、Y 两列已按您的选择交换")


def exchanged(shapes: Shapes) -> Shapes:
    """The same with both numbers of each position in the other order."""
    return np.asarray(shapely.transform(shapes, lambda positions: positions[:, ::-1]), object)


def system_of(dataset: Dataset, code: int) -> str:
    """What the coordinates were read as."""
    return dataset.shift.told if isinstance(dataset.shift, shift.Local) else crs.name_of(code)


def settle_shift(
    dataset: Dataset, parameters: str | None, public_map: str | None, local: str | None = None
) -> None:
    """How the coordinates are brought to CGCS2000, from the answers or the file itself; else a question."""
    if town := shift.local_in(local or ""):
        if parameters or public_map not in (None, shift.NOT_SHIFTED):
            raise InvalidValue("地方坐标系不能与转换参数或公开地图偏移同时使用。请只填其中一项。")
        dataset.shift = town
        return
    given = shift.parameters_in(parameters or "")
    dataset.shift = given or shift.public_map(public_map) or dataset.parameters
    if dataset.shift_asked and public_map is None and given is None:
        raise QuestionToUser(
            f"{dataset.shift_asked}的坐标可能带有公开地图的偏移（在本县约 500 米）。请选择坐标来源。",
            [
                Answer("gcj02", "GCJ-02，如奥维、高德、腾讯", "将反算去掉偏移"),
                Answer("bd09", "BD-09，如百度", "将反算去掉偏移"),
                Answer(shift.NOT_SHIFTED, "没有偏移，如天地图、GPS、测量数据", "按原坐标读取"),
            ],
        )


def _check_parameters_meant(dataset: Dataset, code: int) -> None:
    """Parameters belong to an old datum: those in the header of other files say nothing."""
    if crs.old_datum(code) is not None:
        dataset.notes.append(f"已用{dataset.shift.told}由 {crs.name_of(code)} 换算" if dataset.shift else "")
    elif dataset.shift is dataset.parameters:
        dataset.shift = None
        dataset.notes.append("文件中的转换参数未使用：坐标已是 2000国家大地坐标系")
    else:
        raise InvalidValue(
            f"给出了转换参数，但坐标系是 {crs.name_of(code)}，不需要转换。请去掉参数，或选择参数所对应的旧坐标系。"
        )


@np.errstate(invalid="ignore")
def landed(dataset: Dataset, code: int, county: Bounds | None) -> Shapes:
    """The shapes in CGCS2000 degrees; raises InvalidShape with the likely cause when most lie elsewhere."""
    shapes = shift.to_stored(dataset.shapes, code, dataset.shift)
    there = ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)
    if there.any() and np.count_nonzero(_inside(shapes[there], expected(county))) * 2 < np.count_nonzero(
        there
    ):
        raise InvalidShape(_elsewhere(dataset, shapes[there], code, county))
    return shapes


def expected(county: Bounds | None) -> Bounds:
    """Where shapes may lie."""
    return crs.padded(county, MARGIN_DEG) if county else crs.CHINA


def _inside(shapes: Shapes, where: Bounds) -> NDArray[np.bool_]:
    west, south, east, north = shapely.bounds(shapes).T
    inside: NDArray[np.bool_] = (
        (west >= where[0]) & (south >= where[1]) & (east <= where[2]) & (north <= where[3])
    )
    return inside


def _elsewhere(dataset: Dataset, shapes: Shapes, code: int, county: Bounds | None) -> str:
    if isinstance(dataset.shift, shift.Local):
        box, right = _total_bounds(shapes), expected(county)
        where = crs.describe(box) if box else "地球以外"
        return f"按{dataset.shift.told}解读，图形落在{where}，应在{crs.describe(right)}。请核对中央经线和加常数。"
    return elsewhere(raw_bounds(dataset), _total_bounds(shapes), code, county)


def raw_bounds(dataset: Dataset) -> Bounds | None:
    """The range of the coordinates as they were written: east or X first, as they stand in the file."""
    return _total_bounds(dataset.shapes)


def possible(dataset: Dataset, county: Bounds | None) -> list[crs.Candidate]:
    """The systems in which the coordinates could be, likeliest first; those that lie in the county, if any do."""
    raw = raw_bounds(dataset)
    return crs.candidates(raw, county) if raw else []


def candidate_value(candidate: crs.Candidate) -> str:
    """What answers that it is this one."""
    return f"{candidate.code}{crs.SWAPPED if candidate.swapped else ''}"


def elsewhere(raw: Bounds | None, box: Bounds | None, code: int, county: Bounds | None) -> str:
    """That something lies elsewhere, and why: `raw` as the coordinates were written, `box` where they land."""
    cause = raw and crs.likely_cause(raw, code, county)
    where = crs.describe(box) if box and crs.within(box, (-180, -90, 180, 90)) else "地球以外"
    right = f"应在本县一带（{crs.describe(expected(county))}）" if county else "应在我国境内"
    advice = cause or "请检查文件的坐标系和坐标值"
    return f"按 {crs.name_of(code)} 解读，图形落在{where}，{right}。{advice}。"


def _total_bounds(shapes: Shapes) -> Bounds | None:
    values = shapely.get_coordinates(shapes)
    values = values[np.isfinite(values).all(axis=1)]
    if not len(values):
        return None
    (west, south), (east, north) = values.min(axis=0).tolist(), values.max(axis=0).tolist()
    return west, south, east, north


def _question(dataset: Dataset, county: Bounds | None) -> QuestionToUser | UnreadableFile:
    raw = _total_bounds(dataset.shapes)
    if raw is None:
        return UnreadableFile("文件里没有任何有效坐标。请在原软件中检查后重新导出。")
    found = crs.candidates(raw, county)
    unread = f"声明的坐标系“{dataset.crs.name}”无法识别" if dataset.crs else "没有坐标系（缺少 .prj）"
    said = dataset.doubt or unread
    picked = (
        "若坐标取自高德、百度、奥维等公开地图，请同时说明它的偏移。"
        if max(map(abs, raw)) <= 180
        else _OLD_DATUMS
    )
    return QuestionToUser(
        f"文件{said}，坐标{values_told(raw)}。请选择坐标系。{picked}",
        [Answer(candidate_value(each), each.title, each.lands(county)) for each in found],
    )


def values_told(raw: Bounds) -> str:
    """The range of coordinates for people."""
    digits = 4 if max(map(abs, raw)) < 400 else 0
    return f"横向 {raw[0]:.{digits}f} 至 {raw[2]:.{digits}f}，纵向 {raw[1]:.{digits}f} 至 {raw[3]:.{digits}f}"
