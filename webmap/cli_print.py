"""What happens on `webmap print`? A sheet of the map to exact scale is written to a PDF or PNG."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import click

from layers.errors import InvalidValue
from layers.rights import INTERNAL_VIEWER, NON_SECRET, SYSTEM_VIEWER, Viewer
from layers.store import Database
from layers.whole import put
from webmap.bases.shelf import shelf_of
from webmap.cli import with_database
from webmap.cli_person import at_terminal
from webmap.cli_target import target_option
from webmap.config import read_config
from webmap.outputs.print_paper import ORIENTATIONS, PAPERS
from webmap.print_asked import FORMS, wanted
from webmap.printing import Printed, carry_out

_READERS: Final[dict[str, Viewer]] = {
    "all": SYSTEM_VIEWER,
    "internal": INTERNAL_VIEWER,
    "public": INTERNAL_VIEWER,
}


@click.command("print")
@click.option("--paper", type=click.Choice(list(PAPERS)), default="A3", show_default=True, help="纸张。")
@click.option(
    "--orientation",
    type=click.Choice(list(ORIENTATIONS)),
    default="landscape",
    show_default=True,
    help="landscape 横向，portrait 纵向。",
)
@click.option("--scale", help="比例尺分母，如 10000、5万；不填时全县正好放下。")
@click.option("--center", metavar="LON,LAT", help="图幅中心的经纬度；不填时为全县中心。")
@click.option("--layers", help="图层，用逗号分开；不填时为打开地图时显示的图层。")
@click.option("--title", default="", help="图名。")
@click.option("--unit", default="", help="制图单位。")
@click.option(
    "--for",
    "readers",
    type=click.Choice(list(_READERS)),
    default="internal",
    show_default=True,
    help="给谁看：public 只含公开的图形、坐标取整；all 含敏感内容。",
)
@click.option(
    "--time", "time", default="", help="时间：now 现状、plan 规划、2027 年底，或 now~plan 前后对比。"
)
@click.option("--base", default="", help="垫在下面的底图（bases.json 里的 name）；取不到时图上写明。")
@click.option("--review-number", default="", help="公开版的审图号；没有就不填。")
@target_option(*(f".{form}" for form in FORMS), required=True)
def command(center: str | None, layers: str | None, readers: str, target: Path, **said: Any) -> None:
    """按精确比例尺打印地图（PDF 或 300 dpi 的 PNG）。"""
    config = read_config()
    body = {
        **said,
        "form": target.suffix.lower().removeprefix("."),
        "public": readers == "public",
        "center": _center(center),
        "layers": [each.strip() for each in layers.split(",")] if layers else None,
    }
    asked = wanted(body, config.public_grid_m)
    viewer = replace(_READERS[readers], name=at_terminal())

    def act(database: Database) -> Printed:
        return carry_out(
            database, viewer, asked, lambda progress, message: None, config.home, shelf_of(config)
        )

    done = with_database(config, act)
    put(target, done.content)
    for note in done.notes:
        click.echo(note)
    click.echo(f"已按 1:{done.sheet.scale:,.0f} 打印到 {target}（{done.sheet.paper}）。")
    click.echo(NON_SECRET)


def _center(said: str | None) -> list[float] | None:
    if not said:
        return None
    try:
        lon, lat = (float(each) for each in said.replace("，", ",").split(","))
    except ValueError:
        raise InvalidValue(
            f"--center 收到“{said[:40]}”，应为 经度,纬度，例如 118.47,35.55。请改正。"
        ) from None
    return [lon, lat]
