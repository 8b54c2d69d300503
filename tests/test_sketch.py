"""What fills a small picture of shapes, and what stays outside it?"""

from __future__ import annotations

import re

import pytest

from webmap.sketch import HEIGHT, WIDTH, sketch


def plot(lon: float, lat: float, side: float = 0.001) -> list[list[float]]:
    return [[lon, lat], [lon + side, lat], [lon + side, lat + side], [lon, lat + side], [lon, lat]]


PLOTS = [plot(118.40 + at * 0.002, 35.50) for at in range(9)]


def width_of_the_first(drawn: dict[str, object]) -> float:
    first = str(drawn["shapes"]).split(" M")[0]
    xs = [float(x) for x, _ in re.findall(r"(-?[\d.]+) (-?[\d.]+)", first)]
    return max(xs) - min(xs)


@pytest.mark.parametrize(
    "stray",
    [plot(123.4, 35.5), plot(118.4, 30.0), plot(35.5, 118.4)],
    ids=["a wrong zone", "a wrong digit", "exchanged numbers"],
)
def test_a_stray_does_not_shrink_all_others_to_a_speck(stray: list[list[float]]) -> None:
    alone, beside = sketch(PLOTS, []), sketch([*PLOTS, stray], [], [stray[0]], together=True)
    assert width_of_the_first(beside) == width_of_the_first(alone) > WIDTH / 25
    assert (alone["beyond"], beside["beyond"]) == (0, 1)
    ((x, y),) = beside["spots"]
    assert not (0 <= x <= WIDTH and 0 <= y <= HEIGHT)


def test_two_ends_of_a_county_are_one_picture() -> None:
    both = sketch([*PLOTS, plot(118.9, 35.9)], [], together=True)
    assert both["beyond"] == 0
    assert width_of_the_first(both) < width_of_the_first(sketch(PLOTS, []))


def test_nothing_is_no_trouble() -> None:
    assert sketch([], [], together=True)["beyond"] == 0


def test_a_few_of_many_that_lie_alone_in_the_county_stay_outside_the_near_picture() -> None:
    many = [plot(118.40 + at % 10 * 0.002, 35.50 + at // 10 * 0.002) for at in range(60)]
    alone, beside = sketch(many, []), sketch([*many, plot(118.7, 35.3)], [], together=True)
    assert beside["beyond"] == 1
    assert width_of_the_first(beside) == width_of_the_first(alone)
    two_villages = [*many[:30], *(plot(118.7 + at * 0.002, 35.3) for at in range(10))]
    assert sketch(two_villages, [], together=True)["beyond"] == 0
