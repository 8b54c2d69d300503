"""What comes onto the sheet for somebody who prints the map, and where is it kept for him?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import shapely

from layers import clock
from layers.crs import Bounds, name_of, padded, projected_code
from layers.errors import InvalidValue
from layers.export.publishing import coarsened
from layers.kinds import LayerKind, kind_for
from layers.kinds.coloured import recoloured
from layers.kinds.moments import Times, moment_of, words_of
from layers.rights import PUBLIC_VIEWER, Viewer
from layers.store import Database, audit, pictures, query
from webmap import catalogue, finished
from webmap.bases.shelf import Shelf
from webmap.outputs.print_paper import GridKind, Sheet, fitting_scale
from webmap.outputs.print_series import Series
from webmap.packing import INTERNAL_MARK
from webmap.print_asked import Wanted
from webmap.print_base import PrintedBase
from webmap.print_drawings import Placed

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from layers.store.query import FoundFeature, LayerSummary
    from webmap.outputs.print_curtain import Beside
    from webmap.outputs.print_map import PrintedMap
    from webmap.outputs.print_shapes import DrawnLayer

KIND: Final = "print"
"""Of its job."""
MOST_FEATURES: Final = 100_000
"""More would be a black sheet, and more than a printer takes."""
_BEYOND_DEG: Final = 0.02


class Printed(NamedTuple):
    """A file, what it is called, what was printed, and of which state of the data."""

    content: bytes
    name: str
    sheet: Sheet
    pages: int
    notes: tuple[str, ...]
    data: tuple[dict[str, Any], ...]


@dataclass(frozen=True, kw_only=True)
class _Order:
    """What is printed for whom. who: as whom the data are read; viewer: who printed; county: its name."""

    asked: Wanted
    who: Viewer
    viewer: Viewer
    shown: Sequence[LayerSummary]
    county: str
    sheet: Sheet
    over: Sequence[Placed]
    base: PrintedBase | None

    @property
    def series(self) -> Series:
        asked = self.asked
        return Series(sheet=self.sheet, rows=asked.rows, columns=asked.columns, overlap=asked.overlap)

    @property
    def title(self) -> str:
        return self.asked.title or f"{self.county}全域一张图"

    @property
    def sheets(self) -> list[Sheet]:
        """The overview of a series comes first."""
        if not self.asked.is_series:
            return [self.sheet]
        return [self.series.overview(), *self.series.sheets()]


def carry_out(
    database: Database,
    viewer: Viewer,
    asked: Wanted,
    tell: Callable[[float, str], object],
    home: Path | None = None,
    shelf: Shelf | None = None,
) -> Printed:
    """Draw the sheets with what this viewer may see, and write down that he did.

    home: where drawings lie; shelf: the base maps that can be printed.
    """
    from webmap.outputs.print_map import bound

    tell(0.05, "正在读取图层")
    warnings: set[str] = set()
    with database.reading() as session:
        order = _order(session, viewer, asked, home, shelf)
        content = bound(_pages(session, order, tell, warnings), asked.form)
    keys = [each.key for each in order.shown]
    told = f"{order.title} {asked.paper} 1:{order.sheet.scale:g} {'、'.join(keys)}"
    with database.writing() as session:
        audit.record(session, viewer, "print", told[:300])
        session.commit()
    marks = tuple(sorted(warnings))
    lacking = (f"{order.base.trouble}。",) if order.base and order.base.trouble else ()
    data = tuple(data_of(each) for each in order.shown)
    return Printed(content, _name(order, marks), order.sheet, len(order.sheets), (*marks, *lacking), data)


def data_of(layer: LayerSummary) -> dict[str, Any]:
    """Which state of a layer was printed."""
    day = layer.data_date.isoformat() if layer.data_date else None
    return {"title": layer.title, "version": layer.version, "data_date": day}


def keep(printed: Printed, home: Path, form: str) -> dict[str, Any]:
    """Put the file where it is fetched from, and say what it is."""
    file = f"map.{form}"
    return {
        "uid": finished.put(home, file, printed.content),
        "file": file,
        "name": printed.name,
        "bytes": len(printed.content),
        "scale": printed.sheet.scale,
        "paper": printed.sheet.paper,
        "pages": printed.pages,
        "data": list(printed.data),
        "notes": list(printed.notes),
    }


# --- what is on the sheet ------------------------------------------------------------------------------


def _order(session: Session, viewer: Viewer, asked: Wanted, home: Path | None, shelf: Shelf | None) -> _Order:
    who = replace(PUBLIC_VIEWER if asked.public else viewer, at=asked.day)
    county = catalogue.county(session, viewer, query.layers(session, viewer))
    shown = _shown(query.layers(session, who), asked, who)
    sheet = _sheet(asked, county["bounds"])
    return _Order(
        asked=asked,
        who=who,
        viewer=viewer,
        shown=shown,
        county=county["title"],
        sheet=sheet,
        over=_drawings(session, who, asked, home),
        base=_base(asked, shelf),
    )


def _base(asked: Wanted, shelf: Shelf | None) -> PrintedBase | None:
    """None for the public: like drawings, it would tell exact places."""
    if asked.public or not asked.base or shelf is None:
        return None
    return PrintedBase(shelf, asked.base, asked.base_opacity)


def _drawings(session: Session, who: Viewer, asked: Wanted, home: Path | None) -> list[Placed]:
    """None for the public: their coordinates are exact."""
    if asked.public or home is None:
        return []
    found = [(pictures.to_see(session, who, uid), opacity) for uid, opacity in asked.over.items()]
    return [Placed(picture, opacity, home) for picture, opacity in found]


def _pages(
    session: Session, order: _Order, tell: Callable[[float, str], object], warnings: set[str]
) -> Iterator[PrintedMap]:
    """One after the other, so that a long series is never held whole; warnings: collects what they say."""
    sheets = order.sheets
    for number, sheet in enumerate(sheets):
        said = f"正在绘制第 {number + 1} 页，共 {len(sheets)} 页" if len(sheets) > 1 else "正在绘制"
        tell(0.1 + 0.85 * number / len(sheets), said)
        page = _page(session, order, sheet, number)
        warnings.update(page.said.warnings)
        yield page


def _page(session: Session, order: _Order, sheet: Sheet, number: int) -> PrintedMap:
    """number: 0 is the only sheet, or the overview."""
    from webmap.outputs.print_map import PrintedMap

    asked = order.asked
    layers, beside = in_time(
        [_laid(session, order, each, sheet) for each in order.shown], sheet, asked.times, asked.curtain
    )
    base = order.base.laid(sheet) if order.base else []
    if base:
        layers = _bare(layers)
        beside = beside and replace(beside, layers=_bare(beside.layers))
    sample = any(each.sample for each in order.shown) or any(
        bool(value.get("is_sample")) for layer in layers for value in layer.values
    )
    grid: GridKind = "none" if asked.public else asked.grid
    is_overview = asked.is_series and number == 0
    index = order.series.boxes(sheet) if is_overview else ()
    said = _said(order, sheet, number, sample=sample)
    legend = asked.legend and not is_overview
    return PrintedMap(
        sheet=sheet,
        layers=layers,
        said=said,
        grid=grid,
        legend=legend,
        index=index,
        over=[each for placed in order.over if (each := placed.laid(sheet))],
        beside=beside,
        base=base,
    )


def _bare(layers: Sequence[DrawnLayer]) -> list[DrawnLayer]:
    """Over a base map the ground is not filled."""
    return [replace(each, filled=not each.kind.backdrop) for each in layers]


def _laid(session: Session, order: _Order, summary: LayerSummary, sheet: Sheet) -> DrawnLayer:
    asked, key = order.asked, summary.key
    layer = laid_layer(
        session,
        order.who,
        summary,
        sheet,
        asked.filters.get(key, ""),
        asked.grid_m if asked.public else 0,
        color_by=asked.colors.get(key, ""),
    )
    return replace(layer, opacity=asked.faint.get(key, 1.0))


def _shown(found: Sequence[LayerSummary], asked: Wanted, who: Viewer) -> list[LayerSummary]:
    """The layers in the order of the panel; for the public only those that are theirs."""
    if asked.layers is None:
        return [each for each in found if kind_for(each).on_at_start]
    known = {each.key: each for each in found}
    unknown = next((key for key in asked.layers if key not in known), None)
    if unknown is not None and who.audience != PUBLIC_VIEWER.audience:
        raise InvalidValue(f"没有图层“{unknown[:60]}”，或者您无权查看。请从图层列表中选择。")
    return [each for each in found if each.key in asked.layers]


def _sheet(asked: Wanted, county: Bounds | None) -> Sheet:
    lon, lat = asked.center or _middle(county)
    sheet = Sheet(
        paper=asked.paper,
        orientation=asked.orientation,
        scale=asked.scale or 1,
        lon=lon,
        lat=lat,
        turn=asked.turn,
    )
    return (
        sheet if asked.scale else replace(sheet, scale=_fitting(asked, sheet, county or (lon, lat, lon, lat)))
    )


def _fitting(asked: Wanted, sheet: Sheet, bounds: Bounds) -> float:
    """The largest usual scale at which these bounds lie on the sheet, or on all sheets of a series together."""
    series = Series(sheet=sheet, rows=asked.rows, columns=asked.columns, overlap=asked.overlap)
    return fitting_scale(sheet, series.size_mm, bounds)


def _middle(county: Bounds | None) -> tuple[float, float]:
    if county is None:
        raise InvalidValue("地图上还没有数据，不知道打印哪里。请给出图幅中心（经度,纬度）。")
    west, south, east, north = county
    return (west + east) / 2, (south + north) / 2


def laid_layer(
    session: Session,
    who: Viewer,
    summary: LayerSummary,
    sheet: Sheet,
    text: str,
    grid_m: float = 0,
    *,
    color_by: str = "",
) -> DrawnLayer:
    """What of a layer touches the sheet and passes this filter, as this viewer may see it.

    grid_m: coarsened so far. color_by: the field that colours it here; "": as everywhere.
    """
    from webmap.outputs.print_shapes import DrawnLayer

    layer = query.layer_named(session, who, summary.key)
    bounds = padded(sheet.bounds, _BEYOND_DEG)
    where = query.read_filter(session, who, layer, text)
    count = query.count_features(session, who, layer, bounds=bounds, where=where)
    if count > MOST_FEATURES:
        raise InvalidValue(
            f"“{summary.title}”在图幅内有 {count:,} 个图形，一幅图最多 {MOST_FEATURES:,} 个。请放大比例尺、筛选或关闭这个图层。"
        )
    features = query.find_features(session, who, layer, bounds=bounds, where=where)
    shapes = coarsened(np.array([each.shape for each in features], object), grid_m)
    kind = recoloured(kind_for(layer), color_by)
    return DrawnLayer(
        key=summary.key,
        title=summary.title,
        kind=kind,
        shapes=sheet.place(shapes),
        symbols=[_symbol(kind, each) if color_by else _stored_symbol(kind, each) for each in features],
        labels=[str(each.derived.get("label") or "") for each in features],
        values=[{**each.properties, **each.derived} for each in features],
    )


def _stored_symbol(kind: LayerKind, feature: FoundFeature) -> str:
    return kind.symbol_class(str(feature.derived.get("symbol"))).key


def _symbol(kind: LayerKind, feature: FoundFeature) -> str:
    return kind.symbol_class(kind.symbol_of(feature.properties, feature.derived)).key


def in_time(
    layers: Sequence[DrawnLayer], sheet: Sheet, times: Times | None, curtain: float | None
) -> tuple[list[DrawnLayer], Beside | None]:
    """The layers as they stand at a time, and the other time right of the curtain (degrees of longitude)."""
    from webmap.outputs.print_curtain import Beside

    if times is None:
        return list(layers), None
    left = [_standing(each, times.left) for each in layers]
    if times.right is None:
        return left, None
    right = [_standing(each, times.right) for each in layers]
    return left, Beside(right, _x_of(sheet, curtain), (words_of(times.left), words_of(times.right)))


def _standing(layer: DrawnLayer, time: str) -> DrawnLayer:
    """Only what stands; a kind without a lifetime stands always."""
    lifetime = layer.kind.lifetime
    if lifetime is None:
        return layer
    moment = moment_of(time, clock.today())
    return layer.only([at for at, said in enumerate(layer.values) if lifetime.stands(said, moment)])


def _x_of(sheet: Sheet, curtain: float | None) -> float:
    """Where on the paper a meridian crosses the middle of the frame, in mm."""
    if curtain is None:
        return sheet.frame.middle[0]
    (spot,) = sheet.drawn(np.array([shapely.Point(curtain, sheet.lat)], object))
    return float(spot.x)


def _said(order: _Order, sheet: Sheet, number: int, *, sample: bool) -> Any:
    from webmap.outputs.print_furniture import Said

    asked, count = order.asked, order.series.count
    days = [each.data_date for each in order.shown if each.data_date]
    system = f"{name_of(projected_code(sheet.zone)).partition('，')[0]}）"
    page = (
        ""
        if not asked.is_series
        else f"第 {number} 幅，共 {count} 幅"
        if number
        else f"分幅总图，共 {count} 幅"
    )
    return Said(
        title=order.title,
        mark=asked.edition.mark if asked.edition else INTERNAL_MARK,
        warnings=("示例数据",) if sample else (),
        system=[part for part in system.partition(" ") if part.strip()],
        data_day=_day(max(days)) if days else "未登记",
        unit=asked.unit or order.viewer.unit or "—",
        day=_day(clock.today()),
        notes=_notes(order, sheet),
        page=page,
        neighbours=order.series.neighbours(number) if asked.is_series and number else {},
    )


def _notes(order: _Order, sheet: Sheet) -> tuple[str, ...]:
    asked = order.asked
    filtered = [each.title for each in order.shown if asked.filters.get(each.key)]
    others = [str(each) for each in sheet.zones if each != sheet.zone]
    return (
        *(["坐标已取整，不得用于量测"] if asked.public and asked.grid_m else []),
        *([f"图内第{'、'.join(others)}带部分按第{sheet.zone}带投影"] if others and not asked.public else []),
        *([f"{_day(asked.day)}的数据"] if asked.day else []),
        *([f"{asked.times.words}"] if asked.times else []),
        *([f"经筛选：{'、'.join(filtered)}"] if filtered else []),
        *_colored(order),
        *([order.base.note] if order.base and order.base.note else []),
    )


def _colored(order: _Order) -> Iterator[str]:
    for each in order.shown:
        if key := order.asked.colors.get(each.key):
            field = kind_for(each).by_key.get(key)
            yield f"{each.title}按{field.title if field else key}着色"


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _name(order: _Order, warnings: Sequence[str]) -> str:
    plain = "".join(each if each.isalnum() or each in "-_（）" else "_" for each in order.title[:40])
    asked, sheet = order.asked, order.sheet
    marks = [*([f"{order.series.count}幅"] if asked.is_series else []), *(["公开版"] if asked.public else [])]
    parts = [plain, sheet.paper, f"1比{sheet.scale:g}", *marks, *warnings, clock.today().strftime("%Y%m%d")]
    return "_".join(parts) + f".{asked.form}"
