"""What is on the quiet base of the map: areas, rivers, existing roads, place names."""

from __future__ import annotations

from shapely.geometry import Point

from making.county import county_shape, towns
from making.drawing import to_km
from making.records import INVENTED, Record, placed
from making.roads import existing_names, road_line
from making.seat import Street, streets
from making.sketch import drawn
from making.waters import rivers, tributaries

COUNTY, COUNTY_CODE = "沂南县", "371321"
ADMIN_CLASSES = {"高速": "expressway", "省道": "provincial"}
ROAD_NUMBERS = {
    "G2京沪高速": "G2",
    "G25长深高速": "G25",
    "229省道（现状）": "S229",
    "336省道（现状）": "S336",
}
# Where the names of the neighbours stand: beside the county, not at their seats.
NEIGHBOURS = {
    "沂水县": (118.440, 35.740),
    "莒县": (118.738, 35.665),
    "莒南县": (118.738, 35.430),
    "河东区": (118.590, 35.345),
    "兰山区": (118.370, 35.312),
    "费县": (118.108, 35.395),
    "蒙阴县": (118.112, 35.585),
}
CHINESE_DIGITS = "一二三四五六七八九"


def areas() -> list[Record]:
    """The county, then its towns."""
    county = Record(COUNTY, county_shape(), {"code": COUNTY_CODE, "level": "county"})
    return [county] + [
        Record(town.name, town.shape, {"code": town.code, "level": "town", "tint": town.tint})
        for town in towns()
    ]


def waters() -> list[Record]:
    """The rivers that the sketch names, then small invented ones."""
    named = [placed(name, line, size="main") for name, line in rivers()]
    small = [
        placed(f"示例支流 {number}", line, size="small", note=INVENTED)
        for number, line in enumerate(tributaries(), start=1)
    ]
    return named + small


def existing_roads() -> list[Record]:
    """The highways of today, then the streets of the seat."""
    classes = {
        road.name: ADMIN_CLASSES[road.facts["road_class"]]
        for road in drawn("road")
        if road.facts["state"] == "现状"
    }
    highways = [
        placed(name, road_line(name), road_no=ROAD_NUMBERS[name], admin_class=classes[name])
        for name in existing_names()
    ]
    return highways + _streets()


def place_names() -> list[Record]:
    """The county seat, the seats of the towns, and the neighbours around."""
    seat = placed("沂南县城", Point(0, 0), level="seat", aliases=["县城"])
    town_seats = [
        placed(town.name, town.seat, level="town", code=town.code, town=town.name) for town in towns()
    ]
    neighbours = [placed(name, Point(to_km(place)), level="neighbour") for name, place in NEIGHBOURS.items()]
    return [seat, *town_seats, *neighbours]


def _streets() -> list[Record]:
    all_streets = streets()
    invented = [street for street in all_streets if not street.zhengyang]
    columns = [street for street in invented if street.north_south]
    rows = [street for street in invented if not street.north_south]
    real = [street for street in all_streets if street.zhengyang]
    return (
        [_street(f"示例{_chinese(number)}路", street) for number, street in enumerate(columns, start=1)]
        + [_street(f"示例{_chinese(number)}街", street) for number, street in enumerate(rows, start=1)]
        + [
            _street(name, street)
            for name, street in zip(("正阳路（南段）", "正阳路（北段）"), real, strict=True)
        ]
    )


def _street(name: str, street: Street) -> Record:
    note = "规划文件提到的道路，位置示意。" if street.zhengyang else INVENTED
    return placed(name, street.line, admin_class="street", town="界湖街道", note=note)


def _chinese(number: int) -> str:
    tens, ones = divmod(number, 10)
    ten = "十" if tens == 1 else f"{CHINESE_DIGITS[tens - 1]}十" if tens else ""
    return ten + (CHINESE_DIGITS[ones - 1] if ones else "")
