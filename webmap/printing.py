"""What does somebody ask for who prints the map, and what comes onto the sheet for him?"""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from layers import clock
from layers.crs import CHINA, Bounds, name_of, padded, projected_code
from layers.errors import InvalidValue, NoSpace
from layers.export import PublicEdition, checked_edition
from layers.export.publishing import coarsened
from layers.kinds import kind_for
from layers.rights import PUBLIC_VIEWER, Viewer
from layers.secrecy import refuse_secret
from layers.store import Database, audit, query
from layers.store.rows import new_uid
from webmap import catalogue, exporting
from webmap.outputs.print_paper import (
    GRIDS,
    ORIENTATIONS,
    PAPERS,
    SCALES,
    GridKind,
    Orientation,
    Sheet,
    fitting_scale,
)

if TYPE_CHECKING:
    from layers.store.query import FoundFeature, LayerSummary
    from webmap.outputs.print_map import PrintedMap
    from webmap.outputs.print_shapes import DrawnLayer

KIND: Final = "print"
"""Of its job."""
FORMS: Final = ("pdf", "png")
LEAST_SCALE, MOST_SCALE = 100, 2_000_000
MOST_LAYERS: Final = 60
MOST_FEATURES: Final = 100_000
"""More would be a black sheet, and more than a printer takes."""
LONGEST: Final = 60
INTERNAL_MARK: Final = "内部资料　注意保存"
DEFAULT_PAPER: Final = "A3"
_BEYOND_DEG: Final = 0.02


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One sheet as it was asked for; plain values, so that a job can carry it. layers: None is what is on at first;
    scale: None is what shows the county whole; turn: degrees of the compass to where the upper edge points;
    filters: the condition by the key of its layer."""

    paper: str = DEFAULT_PAPER
    orientation: Orientation = "landscape"
    scale: float | None = None
    center: list[float] | None = None
    turn: float = 0.0
    layers: list[str] | None = None
    filters: dict[str, str] = field(default_factory=dict)
    title: str = ""
    unit: str = ""
    form: str = "pdf"
    grid: GridKind = "both"
    legend: bool = True
    public: bool = False
    review_number: str = ""
    grid_m: int = 0

    @property
    def edition(self) -> PublicEdition | None:
        """How it is published, or None when it stays in the house."""
        if not self.public:
            return None
        return PublicEdition(grid_m=self.grid_m, review_number=self.review_number)

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def wanted(body: Mapping[str, Any], grid_m: int) -> Wanted:
    """What the body of a request asks for; raises InvalidValue with what would be right."""
    found = Wanted(
        paper=_one_of("纸张", body.get("paper", DEFAULT_PAPER), PAPERS),
        orientation=_orientation(body.get("orientation", "landscape")),
        scale=scale_in(body.get("scale")),
        center=center_in(body.get("center")),
        turn=turn_in(body.get("turn")),
        layers=_layers(body.get("layers")),
        filters=_filters(body.get("filters")),
        title=_words("图名", body.get("title")),
        unit=_words("制图单位", body.get("unit")),
        form=_one_of("格式", body.get("form", "pdf"), FORMS),
        grid=_grid(body.get("grid", "both")),
        legend=body.get("legend") is not False,
        public=body.get("public") is True,
        review_number=str(body.get("review_number") or ""),
        grid_m=grid_m,
    )
    if found.edition:
        return replace(found, review_number=checked_edition(found.edition).review_number)
    return found


class Printed(NamedTuple):
    """A file, what it is called, and what was printed."""

    content: bytes
    name: str
    sheet: Sheet
    notes: tuple[str, ...]


def carry_out(
    database: Database, viewer: Viewer, asked: Wanted, tell: Callable[[float, str], object]
) -> Printed:
    """Draw the sheet with what this viewer may see, and write down that he did."""
    from webmap.outputs.print_map import drawn

    tell(0.05, "正在读取图层")
    who = PUBLIC_VIEWER if asked.public else viewer
    printed, keys = _gathered(database, who, viewer, asked)
    tell(0.25, "正在绘制")
    content = drawn(printed, asked.form, lambda share: tell(0.25 + 0.7 * share, "正在绘制"))
    sheet = printed.sheet
    told = f"{printed.said.title} {sheet.paper} 1:{sheet.scale:g} {'、'.join(keys)}"
    with database.writing() as session:
        audit.record(session, viewer, "print", told[:300])
        session.commit()
    return Printed(content, _name(printed, asked), sheet, tuple(printed.said.warnings))


def keep(printed: Printed, home: Path, form: str) -> dict[str, Any]:
    """Put the file where it is fetched from; nothing is left behind where it cannot be."""
    uid = new_uid()
    folder = home / exporting.FOLDER / uid
    try:
        folder.mkdir(parents=True)
        (folder / f"map.{form}").write_bytes(printed.content)
    except OSError as refusal:
        shutil.rmtree(folder, ignore_errors=True)
        raise NoSpace(f"文件存不下（{refusal.strerror}），没有打印。请联系系统管理员。") from None
    return {
        "uid": uid,
        "file": f"map.{form}",
        "name": printed.name,
        "bytes": len(printed.content),
        "scale": printed.sheet.scale,
        "notes": list(printed.notes),
    }


# --- what is on the sheet ------------------------------------------------------------------------------


def _gathered(database: Database, who: Viewer, viewer: Viewer, asked: Wanted) -> tuple[PrintedMap, list[str]]:
    from webmap.outputs.print_map import PrintedMap

    with database.reading() as session:
        found = query.layers(session, who)
        county = catalogue.county(session, viewer, query.layers(session, viewer))
        shown = _shown(found, asked, who)
        sheet = _sheet(asked, county["bounds"])
        layers = [_layer(session, who, each, asked, sheet) for each in shown]
    sample = any(each.sample for each in shown) or any(
        bool(value.get("is_sample")) for layer in layers for value in layer.values
    )
    said = _said(asked, sheet, county["title"], shown, viewer, sample=sample)
    grid: GridKind = "none" if asked.public else asked.grid
    printed = PrintedMap(sheet=sheet, layers=layers, said=said, grid=grid, legend=asked.legend)
    return printed, [each.key for each in shown]


def _shown(found: Sequence[LayerSummary], asked: Wanted, who: Viewer) -> list[LayerSummary]:
    """The layers in the order of the panel; for the public only those that are theirs."""
    if asked.layers is None:
        return [each for each in found if kind_for(each).on_at_start]
    known = {each.key: each for each in found}
    unknown = next((key for key in asked.layers if key not in known), None)
    if unknown is not None and who is not PUBLIC_VIEWER:
        raise InvalidValue(f"没有图层“{unknown[:60]}”，或者您无权查看。请从图层列表中选择。")
    return [each for each in found if each.key in asked.layers]


def _sheet(asked: Wanted, county: Bounds | None) -> Sheet:
    lon, lat = asked.center or _middle(county)
    around = county or (lon, lat, lon, lat)
    scale = asked.scale or fitting_scale(asked.paper, asked.orientation, around, asked.turn)
    return Sheet(
        paper=asked.paper, orientation=asked.orientation, scale=scale, lon=lon, lat=lat, turn=asked.turn
    )


def _middle(county: Bounds | None) -> tuple[float, float]:
    if county is None:
        raise InvalidValue("地图上还没有数据，不知道打印哪里。请给出图幅中心（经度,纬度）。")
    west, south, east, north = county
    return (west + east) / 2, (south + north) / 2


def _layer(session: Any, who: Viewer, summary: LayerSummary, asked: Wanted, sheet: Sheet) -> DrawnLayer:
    from webmap.outputs.print_shapes import DrawnLayer

    layer = query.layer_named(session, who, summary.key)
    bounds = padded(sheet.bounds, _BEYOND_DEG)
    where = query.read_filter(session, who, layer, asked.filters.get(summary.key, ""))
    count = query.count_features(session, who, layer, bounds=bounds, where=where)
    if count > MOST_FEATURES:
        raise InvalidValue(
            f"“{summary.title}”在图幅内有 {count:,} 个图形，一幅图最多 {MOST_FEATURES:,} 个。请放大比例尺、筛选或关闭这个图层。"
        )
    features = query.find_features(session, who, layer, bounds=bounds, where=where)
    return DrawnLayer(
        key=summary.key,
        title=summary.title,
        kind=kind_for(layer),
        shapes=sheet.place(_shapes(features, asked)),
        symbols=[kind_for(layer).symbol_class(str(each.derived.get("symbol"))).key for each in features],
        labels=[str(each.derived.get("label") or "") for each in features],
        values=[{**each.properties, **each.derived} for each in features],
    )


def _shapes(features: Sequence[FoundFeature], asked: Wanted) -> np.ndarray[Any, np.dtype[np.object_]]:
    shapes = np.array([each.shape for each in features], object)
    return coarsened(shapes, asked.grid_m) if asked.public else shapes


def _said(
    asked: Wanted, sheet: Sheet, county: str, shown: Sequence[LayerSummary], viewer: Viewer, *, sample: bool
) -> Any:
    from webmap.outputs.print_furniture import Said

    days = [each.data_date for each in shown if each.data_date]
    filtered = [each.title for each in shown if asked.filters.get(each.key)]
    system = f"{name_of(projected_code(sheet.zone)).partition('，')[0]}）"
    return Said(
        title=asked.title or f"{county}全域一张图",
        mark=asked.edition.mark if asked.edition else INTERNAL_MARK,
        warnings=("示例数据",) if sample else (),
        system=[part for part in system.partition(" ") if part.strip()],
        data_day=_day(max(days)) if days else "未登记",
        unit=asked.unit or viewer.unit or "—",
        day=_day(clock.today()),
        notes=(
            *(["坐标已取整，不得用于量测"] if asked.public and asked.grid_m else []),
            *([f"经筛选：{'、'.join(filtered)}"] if filtered else []),
        ),
    )


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _name(printed: PrintedMap, asked: Wanted) -> str:
    plain = "".join(each if each.isalnum() or each in "-_（）" else "_" for each in printed.said.title[:40])
    marks = [*(["公开版"] if asked.public else []), *printed.said.warnings]
    sheet = printed.sheet
    parts = [plain, sheet.paper, f"1比{sheet.scale:g}", *marks, clock.today().strftime("%Y%m%d")]
    return "_".join(parts) + f".{asked.form}"


# --- the body ------------------------------------------------------------------------------------------


def scale_in(said: object) -> float | None:
    """The number behind 1 :, as a number or as words; None: what shows the county whole."""
    if said in (None, ""):
        return None
    text = (
        str(said).replace(",", "").replace("，", "").replace(" ", "").removeprefix("1:").removeprefix("1：")
    )
    factor = 10_000 if text.endswith("万") else 1
    try:
        value = float(text.removesuffix("万")) * factor
    except ValueError:
        value = math.nan
    if not LEAST_SCALE <= value <= MOST_SCALE:
        raise InvalidValue(
            f"比例尺收到“{str(said)[:20]}”，应为 {LEAST_SCALE} 到 {MOST_SCALE:,} 之间的分母，例如 {SCALES[8]}、5万。请改正。"
        )
    return value


def center_in(said: object) -> list[float] | None:
    """[lon, lat] in degrees within China; None: the middle of the county."""
    if said in (None, ""):
        return None
    west, south, east, north = CHINA
    pair = said if isinstance(said, list) and len(said) == 2 else []
    if not all(isinstance(each, int | float) and not isinstance(each, bool) for each in pair) or not pair:
        raise InvalidValue("图幅中心应为 [经度, 纬度] 两个数字（度），例如 [118.47, 35.55]。请改正。")
    if not (west <= pair[0] <= east and south <= pair[1] <= north):
        raise InvalidValue(
            f"图幅中心收到经度 {pair[0]:g}、纬度 {pair[1]:g}，不在中国范围内。请检查是否写反。"
        )
    return [float(each) for each in pair]


def turn_in(said: object) -> float:
    """Degrees of the compass, -180 to 180; nothing: north is up."""
    if said in (None, ""):
        return 0.0
    try:
        turn = math.nan if isinstance(said, bool) else float(str(said))
    except ValueError:
        turn = math.nan
    if not -360 <= turn <= 360:
        raise InvalidValue(f"旋转角收到“{str(said)[:20]}”，应为 -180 到 180 之间的度数，例如 30。请改正。")
    return round((turn + 180) % 360 - 180, 2)


def _one_of(title: str, said: object, known: Mapping[str, Any] | Sequence[str]) -> str:
    if said not in known:
        raise InvalidValue(f"{title}收到“{str(said)[:20]}”，应为 {'、'.join(known)} 之一。请改正。")
    return str(said)


def _orientation(said: object) -> Orientation:
    for each in ORIENTATIONS:
        if said == each:
            return each
    raise InvalidValue(f"方向收到“{str(said)[:20]}”，应为 {'、'.join(ORIENTATIONS)} 之一。请改正。")


def _grid(said: object) -> GridKind:
    for each in GRIDS:
        if said == each:
            return each
    raise InvalidValue(f"坐标网收到“{str(said)[:20]}”，应为 {'、'.join(GRIDS)} 之一。请改正。")


def _layers(said: object) -> list[str] | None:
    if said is None:
        return None
    if (
        not isinstance(said, list)
        or not all(isinstance(each, str) for each in said)
        or len(said) > MOST_LAYERS
    ):
        raise InvalidValue(f"“layers”应为最多 {MOST_LAYERS} 个图层名称的列表。请改正。")
    return said


def _filters(said: object) -> dict[str, str]:
    if said is None:
        return {}
    if not isinstance(said, dict) or not all(isinstance(each, str) for each in said.values()):
        raise InvalidValue("“filters”应为“图层：筛选条件”的对应。请改正。")
    return said


def _words(title: str, said: object) -> str:
    words = " ".join(str(said or "").split())
    if len(words) > LONGEST:
        raise InvalidValue(f"“{title}”最多 {LONGEST} 个字，收到 {len(words)} 个字。请缩短。")
    refuse_secret(title, words)
    return words
