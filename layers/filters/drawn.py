"""How does a shape that was drawn on the map stand in an address, and is it fit to filter by?

`118.45123_35.55123_118.46…`: longitude and latitude of each corner in degrees, joined by `_`.
"""

from __future__ import annotations

from typing import Final

import shapely
from shapely.geometry import Polygon

from layers.crs import describe_point
from layers.errors import InvalidShape, InvalidValue
from layers.kinds.fields import shortened
from layers.shapes import fit_to_store

MOST_CORNERS: Final = 100
"""What an address can carry, with room to spare (default)."""
DIGITS: Final = 5


def drawn_shape(text: str) -> Polygon:
    """The area with these corners; raises InvalidValue for what is none, InvalidShape for one that crosses itself."""
    numbers = [_degrees(part) for part in text.split("_")]
    corners = list(zip(numbers[::2], numbers[1::2], strict=False))
    if len(numbers) % 2 or len(corners) < 3:
        raise InvalidValue(
            f"筛选所画的范围收到 {len(numbers)} 个数字，应为至少三个角点的经度和纬度。请重新画范围。"
        )
    if len(corners) > MOST_CORNERS:
        raise InvalidValue(
            f"筛选所画的范围有 {len(corners)} 个角点，最多 {MOST_CORNERS} 个。请画得简单一些。"
        )
    for lon, lat in corners:
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            raise InvalidValue(
                f"筛选所画的范围有角点在{describe_point(lon, lat)}，不是地球上的位置。请重新画范围。"
            )
    return _sound(Polygon(corners))


def drawn_text(shape: Polygon) -> str:
    """The outline of an area as it stands in addresses."""
    corners = shapely.get_coordinates(shape.exterior)[:-1]
    return "_".join(f"{number:.{DIGITS}f}" for corner in corners for number in corner)


def _sound(shape: Polygon) -> Polygon:
    if shape.is_valid and shape.area > 0:
        return shape
    try:
        mended = fit_to_store(shape, ("polygon",))
    except InvalidShape as refusal:
        where = refusal.message.removeprefix("图形").removesuffix("请在原软件中修正后再导入。")
        raise InvalidShape(f"筛选所画的范围{where}请重新画，边线不要交叉。") from None
    if not isinstance(mended, Polygon) or mended.area == 0 or not shape.is_valid:
        raise InvalidShape("筛选所画的范围边界自相交，分不清里外。请重新画，边线不要交叉。")
    return mended


def _degrees(part: str) -> float:
    try:
        value = float(part)
    except ValueError:
        value = float("nan")
    if value != value or abs(value) == float("inf"):
        raise InvalidValue(f"筛选所画的范围里有“{shortened(part)}”，应为经纬度数字（度）。请重新画范围。")
    return value
