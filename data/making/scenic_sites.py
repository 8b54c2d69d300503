"""Which sites does the plan name, what does it say of each, and where do they stand on the sketch?

Only the plan's own words, and three facts that are published: 竹泉 and 常山庄 are rated 4A, the 北寨 tombs became a
national heritage site in 2001. Sites are points, so that no area is claimed for them; positions are 示意.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from shapely.geometry import LineString, Point

from making.drawing import Point as Coordinates
from making.drawing import to_km
from making.records import PLAN, Record, placed
from making.seat import Block, blocks, zhengyang_road
from making.sketch import drawn

PLAN_ONLY = "仅录入规划文件的用词，位置示意，不表示进度。"
PUBLISHED_4A = "4A 级为公开信息。" + PLAN_ONLY
CITY, COUNTRY, TOURISM = "城市休闲", "乡村休闲", "旅游"
MAQUAN, TANGQUAN = "马泉创意农业休闲园", "智圣汤泉旅游度假村"
PHASE_CONFLICT = "规划文件一（三）作“马泉三期”，三（二）作“马泉二期”，两处不一致，按期分别建档，待核实。"
# In the middle of the block of the seat that is nearest to the sketch's point.
IN_BLOCKS = (
    "诸葛亮公园",
    "汉街",
    "袁家大院片区",
    "诸葛亮山休闲区",
    "慢城设施",
    "专题博物馆街区",
    "县城游客集散中心",
)
# Places that the sketch does not have, or that would stand on a smoothed river or road.
OWN_PLACES = {
    "北寨墓群（国保）": (118.4245, 35.5450),
    "马泉二期": (118.4455, 35.5985),
    "马泉三期": (118.4345, 35.5990),
    "汤泉续建": (118.4895, 35.6190),
}


def scenic_sites() -> list[Record]:
    """The sites, first those of the countryside, then those of the seat, then heritage."""
    return [*_countryside(), *_springs(), *_seat(), *_heritage()]


@cache
def site_points() -> dict[str, Coordinates]:
    """Where every site of the sketch, and every one added to it, stands on the local plane."""
    points = {site.name: site.point for site in drawn("site")}
    points |= {name: to_km(place) for name, place in OWN_PLACES.items()}
    points |= {name: block.at(0.5, 0.5) for name, block in site_blocks().items()}
    middle = LineString(zhengyang_road()).interpolate(0.5, normalized=True)
    return points | {"正阳路休闲公园带": (middle.x, middle.y)}


@cache
def site_blocks() -> dict[str, Block]:
    """The blocks of the seat that belong to a site, one each; the new museum has the one beside its street."""
    sketched = {site.name: site.point for site in drawn("site")}
    taken: dict[str, Block] = {}
    for name in IN_BLOCKS:
        taken[name] = _nearest_free(sketched[name], taken)
    taken["新博物馆"] = _nearest_free(sketched["专题博物馆街区"], taken)
    return taken


def _nearest_free(point: Coordinates, taken: dict[str, Block]) -> Block:
    free = [block for block in blocks().values() if block not in taken.values()]
    return min(free, key=lambda block: block.shape.centroid.distance(Point(point)))


def _countryside() -> list[Record]:
    return [
        _site(
            "竹泉村旅游度假区",
            COUNTRY,
            "竹泉红石寨提升、竹泉提升",
            map_label="竹泉村",
            aliases=["竹泉"],
            town="铜井镇",
            theme="country",
            site_type="village",
            state="upgrading",
            grade="4A",
            note=PUBLISHED_4A,
        ),
        _site(
            "红石寨旅游度假区",
            COUNTRY,
            "竹泉红石寨提升、红石寨提升",
            map_label="红石寨",
            aliases=["红石寨"],
            theme="country",
            site_type="village",
            state="upgrading",
        ),
        _site(
            "常山庄（沂蒙红色影视基地）",
            COUNTRY,
            "常山庄开发",
            map_label="常山庄",
            aliases=["沂蒙红色影视基地"],
            town="马牧池乡",
            theme="country",
            site_type="red",
            state="open",
            status="开发",
            grade="4A",
            note=PUBLISHED_4A,
        ),
        _site(
            "马牧池北山",
            COUNTRY,
            "马牧池北山",
            town="马牧池乡",
            theme="country",
            site_type="hill",
            state="planned",
        ),
        _site(
            MAQUAN,
            COUNTRY,
            "马泉三期、马泉二期",
            map_label="马泉休闲园",
            aliases=["马泉"],
            theme="country",
            site_type="farm",
            state="extending",
            note=PLAN_ONLY + "分期见马泉二期、马泉三期。",
        ),
        _maquan_phase("马泉二期", "二期", "三（二）"),
        _maquan_phase("马泉三期", "三期", "一（三）"),
    ]


def _maquan_phase(name: str, phase: str, clause: str) -> Record:
    return _site(
        name,
        clause,
        name,
        parent=MAQUAN,
        phase=phase,
        theme="country",
        site_type="farm",
        state="planned",
        note=PHASE_CONFLICT + PLAN_ONLY,
    )


def _springs() -> list[Record]:
    return [
        _site(
            TANGQUAN,
            CITY,
            "汤泉项目",
            map_label="智圣汤泉",
            aliases=["汤泉", "汤泉项目"],
            theme="city",
            site_type="spring",
            state="open",
        ),
        _site(
            "汤泉续建",
            TOURISM,
            "汤泉续建",
            parent=TANGQUAN,
            phase="续建",
            theme="city",
            site_type="spring",
            state="extending",
        ),
        _site("松山温泉", TOURISM, "松山温泉", theme="spa", site_type="spring", state="planned"),
    ]


def _seat() -> list[Record]:
    return [
        _in_seat("汉街", "汉街", "street", None),
        _in_seat("诸葛亮公园", "诸葛亮公园提升", "park", "upgrading"),
        _in_seat("袁家大院片区", "袁家大院片区文化旅游开发", "courtyard", "planned"),
        _in_seat("正阳路休闲公园带", "正阳路休闲公园带", "park", "planned"),
        _in_seat("诸葛亮山休闲区", "诸葛亮山休闲区", "hill", "planned"),
        _in_seat("慢城设施", "慢城设施建设", "slow", "planned"),
        _site(
            "县城游客集散中心",
            "旅游 三号工程",
            "三号工程 启动……建设",
            aliases=["三号工程"],
            priority_no="3",
            town="界湖街道",
            theme="hub",
            site_type="centre",
            state="planned",
        ),
    ]


def _in_seat(name: str, words: str, site_type: str, state: str | None) -> Record:
    facts = {"state": state} if state else {}
    return _site(name, CITY, words, town="界湖街道", theme="city", site_type=site_type, **facts)


def _heritage() -> list[Record]:
    street = "以新博物馆为龙头……街区"
    return [
        _site(
            "北寨墓群（国保）",
            TOURISM,
            "北寨国保作用的发挥",
            map_label="北寨墓群",
            aliases=["北寨", "北寨国保"],
            theme="heritage",
            site_type="relic",
            state="open",
            heritage_level="national",
            heritage_batch="2001年公布",
            note="国保级别与公布年份为公开信息。" + PLAN_ONLY,
        ),
        _site("新博物馆", TOURISM, street, theme="heritage", site_type="museum", state="planned"),
        _site("专题博物馆街区", TOURISM, street, theme="heritage", site_type="museum", state="planned"),
    ]


def _site(name: str, clause: str, words: str, **facts: Any) -> Record:
    source = {"source_doc": PLAN, "source_clause": clause, "source_words": words}
    return placed(name, Point(site_points()[name]), **{**source, "note": PLAN_ONLY, **facts})
