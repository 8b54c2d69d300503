"""意向锁定: for which project is a parcel held? The fields of every kind of land that projects are looked for on.

They are written by an act of their own. Whether a hold still stands follows from the day.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from layers.errors import InvalidValue
from layers.kinds.base import Derived, LayerKind, Properties, Question
from layers.kinds.fields import Choice, Day, Field, Text, shortened
from layers.rules.hold import HOLD_WORDS, MOST_DAYS, Hold, HoldState

PROJECT, UNIT, SINCE, UNTIL, BY = "hold_project", "hold_unit", "hold_since", "hold_until", "hold_by"
STATE: Final = "hold_state"


def _text(key: str, title: str) -> Text:
    return Text(
        key=key, title=title, longest=100, visibility="internal", off_form=True, off_card=True, own_act=True
    )


def _day(key: str, title: str) -> Day:
    return Day(key=key, title=title, visibility="internal", off_form=True, off_card=True, own_act=True)


FIELDS: Final[tuple[Field, ...]] = (
    _text(PROJECT, "意向项目"),
    _text(UNIT, "意向单位"),
    _day(SINCE, "锁定日期"),
    _day(UNTIL, "锁定至"),
    _text(BY, "锁定人"),
)
DERIVED: Final = Choice(
    key=STATE,
    title="意向锁定",
    choices={state.value: words for state, words in HOLD_WORDS.items()},
    visibility="internal",
    filterable=True,
)
HELD_NOW: Final = Question("意向锁定中", f"{STATE}.any.{HoldState.HELD.value}")


def holdable(kind: LayerKind) -> LayerKind:
    """The same kind, whose features can be held for a project."""
    return replace(
        kind,
        fields=(*kind.fields, *FIELDS),
        derive=_with_hold(kind.derive),
        derived_fields=(*kind.derived_fields, DERIVED),
        questions=(*kind.questions, HELD_NOW),
    )


def hold_of(properties: Properties) -> Hold | None:
    """The hold on record, which may have lapsed; None where there is none."""
    project, until = properties.get(PROJECT), properties.get(UNTIL)
    if not project or not until:
        return None
    since = properties.get(SINCE)
    return Hold(
        project=str(project),
        until=date.fromisoformat(until),
        unit=str(properties.get(UNIT) or ""),
        by=str(properties.get(BY) or ""),
        since=date.fromisoformat(since) if since else None,
    )


def standing_hold(properties: Properties, today: date) -> Hold | None:
    """The hold that stands today."""
    hold = hold_of(properties)
    return hold if hold and hold.state(today) is HoldState.HELD else None


def read_hold(said: Mapping[str, Any], by: str, today: date, days: int) -> Hold:
    """The hold that `project`, `unit` and `until` ask for; raises InvalidValue. days: how long where no day is said."""
    fields = {field.key: field for field in FIELDS}
    project = fields[PROJECT].read(said.get("project"))
    if project is None:
        raise InvalidValue("“意向项目”必须填写，但这里是空的。请填写为哪个项目锁定。")
    until = fields[UNTIL].read(said.get("until")) or (today + timedelta(days=days)).isoformat()
    last, latest = date.fromisoformat(str(until)), today + timedelta(days=MOST_DAYS)
    if not today <= last <= latest:
        raise InvalidValue(
            f"“锁定至”收到“{shortened(until)}”，应为今天（{today}）到 {latest} 之间的日期。请改正，或留空。"
        )
    return Hold(str(project), last, str(fields[UNIT].read(said.get("unit")) or ""), by, today)


def said_of(hold: Hold | None) -> dict[str, str | None]:
    """The hold as properties; None takes it away."""
    if hold is None:
        return dict.fromkeys((PROJECT, UNIT, SINCE, UNTIL, BY))
    return {
        PROJECT: hold.project,
        UNIT: hold.unit or None,
        SINCE: hold.since.isoformat() if hold.since else None,
        UNTIL: hold.until.isoformat(),
        BY: hold.by or None,
    }


def _with_hold(derive: Callable[[Properties, date], Derived]) -> Callable[[Properties, date], Derived]:
    def both(properties: Properties, today: date) -> Derived:
        found = derive(properties, today)
        hold = hold_of(properties)
        if hold is None:
            return found
        days = [day for day in (found.until, hold.changes_on(today)) if day]
        return Derived({**found.values, STATE: hold.state(today).value}, min(days, default=None))

    return both
