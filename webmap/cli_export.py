"""What happens on `webmap export LAYER`? Layers are written to a file in the form that was asked for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

import click

from layers.errors import QuestionToUser
from layers.export import FAR, FORMATS, PROFILES, Exported, PublicEdition, export
from layers.rights import INTERNAL_VIEWER, NON_SECRET, SYSTEM_VIEWER, Viewer
from layers.store import Database
from webmap.cli import with_database
from webmap.cli_person import at_terminal
from webmap.config import read_config

_READERS: Final[dict[str, Viewer]] = {
    "all": SYSTEM_VIEWER,
    "internal": INTERNAL_VIEWER,
    "public": SYSTEM_VIEWER,
}
"""A public edition looks with the eyes of the public by itself."""


@click.command("export")
@click.argument("layers", nargs=-1, required=True, metavar="LAYER...")
@click.option("--format", "form", type=click.Choice(list(FORMATS)), required=True, help="文件格式。")
@click.option(
    "--to", "target", type=click.Path(path_type=Path, dir_okay=False), required=True, help="写到哪个文件。"
)
@click.option(
    "--zone", type=click.IntRange(25, 45), help="3 度带带号，如 39、40；不填时为经纬度（txt、dxf 自动选带）。"
)
@click.option(
    "--profile",
    type=click.Choice(list(PROFILES)),
    default="default",
    show_default=True,
    help="界址点 TXT 的写法。",
)
@click.option(
    "--encoding", type=click.Choice(["gbk", "utf-8"]), help="文字编码；shp、txt 默认 GBK，csv 默认 UTF-8。"
)
@click.option(
    "--for",
    "readers",
    type=click.Choice(list(_READERS)),
    default="all",
    show_default=True,
    help="给谁看：public 只含公开的图形和字段、坐标取整，internal 不含敏感内容。",
)
@click.option("--review-number", default="", help="公开版的审图号，如 鲁SG（2024）001号；没有就不填。")
@click.option("--far", is_flag=True, help="界址点在带外 1° 以上也写出（已知会有多大的投影变形）。")
@click.option("--final", is_flag=True, help="公开版定稿；必须有审图号。")
def command(
    layers: tuple[str, ...],
    form: str,
    target: Path,
    zone: int | None,
    profile: str,
    encoding: str | None,
    readers: str,
    review_number: str,
    far: bool,
    final: bool,
) -> None:
    """把图层导出为文件；gpkg 一个文件可含多个图层。"""
    config = read_config()
    edition = PublicEdition(grid_m=config.public_grid_m, review_number=review_number, final=final)

    def act(database: Database) -> Exported:
        return export(
            database,
            replace(SYSTEM_VIEWER, name=at_terminal()),
            layers,
            form=form,
            target=target,
            zone=zone,
            profile=profile,
            encoding=encoding,
            readers=_READERS[readers],
            far=far,
            edition=edition if readers == "public" else None,
        )

    try:
        done = with_database(config, act)
    except QuestionToUser as question:
        means_far = any(each.value == FAR for each in question.choices)
        how = "换 --zone，或确认后加上 --far，重新运行" if means_far else "加上 --zone，重新运行"
        raise QuestionToUser(f"{question.message}（{how}）", question.choices) from None
    click.echo(f"已将“{done.title}”的 {done.rows} 条写入 {done.file}。")
    for note in (*done.notes, *(["内容为示例数据，已在文件中注明"] if done.sample else [])):
        click.echo(f"说明    {note}")
    click.echo(NON_SECRET)
