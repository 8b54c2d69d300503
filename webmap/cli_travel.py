"""What happens on `webmap travel`? The minutes before and after the new roads are worked out, and shown or written."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from shapely.geometry.base import BaseGeometry

from layers.rights import SYSTEM_VIEWER
from layers.store import Database, analyses
from layers.store.analyses import FoundAnalysis
from layers.whole import put
from webmap.cli import with_database
from webmap.cli_person import at_terminal
from webmap.cli_target import target_option
from webmap.config import read_config
from webmap.conflict_work import county_outline
from webmap.outputs import travel_sheet
from webmap.travel_work import KIND, answer, question


@click.command("travel")
@click.option("--before", default="now", show_default=True, help="前：now（现状）或年份。")
@click.option("--after", default="plan", show_default=True, help="后：plan（规划全部建成）或年份。")
@click.option("--sites", default="scenic_site", show_default=True, help="从哪个图层的对象出发。")
@click.option("--hub", default="", help="到哪里：centre（集散中心）、seat（县城）、town:名称 或图形编号。")
@click.option(
    "--speed", "pairs", multiple=True, help="速度（公里/小时），如 --speed provincial=60，可写多次。"
)
@target_option(".json", ".xlsx", ".docx", ".png")
def command(
    before: str, after: str, sites: str, hub: str, pairs: tuple[str, ...], target: Path | None
) -> None:
    """路网前后：新路建成前后，各景点、乡镇到集散中心要多少分钟。"""
    asked = question({"before": before, "after": after, "sites": sites, "hub": hub, "kmh": _speeds(pairs)})
    viewer = replace(SYSTEM_VIEWER, name=at_terminal())

    def act(database: Database) -> tuple[FoundAnalysis, list[BaseGeometry]]:
        uid = answer(database, viewer, asked)
        with database.reading() as session:
            return analyses.find(session, viewer, KIND, uid), county_outline(session, viewer)

    found, county = with_database(read_config(), act)
    _say(found)
    if target is not None:
        put(target, _content(found, county, target.suffix.lower()))
        click.echo(f"已写入 {target}。")


def _speeds(pairs: tuple[str, ...]) -> dict[str, Any]:
    wrong = next((each for each in pairs if "=" not in each), None)
    if wrong is not None:
        raise click.BadParameter(f"应为 等级=速度，如 provincial=60，但收到“{wrong}”。", param_hint="--speed")
    return dict(each.split("=", 1) for each in pairs)


def _say(found: FoundAnalysis) -> None:
    click.echo(f"{travel_sheet.TITLE}  {found.title}")
    for sentence in found.result["sentences"]:
        click.echo(sentence)
    for label, value in travel_sheet.facts(found, []):
        click.echo(f"  {label}  {value}")
    for table in travel_sheet.tables(found):
        click.echo(f"\n{table.title}\n  {'  '.join(table.header)}")
        for row in table.rows:
            click.echo("  " + "  ".join(str(each) for each in row if each not in ("", None)))
    for words in found.result["assumptions"]:
        click.echo(f"假设  {words}")
    click.echo(travel_sheet.NOTE)


def _content(found: FoundAnalysis, county: list[BaseGeometry], ending: str) -> bytes:
    if ending == ".xlsx":
        return travel_sheet.excel(found, [])
    if ending == ".docx":
        return travel_sheet.word(found, [], county)
    if ending == ".png":
        return travel_sheet.picture(found, county)
    return json.dumps(found.result, ensure_ascii=False, indent=2).encode()
