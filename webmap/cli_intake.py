"""What happens on `webmap intake FILE…`? The plan is shown, then it is carried out, unless it was a dry run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import click

from layers import crs
from layers.errors import InvalidValue, QuestionToUser
from layers.intake import Comparison, Dataset, Plan, apply, apply_together
from layers.intake.applying import check_complete, told_together
from layers.jobs import give_way
from layers.store import Database
from webmap import cli_compare
from webmap.cli import with_database
from webmap.cli_compare import NOTHING_TO_DO, carry_out
from webmap.cli_intake_asked import Asked, with_pictures
from webmap.cli_intake_told import done, follows, say, told
from webmap.cli_ledger import update
from webmap.cli_person import at_terminal
from webmap.config import read_config

SEEN_BY: Final = ("public", "internal", "公开", "内部")


@click.command("intake")
@click.argument("files", metavar="文件…", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--kind", help="图层类别，如 idle_parcel（闲置低效用地）；给出 --layer 时可不填。")
@click.option("--layer", help="导入到哪个已有图层（图层代码）；不填时用该类别自带的图层。")
@click.option("--new-layer", help="新建一个图层来存放，给出它的代码，与 --title 一起用。")
@click.option("--title", help="新建图层的名称。")
@click.option(
    "--visibility", type=click.Choice(SEEN_BY), default="internal", show_default=True, help="可见范围。"
)
@click.option("--crs", "system", type=int, help="坐标系的 EPSG 编号；文件没有声明时需要。")
@click.option("--encoding", help="属性文字的编码，GBK 或 UTF-8；一般不用填。")
@click.option("--source-layer", help="文件里有几个图层时，导入哪一个。")
@click.option(
    "--key", help="按哪一列与图上已有的图形对照，如 地块编号；不填时用编号列，none 为全部作为新增。"
)
@click.option(
    "--changed",
    type=click.Choice(["update", "keep"]),
    default="update",
    show_default=True,
    help="有变化的图形：更新或保留。",
)
@click.option(
    "--removed",
    type=click.Choice(["keep", "delete"]),
    default="keep",
    show_default=True,
    help="图上有、文件里没有的图形：保留或删除。",
)
@click.option("--parameters", help="1980西安、1954北京坐标系的转换参数：4 个或 7 个数，用逗号分隔。")
@click.option(
    "--shift", type=click.Choice(["gcj02", "bd09", "none"]), help="坐标带有哪种公开地图的偏移；none 为没有。"
)
@click.option(
    "--repair",
    "repairs",
    multiple=True,
    help="接受哪一类修复（可多次给出），如 self_intersection、spike；all 为全部。不给出就不改动图形。",
)
@click.option("--swap", is_flag=True, help="交换 X、Y 两列。")
@click.option("--local", help="地方坐标系：中央经线,X加常数,Y加常数[,投影面高程]，如 118°30′,0,500000。")
@click.option("--dry-run", is_flag=True, help="只看会怎样，不改动任何数据。")
@click.option("--good-rows", is_flag=True, help="略过有问题的行，只导入其余的行。")
def command(files: tuple[Path, ...], **options: Any) -> None:
    """把文件（Shapefile、FileGDB、GeoPackage、GeoJSON、KML、DXF、界址点 TXT、Excel、CSV）导入为图层里的图形。

    几个文件一起给出时，要么全部导入，要么都不导入，撤销也是一次；没有给出 --kind、--layer 时各自导入到最相符的图层。
    """
    asked = Asked(**options)

    def act(database: Database) -> None:
        give_way()
        database.upgrade()
        if len(files) == 1:
            _one(database, files[0], asked)
        else:
            _together(database, files, asked)

    try:
        with_database(read_config(), act)
    except QuestionToUser as question:
        raise QuestionToUser(f"{question.message}{_how_to_answer(question)}", question.choices) from None


class Looked(NamedTuple):
    """A file, what would become of it, and what is on the map of it already."""

    file: Path
    plan: Plan
    there: Comparison | None


def _one(database: Database, file: Path, asked: Asked) -> None:
    dataset = asked.dataset(file)
    if asked.key and not dataset.has_shapes:
        _update(database, file, asked)
        return
    looked = _looked(database, file, asked, dataset)
    part = asked.part(database, looked.plan, looked.there)
    if looked.there:
        carry_out(database, part, at_terminal(), good_rows=asked.good_rows, dry_run=asked.dry_run)
    elif asked.dry_run:
        click.echo(f"试运行，未改动任何数据。去掉 --dry-run 即导入 {len(part.new)} 行。")
    else:
        part = with_pictures(file, part)
        good = asked.good_rows
        result = apply(database, part.plan, at_terminal(), good_rows=good, new=part.new, photos=part.photos)
        say(done(part.plan, result))


def _together(database: Database, files: Sequence[Path], asked: Asked) -> None:
    """All of them in one act, or none."""
    if asked.new_layer:
        raise InvalidValue("新建图层一次导入一个文件。请先用一个文件新建，再用 --layer 一起导入其余的文件。")
    found = [_guessed(database, file, asked) for file in files]
    parts = [(each.file, asked.part(database, each.plan, each.there)) for each in found]
    parts = [(file, part) for file, part in parts if part.new or part.changes]
    named = [(file.name, part) for file, part in parts]
    lines = [f"{name} → {part.plan.title}：{part.deeds}" for name, part in named]
    if not parts:
        click.echo(NOTHING_TO_DO)
    elif asked.dry_run:
        say([*lines, "试运行，未改动任何数据。去掉 --dry-run 即一起导入。"])
    else:
        pictured = [with_pictures(file, part) for file, part in parts]
        result = apply_together(database, pictured, at_terminal(), reason=told_together(named))
        say([*lines, f"已一起导入 {len(parts)} 个文件（操作 {result.act_id}，可以整个撤销）。"])
        say(line for part in pictured for line in follows(part.plan))


def _guessed(database: Database, file: Path, asked: Asked) -> Looked:
    dataset = asked.dataset(file)
    if not dataset.has_shapes:
        raise InvalidValue(f"“{file.name}”是没有图形的表，没有导入任何内容。请单独导入它。")
    return _looked(database, file, asked, dataset, asked.guessed(database, dataset))


def _looked(
    database: Database, file: Path, asked: Asked, dataset: Dataset, layer: str | None = None
) -> Looked:
    """Say what would happen; raises InvalidValue for rows that cannot be taken."""
    found = asked.plan(database, file, dataset, layer)
    say(told(found))
    there = asked.compared(database, found, dataset)
    if there:
        say(cli_compare.told(there))
    asked.refuse_problems(found, there)
    check_complete(found, asked.good_rows)
    return Looked(file, found, there)


def _update(database: Database, file: Path, asked: Asked) -> None:
    update(
        database,
        file,
        layer=asked.layer or asked.kind,
        key=asked.key or "",
        encoding=asked.encoding,
        source_layer=asked.source_layer,
        who=at_terminal(),
        dry_run=asked.dry_run,
        good_rows=asked.good_rows,
    )


def _how_to_answer(question: QuestionToUser) -> str:
    values = [choice.value for choice in question.choices]
    if all(value.removesuffix(crs.SWAPPED).isdigit() for value in values):
        swapped = any(value.endswith(crs.SWAPPED) for value in values)
        return f"（加上 --crs 编号{'和 --swap' if swapped else ''}，重新运行）"
    if "gcj02" in values:
        return "（加上 --shift，重新运行）"
    option = "--encoding" if set(values) <= {"UTF-8", "GBK"} else "--source-layer"
    return f"（加上 {option}，重新运行）"
