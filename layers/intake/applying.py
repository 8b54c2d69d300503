"""How does a plan become features? In one act: all of it is seen at once, or none of it ever."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from layers.errors import InvalidValue
from layers.intake.bulk_act import NOBODY, Heard, bulk_act
from layers.intake.collecting import uncollected
from layers.intake.planning import Plan
from layers.kinds import BOUNDARIES
from layers.rights import Viewer
from layers.store import Database, edit
from layers.store.attachments import NewAttachment, attaching
from layers.store.edit import Change, NewFeature
from layers.store.repairs import note_repairs


class Result(NamedTuple):
    """What was done. rows: how many features are new."""

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
    new: Sequence[NewFeature] | None = None,
    changes: Sequence[Change] = (),
    reason: str | None = None,
    heard: Heard = NOBODY,
    photos: Mapping[str, NewAttachment] | None = None,
) -> Result:
    """Import the good rows of a plan, or those that are `new`, and change what is there already, in one act.

    With problem rows it refuses, unless `good_rows` leaves them out. Raises OutOfDate when somebody changed one of
    the features since. photos: by the uids of the new features that they belong to. Whatever goes
    wrong, or is raised by who listens, nothing of it is ever seen.
    """
    _check_complete(plan, good_rows)
    brought = plan.good if new is None else new
    also = attaching(photos) if photos else edit.nothing_else
    with bulk_act(database, who, reason or told_reason(plan), plan.layer.key, heard, also) as act_id:
        if plan.creates_layer:
            _create_layer(database, plan, act_id)
        _note_repairs(database, plan, act_id)
        added = edit.add_in_turns(database, act_id, plan.layer.key, brought, heard.turn)
        if changes:
            edit.stand_in_turns(database, act_id, changes, lambda count: heard.turn(added + count))
    if plan.kind.key == BOUNDARIES:
        # Parcels and sites that were there before now lie in other towns.
        edit.settle_towns(database)
    return Result(act_id, plan.layer.key, added)


def told_reason(plan: Plan) -> str:
    """The file, and what was decided about its coordinates and text: history shows it."""
    return f"{plan.file}（{'；'.join(plan.decisions)}）" if plan.decisions else plan.file


def _note_repairs(database: Database, plan: Plan, act_id: int) -> None:
    """The shapes as they came stay with the act."""
    if plan.repairs:
        with database.writing() as session:
            note_repairs(session, act_id, plan.repairs)
            session.commit()


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
