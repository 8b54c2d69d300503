"""Where do tests get 界址点 TXT from? Small builders for every way in which offices and programs write it."""

from __future__ import annotations

from collections.abc import Sequence

Corner = tuple[float, float]
"""X (north), Y (east), as surveyors say it."""

SQUARE: tuple[Corner, ...] = (
    (3936700, 39633200),
    (3936700, 39633300),
    (3936600, 39633300),
    (3936600, 39633200),
)
HOLE: tuple[Corner, ...] = (
    (3936675, 39633225),
    (3936625, 39633225),
    (3936625, 39633275),
    (3936675, 39633275),
)
ISLAND: tuple[Corner, ...] = (
    (3936660, 39633240),
    (3936660, 39633260),
    (3936640, 39633260),
    (3936640, 39633240),
)
EAST: tuple[Corner, ...] = tuple((x, y + 200) for x, y in SQUARE)

KEYS = {
    "格式版本号": "1.01版本",
    "数据产生单位": "沂南县自然资源和规划局",
    "数据产生日期": "2026-01-15",
    "坐标系": "2000国家大地坐标系",
    "几度分带": "3",
    "投影类型": "高斯克吕格",
    "计量单位": "米",
    "带号": "39",
    "精度": "0.001",
    "转换参数": ",,,,,,",
}


def header(without: Sequence[str] = (), **changed: str) -> list[str]:
    """The usual ten keys, some of them changed or left out."""
    keys = {key: value for key, value in (KEYS | changed).items() if key not in without}
    return ["[属性描述]", *(f"{key}={value}" for key, value in keys.items()), "[地块坐标]"]


def record(
    count: str = "5",
    area: str = "1.0000",
    number: str = "DK001",
    name: str = "示例地块1",
    sort: str = "面",
    after: str = ",工业用地,0601",
) -> str:
    """A plot's line; `after` is what stands between its sort and the @."""
    return ",".join(part for part in (count, area, number, name, sort, after) if part != "") + ",@"


def ring(
    corners: Sequence[Corner],
    label: str = "1",
    start: int = 1,
    *,
    letter: str = "J",
    closed: bool = True,
    decimals: int = 3,
    swapped: bool = False,
    drop_prefix: bool = False,
) -> list[str]:
    """The point lines of one ring."""
    names = [f"{letter}{start + at}" for at in range(len(corners))]
    told = list(zip(names, corners, strict=True))
    lines = []
    for name, (x, y) in [*told, *(told[:1] if closed else [])]:
        east = y % 1_000_000 if drop_prefix else y
        first, second = (east, x) if swapped else (x, east)
        lines.append(f"{name},{label},{first:.{decimals}f},{second:.{decimals}f}")
    return lines


def moved(corners: Sequence[Corner], north: float = 0, east: float = 0) -> tuple[Corner, ...]:
    """The same corners elsewhere."""
    return tuple((x + north, y + east) for x, y in corners)


def text(*parts: str | Sequence[str]) -> str:
    """Lines and groups of lines as one file with Windows line ends."""
    lines: list[str] = []
    for part in parts:
        lines += [part] if isinstance(part, str) else part
    return "\r\n".join([*lines, ""])
