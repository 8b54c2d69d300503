"""Which invented housing estates have unsold flats? The plan speaks of the stock, and names none."""

from __future__ import annotations

from shapely.geometry import Point

from making.facilities import IN_SEAT
from making.records import PLAN, Record, invented, placed
from making.spots import free_blocks

ESTATES = ((820, 146), (1260, 388), (540, 62), (960, 275), (1480, 512), (700, 198))
"""Flats in all, and unsold."""

AREA_OF_A_FLAT = 0.0118
"""In 万㎡."""


def housing_stock() -> list[Record]:
    """One estate in each of the seat's blocks that the facilities leave free."""
    blocks = free_blocks()[len(IN_SEAT) : len(IN_SEAT) + len(ESTATES)]
    return [
        placed(f"示例楼盘 {number}", Point(block.at(0.5, 0.5)), **_facts(number, *sets))
        for number, (block, sets) in enumerate(zip(blocks, ESTATES, strict=True), start=1)
    ]


def _facts(number: int, total: int, unsold: int) -> dict[str, object]:
    return invented(
        code=f"LP-{number:02}",
        town="界湖街道",
        developer="示例房地产开发有限公司",
        presale_no=f"示例预售字第{number:03}号",
        sets_total=total,
        sets_unsold=unsold,
        area_unsold=round(unsold * AREA_OF_A_FLAT, 2),
        sets_for_resettlement=round(unsold * 0.3),
        counted_on="2026-09-30",
        source_doc=PLAN,
        source_clause="地产开发库存",
        source_words="商品房去库存；激活存量",
    )
