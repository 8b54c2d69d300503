"""Does what the writer of 界址点 TXT writes come back as the same shapes, for every profile and both zones?"""

from __future__ import annotations

import math
import random
import re
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from layers.errors import InvalidValue
from layers.formats import Dataset, read_dataset
from layers.formats.boundary_txt import PROFILES, Plot, profile_named, text_of, zone_problem

DAY = date(2026, 1, 15)
SEAT = {39: (118.44, 35.54), 40: (118.56, 35.54)}
CODES = {39: 4527, 40: 4528}
MILLIMETRE = 0.001


def star(chance: random.Random, lon: float, lat: float, size: float) -> shapely.Polygon:
    """A simple polygon with 3 to 40 corners around a place."""
    turns = sorted(chance.uniform(0, 2 * math.pi) for _ in range(chance.randint(3, 40)))
    turns = [turn for at, turn in enumerate(turns) if at == 0 or turn - turns[at - 1] > 0.05]
    if len(turns) < 3 or max(b - a for a, b in pairwise(turns)) > 2.8:
        turns = [0.3, 2.2, 4.4]
    reach = [size * chance.uniform(0.6, 1) for _ in turns]
    return shapely.Polygon(
        [(lon + r * math.cos(t), lat + r * math.sin(t)) for r, t in zip(reach, turns, strict=True)]
    )


def shape(chance: random.Random, zone: int) -> BaseGeometry:
    """A plot: plain, with a hole, with an island in the hole, or of two parts."""
    lon, lat = (middle + chance.uniform(-0.03, 0.03) for middle in SEAT[zone])
    outside = shapely.box(lon - 0.002, lat - 0.002, lon + 0.002, lat + 0.002)
    hole, island = star(chance, lon, lat, 0.0012), shapely.Point(lon, lat).buffer(0.0001, quad_segs=2)
    sort = chance.randrange(4)
    if sort == 0:
        return star(chance, lon, lat, 0.002)
    if sort == 1:
        return outside - hole
    if sort == 2:
        return shapely.union_all([outside - hole, island if hole.contains(island) else shapely.Polygon()])
    return shapely.union_all([star(chance, lon, lat, 0.001), star(chance, lon + 0.005, lat, 0.001)])


def plots(seed: int, zone: int) -> list[Plot]:
    chance = random.Random(seed)
    return [
        Plot(shape(chance, zone), f"DK{at:03}", f"示例地块{at}", use="工业用地", use_code="0601")
        for at in range(chance.randint(1, 6))
    ]


def read_back(folder: Path, written: list[Plot], profile: str, zone: int) -> Dataset:
    chosen = profile_named(profile)
    text = text_of(written, chosen, zone, unit="沂南县自然资源和规划局", day=DAY, sample=True)
    path = folder / "写出.txt"
    path.write_bytes(text.encode(chosen.encoding))
    return read_dataset(path)


def in_plane(shape: BaseGeometry, zone: int, prefixed: bool) -> BaseGeometry:
    """By pyproj alone."""
    over = Transformer.from_crs(4490, CODES[zone] if prefixed else CODES[zone] + 21, always_xy=True)
    return shapely.transform(shape, lambda xy: np.column_stack(over.transform(*xy.T)))


@pytest.mark.parametrize("zone", [39, 40])
@pytest.mark.parametrize("profile", PROFILES)
def test_every_profile_comes_back_within_a_millimetre(tmp_path: Path, profile: str, zone: int) -> None:
    for seed in range(25):
        written = plots(seed, zone)
        dataset = read_back(tmp_path, written, profile, zone)
        assert dataset.bad_shapes == {}, (seed, dataset.bad_shapes)
        assert dataset.columns["地块编号"] == [plot.number for plot in written]
        assert dataset.columns["用途"] == ["工业用地"] * len(written)
        assert dataset.crs is not None
        for plot, found in zip(written, dataset.shapes, strict=True):
            meant = in_plane(plot.shape, zone, profile_named(profile).prefixed)
            assert found.hausdorff_distance(meant) < MILLIMETRE, seed
            assert shapely.get_num_geometries(found) == shapely.get_num_geometries(meant)
            assert found.area == pytest.approx(meant.area, abs=meant.length * MILLIMETRE)


