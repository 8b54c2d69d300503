"""What may a public file say: how exact are its coordinates, and under which 审图号 does it go out?

Public maps may not be as exact as a survey; how exact is the county's decision. A 审图号 is given by the authority
that reviewed the map: it is typed in by a person and never made up here, and without one a file stays a draft.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.errors import InvalidValue

GRID_M: Final = 50.0
"""How coarse public coordinates are unless a setting says otherwise (default, configurable): 50 m is the limit that
older rules for public maps name."""
PUBLIC_MARK: Final = "公开版"
DRAFT_MARK: Final = "未定稿，审图号待填"
_REVIEW_NUMBER: Final = re.compile(r"[一-鿿]{0,2}(GS|S)G?[一-鿿]{0,2}[（(]\d{4}[）)]\d{1,6}号")
_METRES_PER_DEGREE: Final = 111_320.0

Shapes = NDArray[np.object_]


@dataclass(frozen=True, kw_only=True)
class PublicEdition:
    """grid_m: coordinates are rounded to a grid of this width; 0 leaves them. final: it shall be no draft."""

    grid_m: float = GRID_M
    review_number: str = ""
    final: bool = False

    @property
    def mark(self) -> str:
        """What the file says of itself."""
        return f"{PUBLIC_MARK}，{f'审图号：{self.review_number}' if self.review_number else DRAFT_MARK}"


def checked_edition(edition: PublicEdition) -> PublicEdition:
    """The edition with a 审图号 that looks like one; raises InvalidValue, also for a final one without."""
    number = re.sub(r"\s+", "", edition.review_number)
    if number and not _REVIEW_NUMBER.fullmatch(number):
        raise InvalidValue(
            f"审图号收到“{number[:40]}”，应与审核机关核发的一致，例如 鲁SG（2024）001号。请核对批件后填写，没有就留空。"
        )
    if edition.final and not number:
        raise InvalidValue("定稿需要审图号。请填写审核机关核发的审图号，或先按未定稿导出。")
    return PublicEdition(grid_m=edition.grid_m, review_number=number, final=edition.final)


def coarsened(shapes: Shapes, grid_m: float) -> Shapes:
    """Shapes in degrees whose corners lie on a grid of about this width; an area too small for it is its cells."""
    if not grid_m or not len(shapes):
        return shapes
    step = _steps(shapes, grid_m)
    rounded = shapely.transform(shapes, lambda positions: np.round(positions / step) * step)
    return np.array([_sound(*pair, step) for pair in zip(shapes, rounded, strict=True)], object)


def _steps(shapes: Shapes, grid_m: float) -> NDArray[np.float64]:
    """The width of the grid in degrees of longitude and latitude, the same for all shapes of a county."""
    _, south, _, north = shapely.total_bounds(shapes).tolist()
    middle = round((south + north) / 2)
    across = grid_m / (_METRES_PER_DEGREE * math.cos(math.radians(middle)))
    return np.array([across, grid_m / _METRES_PER_DEGREE])


def _sound(exact: Any, rounded: Any, step: NDArray[np.float64]) -> Any:
    """What rounding left of a shape, of the same sort."""
    if shapely.get_dimensions(exact) == 0:
        return rounded
    fit = shapely.make_valid(rounded, method="structure", keep_collapsed=False)
    if shapely.get_dimensions(fit) == shapely.get_dimensions(exact) and not fit.is_empty:
        return fit
    return _cells(exact, step)


def _cells(exact: Any, step: NDArray[np.float64]) -> Any:
    """The cells of the grid that a small shape lies in; a short line is the line across them."""
    west, south, east, north = exact.bounds
    left, low = np.floor(np.array([west, south]) / step) * step
    right, top = (np.floor(np.array([east, north]) / step) + 1) * step
    if shapely.get_dimensions(exact) == 1:
        return shapely.LineString([(left, low), (right, top)])
    return shapely.box(left, low, right, top)
