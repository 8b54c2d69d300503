"""Whatever is written comes back, and whatever is read ends in a dataset or a sentence: random data that shrinks."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from layers.errors import MapError
from layers.formats import Dataset, read_dataset
from layers.formats.boundary_txt import PROFILES, Plot, profile_named, text_of

CODES = {39: 4527, 40: 4528}
SEAT = {39: (118.44, 35.54), 40: (118.56, 35.54)}
MILLIMETRE = 0.001
QUIETLY = settings(max_examples=60, deadline=None, derandomize=True, database=None)

# Full-width digits come back half-width: they are read as what people meant by them.
words = st.text("甲乙丙丁沂南示例地块工业用地abcXYZ0123456789-（）·", min_size=1, max_size=12)
shares = st.floats(0, 1, allow_nan=False)


@st.composite
def outlines(draw: st.DrawFn) -> list[tuple[float, float]]:
    """A star-shaped ring: corners at growing angles, at least a tenth of its size from the middle."""
    count = draw(st.integers(3, 24))
    reaches = [0.3 + 0.7 * draw(shares) for _ in range(count)]
    turns = [2 * np.pi * (at + 0.4 * draw(shares)) / count for at in range(count)]
    return [(r * float(np.cos(t)), r * float(np.sin(t))) for r, t in zip(reaches, turns, strict=True)]


@st.composite
def plots(draw: st.DrawFn, zone: int) -> list[Plot]:
    """Up to four plots, with or without a hole, apart from one another."""
    lon, lat = SEAT[zone]
    found = []
    for at in range(draw(st.integers(1, 4))):
        middle = (lon + 0.01 * at + 0.004 * draw(shares), lat + 0.004 * draw(shares))
        outside = shapely.Polygon(
            [(middle[0] + 0.002 * x, middle[1] + 0.002 * y) for x, y in draw(outlines())]
        )
        hole = shapely.Polygon(
            [(middle[0] + 0.0004 * x, middle[1] + 0.0004 * y) for x, y in draw(outlines())]
        )
        whole = outside - hole if draw(st.booleans()) and outside.contains(hole) else outside
        found.append(Plot(whole, f"DK{at:03}", draw(words), use=draw(words), use_code="0601"))
    return found


def read_text(content: bytes) -> Dataset:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.txt"
        path.write_bytes(content)
        return read_dataset(path, encoding="GBK" if _is_gbk(content) else None)


def _is_gbk(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False


@QUIETLY
@given(st.data(), st.sampled_from(sorted(PROFILES)), st.sampled_from([39, 40]))
def test_what_is_written_comes_back(data: st.DataObject, key: str, zone: int) -> None:
    profile, written = profile_named(key), data.draw(plots(zone))
    text = text_of(written, profile, zone, unit="示例局", day=date(2026, 1, 15), sample=True)
    dataset = read_text(text.encode(profile.encoding))
    assert dataset.bad_shapes == {}
    code = CODES[zone] if profile.prefixed else CODES[zone] + 21
    over = Transformer.from_crs(4490, code, always_xy=True)
    for plot, back in zip(written, dataset.shapes, strict=True):
        plane = shapely.transform(plot.shape, lambda xy: np.column_stack(over.transform(*xy.T)))
        # Half a step of the last digit on each axis moves a corner by 0.7 of it at most.
        assert shapely.hausdorff_distance(plane.boundary, back.boundary) < MILLIMETRE
        assert abs(plane.area - back.area) < plane.length * MILLIMETRE
        assert len(shapely.get_coordinates(back)) == len(shapely.get_coordinates(plane))
    assert dataset.columns["地块编号"] == [plot.number for plot in written]
    assert dataset.columns["地块名称"] == [plot.name for plot in written]
    assert dataset.columns["用途"] == [plot.use for plot in written]


LINES = st.one_of(
    st.sampled_from(
        [
            *(
                "[属性描述]",
                "[地块坐标]",
                "坐标系=2000国家大地坐标系",
                "带号=39",
                "几度分带=3",
                "计量单位=米",
            ),
            *(
                "带号=",
                "精度=0.001",
                "转换参数=,,,,,,",
                "5,1.0,DK1,甲,面,,工业用地,0601,@",
                "@",
                ",,,,@",
                "4,@",
            ),
            *(
                "J1,1,3936700.000,39633200.000",
                "J2,1,3936700.000,39633300.000",
                "J3,1,3936600.000,39633300.000",
            ),
            *("J1,2,35.55,118.47", "J,1,x,y", "1,1,1e999,nan", "J4，１，3936600，39633200", "合计", ""),
        ]
    ),
    st.text(max_size=30),
)


@QUIETLY
@given(st.lists(LINES, max_size=25), st.sampled_from(["utf-8", "gb18030", "utf-16"]))
def test_any_lines_end_in_a_dataset_or_a_sentence(lines: list[str], encoding: str) -> None:
    with suppress(MapError):
        assert len(read_text("\r\n".join(lines).encode(encoding, "replace"))) > 0