@pytest.mark.parametrize("profile", ["default", "per_ring", "running"])
def test_the_readers_warnings_are_silent_about_what_we_write(tmp_path: Path, profile: str) -> None:
    dataset = read_back(tmp_path, plots(3, 39), profile, 39)
    assert [words for _, words in dataset.oddities if "界址点，实际" in words] == []
    assert [words for _, words in dataset.oddities if "面积" in words] == []


def test_a_hectare_with_a_hole_is_written_as_the_offices_want_it() -> None:
    """The sample of the exchange format, number by number."""
    down = Transformer.from_crs(4527, 4490, always_xy=True)
    outside = shapely.box(39633200, 3936600, 39633300, 3936700)
    plane = outside - shapely.box(39633225, 3936625, 39633275, 3936675)
    degrees = shapely.transform(plane, lambda xy: np.column_stack(down.transform(*xy.T)))
    plot = Plot(degrees, "DK001", "示例地块1", use="工业用地", use_code="0601")
    text = text_of([plot], profile_named("default"), 39, unit="沂南县自然资源和规划局", day=DAY, sample=False)
    assert text.split("\r\n") == [
        "[属性描述]",
        "格式版本号=1.01版本",
        "数据产生单位=沂南县自然资源和规划局",
        "数据产生日期=2026-01-15",
        "坐标系=2000国家大地坐标系",
        "几度分带=3",
        "投影类型=高斯克吕格",
        "计量单位=米",
        "带号=39",
        "精度=0.001",
        "转换参数=,,,,,,",
        "[地块坐标]",
        "10,0.7500,DK001,示例地块1,面,,工业用地,0601,@",
        "J1,1,3936700.000,39633200.000",
        "J2,1,3936700.000,39633300.000",
        "J3,1,3936600.000,39633300.000",
        "J4,1,3936600.000,39633200.000",
        "J1,1,3936700.000,39633200.000",
        "J5,2,3936675.000,39633225.000",
        "J6,2,3936625.000,39633225.000",
        "J7,2,3936625.000,39633275.000",
        "J8,2,3936675.000,39633275.000",
        "J5,2,3936675.000,39633225.000",
        "",
    ]


def test_names_cannot_break_the_grammar(tmp_path: Path) -> None:
    square = shapely.box(118.44, 35.54, 118.441, 35.541)
    names = ["甲,乙@丙", "面", "[地块坐标]", "a=b", "第一行\r\nJ1,1,1,1"]
    dataset = read_back(
        tmp_path, [Plot(square, str(at), name) for at, name in enumerate(names)], "default", 39
    )
    assert dataset.bad_shapes == {}
    assert len(dataset) == len(names)
    assert dataset.columns["地块名称"] == ["甲、乙丙", "面·", "[地块坐标]", "a=b", "第一行 J1、1、1、1"]


def test_sample_data_say_so_in_the_file() -> None:
    text = text_of(plots(1, 39), profile_named("default"), 39, unit="某局", day=DAY, sample=True)
    assert text.startswith("[项目信息]\r\n数据性质=示例数据\r\n")


def test_a_parcel_far_outside_its_zone_is_named() -> None:
    assert zone_problem(shapely.box(118.4, 35.5, 118.41, 35.51), 40) is None
    problem = zone_problem(shapely.box(116.4, 35.5, 116.41, 35.51), 40)
    assert problem is not None
    assert "超出第 40 带（中央经线 120°）1° 以上" in problem


def test_an_unknown_profile_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidValue, match=r"没有名为“省厅Z”的界址点格式.*default"):
        profile_named("省厅Z")


@pytest.mark.parametrize("profile", PROFILES)
def test_no_line_is_longer_than_its_grammar(profile: str) -> None:
    text = text_of(plots(7, 39), profile_named(profile), 39, unit="某局", day=DAY, sample=False)
    body = text.split("[地块坐标]\r\n")[1].splitlines()
    point = re.compile(r"J\d+,\d+,\d+\.\d{3,4},\d+\.\d{3,4}")
    assert all(line.endswith(",@") or point.fullmatch(line) for line in body)
