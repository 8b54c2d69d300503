"""By whom is a road kept, and what does it carry? Two orders that are told apart (JTG B01)."""

from __future__ import annotations

from typing import Final

ADMIN_CLASSES: Final = {
    "expressway": "高速公路",
    "national": "国道",
    "provincial": "省道",
    "fast": "快速路",
    "county": "县道",
    "township": "乡道",
    "village": "村道",
    "special": "专用公路",
    "street": "城市道路",
}
"""G 国道, S 省道, X 县道, Y 乡道, C 村道, Z 专用公路; town streets follow another standard."""
GRADES: Final = {
    "motorway": "高速公路",
    "first": "一级公路",
    "second": "二级公路",
    "third": "三级公路",
    "fourth": "四级公路",
    "other": "等外公路",
}
