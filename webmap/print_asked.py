"""What does somebody ask for who prints the map? Checked, and plain enough for a job to carry."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any, Final

from layers.crs import CHINA
from layers.errors import InvalidValue
from layers.export import PublicEdition, checked_edition
from layers.kinds.moments import SPLIT, Times, read_times
from layers.secrecy import refuse_secret
from webmap.outputs.print_paper import (
    GRIDS,
    ORIENTATIONS,
    PAPERS,
    SCALES,
    GridKind,
    Orientation,
)

FORMS: Final = ("pdf", "png")
LEAST_SCALE, MOST_SCALE = 100, 2_000_000
MOST_LAYERS: Final = 60
MOST_SHEETS: Final = 60
"""Of a series, without its overview."""
WIDEST_OVERLAP: Final = 30
LONGEST: Final = 60
DEFAULT_PAPER: Final = "A3"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One sheet as it was asked for; plain values, so that a job can carry it. layers: None is what is on at first;
    scale: None is what shows the county whole; turn: degrees of the compass to where the upper edge points;
    filters: the condition by the key of its layer; faint: how strongly a layer shows, where not wholly; over: uid and opacity of the
    drawings that lie over the map, the lowest first; at: the past day that the map shows; time: the time or the two that
    it shows, as in its address; curtain: the longitude of what hangs between two, None: the middle; colors: the field that
    colours a layer, by its key; base: the name of the
    base map that lies under all, "" none; rows, columns: of a series, whose sheets share overlap per cent of their width.
    """

    paper: str = DEFAULT_PAPER
    orientation: Orientation = "landscape"
    scale: float | None = None
    center: list[float] | None = None
    turn: float = 0.0
    layers: list[str] | None = None
    filters: dict[str, str] = field(default_factory=dict)
    faint: dict[str, float] = field(default_factory=dict)
    over: dict[str, float] = field(default_factory=dict)
    at: str = ""
    time: str = ""
    curtain: float | None = None
    base: str = ""
    base_opacity: float = 1.0
    colors: dict[str, str] = field(default_factory=dict)
    rows: int = 1
    columns: int = 1
    overlap: float = 5.0
    title: str = ""
    unit: str = ""
    form: str = "pdf"
    grid: GridKind = "both"
    legend: bool = True
    public: bool = False
    review_number: str = ""
    final: bool = False
    grid_m: int = 0

    @property
    def edition(self) -> PublicEdition | None:
        """How it is published, or None when it stays in the house."""
        if not self.public:
            return None
        return PublicEdition(grid_m=self.grid_m, review_number=self.review_number, final=self.final)

    @property
    def day(self) -> date | None:
        """The past day that the map shows."""
        return date.fromisoformat(self.at) if self.at else None

    @property
    def times(self) -> Times | None:
        """None: everything stands on the map, whenever it came."""
        return read_times(self.time)

    @property
    def is_series(self) -> bool:
        return self.rows * self.columns > 1

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
        filters=_by_layer("filters", "筛选条件", body.get("filters")),
        faint=_strengths("faint", "图层", body.get("faint")),
        over=_strengths("over", "图纸", body.get("over")),
        at=_day(body.get("at")),
        time=_time(body.get("time")),
        curtain=_longitude(body.get("curtain")),
        base=_base(body.get("base")),
        base_opacity=_strengths("base_opacity", "底图", {"": body.get("base_opacity", 1)})[""],
        colors=_by_layer("colors", "着色字段", body.get("colors")),
        rows=_count("行数", body.get("rows", 1)),
        columns=_count("列数", body.get("columns", 1)),
        overlap=_overlap(body.get("overlap", 5)),
        title=_words("图名", body.get("title")),
        unit=_words("制图单位", body.get("unit")),
        form=_one_of("格式", body.get("form", "pdf"), FORMS),
        grid=_grid(body.get("grid", "both")),
        legend=body.get("legend") is not False,
        public=body.get("public") is True,
        review_number=str(body.get("review_number") or ""),
        final=body.get("public") is True and body.get("final") is True,
        grid_m=grid_m,
    )
    _check_series(found)
    if found.edition:
        return replace(found, review_number=checked_edition(found.edition).review_number)
    return found


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


def _check_series(found: Wanted) -> None:
    count = found.rows * found.columns
    if count > MOST_SHEETS:
        raise InvalidValue(
            f"分幅收到 {found.rows} 行 {found.columns} 列，共 {count} 幅，一次最多 {MOST_SHEETS} 幅。请减少行列或改用更小的比例尺。"
        )
    if found.is_series and found.form != "pdf":
        raise InvalidValue("分幅图册是一个 PDF 文件，不能是 PNG。请把格式改为 PDF。")


def _count(title: str, said: object) -> int:
    if isinstance(said, bool) or not isinstance(said, int) or not 1 <= said <= MOST_SHEETS:
        raise InvalidValue(f"分幅的{title}收到“{str(said)[:20]}”，应为 1 到 {MOST_SHEETS} 的整数。请改正。")
    return said


def _overlap(said: object) -> float:
    if isinstance(said, bool) or not isinstance(said, int | float) or not 0 <= said <= WIDEST_OVERLAP:
        raise InvalidValue(f"分幅的重叠收到“{str(said)[:20]}”，应为 0 到 {WIDEST_OVERLAP}（%）。请改正。")
    return float(said)


def _strengths(name: str, of: str, said: object) -> dict[str, float]:
    if said is None:
        return {}
    if not isinstance(said, dict) or not all(
        isinstance(each, int | float) and not isinstance(each, bool) and 0 <= each <= 1
        for each in said.values()
    ):
        raise InvalidValue(f"“{name}”应为“{of}：0 到 1 的不透明度”的对应。请改正。")
    return {str(key): float(each) for key, each in said.items()}


def _day(said: object) -> str:
    if said in (None, ""):
        return ""
    try:
        return date.fromisoformat(str(said)).isoformat()
    except ValueError:
        raise InvalidValue(f"日期收到“{str(said)[:20]}”，应写成 2026-03-01。请改正。") from None


def _time(said: object) -> str:
    """Without where the curtain hangs on a screen."""
    if said in (None, ""):
        return ""
    if not isinstance(said, str):
        raise InvalidValue("“time”应为时间，例如 now、2027 或 now~plan。请改正。")
    times = read_times(said)
    return SPLIT.join(each for each in (times.left, times.right) if each) if times else ""


def _base(said: object) -> str:
    if said in (None, ""):
        return ""
    if not isinstance(said, str) or len(said) > LONGEST or "\x00" in said:
        raise InvalidValue("“base”应为底图的名称（见 /api/bases）。请从图层面板选择底图。")
    return said


def _longitude(said: object) -> float | None:
    if said in (None, ""):
        return None
    if isinstance(said, bool) or not isinstance(said, int | float) or not -180 <= said <= 180:
        raise InvalidValue(f"卷帘位置收到“{str(said)[:20]}”，应为经度（度）。请改正。")
    return float(said)


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


def _by_layer(name: str, title: str, said: object) -> dict[str, str]:
    if said is None:
        return {}
    if not isinstance(said, dict) or not all(isinstance(each, str) for each in said.values()):
        raise InvalidValue(f"“{name}”应为“图层：{title}”的对应。请改正。")
    return said


def _words(title: str, said: object) -> str:
    words = " ".join(str(said or "").split())
    if len(words) > LONGEST:
        raise InvalidValue(f"“{title}”最多 {LONGEST} 个字，收到 {len(words)} 个字。请缩短。")
    refuse_secret(title, words)
    return words
