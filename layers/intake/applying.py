"""How does a plan become features? In one act: all of it is seen at once, or none of it ever."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Final, NamedTuple

from layers.errors import InvalidValue, MapError
from layers.intake.collecting import uncollected
from layers.intake.planning import Plan
from layers.kinds import BOUNDARIES
from layers.rights import Viewer
from layers.store import Database, edit

WHAT: Final = "import"


class Result(NamedTuple):
    """What was done."""

    act_id: int
    layer_key: str
    rows: int


@uncollected()
def apply(
    database: Database,
    plan: Plan,
    who: str | Viewer,
    *,
    good_rows: bool = False,
    on_start: Callable[[int], object] = lambda act_id: None,
    on_turn: Callable[[int], object] = lambda count: None,
    before_end: Callable[[], object] = lambda: None,
) -> Result:
    """Import the good rows of a plan. With problem rows it refuses, unless `good_rows` leaves them out.

    on_start hears the act, on_turn how many rows are written; before_end comes before they are seen. Whatever goes
    wrong, or is raised by these, nothing of it is ever seen.
    """
    _check_complete(plan, good_rows)
    act_id = edit.start_bulk(database, WHAT, who, _reason(plan))
    try:
        on_start(act_id)
        if plan.creates_layer:
            _create_layer(database, plan, act_id)
        rows = edit.add_in_turns(database, act_id, plan.layer.key, plan.good, on_turn)
        before_end()
        edit.finish_bulk(database, act_id, plan.layer.key)
    except BaseException:
        # A disk that is full may refuse this too: then the act stays hidden, and the next start sweeps it.
        with suppress(MapError):
            edit.abandon_bulk(database, act_id)
        raise
    if plan.kind.key == BOUNDARIES:
        # Parcels and sites that were there before now lie in other towns.
        edit.settle_towns(database)
    return Result(act_id, plan.layer.key, rows)


def _reason(plan: Plan) -> str:
    """The file, and what was done to its coordinates."""
    return f"{plan.file}（{plan.shift}）" if plan.shift else plan.file


def _check_complete(plan: Plan, good_rows: bool) -> None:
    if not plan.good:
        raise InvalidValue(f"“{plan.file}”的 {plan.count} 行全部有问题，没有可导入的内容。请改正后再导入。")
    if plan.problems and not good_rows:
        raise InvalidValue(
            f"“{plan.file}”有 {plan.bad_count} 行有问题，未导入任何内容。"
            f"请改正后再导入，或选择只导入其余 {len(plan.good)} 行。"
        )


def _create_layer(database: Database, plan: Plan, act_id: int) -> None:
    with database.writing() as session:
        edit.add_layer(
            session,
            kind=plan.kind.key,
            key=plan.layer.key,
            title=plan.layer.title,
            visibility=plan.visibility,
            act=act_id,
        )
        session.commit()
