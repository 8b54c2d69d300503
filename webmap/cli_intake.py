"""What happens on `webmap intake FILE`? The plan is shown, then it is carried out, unless it was a dry run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import click

from layers import crs
from layers.blobs import Blobs
from layers.checks import BY_CODE
from layers.errors import InvalidValue, QuestionToUser
from layers.intake import (
    Comparison,
    Dataset,
    NewLayer,
    Plan,
    Result,
    RowProblem,
    accepted_sorts,
    apply,
    pictured,
    plan,
    read_dataset,
    refuse_secret_titles,
)
from layers.jobs import give_way
from layers.measure import half_up, mu
from layers.rights import SYSTEM_VIEWER, VISIBILITIES
from layers.store import Database
from webmap import cli_compare
from webmap.cli import with_database
from webmap.cli_compare import Wanted, carry_out, compared
from webmap.cli_ledger import update
from webmap.cli_person import at_terminal
from webmap.config import read_config

SEEN_BY: Final = ("public", "internal", "公开", "内部")
MOST_WARNINGS: Final = 20


@click.command("intake")
@click.argument("file", type=click.Path(path_type=Path))
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
def command(
    file: Path,
    kind: str | None,
    layer: str | None,
    new_layer: str | None,
    title: str | None,
    visibility: str,
    system: int | None,
    encoding: str | None,
    source_layer: str | None,
    key: str | None,
    changed: str,
    removed: str,
    parameters: str | None,
    shift: str | None,
    local: str | None,
    repairs: tuple[str, ...],
    *,
    swap: bool,
    dry_run: bool,
    good_rows: bool,
) -> None:
    """把文件（Shapefile、FileGDB、GeoPackage、GeoJSON、KML、DXF、界址点 TXT、Excel、CSV）导入为图层里的图形。"""

    def planned(database: Database, dataset: Dataset | None = None) -> Plan:
        return plan(
            database,
            SYSTEM_VIEWER,
            file,
            kind=kind,
            layer=layer,
            new_layer=_new_layer(new_layer, title, layer),
            visibility=visibility,
            crs=system,
            encoding=encoding,
            source_layer=source_layer,
            parameters=parameters,
            public_map=shift,
            swapped=swap,
            local=local,
            dataset=dataset,
            repairs=accepted_sorts(repairs),
            limits=read_config().quality_limits,
        )

    def ledger(database: Database) -> None:
        update(
            database,
            file,
            layer=layer or kind,
            key=key or "",
            encoding=encoding,
            source_layer=source_layer,
            who=at_terminal(),
            dry_run=dry_run,
            good_rows=good_rows,
        )

    def act(database: Database) -> None:
        give_way()
        database.upgrade()
        refuse_secret_titles(file.name)
        dataset = read_dataset(file, encoding=encoding, source_layer=source_layer)
        if key and not dataset.has_shapes:
            ledger(database)
            return
        found = planned(database, dataset)
        _say(_told(found))
        wanted = Wanted(key, update=changed == "update", delete=removed == "delete")
        _carry_out(
            database,
            file,
            found,
            compared(database, found, dataset, key),
            wanted,
            dry_run=dry_run,
            good_rows=good_rows,
        )

    try:
        with_database(read_config(), act)
    except QuestionToUser as question:
        raise QuestionToUser(f"{question.message}{_how_to_answer(question)}", question.choices) from None


def _carry_out(
    database: Database,
    file: Path,
    found: Plan,
    there: Comparison | None,
    wanted: Wanted,
    *,
    dry_run: bool,
    good_rows: bool,
) -> None:
    if found.problems and not good_rows:
        raise InvalidValue(
            f"{found.bad_count} 行有问题，未导入任何内容。请改正后再导入，"
            f"或加 --good-rows 只导入其余 {len(found.good)} 行。"
        )
    if there and (there.changed or there.unchanged or there.problems or wanted.delete):
        _say(cli_compare.told(there))
        carry_out(database, found, there, wanted, at_terminal(), good_rows=good_rows, dry_run=dry_run)
        return
    if dry_run:
        click.echo(f"试运行，未改动任何数据。去掉 --dry-run 即导入 {len(found.good)} 行。")
        return
    result = _applied(database, found, file, good_rows=good_rows)
    left_out = f"，略过有问题的 {found.bad_count} 行" if found.problems else ""
    mended = f"，修复了 {len(found.repairs)} 个图形（原图形随导入留存）" if found.repairs else ""
    click.echo(f"已导入 {result.rows} {found.kind.measure_word}到“{found.title}”{left_out}{mended}。")
    if found.follows:
        click.echo(f"与相邻图形的比较请另行运行：webmap quality {result.layer_key}")


def _applied(database: Database, found: Plan, file: Path, *, good_rows: bool) -> Result:
    """All of it as new; of photos also the pictures."""
    if not found.pictures:
        return apply(database, found, at_terminal(), good_rows=good_rows)
    blobs = Blobs(read_config().blobs_folder)
    new, photos = pictured(blobs, file, found, found.good, lambda count: None)
    return apply(database, found, at_terminal(), good_rows=good_rows, new=new, photos=photos)


def _new_layer(key: str | None, title: str | None, layer: str | None) -> NewLayer | None:
    if key is None and title is None:
        return None
    if not key or not title or layer:
        raise InvalidValue(
            "新建图层要同时给出 --new-layer（代码）和 --title（名称），且不能与 --layer 一起用。"
        )
    return NewLayer(key, title)


def _how_to_answer(question: QuestionToUser) -> str:
    values = [choice.value for choice in question.choices]
    if all(value.removesuffix(crs.SWAPPED).isdigit() for value in values):
        swapped = any(value.endswith(crs.SWAPPED) for value in values)
        return f"（加上 --crs 编号{'和 --swap' if swapped else ''}，重新运行）"
    if "gcj02" in values:
        return "（加上 --shift，重新运行）"
    option = "--encoding" if set(values) <= {"UTF-8", "GBK"} else "--source-layer"
    return f"（加上 {option}，重新运行）"


# --- words ---------------------------------------------------------------------------------------------


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        # Text of a file may hold control characters that would steer the terminal.
        click.echo("".join(char if char.isprintable() else "�" for char in line))


def _told(found: Plan) -> Iterator[str]:
    yield f"文件    {found.file}（{found.source}），{found.count} 行，文字编码 {found.encoding}"
    yield f"坐标系  {found.system}"
    if found.bounds:
        yield f"落在    {crs.describe(found.bounds)}"
        yield f"合计    {_amount(found)}"
    new = "新建图层，" if found.creates_layer else ""
    yield f"写入    {found.title}（{new}{found.layer.key}），可见范围：{VISIBILITIES[found.visibility]}"
    yield f"字段    {'、'.join(f'{column}→{title}' for column, title in found.matched.items())}"
    if found.others:
        yield f"未对应  {'、'.join(found.others)}（原样保留，不参与计算）"
    yield from (f"说明    {note}" for note in found.notes)
    if found.found:
        yield f"质检    {'、'.join(f'{BY_CODE[code].title} {count}' for code, count in found.found.items())}"
    if offered := [code for code in found.found if BY_CODE[code].repair]:
        yield f"可修复  {'、'.join(f'--repair {code}（{BY_CODE[code].title}）' for code in offered)}"
    yield from _listed(found, "提醒", found.warnings, MOST_WARNINGS)
    yield from _listed(found, "问题", found.problems, len(found.problems))


def _amount(found: Plan) -> str:
    number = f"{len(found.good)} {found.kind.measure_word}"
    if found.area_m2:
        return f"{number}，{half_up(mu(found.area_m2), 2):,} 亩（椭球面积）"
    if found.length_m:
        return f"{number}，{half_up(found.length_m / 1000, 3):,} 公里"
    return number


def _listed(plan: Plan, title: str, problems: list[RowProblem], most: int) -> Iterator[str]:
    if problems:
        yield f"{title}    {len({problem.row for problem in problems})} 行："
    for problem in problems[:most]:
        told = not problem.value or problem.check or problem.value in problem.reason
        came = "" if told else f"（收到“{problem.value}”）"
        yield f"  {plan.place(problem.row)} {problem.field}：{problem.reason}{came}"
    if len(problems) > most:
        yield f"  …… 另有 {len(problems) - most} 条"
