"""Is the handbook in the product whole: every chapter, every picture, every way to it?"""

from __future__ import annotations

import re

import pytest

from tests.manual_pictures import ALL, PICTURES
from tests.running import Server
from webmap.views.manual import CHAPTERS, Chapter


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.key)
def test_a_chapter_is_read_without_javascript_and_all_its_pictures_are_there(
    server: Server, chapter: Chapter
) -> None:
    answer = server.get(f"/manual/{chapter.key}")

    assert answer.status == 200
    sources = re.findall(r'<img src="([^"]+)"', answer.text)
    assert all(server.get(source).status == 200 for source in sources)


def test_the_contents_lead_to_every_chapter(server: Server) -> None:
    contents = server.get("/manual/").text

    assert all(f'href="/manual/{chapter.key}"' in contents for chapter in CHAPTERS)


def test_every_picture_of_the_script_is_shown_somewhere_and_no_other_is_kept(server: Server) -> None:
    text = "".join(server.get(f"/manual/{chapter.key}").text for chapter in CHAPTERS)
    shown = set(re.findall(r"manual/([a-z_]+)\.webp", text))

    assert shown == {picture.name for picture in ALL} == {file.stem for file in PICTURES.glob("*.webp")}


def test_links_inside_the_handbook_lead_somewhere(server: Server) -> None:
    pages = [server.get(f"/manual/{chapter.key}").text for chapter in CHAPTERS]
    inside = {link for page in pages for link in re.findall(r'href="(/[^"#]*)"', page)}

    assert {link: server.get(link).status for link in inside} == dict.fromkeys(inside, 200)


def test_a_chapter_that_is_not_there_is_said_in_chinese(server: Server) -> None:
    answer = server.get("/manual/none")

    assert answer.status == 404
    assert "没有这一章" in answer.text


def test_every_state_of_idle_land_is_explained(server: Server) -> None:
    text = server.get("/manual/words").text

    assert all(
        word in text for word in ("正常", "临期", "满一年", "满两年", "中止建设", "政府原因", "资料不足")
    )
