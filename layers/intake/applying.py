"""How does a plan become features? In one act: all of it is seen at once, or none of it ever."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from layers.collecting import uncollected
from layers.errors import InvalidValue
from layers.intake.bulk_act import NOBODY, Heard, bulk_act
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


class Part(NamedTuple):
    """What of a plan is to be done. photos: by the uids of the new features that they belong to."""

    plan: Plan
    new: Sequence[NewFeature]
    changes: Sequence[Change] = ()
    photos: Mapping[str, NewAttachment] = MappingProxyType({})

    @property
    def removed(self) -> int:
        """How many of its changes take a feature off the map."""
        return sum(each.row.state.deleted for each in self.changes)

    @property
    def deeds(self) -> str:
        """What it does, in words."""
        counts = {
            "新增": len(self.new),
            "更新": len(self.changes) - self.removed,
            "删除": self.removed,
        }
        return "、".join(f"{word} {count}" for word, count in counts.items() if count)


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
    check_complete(plan, good_rows)
    part = Part(plan, plan.good if new is None else new, changes, photos or {})
    return _applied(database, [part], who, reason or told_reason(plan), heard)


@uncollected()
def apply_together(
    database: Database, parts: Sequence[Part], who: str | Viewer, *, reason: str, heard: Heard = NOBODY
) -> Result:
    """Parts of several plans in one act, so that all of it is seen at once, or nothing, and is taken back as one.

    Raises InvalidValue where two parts bring or change the same.
    """
    _refuse_same(parts)
    return _applied(database, parts, who, reason, heard)


def _applied(
    database: Database, parts: Sequence[Part], who: str | Viewer, reason: str, heard: Heard
) -> Result:
    photos = {uid: photo for part in parts for uid, photo in part.photos.items()}
    also = attaching(photos) if photos else edit.nothing_else
    written, added, made = 0, 0, set[str]()
    with bulk_act(database, who, reason, parts[0].plan.layer.key, heard, also) as act_id:
        # Boundaries first: what comes with them lies in their towns.
        for part in sorted(parts, key=lambda each: each.plan.kind.key != BOUNDARIES):
            _make_layer(database, part.plan, act_id, made)
            added += _bring(database, act_id, part, _counting_from(heard, written))
            written += len(part.new) + len(part.changes)
    if any(part.plan.kind.key == BOUNDARIES for part in parts):
        # Parcels and sites that were there before now lie in other towns.
        edit.settle_towns(database)
    return Result(act_id, parts[0].plan.layer.key, added)


def _bring(database: Database, act_id: int, part: Part, turn: Callable[[int], object]) -> int:
    """How many features are new."""
    plan = part.plan
    _note_repairs(database, plan, act_id)
    added = edit.add_in_turns(database, act_id, plan.layer.key, part.new, turn)
    if part.changes:
        edit.stand_in_turns(database, act_id, part.changes, lambda count: turn(added + count))
    return added


def _counting_from(heard: Heard, written: int) -> Callable[[int], object]:
    return lambda count: heard.turn(written + count)


def _refuse_same(parts: Sequence[Part]) -> None:
    changed = Counter(each.feature_id for part in parts for each in part.changes)
    if twice := sum(count > 1 for count in changed.values()):
        raise InvalidValue(
            f"勾选的图层里有 {twice} 个图形被改动两次，不知道以哪个为准。未改动任何数据。请分别导入这些图层。"
        )
    codes = Counter(
        (part.plan.layer.key, code)
        for part in parts
        for code in {str(row.properties.get(part.plan.kind.code_field) or "") for row in part.new}
        if code
    )
    if same := [code for (_, code), count in codes.items() if count > 1]:
        raise InvalidValue(
            f"勾选的几个图层都有编号“{same[0]}”{f'等 {len(same)} 个' if len(same) > 1 else ''}，要导入到同一个图层。"
            "未改动任何数据。请改正编号，或只勾选其中一个。"
        )


def told_reason(plan: Plan) -> str:
    """The file, and what was decided about its coordinates and text: history shows it."""
    return f"{plan.file}（{'；'.join(plan.decisions)}）" if plan.decisions else plan.file


def told_together(parts: Sequence[tuple[str, Part]]) -> str:
    """What history says of several: the files, and what became of each. parts: with what each is called."""
    files = list(dict.fromkeys(told_reason(part.plan) for _, part in parts))
    word = "图层" if len({part.plan.file for _, part in parts}) == 1 else "文件或图层"
    lines = "；".join(f"{name} → {part.plan.title} {part.deeds}" for name, part in parts)
    return f"{'、'.join(files)}，{len(parts)} 个{word}一起导入：{lines}"


def _note_repairs(database: Database, plan: Plan, act_id: int) -> None:
    """The shapes as they came stay with the act."""
    if plan.repairs:
        with database.writing() as session:
            note_repairs(session, act_id, plan.repairs)
            session.commit()


def check_complete(plan: Plan, good_rows: bool) -> None:
    """Raises InvalidValue for a plan with nothing good, or with problem rows that nobody leaves out."""
    if not plan.good:
        raise InvalidValue(f"“{plan.file}”的 {plan.count} 行全部有问题，没有可导入的内容。请改正后再导入。")
    if plan.problems and not good_rows:
        raise InvalidValue(
            f"“{plan.file}”有 {plan.bad_count} 行有问题，未导入任何内容。"
            f"请改正后再导入，或选择只导入其余 {len(plan.good)} 行。"
        )


def _make_layer(database: Database, plan: Plan, act_id: int, made: set[str]) -> None:
    """The layer that a plan needs, unless one of its companions has made it."""
    if not plan.creates_layer or plan.layer.key in made:
        return
    made.add(plan.layer.key)
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
