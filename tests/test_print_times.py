"""Does a sheet, or the picture of a scene, show the time that the map shows, or two times with a curtain between them?"""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
import shapely
from PIL import Image

from layers.briefing import checked_scenes
from layers.errors import InvalidValue
from layers.rights import SYSTEM_VIEWER
from layers.store import Database, briefings
from layers.store.edit import NewFeature
from tests.county import add_county
from tests.stored import store
from tests.test_print import BLUE, printed, strokes, words
from tests.test_slides import deck
from webmap.print_asked import wanted

OPEN, PLANNED = 118.44, 118.52
"""Two roads from south to north, at these longitudes."""
WHERE: dict[str, Any] = {
    "paper": "A4",
    "scale": 100_000,
    "center": [118.48, 35.55],
    "layers": ["road_project"],
}


def roads(database: Database) -> None:
    add_county(database)
    rows = [
        NewFeature(
            shapely.LineString([(OPEN, 35.5), (OPEN, 35.6)]), {"name": "已通", "state": "open", "work": "new"}
        ),
        NewFeature(
            shapely.LineString([(PLANNED, 35.5), (PLANNED, 35.6)]),
            {"name": "规划", "state": "planned", "plan_end": "2029-06-30", "work": "diversion"},
        ),
    ]
    store(database, rows, "road_project")


def drawn(database: Database, **asked: Any) -> set[str]:
    """Which of the two roads stand in the map of the sheet."""
    done = printed(database, **WHERE, legend=False, form="png", **asked)
    pixels = np.asarray(Image.open(io.BytesIO(done.content)).convert("RGB"))
    (columns,) = np.nonzero((pixels == BLUE).all(axis=2).sum(axis=0) > 100)
    return {"west" if x < pixels.shape[1] / 2 else "east" for x in columns}


@pytest.mark.parametrize(
    ("time", "seen"),
    [
        ("", {"west", "east"}),
        ("now", {"west"}),
        ("plan", {"west", "east"}),
        ("2028", {"west"}),
        ("2029", {"west", "east"}),
        ("now~plan", {"west", "east"}),
        ("plan~now", {"west"}),
    ],
)
def test_a_sheet_shows_what_stands_then(sqlite_database: Database, time: str, seen: set[str]) -> None:
    roads(sqlite_database)
    assert drawn(sqlite_database, time=time) == seen


def test_the_curtain_hangs_at_its_meridian_and_says_both_times(sqlite_database: Database) -> None:
    roads(sqlite_database)
    assert drawn(sqlite_database, time="now~plan", curtain=118.55) == {"west"}
    text = words(printed(sqlite_database, **WHERE, time="now~2027").content)
    assert "现状与2027年底" in text
    assert text.count("2027年底") == 2


def test_a_layer_is_coloured_by_a_field_on_paper_and_in_its_legend(sqlite_database: Database) -> None:
    roads(sqlite_database)
    done = printed(sqlite_database, **WHERE, colors={"road_project": "work"})
    text = words(done.content)
    assert "道路项目按建设性质着色" in text
    assert "新建" in text
    assert not strokes(done.content, BLUE)


@pytest.mark.parametrize(
    ("body", "words_of"),
    [
        ({"time": "gestern"}, "时间收到“gestern”"),
        ({"time": "now~x"}, "时间收到“x”"),
        ({"time": 5}, "“time”应为时间"),
        ({"curtain": "x"}, "卷帘位置收到“x”"),
        ({"colors": {"a": 5}}, "“colors”应为“图层：着色字段”"),
    ],
)
def test_what_is_no_time_is_refused_with_a_sentence(body: dict[str, Any], words_of: str) -> None:
    with pytest.raises(InvalidValue, match=words_of):
        wanted(body, 0)


def test_the_slide_of_a_scene_shows_its_two_times(sqlite_database: Database) -> None:
    """Right of the curtain stands a road more than left of it: the picture differs from that of today alone."""
    roads(sqlite_database)
    bounds = [118.40, 35.48, 118.56, 35.62]
    scene = {"layers": ["road_project"], "subject": {"road_project": []}, "bounds": bounds}
    two = {"left": "now", "right": "plan", "share": 0.5}
    now, both = (
        _map_of(deck(sqlite_database, talk_of(sqlite_database, **scene, **state)).slides[0])
        for state in ({"year": {"time": "now"}}, {"compare": two})
    )
    half = now.shape[1] // 2
    apart = np.abs(now.astype(int) - both.astype(int)).max(axis=2) > 40
    assert apart[:, half + 60 :].sum() > 200
    assert not apart[int(now.shape[0] * 0.3) :, : half - 60].any()


def talk_of(database: Database, **scene: Any) -> str:
    with database.writing() as session:
        found = briefings.add(session, SYSTEM_VIEWER, title="道路", scenes=checked_scenes([scene]))
        session.commit()
    return found.slug


def _map_of(page: Any) -> np.ndarray[Any, Any]:
    (picture,) = [shape for shape in page.shapes if shape.name == "地图"]
    return np.asarray(Image.open(io.BytesIO(picture.image.blob)).convert("RGB"))
