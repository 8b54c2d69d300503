"""Do the slides of a briefing say what the briefing says, so that people can edit it?"""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

import pytest
import shapely
from click.testing import CliRunner
from pptx import Presentation
from pptx.oxml.ns import qn

from layers.attaching import Upload, prepare
from layers.blobs import Blobs
from layers.briefing import checked_scenes
from layers.errors import UnknownThing
from layers.rights import INTERNAL_VIEWER, PUBLIC_VIEWER, SYSTEM_VIEWER, Viewer
from layers.store import Database, attachments, briefings, query
from layers.store.attachments import Facts
from layers.store.edit import NewFeature
from layers.store.rows import new_uid
from tests.county import add_county
from tests.photos import photo
from tests.small_county import small_county
from tests.stored import store
from webmap.cli import main
from webmap.packing import INTERNAL_MARK
from webmap.slides import carry_out

HOSTILE = "{{7*7}} <b>&amp;\x07 =1+1 \U0001f5fa"


def talk(database: Database, **more: Any) -> str:
    """Three idle parcels, two of them 低效, told in one scene."""
    add_county(database)
    square = shapely.box(118.40, 35.50, 118.41, 35.51)
    states = ("low_use", "low_use", "revived")
    features = [NewFeature(square, {"name": f"地块{at}", "status": each}) for at, each in enumerate(states)]
    store(database, features)
    question = {"layers": ["idle_parcel"], "filter": "", "measure": "count"}
    scene = {
        "chapter": "存量土地",
        "headline": "共 {1.count}，逐宗盘活",
        "figures": [{"label": "闲置低效用地", **question}],
        "bars": {"title": "按类别", "by": "symbol", **question},
        "layers": ["idle_parcel"],
        "subject": {"idle_parcel": []},
        "notes": "先讲总数\n再讲分类",
        **more,
    }
    with database.writing() as session:
        found = briefings.add(
            session,
            SYSTEM_VIEWER,
            title="用地汇报",
            scenes=checked_scenes([scene]),
            slug="land",
            visibility="public",
        )
        session.commit()
    return found.slug


def deck(database: Database, slug: str, viewer: Viewer = INTERNAL_VIEWER) -> Any:
    _, content, _ = carry_out(database, viewer, slug, lambda *_: None, mark=INTERNAL_MARK)
    return Presentation(io.BytesIO(content))


def talk_with_photo(database: Database, blobs: Blobs, **more: Any) -> tuple[str, str]:
    """The same scene with a photo of one of its parcels; its slug, and the SHA-256 of the file that is shown."""
    slug = talk(database, **more)
    sent = Upload(photo(size=(1200, 800)), "现场.jpg", "image/jpeg", Facts(uid=new_uid()))
    new = prepare(blobs, sent)
    with database.writing() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, "idle_parcel")
        parcel = next(iter(query.find_features(session, SYSTEM_VIEWER, layer)))
        attachments.attach(session, SYSTEM_VIEWER, parcel, [new])
        told = briefings.to_see(session, SYSTEM_VIEWER, slug)
        scenes = checked_scenes([{**told.scenes[0], "picture": new.uid}])
        briefings.save(session, SYSTEM_VIEWER, slug, told.version, scenes=scenes)
        session.commit()
    return slug, str(new.shown_sha256)


def texts(page: Any) -> list[str]:
    return [shape.text_frame.text for shape in page.shapes if shape.has_text_frame]


def chart_of(page: Any) -> Any:
    (chart,) = [shape.chart for shape in page.shapes if shape.has_chart]
    return chart


def test_a_scene_is_a_slide_whose_parts_are_native(database: Database) -> None:
    first, table = deck(database, talk(database)).slides
    assert first.shapes.title.text_frame.text.replace("\xa0", " ") == "共 3 宗，逐宗盘活"
    assert "闲置低效用地" in texts(first)
    assert any("".join(text.split()) == "3宗" for text in texts(first))
    plot = chart_of(first).plots[0]
    assert dict(zip(plot.categories, plot.series[0].values, strict=True)) == {"低效用地": 2.0, "已盘活": 1.0}
    assert {"低效用地", "已盘活"} <= set(texts(first))
    assert len([shape for shape in first.shapes if shape.shape_type == 13]) == 1
    assert first.notes_slide.notes_text_frame.text == "先讲总数\n再讲分类"
    (grid,) = [shape.table for shape in table.shapes if shape.has_table]
    assert [grid.cell(1, at).text for at in range(4)] == ["1", "闲置低效用地", "3 宗", "闲置低效用地：全部"]
    marks = [next(each for each in texts(page) if each.startswith("内部资料")) for page in (first, table)]
    assert [mark.replace("\xa0", " ") for mark in marks] == [
        "内部资料 注意保存 · 1 / 1",
        "内部资料 注意保存",
    ]


