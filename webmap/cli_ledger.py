"""What does `webmap intake TABLE --layer KEY --key COLUMN` say and do?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from layers.errors import InvalidValue
from layers.intake import JoinPlan, apply_join, plan_join
from layers.rights import SYSTEM_VIEWER
from layers.store import Database

MOST_LISTED: Final = 30


def update(
    database: Database,
    file: Path,
    *,
    layer: str | None,
    key: str,
    encoding: str | None,
    source_layer: str | None,
    who: str,
    dry_run: bool,
    good_rows: bool,
) -> None:
    """Show what the table would change, then change it in one act, unless it was a dry run."""
    if not layer:
        raise InvalidValue("按编号更新要说明更新哪个图层。请加上 --layer 图层代码，如 --layer idle_parcel。")
    found = plan_join(
        database, SYSTEM_VIEWER, file, layer=layer, key=key, encoding=encoding, source_layer=source_layer
    )
    for line in _told(found):
        click.echo("".join(char if char.isprintable() else "�" for char in line))
    if found.problems and not good_rows:
        raise InvalidValue(
            f"有 {len(found.problems)} 处问题，未更新任何内容。请改正后再导入，或加 --good-rows 只更新没有问题的行。"
        )
    if dry_run:
        click.echo(f"试运行，未改动任何数据。去掉 --dry-run 即更新 {len(found.changes)} 个图形。")
        return
    changed = apply_join(database, SYSTEM_VIEWER, found, who, good_rows=good_rows)
    click.echo(f"已更新“{found.title}”的 {changed.rows} 个图形的属性。")


def _told(found: JoinPlan) -> Iterator[str]:
    yield f"文件    {found.file}，{found.count} 行，文字编码 {found.encoding}"
    yield f"更新    {found.title}（{found.layer_key}），按“{found.key}”对应"
    yield f"字段    {'、'.join(f'{column}→{title}' for column, title in found.matched.items())}"
    if found.others:
        yield f"未对应  {'、'.join(found.others)}（不更新）"
    yield from (f"说明    {note}" for note in found.notes)
    yield (
        f"结果    有变化 {len(found.changes)}，无变化 {found.unchanged}，图上没有 {len(found.not_found)}，"
        f"表里没有 {len(found.missing)}"
    )
    yield from _changes(found)
    yield from _listed(
        [f"  {place} {key}：图上没有这个编号，未新增（表里没有坐标）" for place, key in found.not_found]
    )
    yield from _listed([f"  {found.place(each.row)} {each.field}：{each.reason}" for each in found.problems])


def _changes(found: JoinPlan) -> Iterator[str]:
    lines = []
    for change in found.changes:
        words = "；".join(f"{each.title} {each.before} → {each.after}" for each in change.differences)
        lines.append(f"  {change.place} {change.target.name}：{words}")
    yield from _listed(lines)


def _listed(lines: list[str]) -> Iterator[str]:
    yield from lines[:MOST_LISTED]
    if len(lines) > MOST_LISTED:
        yield f"  …… 另有 {len(lines) - MOST_LISTED} 条"
