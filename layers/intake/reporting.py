"""What stays of a check or an import for the files of the office: one line for each finding, as a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from layers.formats.sheet_out import listing
from layers.intake.comparing import Changed, Comparison
from layers.intake.joining import JoinPlan
from layers.intake.planning import Plan
from layers.intake.rows import RowProblem

HEADER: Final = ("类别", "位置", "字段", "收到", "原因或变化")

Line = tuple[str, str, str, str, str]


def make_ready() -> None:
    """Have at hand what writes it, before somebody waits for it."""
    listing("核对报告", HEADER, ())


def write(file: Path, lines: Iterable[Sequence[str]]) -> None:
    """A newer report takes the place of the older one."""
    fresh = file.with_name(f"{file.name}.part")
    fresh.write_bytes(listing("核对报告", HEADER, lines))
    fresh.replace(file)


def of_plan(found: Plan, compared: Comparison | None) -> Iterator[Line]:
    """All problems and warnings, then what would change."""
    problems = [*found.problems, *(compared.problems if compared else [])]
    yield from _problems("问题", found, problems)
    yield from _problems("提醒", found, found.warnings)
    if compared:
        yield from _changes(compared.changed)
        yield (
            "比较",
            "",
            compared.title,
            "",
            f"新增 {len(compared.new)}，无变化 {compared.unchanged}，文件里没有 {len(compared.removed)}",
        )


def of_ledger(found: JoinPlan) -> Iterator[Line]:
    """The same for a table without shapes."""
    yield from _problems("问题", found, found.problems)
    for place, key in found.not_found:
        yield ("问题", place, found.key, key, "图上没有这个编号，未新增（表里没有坐标）")
    yield from _changes(found.changes)


def _problems(sort: str, found: Plan | JoinPlan, problems: Iterable[RowProblem]) -> Iterator[Line]:
    for each in problems:
        yield (sort, found.place(each.row), each.field, each.value, each.reason)


def _changes(changed: Iterable[Changed]) -> Iterator[Line]:
    for each in changed:
        for difference in each.differences:
            yield (
                "变化",
                each.place,
                f"{each.target.name} · {difference.title}",
                difference.after,
                f"{difference.before} → {difference.after}",
            )
