"""重点工业项目: which attributes has an industrial project that the county drives?"""

from __future__ import annotations

from layers.kinds.base import LayerKind, Properties
from layers.kinds.fields import Choice, Field, Number, Text
from layers.kinds.lifetime import PROJECT_LIFETIME
from layers.kinds.progress import progress
from layers.kinds.record import PROJECT_RECORD
from layers.kinds.references import References
from layers.kinds.supervised import supervised
from layers.symbols.vocabulary import Cluster, Fill, Label, Line, Marker, SymbolClass

READY = {"ready": "已落实", "in_hand": "办理中", "missing": "未落实"}
FIELDS: tuple[Field, ...] = (
    *PROJECT_RECORD,
    Text(key="enterprise", title="企业", aliases=("QYMC", "企业名称"), card=True),
    Text(key="industry", title="行业", filterable=True, card=True),
    Choice(key="land_ready", title="土地保障", choices=READY, filterable=True, card=True),
    Choice(key="environment_ready", title="环评", choices=READY, filterable=True),
    Choice(key="energy_ready", title="能耗", choices=READY, filterable=True),
    Text(key="review_result", title="项目预审结果"),
    Text(key="watcher", title="盯办人", visibility="internal"),
    References(key="linked_parcels", title="关联低效地块", off_form=True, off_card=True),
    Number(key="tax_expected", title="预计年税收", unit="万元", visibility="internal"),
)

_COLOR = "#8E5BB5"
_CLASS_OF_STAGE = {
    "planned": "preparing",
    "preparing": "preparing",
    "started": "building",
    "building": "building",
    "halted": "building",
    "completed": "done",
    "operating": "done",
}


def classify(properties: Properties, derived: Properties) -> str:
    """The plan speaks of projects under construction and of projects that prepare to start; some have no stage."""
    return _CLASS_OF_STAGE.get(str(properties.get("stage")), "named")


def _class(key: str, title: str, text: str, *, hollow: bool, quiet: bool = False) -> SymbolClass:
    return SymbolClass(
        key=key,
        title=title,
        fills=(Fill(color=_COLOR, opacity=0.12, from_zoom=12),),
        lines=(Line(color=_COLOR, width=1.6, dash=(3, 2) if hollow else (), from_zoom=12),),
        marker=Marker(
            shape="hexagon", fill="#FFFFFF" if hollow else _COLOR, edge=_COLOR, hollow=hollow, text=text
        ),
        label=Label(priority=8, size=13.5, color="#6B3F91", weight=600, from_zoom=11.5),
        quiet=quiet,
    )


INDUSTRY_PROJECT = supervised(
    LayerKind(
        key="industry_project",
        title="重点工业项目",
        group="industry",
        measure_word="个",
        geometry="point",
        shapes=("point", "polygon"),
        fields=FIELDS,
        classes=(
            _class("building", "在建设", "工", hollow=False),
            _class("done", "竣工 · 投产", "产", hollow=False, quiet=True),
            _class("preparing", "准备开工", "备", hollow=True),
            _class("named", "阶段未提供", "工", hollow=True, quiet=True),
        ),
        classify=classify,
        insight=progress,
        cluster=Cluster(style="count", by="town", over=3, below_zoom=12.5),
        lifetime=PROJECT_LIFETIME,
        rank=50,
        owner="工业和信息化局",
        on_at_start=False,
    )
)
