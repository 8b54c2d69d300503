"""Which industrial projects does the plan name, and which are invented beside them?

The plan splits them into 在建设 and 在准备开工 but this sample does not say which is which: nothing real has a stage.
"""

from __future__ import annotations

from making.progress import progress
from making.records import PLAN_ONLY, Facts, Record, from_the_plan, invented, placed
from making.spots import plots, zone_spots

CLAUSE = "重点工业项目"
ZONE_SPOT = 14
NAMED = (
    ("新大洋整车及资质", "新大洋", {"aliases": ["新大洋"]}),
    ("中瑞、巴士电动车", "中瑞", {"aliases": ["中瑞电动车", "巴士电动车"]}),
    ("德阳电子", "德阳电子", {}),
    ("中信钙业食品级氧化钙", "中信钙业", {}),
    ("吉林森工复合建材", "吉林森工", {}),
    ("攀峰胶囊", "攀峰", {}),
    ("开元轮毂单元轴承和流动体车床", "开元", {"map_label": "开元轴承车床"}),
    ("舜天化工肥料扩产", "舜天化工", {}),
    ("东岳集成房", "东岳", {}),
    ("金盛源铜业", "金盛源铜业", {}),
    ("阳都建华制药", "阳都建华制药", {}),
    ("央伦制药", "央伦制药", {}),
    ("航和医疗器材", "航和", {}),
    ("知微产业园", "知微", {}),
)
"""Name, enterprise, what else the plan's words give."""

STAGES_SPLIT = "规划文件分“在建设”“在准备开工”两类，本条所属类别未录入。"
PARCELS = {1: ["SL-2024-023"], 2: ["SL-2022-017", "SL-2025-019"]}
"""On which invented parcels invented projects stand, by number."""
READY, IN_HAND, MISSING = "ready", "in_hand", "missing"


def industry_projects() -> list[Record]:
    """The development zone, the named projects in it, then the invented ones in the towns."""
    return [_zone(), *_named(), *_invented()]


def _zone() -> Record:
    facts = from_the_plan("产业", "开发区承载能力提高")
    # A point, like the sites: no area is claimed for it.
    return placed("开发区", zone_spots()[ZONE_SPOT], **facts)


def _named() -> list[Record]:
    spots = zone_spots()[: len(NAMED)]
    return [
        placed(
            name,
            spot,
            **from_the_plan(CLAUSE, name, enterprise=enterprise, note=PLAN_ONLY + STAGES_SPLIT, **more),
        )
        for spot, (name, enterprise, more) in zip(spots, NAMED, strict=True)
    ]


def _invented() -> list[Record]:
    return [
        _project(1, "装备制造", (READY, READY, READY), "building", (2025, 2027), (26000, 13500), 52),
        _project(2, "食品加工", (READY, READY, IN_HAND), "building", (2024, 2026), (9800, 4100), 38),
        _project(3, "新型建材", (READY, READY, READY), "operating", (2023, 2025), (31000, 31000), 100),
        _project(4, "电子元件", (IN_HAND, IN_HAND, MISSING), "preparing", (2026, 2028), (15000, 300), 0),
        _project(5, "生物医药", (READY, IN_HAND, READY), "started", (2026, 2028), (22000, 2600), 12),
        _project(6, "石材深加工", (READY, READY, READY), "halted", (2022, 2024), (6400, 2300), 35),
    ]


def _project(
    number: int,
    industry: str,
    ready: tuple[str, str, str],
    stage: str,
    years: tuple[int, int],
    investment: tuple[float, float],
    done_pct: int,
) -> Record:
    name = f"示例工业项目 {number}"
    land, environment, energy = ready
    facts: Facts = {
        "code": f"GY-2026-{number:03}",
        "enterprise": f"示例{industry}有限公司",
        "industry": industry,
        "land_ready": land,
        "environment_ready": environment,
        "energy_ready": energy,
        "review_result": "示例：通过预审" if done_pct else "示例：待预审",
        "watcher": "示例人员甲",
        **({"linked_parcels": PARCELS[number]} if number in PARCELS else {}),
        **progress(
            stage,
            years=years,
            investment=investment,
            done_pct=done_pct,
            post="industry",
            started=f"{years[0]}-05-20" if done_pct else None,
            ended=f"{years[1]}-10-15" if done_pct == 100 else None,
        ),
    }
    return placed(name, plots()[name], **invented(**facts))