@pytest.mark.parametrize(
    ("headline", "lines", "size"),
    [
        (
            "提升与新建 13 处，竹泉、红石寨、马泉连片",
            ["提升与新建 13 处，", "竹泉、红石寨、", "马泉连片"],
            30,
        ),
        ("商品房未售 1,581 套，可作安置 474 套", ["商品房未售 1,581 套，", "可作安置 474 套"], 24),
        ("字" * 20, ["字" * 20], 30),
    ],
    ids=["as large as ever", "a little smaller", "nowhere to break"],
)
def test_a_headline_breaks_after_its_stops(
    sqlite_database: Database, headline: str, lines: list[str], size: int
) -> None:
    title = deck(sqlite_database, talk(sqlite_database, headline=headline)).slides[0].shapes.title.text_frame
    assert title.text.replace("\xa0", " ").split("\v") == lines
    assert {run.font.size.pt for run in title.paragraphs[0].runs} == {size}


def test_a_photo_stands_on_its_slide_in_its_proportions_clear_of_all_else(
    database: Database, tmp_path: Path
) -> None:
    blobs = Blobs(tmp_path)
    slug, shown = talk_with_photo(database, blobs)
    _, content, _ = carry_out(database, INTERNAL_VIEWER, slug, lambda *_: None, blobs=blobs)
    page = Presentation(io.BytesIO(content)).slides[0]
    (picture,) = [each for each in page.shapes if each.name == "照片"]
    assert hashlib.sha256(picture.image.blob).hexdigest() == shown
    assert picture.width / picture.height == pytest.approx(1200 / 800, rel=0.01)
    own = box_of(picture)
    assert all(own.intersection(box_of(each)).area == 0 for each in page.shapes if each.name != picture.name)


def box_of(thing: Any) -> shapely.Polygon:
    left, top, width, high = (float(each) for each in (thing.left, thing.top, thing.width, thing.height))
    box: shapely.Polygon = shapely.box(left, top, left + width, top + high)
    return box


def test_a_photo_whose_file_is_lost_is_told_and_the_rest_stands(
    sqlite_database: Database, tmp_path: Path
) -> None:
    blobs = Blobs(tmp_path)
    slug, shown = talk_with_photo(sqlite_database, blobs)
    blobs.path(shown).unlink()
    for form in ("pptx", "pdf", "png"):
        _, content, _ = carry_out(
            sqlite_database, INTERNAL_VIEWER, slug, lambda *_: None, form=form, blobs=blobs
        )
        assert content
        if form == "pptx":
            page = Presentation(io.BytesIO(content)).slides[0]
            assert "照片" not in [each.name for each in page.shapes]


def test_every_run_names_a_chinese_font(sqlite_database: Database) -> None:
    for page in deck(sqlite_database, talk(sqlite_database)).slides:
        for run in page.element.iter(qn("a:r")):
            named = run.find(f"{qn('a:rPr')}/{qn('a:ea')}")
            assert named is not None
            assert named.get("typeface") == "微软雅黑"


def test_hostile_and_long_words_are_only_words(sqlite_database: Database) -> None:
    slug = talk(sqlite_database, headline=HOSTILE + "长" * 1900, chapter=HOSTILE, notes=HOSTILE)
    (first, _) = deck(sqlite_database, slug).slides
    assert "{{7*7}} <b>&amp; =1+1 \U0001f5fa长" in first.shapes.title.text_frame.text
    assert "<b>&amp; =1+1" in first.notes_slide.notes_text_frame.text


def test_the_public_gets_no_notes_and_no_figure_of_an_internal_layer(sqlite_database: Database) -> None:
    slug = talk(sqlite_database)
    hidden = NewFeature(shapely.box(118.5, 35.5, 118.51, 35.51), {"name": "内部"}, visibility="internal")
    store(sqlite_database, [hidden])
    inside, outside = (
        deck(sqlite_database, slug, viewer).slides[0] for viewer in (INTERNAL_VIEWER, PUBLIC_VIEWER)
    )
    assert "4" in inside.shapes.title.text_frame.text
    assert "共 —" in outside.shapes.title.text_frame.text
    assert not outside.has_notes_slide


def test_a_briefing_that_is_not_there_is_said(sqlite_database: Database) -> None:
    with pytest.raises(UnknownThing, match="没有这份汇报"):
        deck(sqlite_database, "nothing")


def test_the_command_writes_slides_and_refuses_other_names(home: Path, tmp_path: Path) -> None:
    app = small_county(home)
    database = app.extensions["database"]
    with database.writing() as session:
        briefings.add(
            session,
            SYSTEM_VIEWER,
            title="空汇报",
            scenes=checked_scenes([{"headline": "一句话"}]),
            slug="one",
        )
        session.commit()
    database.dispose()
    target = tmp_path / "a.pptx"
    done = CliRunner().invoke(main, ["briefing", "slides", "one", "--to", str(target)])
    assert done.exit_code == 0, done.output
    assert "已把“空汇报”的 1 幕" in done.output
    assert len(Presentation(str(target)).slides) == 1
    wrong = CliRunner().invoke(main, ["briefing", "slides", "one", "--to", str(tmp_path / "a.pdf")])
    assert "文件名应以 .pptx 结尾" in wrong.output
