"""What happens on `webmap briefing`? A briefing leaves the house as a file that opens without this system."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeVar

import click

from layers.blobs import Blobs
from layers.briefing import SAMPLE_SLUG
from layers.rights import INTERNAL_VIEWER, NON_SECRET, PUBLIC_VIEWER, SYSTEM_VIEWER, Viewer
from layers.store import Database
from layers.whole import put
from webmap.cli import with_database
from webmap.cli_person import at_terminal
from webmap.cli_target import target_option
from webmap.config import read_config

Act = TypeVar("Act", bound=Callable[..., object])
READERS: Final[dict[str, Viewer]] = {"internal": INTERNAL_VIEWER, "public": PUBLIC_VIEWER}


@click.group("briefing")
def command() -> None:
    """汇报：导出为幻灯片、PDF 或海报，或做成离线文件。"""


def _readers_option(help_: str) -> Callable[[Act], Act]:
    return click.option(
        "--for",
        "readers",
        type=click.Choice(list(READERS)),
        default="internal",
        show_default=True,
        help=help_,
    )


@command.command("slides")
@click.argument("slug", default=SAMPLE_SLUG)
@_readers_option("给谁看：public 只含公开的内容，不含讲稿。")
@target_option(".pptx", required=True)
def slides(slug: str, readers: str, target: Path) -> None:
    """把汇报导出为 PowerPoint（每幕一页，文字、图表、表格可编辑）。"""
    _write(slug, readers, target, "pptx")


@command.command("pdf")
@click.argument("slug", default=SAMPLE_SLUG)
@_readers_option("给谁看：public 只含公开的内容。")
@click.option("--review-number", default="", help="公开版的审图号；没有就不填。")
@target_option(".pdf", required=True)
def pdf(slug: str, readers: str, review_number: str, target: Path) -> None:
    """把汇报导出为 PDF（每幕一页，可直接打印，不需要 Office）。"""
    from webmap.packing import mark_of, wanted

    asked = wanted(slug, {"form": "pdf", "public": readers == "public", "review_number": review_number}, 0)
    _write(slug, readers, target, "pdf", mark_of(public=asked.public, review_number=asked.review_number))


@command.command("poster")
@click.argument("slug", default=SAMPLE_SLUG)
@click.option("--scene", type=click.IntRange(1), default=1, show_default=True, help="第几幕。")
@_readers_option("给谁看：public 只含公开的内容。")
@click.option("--review-number", default="", help="公开版的审图号；没有就不填。")
@target_option(".png", required=True)
def poster(slug: str, scene: int, readers: str, review_number: str, target: Path) -> None:
    """把一幕做成海报（PNG，3840×2160）。"""
    from webmap.packing import mark_of, wanted

    said = {"form": "png", "scene": scene, "public": readers == "public", "review_number": review_number}
    asked = wanted(slug, said, 0)
    mark = mark_of(public=asked.public, review_number=asked.review_number)
    _write(slug, readers, target, "png", mark, asked.scene)


def _write(slug: str, readers: str, target: Path, form: str, mark: str = "", only: int = 0) -> None:
    from webmap.slides import carry_out

    config = read_config()
    maker = replace(INTERNAL_VIEWER, name=at_terminal())

    def act(database: Database) -> tuple[str, bytes, int]:
        return carry_out(
            database,
            maker,
            slug,
            lambda share, words: None,
            readers=READERS[readers],
            form=form,
            mark=mark,
            blobs=Blobs(config.blobs_folder),
            only=only,
        )

    title, content, count = with_database(config, act)
    put(target, content)
    part = f"第 {only} 幕" if only else f" {count} 幕"
    click.echo(f"已把“{title}”的{part}写到 {target}。")
    click.echo(NON_SECRET)


@command.command("pack")
@click.argument("slug", default=SAMPLE_SLUG)
@_readers_option("给谁看：public 只含公开的图层、对象和字段，坐标取整。")
@click.option("--scope", default="", help="知悉范围。")
@click.option("--review-number", default="", help="公开版的审图号；没有就不填。")
@target_option(".html", ".htm", required=True)
def pack(slug: str, readers: str, scope: str, review_number: str, target: Path) -> None:
    """做成离线汇报：一个 HTML 文件，没有网络也能双击放映。"""
    from webmap.pack_making import Packed, carry_out
    from webmap.packing import wanted

    config = read_config()
    said = {"public": readers == "public", "scope": scope, "review_number": review_number}
    viewer = replace(SYSTEM_VIEWER, name=at_terminal())

    def act(database: Database) -> Packed:
        asked = wanted(slug, said, config.public_grid_m)
        return carry_out(config, database, viewer, asked, lambda progress, message: None)

    done = with_database(config, act)
    put(target, done.content)
    click.echo(f"离线汇报已写到 {target}（{len(done.content) / 1024 / 1024:.1f} MB）。")
    for note in done.notes:
        click.echo(note)
    click.echo(NON_SECRET)
