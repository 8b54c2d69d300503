"""What happens on `webmap quality LAYER`? The layer is checked, the findings are listed or written to a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import click

from layers.checking import check_layer
from layers.checks import BY_CODE, SEVERITIES
from layers.rights import SYSTEM_VIEWER
from layers.store import Database, quality, query
from layers.store.quality import Report, ToldTrouble
from layers.whole import put
from webmap.accounts import moment
from webmap.cli import with_database
from webmap.cli_person import at_terminal
from webmap.cli_target import target_option
from webmap.config import read_config
from webmap.outputs.quality_sheet import excel, scope_of, words_of

MOST_LISTED: Final = 50


@click.command("quality")
@click.argument("layer")
@click.option("--town", help="只检查这个乡镇街道里的图形。")
@target_option(".xlsx")
def command(layer: str, town: str | None, target: Path | None) -> None:
    """数据质检：检查一个图层的图形和属性，列出问题，不改动数据。"""
    config, viewer = read_config(), replace(SYSTEM_VIEWER, name=at_terminal())

    def act(database: Database) -> None:
        uid = check_layer(database, viewer, layer, config.quality_limits, town=town)
        with database.reading() as session:
            found = quality.report_of(session, viewer, uid)
            troubles = quality.troubles_of(session, viewer, found)
            sample = query.layer_named(session, viewer, layer).sample
        for line in _told(found, troubles):
            click.echo("".join(char if char.isprintable() else "�" for char in line))
        if target is not None:
            put(target, excel(found, words_of(found, moment(found.at), sample=sample), troubles))
            click.echo(f"已写入 {target}。")

    with_database(config, act)


def _told(found: Report, troubles: list[ToldTrouble]) -> Iterator[str]:
    yield f"图层    {found.layer_title}，{scope_of(found)}，{found.told['features']:,} 个图形"
    yield f"限值    {'；'.join(found.told['limits'])}"
    yield from (f"注意    {sentence}" for sentence in found.told["unfinished"])
    counts = found.told["counts"]
    if not counts:
        yield "没有发现问题。" if not found.told["unfinished"] else "已完成的检查没有发现问题。"
    for code, count in counts.items():
        yield f"{SEVERITIES[BY_CODE[code].severity]}    {BY_CODE[code].title} {count:,}"
    for each in troubles[:MOST_LISTED]:
        yield f"  {each.name} {each.field}：{each.reason}"
    if len(troubles) > MOST_LISTED:
        yield f"  …… 另有 {len(troubles) - MOST_LISTED:,} 条，用 --to 写到文件查看"
