"""Are a town's own coordinates brought to CGCS2000 by its central meridian, constants and plane?"""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
import shapely

from layers import shift
from layers.errors import InvalidValue

PLACE = (118.47, 35.55)


def in_town(meridian: float, north_m: float, east_m: float, height_m: float) -> shapely.Point:
    """Where PROJ says the place lies in such a system; the plane stretches everything around the origin."""
    scale = 1 + height_m / 6378137
    town = pyproj.Proj(
        proj="tmerc", lon_0=meridian, k=scale, x_0=east_m, y_0=north_m, a=6378137, rf=298.257222101
    )
    return shapely.Point(town(*PLACE))


@pytest.mark.parametrize(
    ("text", "system"),
    [
        ("118°30′,0,500000", (118.5, 0, 500_000, 0)),
        ("118.5，-3800000，50000，120", (118.5, -3_800_000, 50_000, 120)),
        ("117 0 500000", (117, 0, 500_000, 0)),
    ],
    ids=["degrees and minutes", "constants and plane", "blanks between"],
)
def test_a_town_s_own_coordinates_land_in_place(text: str, system: tuple[float, float, float, float]) -> None:
    local = shift.local_in(text)
    assert local is not None
    (landed,) = shift.to_stored(np.array([in_town(*system)], object), 4490, local)
    assert landed.distance(shapely.Point(PLACE)) < 1e-9


def test_the_system_on_117_is_that_of_zone_39() -> None:
    # Measured with PROJ: 118.47°E 35.55°N lies at E 633294.28, N 3936607.29 on the meridian of 117°.
    (landed,) = shift.to_stored(
        np.array([shapely.Point(633294.28, 3936607.29)], object), 4490, shift.local_in("117,0,500000")
    )
    assert landed.distance(shapely.Point(PLACE)) < 1e-7


@pytest.mark.parametrize("text", ["118.5", "500000,0,118.5", "118°30′,北,东", "118.5,0,500000,99999"])
def test_what_is_no_local_system_is_told_with_an_example(text: str) -> None:
    with pytest.raises(InvalidValue, match="请向提供数据的测绘单位索取"):
        shift.local_in(text)


def test_nothing_typed_is_no_local_system() -> None:
    assert shift.local_in("  ") is None
