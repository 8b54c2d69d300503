"""What does `webmap intake` say of a file before it does anything?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import click

from layers import crs
from layers.checks import BY_CODE
from layers.intake import Plan, Result, RowProblem
from layers.measure import half_up, mu
from layers.rights import VISIBILITIES

MOST_WARNINGS: Final = 20


def say(lines: Iterable[str]) -> None:
    """Line by line."""
    for line in lines:
        # Text of a file may hold control characters that would steer the terminal.
        click.echo("".join(char if char.isprintable() else "�" for char in line))


def told(found: Plan) -> Iterator[str]:
    """What it is, where it lies, which column is which field, and what is odd or wrong."""
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


def done(found: Plan, result: Result) -> Iterator[str]:
    """What was imported, and what follows."""
    left_out = f"，略过有问题的 {found.bad_count} 行" if found.problems else ""
    mended = f"，修复了 {len(found.repairs)} 个图形（原图形随导入留存）" if found.repairs else ""
    yield f"已导入 {result.rows} {found.kind.measure_word}到“{found.title}”{left_out}{mended}。"
    yield from follows(found)


def follows(found: Plan) -> Iterator[str]:
    """What is to be done afterwards for a large file."""
    if found.follows:
        yield f"与相邻图形的比较请另行运行：webmap quality {found.layer.key}"
