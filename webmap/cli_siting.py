"""What happens on `webmap siting …`? Land is looked for by the wishes that the options say, and the ranking is shown or written."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from layers.rights import SYSTEM_VIEWER
from layers.store import Database, analyses
from layers.store.analyses import FoundAnalysis
from layers.whole import put
from webmap.cli import with_database
from webmap.cli_person import at_terminal
from webmap.cli_target import target_option
from webmap.config import read_config
from webmap.outputs import siting_sheet
from webmap.siting_work import KIND, answer, holds_now


@click.command("siting")
@click.option("--project", default="", help="项目名称。")
@click.option("--min", "least", help="面积下限（亩）。")
@click.option("--max", "most", help="面积上限（亩）。")
@click.option("--use", "uses", multiple=True, help="用途，如 工业；可以给多个。")
@click.option(
    "--route", "routes", multiple=True, help="供地途径：swap、mine、revived、low_hill；可以给多个。"
)
@click.option("--town", help="乡镇街道。")
@click.option("--town-km", help="距该乡镇不超过几公里；不填时只在其范围内。")
@click.option("--road", help="道路等级：any、expressway、national、provincial、county 等。")
@click.option("--road-km", help="距道路不超过几公里。")
@click.option("--avoid", "lines", multiple=True, help="避让的控制线，如 eco_redline；可以给多个。")
@click.option("--avoid-layer", "avoided", multiple=True, help="避让的图层；可以给多个。")
@click.option("--layer", "land", multiple=True, help="在哪些图层里找；不填时为闲置低效用地和用地指标来源。")
@click.option("--wish", "wishes", multiple=True, help="不是必须满足、只影响得分的条件，如 road；可以给多个。")
@click.option("--limit", help="列出几宗。")
@target_option(".json", ".xlsx", ".docx")
def command(target: Path | None, **options: Any) -> None:
    """项目找地：按面积、用途、道路、乡镇和避让条件给地块排名。"""
    viewer = replace(SYSTEM_VIEWER, name=at_terminal())

    def act(database: Database) -> tuple[FoundAnalysis, dict[str, str]]:
        uid = answer(database, viewer, _asked(options))
        with database.reading() as session:
            found = analyses.find(session, viewer, KIND, uid)
        return found, holds_now(database, viewer, found)

    found, holds = with_database(read_config(), act)
    _say(found)
    if target is not None:
        put(target, _content(found, holds, target.suffix.lower()))
        click.echo(f"比选表已写入 {target}。")


def _asked(options: dict[str, Any]) -> dict[str, Any]:
    from layers.rules.siting import CRITERIA

    unknown = next((key for key in options["wishes"] if key not in CRITERIA), None)
    if unknown is not None:
        raise click.BadParameter(
            f"收到“{unknown}”，应为以下之一：{'、'.join(CRITERIA)}。", param_hint="--wish"
        )
    return {
        "project": options["project"],
        "area": {"min": options["least"], "max": options["most"]},
        "use": list(options["uses"]),
        "route": list(options["routes"]),
        "town": {"name": options["town"], "km": options["town_km"]},
        "road": {"class": options["road"], "km": options["road_km"]},
        "avoid": {"lines": list(options["lines"]), "layers": list(options["avoided"])},
        "land": list(options["land"]),
        "must": [key for key, each in CRITERIA.items() if each.must and key not in options["wishes"]],
        "limit": options["limit"],
    }


def _say(found: FoundAnalysis) -> None:
    click.echo(f"{siting_sheet.TITLE}  {found.title}")
    for label, value in siting_sheet.facts(found, []):
        click.echo(f"  {label}  {value}")
    click.echo("")
    for row in found.result["rows"]:
        size = f"{row['area_mu']:,.2f} 亩"
        mark = "（示例）" if row["sample"] else ""
        click.echo(
            f"  {row['rank']:>3}  {row['name']}{mark}  {row['town']}  {size}  {siting_sheet.points(row['total'])}"
        )
    for each in found.result["excluded"]:
        click.echo(f"  未列入  {each['title']}：{each['reason']} {each['count']:,} 宗")
    click.echo(f"\n{siting_sheet.summary(found)}\n{found.result['note']}")


def _content(found: FoundAnalysis, holds: dict[str, str], ending: str) -> bytes:
    if ending == ".xlsx":
        return siting_sheet.excel(found, [], holds)
    if ending == ".docx":
        return siting_sheet.word(found, [], holds, [])
    return json.dumps(found.result, ensure_ascii=False, indent=2).encode()
