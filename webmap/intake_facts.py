"""What does the page of an import tell of what a file would do? As JSON, which the job leaves behind."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from layers import crs
from layers.intake import Comparison, Dataset, JoinPlan, Plan, RowProblem
from layers.measure import half_up, mu
from layers.rights import VISIBILITIES
from webmap.sketch import light

MOST_TOLD: Final = 400
"""Problems that the page lists."""
FIRST_ROWS: Final = 10


def of_plan(found: Plan, compared: Comparison | None = None) -> dict[str, Any]:
    unclear = compared.problems if compared else []
    problems = sorted([*found.problems, *unclear], key=lambda each: each.row)
    shapes = np.array([row.shape for row in found.good], object)
    return {
        "title": found.title,
        "kind": found.kind.key,
        "measure_word": found.kind.measure_word,
        "count": found.count,
        "good": len(found.good) - len(unclear),
        "bad": found.bad_count + len(unclear),
        "visibility": found.visibility,
        "visibility_title": VISIBILITIES[found.visibility],
        "crs": found.crs,
        "crs_name": found.system,
        "shift": found.shift,
        "encoding": found.encoding,
        "matched": _matched(found),
        "others": found.others,
        "notes": found.notes,
        "problems": [_problem(found, each) for each in problems[:MOST_TOLD]],
        "problem_count": len(problems),
        "warnings": [_problem(found, each) for each in found.warnings[:MOST_TOLD]],
        "warning_count": len(found.warnings),
        "sorts": found.found,
        "repaired": len(found.repairs),
        "shapes": light(shapes),
        **amounts(found),
    }


def of_ledger(found: JoinPlan) -> dict[str, Any]:
    """What a table without shapes would change, row by row."""
    titles = {each.title: each.key for each in found.kind.fields}
    bad = len({each.row for each in found.problems})
    return {
        "title": found.title,
        "kind": found.kind.key,
        "measure_word": found.kind.measure_word,
        "count": found.count,
        "good": found.count - bad,
        "bad": bad,
        "encoding": found.encoding,
        "matched": {column: titles[title] for column, title in found.matched.items()},
        "notes": found.notes,
        "problems": [
            {**_row(found.place(each.row), each), "spot": None} for each in found.problems[:MOST_TOLD]
        ],
        "problem_count": len(found.problems),
        "warnings": [],
        "shapes": [],
        "where": "",
        "amount": "",
    }


def _matched(found: Plan) -> dict[str, str]:
    keys = {each.title: each.key for each in found.kind.fields}
    return {column: keys[title] for column, title in found.matched.items()}


def amounts(found: Plan) -> dict[str, Any]:
    amount = ""
    if found.area_m2:
        amount = f"{half_up(mu(found.area_m2), 2):,} 亩"
    elif found.length_m:
        amount = f"{half_up(found.length_m / 1000, 3):,} 公里"
    where = crs.describe(found.bounds) if found.bounds else ""
    return {"amount": amount, "bounds": found.bounds and list(found.bounds), "where": where}


def _problem(found: Plan, problem: RowProblem) -> dict[str, Any]:
    return {
        **_row(found.place(problem.row), problem),
        "spot": problem.spot or found.spots.get(problem.row),
        "check": problem.check,
        "row": problem.row,
        "repair": problem.repair,
    }


def _row(place: str, problem: RowProblem) -> dict[str, Any]:
    return {"place": place, "field": problem.field, "value": problem.value[:80], "reason": problem.reason}


def preview(dataset: Dataset) -> list[list[str]]:
    """The first rows as they were read."""
    rows = zip(*(values[:FIRST_ROWS] for values in dataset.columns.values()), strict=True)
    return [["" if value is None else str(value)[:60] for value in row] for row in rows]
