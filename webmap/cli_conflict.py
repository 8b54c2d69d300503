"""What happens on `webmap conflict UID…`? The shapes are laid over the map, and the sheet is shown or written."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from layers.errors import InvalidValue
from layers.rights import SYSTEM_VIEWER
from layers.rules.compliance import NO_APPROVAL
from layers.store import Database, analyses
from layers.store.analyses import FoundAnalysis
from layers.whole import put
from webmap.cli import with_database
from webmap.cli_person import at_terminal
from webmap.cli_target import target_option
from webmap.config import read_config
from webmap.conflict_work import KIND, answer
from webmap.outputs import conflict_sheet


@click.command("conflict")
@click.argument("uids", nargs=-1)
@click.option("--layer", help="分析整个图层。")
@click.option(
    "--shape",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="分析一个 GeoJSON 图形（2000国家大地坐标系经纬度）。",
)
@target_option(".json", ".xlsx", ".docx")
def command(uids: tuple[str, ...], layer: str | None, shape: Path | None, target: Path | None) -> None:
    """压盖分析：图形压盖了哪些控制线和图层，生成合规性审查表。"""
    asked = _asked(uids, layer, shape)
    viewer = replace(SYSTEM_VIEWER, name=at_terminal())

    def act(database: Database) -> FoundAnalysis:
        uid = answer(database, viewer, asked)
        with database.reading() as session:
            return analyses.find(session, viewer, KIND, uid)

    found = with_database(read_config(), act)
    _say(found)
    if target is not None:
        put(target, _content(found, target.suffix.lower()))
        click.echo(f"审查表已写入 {target}。")


def _asked(uids: tuple[str, ...], layer: str | None, shape: Path | None) -> dict[str, Any]:
    given = [bool(uids), layer is not None, shape is not None]
    if sum(given) != 1:
        raise click.UsageError("请给出图形编号、--layer 或 --shape 中的一种。")
    if shape is not None:
        return {"geometry": _geometry(shape), "name": shape.stem}
    return {"layer": layer} if layer is not None else {"uids": list(uids)}


def _geometry(file: Path) -> Any:
    try:
        told = json.loads(file.read_text("utf-8-sig"))
    except (ValueError, RecursionError):
        raise InvalidValue(f"“{file.name}”不是完整的 GeoJSON。请重新导出。") from None
    if isinstance(told, dict) and told.get("type") == "FeatureCollection":
        features = told.get("features")
        told = features[0] if isinstance(features, list) and len(features) == 1 else None
    return told.get("geometry") if isinstance(told, dict) and told.get("type") == "Feature" else told


def _say(found: FoundAnalysis) -> None:
    click.echo(f"{conflict_sheet.TITLE}  {found.title}")
    for label, value in conflict_sheet.facts(found, []):
        click.echo(f"  {label}  {value}")
    for table in conflict_sheet.tables(found)[:2]:
        click.echo(f"\n{table.title}")
        for row in table.rows:
            click.echo("  " + "  ".join(word for word in row[:4] if word))
    click.echo(f"\n{conflict_sheet.summary(found)}\n{NO_APPROVAL}")


def _content(found: FoundAnalysis, ending: str) -> bytes:
    if ending == ".xlsx":
        return conflict_sheet.excel(found, [])
    if ending == ".docx":
        return conflict_sheet.word(found, [], [])
    return json.dumps(found.result, ensure_ascii=False, indent=2).encode()
