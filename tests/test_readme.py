"""Does README.md tell the truth about settings, commands and make's targets?"""

from __future__ import annotations

import re
from pathlib import Path

import click

from webmap.cli import main
from webmap.config import SETTINGS, as_markdown

SOURCE = Path(__file__).parents[1]
README = (SOURCE / "README.md").read_text("utf-8")
FOR_DEVELOPERS = {
    "WEBMAP_TEST_COMPLETE",
    "WEBMAP_CHROMIUM",
    "WEBMAP_BENCH_PARCELS",
    "WEBMAP_BENCH_ROUNDS",
}


def test_the_table_of_settings_is_the_declaration() -> None:
    assert as_markdown() in README, "Put the output of `webmap settings --markdown` into README.md"
    told = set(re.findall(r"\bWEBMAP_[A-Z_]+", README)) - FOR_DEVELOPERS
    assert told == {setting.name for setting in SETTINGS}


def test_no_setting_is_read_that_is_not_declared() -> None:
    read = {
        name
        for folder in ("layers", "webmap")
        for file in (SOURCE / folder).rglob("*.py")
        for name in re.findall(r"\bWEBMAP_[A-Z_]+", file.read_text("utf-8"))
    }
    assert read == {setting.name for setting in SETTINGS}


def test_every_command_is_told_and_every_told_command_exists() -> None:
    table = re.findall(r"^\| `webmap (\w+)", README, re.MULTILINE)
    assert sorted(set(table)) == sorted(main.list_commands(click.Context(main)))


def test_every_make_target_that_is_named_exists() -> None:
    code = "\n".join(re.findall(r"```.*?```|`[^`]+`", README, re.DOTALL))
    named = set(re.findall(r"\bmake (run|test|[a-z]+)\b(?=[`\s])", code))
    declared = set(re.findall(r"^([a-z-]+):", (SOURCE / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert {"run", "test"} <= named <= declared
