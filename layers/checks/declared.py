"""What can be wrong with the data of a layer, how bad is it, and from which limit on?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final, Literal

from layers.errors import InvalidValue

Severity = Literal["error", "warning"]
SEVERITIES: Final[dict[str, str]] = {"error": "错误", "warning": "提醒"}


@dataclass(frozen=True, kw_only=True)
class Check:
    """One sort of trouble. repair: what accepting its repair does; empty where only a person can put it right.

    about: "shape" or "values"; neighbours: whether it looks at other features too.
    """

    code: str
    title: str
    severity: Severity
    explain: str
    repair: str = ""
    about: Literal["shape", "values"] = "shape"
    neighbours: bool = False


CHECKS: Final = (
    Check(
        code="self_intersection",
        title="边界自相交",
        severity="error",
        explain="边界线与自己交叉（“蝴蝶结”），面积无法确定。",
        repair="在交叉处断开，重新组成不自交的面；面积会随之改变",
    ),
    Check(
        code="spike",
        title="尖刺",
        severity="warning",
        explain="相邻两条边几乎折回，夹角小于限值，多为误点。",
        repair="去掉刺尖的顶点",
    ),
    Check(
        code="dense_vertices",
        title="重复或过密的顶点",
        severity="warning",
        explain="相邻顶点的间距小于限值，或完全重合。",
        repair="去掉多余的顶点，其余不动",
    ),
    Check(
        code="sliver",
        title="狭长碎面",
        severity="warning",
        explain="整个图形的平均宽度小于限值，多为叠加或数字化留下的碎屑。",
    ),
    Check(
        code="tiny_part",
        title="细小的碎片",
        severity="warning",
        explain="多部分图形中有面积小于限值的部分。",
        repair="去掉细小的部分",
    ),
    Check(
        code="tiny_hole",
        title="细小的洞",
        severity="warning",
        explain="图形内部有面积小于限值的洞。",
        repair="填上细小的洞",
    ),
    Check(
        code="same_shape",
        title="图形重复",
        severity="error",
        explain="两条记录的图形完全相同。",
        neighbours=True,
    ),
    Check(
        code="overlap",
        title="与相邻图形重叠",
        severity="error",
        explain="同一图层中两个图形压盖，面积会重复计算。",
        neighbours=True,
    ),
    Check(
        code="gap",
        title="与相邻图形之间有缝隙",
        severity="warning",
        explain="两个图形之间留有窄于限值的缝，多为没有捕捉到公共边。",
        neighbours=True,
    ),
    Check(
        code="outside_county",
        title="超出县域",
        severity="warning",
        explain="图形全部或部分在本县行政区划之外；跨投影带不算问题。",
    ),
    Check(
        code="area_differs",
        title="登记面积与图形面积不符",
        severity="warning",
        explain="登记的面积与按椭球计算的面积相差超过限值。",
    ),
    Check(
        code="same_code",
        title="编号重复",
        severity="error",
        explain="不同的记录用了同一个编号。",
        about="values",
        neighbours=True,
    ),
    Check(
        code="same_name",
        title="疑似重复登记",
        severity="warning",
        explain="名称（或别名）相同，且相距很近；分期不同的不算。",
        about="values",
        neighbours=True,
    ),
    Check(
        code="missing",
        title="必填项为空",
        severity="error",
        explain="图层规定必须填写的字段没有值。",
        about="values",
    ),
    Check(
        code="bad_value",
        title="取值不合规",
        severity="error",
        explain="值不在字段允许的范围、选项或格式之内。",
        about="values",
    ),
    Check(
        code="odd_date",
        title="日期可疑",
        severity="warning",
        explain="日期早于 1949 年、晚得离谱，或已发生的事写在将来。",
        about="values",
    ),
    Check(
        code="contradiction",
        title="前后矛盾",
        severity="warning",
        explain="同一条记录的日期、数量互相矛盾。",
        about="values",
    ),
)
BY_CODE: Final = {check.code: check for check in CHECKS}
REPAIRABLE: Final = tuple(check.code for check in CHECKS if check.repair)


def _limit(default: float, most: float, unit: str, title: str) -> Any:
    return field(default=default, metadata={"most": most, "unit": unit, "title": title})


@dataclass(frozen=True, kw_only=True)
class Limits:
    """From which value on something is told. All are defaults of this product, configurable.

    Angle and spacing follow what the offices that receive 界址点 files check; 0.1 % and 10 m² are when a declared
    area is worth a look; 1 m² is what rounding to millimetres along a border of some hundred metres amounts to.
    """

    spike_deg: float = _limit(1.0, 30, "°", "尖刺夹角小于")
    spacing_m: float = _limit(0.05, 10, "米", "顶点间距小于")
    sliver_m: float = _limit(0.5, 50, "米", "平均宽度小于")
    tiny_m2: float = _limit(1.0, 10_000, "㎡", "碎片或洞小于")
    overlap_m2: float = _limit(1.0, 10_000, "㎡", "重叠、出界大于")
    gap_m: float = _limit(0.5, 20, "米", "缝隙窄于")
    gap_m2: float = _limit(1.0, 10_000, "㎡", "缝隙面积大于")
    area_share: float = _limit(0.001, 1, "", "面积相差的比例大于")
    area_m2: float = _limit(10.0, 1_000_000, "㎡", "面积相差大于")
    same_name_m: float = _limit(200.0, 20_000, "米", "同名相距小于")

    def told(self) -> list[str]:
        """The limits in words, for a report."""
        return [_words(each.metadata, getattr(self, each.name)) for each in fields(self)]


def _words(facts: Mapping[str, Any], value: float) -> str:
    unit: str = facts["unit"]
    amount = f"{value:g}{'' if unit == '°' else ' '}{unit}" if unit else f"{value:.2%}"
    return f"{facts['title']} {amount}"


def limits_in(text: str) -> Limits:
    """Limits as a setting writes them: `spike_deg=1, gap_m=0.3`; what is not named keeps its default."""
    limits, known = Limits(), {each.name: each.metadata for each in fields(Limits)}
    for part in filter(None, (each.strip() for each in text.replace("，", ",").split(","))):
        name, _, said = (each.strip() for each in part.partition("="))
        most = known[name]["most"] if name in known else None
        value = _number(said)
        if most is None or value is None or not 0 <= value <= most:
            right = "、".join(f"{key}（0 到 {facts['most']:g}）" for key, facts in known.items())
            raise InvalidValue(f"质检限值收到“{part[:40]}”，应为 名称=数字，名称和范围：{right}。")
        limits = replace(limits, **{name: value})
    return limits


def _number(said: str) -> float | None:
    try:
        return float(said)
    except ValueError:
        return None
