"""Somebody tells a command where to write to."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from layers.errors import NoSpace
from layers.whole import put
from webmap.cli_target import target_option


@click.command()
@target_option(".docx", ".xlsx")
def command(target: Path | None) -> None:
    click.echo(f"works {target}")


def test_a_file_of_a_known_form_is_taken_and_none_is_needed(tmp_path: Path) -> None:
    for name in ("表.docx", "表.XLSX"):
        done = CliRunner().invoke(command, ["--to", str(tmp_path / name)])
        assert (done.exit_code, done.output) == (0, f"works {tmp_path / name}\n")
    assert CliRunner().invoke(command, []).output == "works None\n"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("表.pdf", "收到“表.pdf”，文件名应以 .docx、.xlsx 结尾"),
        ("表", "收到“表”，文件名应以"),
        ("没有/表.docx", "没有文件夹"),
    ],
)
def test_what_cannot_be_written_is_said_before_the_work(tmp_path: Path, name: str, said: str) -> None:
    refused = CliRunner().invoke(command, ["--to", str(tmp_path / name)])
    assert refused.exit_code == 2
    assert said in refused.output
    assert "works" not in refused.output


def test_a_file_is_whole_or_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "表.docx"
    put(target, b"old")
    put(target, b"new")
    assert target.read_bytes() == b"new"
    folder = tmp_path / "folder.docx"
    folder.mkdir()
    with pytest.raises(NoSpace, match="无法写入"):
        put(folder, b"new")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["folder.docx", "表.docx"]
