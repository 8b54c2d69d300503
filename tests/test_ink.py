"""Is every colour of the screen declared once, and does each carrier that reads no CSS have the same?"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from layers.symbols import screen

SOURCE: Final = Path(__file__).parents[1]

SCRIPTS: Final = SOURCE / "static/js"
PYTHON: Final = ("webmap", "layers/briefing")
HEX: Final = re.compile(r"""["'](#[0-9a-fA-F]{6})["']""")


def tokens() -> dict[str, str]:
    """Custom properties of the browsing screen that are colours."""
    root = (SOURCE / "static/css/tokens.css").read_text("utf-8").split('[data-screen="wall"]')[0]
    return {name: value.upper() for name, value in re.findall(r"--([\w-]+): (#[0-9a-f]{6});", root)}


def in_scripts() -> dict[str, str]:
    told = (SCRIPTS / "ink.js").read_text("utf-8")
    return dict(re.findall(r'export const (\w+) = "(#\w{6})";', told))


def in_python() -> dict[str, str]:
    return {name: value for name, value in vars(screen).items() if name.isupper()}


@pytest.mark.parametrize("inks", [in_scripts(), in_python()], ids=["scripts", "python"])
def test_inks_are_those_of_the_style_sheet(inks: dict[str, str]) -> None:
    declared = tokens()
    assert inks
    assert {name: declared[name.lower().replace("_", "-")] for name in inks} == inks


def again(file: Path, inks: dict[str, str]) -> list[str]:
    shown = {value.upper() for value in inks.values()}
    return [found for found in HEX.findall(file.read_text("utf-8")) if found.upper() in shown]


def test_no_script_and_no_paper_says_such_a_colour_again() -> None:
    scripts = {file: again(file, in_scripts()) for file in SCRIPTS.rglob("*.js") if file.name != "ink.js"}
    papers = {file: again(file, in_python()) for folder in PYTHON for file in (SOURCE / folder).rglob("*.py")}
    assert {file.name: found for file, found in (scripts | papers).items() if found} == {}


def test_the_bar_of_the_browser_has_the_colour_of_the_brand() -> None:
    pages = {file.name: file.read_text("utf-8") for file in (SOURCE / "webmap/templates").rglob("*.html")}
    found = {
        color for page in pages.values() for color in re.findall(r'theme-color" content="([^"]+)"', page)
    }
    assert found == {screen.BRAND}
