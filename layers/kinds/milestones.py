"""How is the list of milestones of a project kept in one field, and read from what people type?

A line is 节点｜计划日期｜实际日期; both days may be missing. Stored as a list of such lines, so that history, undo, past
days, import and export treat it as any other value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from layers.errors import InvalidValue
from layers.kinds.fields import Day, JsonValue, Names, Text, plain
from layers.rules.milestones import Milestone, in_order

KEY: Final = "milestones"
BAR: Final = "｜"
MOST: Final = 40
NAME: Final = Text(key="name", title="节点名称", longest=40)
PLANNED: Final = Day(key="planned", title="计划日期")
ACTUAL: Final = Day(key="actual", title="实际日期")
_BETWEEN: Final = re.compile(r"[、;；\n]")
"""What parts the lines of a sheet; a name holds none of it."""
_IN_NAMES: Final = str.maketrans({BAR: "/", "|": "/", "、": "，", ";": "，", "；": "，"})


@dataclass(frozen=True, kw_only=True)
class Milestones(Names):
    """The milestones of a project, in the order of their plan."""

    def _read(self, raw: object) -> list[str] | None:
        found = [self._entry(line) for line in _lines(raw)]
        if len(found) > MOST:
            raise InvalidValue(f"“{self.title}”最多 {MOST} 个，但收到 {len(found)} 个。请合并或删去多余的。")
        names = [each.name for each in found]
        if doubled := next((name for name in names if names.count(name) > 1), ""):
            raise InvalidValue(f"“{self.title}”里“{doubled}”出现了两次。请给每个节点不同的名称。")
        return lines_of(found) or None

    def _show(self, value: JsonValue) -> str:
        return "；".join(words_of(each) for each in milestones_of(value))

    def _entry(self, line: str) -> Milestone:
        parts = [part.strip() for part in line.replace("|", BAR).split(BAR)]
        if len(parts) > 3:
            raise self._refuse(line, "“节点｜计划日期｜实际日期”，一行一个，名称里不含“｜”")
        return read_milestone(*(*parts, "", "")[:3])


def read_milestone(name: object, planned: object, actual: object) -> Milestone:
    """One milestone in its parts; raises InvalidValue with a Chinese sentence."""
    said = NAME.read(name)
    if said is None:
        raise InvalidValue("“节点名称”必须填写，但这里是空的。请填写，如“主体完工”。")
    days = [day.read(raw) for day, raw in ((PLANNED, planned), (ACTUAL, actual))]
    plan, reached = (date.fromisoformat(str(each)) if each else None for each in days)
    return Milestone(plain(said).translate(_IN_NAMES), plan, reached)


def milestones_of(value: Any) -> list[Milestone]:
    """The milestones of a stored value; plain names of older records have no days."""
    lines = value if isinstance(value, list) else _lines(value) if value else []
    return [_stored(str(line)) for line in lines]


def lines_of(milestones: Iterable[Milestone]) -> list[str]:
    """As they are stored, in order."""
    return [_line(each) for each in in_order(milestones)]


def with_one(value: Any, written: Milestone) -> list[str]:
    """The stored lines with this milestone, in the place of the one of its name."""
    return lines_of([*(each for each in milestones_of(value) if each.name != written.name), written])


def without(value: Any, name: str) -> list[str]:
    """The stored lines without the milestone of this name."""
    return lines_of(each for each in milestones_of(value) if each.name != name)


def words_of(milestone: Milestone) -> str:
    """A milestone in one line of the screen."""
    planned = f"计划 {milestone.planned}" if milestone.planned else ""
    actual = f"实际 {milestone.actual}" if milestone.actual else ""
    return " ".join(part for part in (milestone.name, planned, actual) if part)


def _lines(raw: object) -> list[str]:
    if isinstance(raw, list):
        return [str(line) for line in raw if str(line).strip()]
    return [line.strip() for line in _BETWEEN.split(str(raw)) if line.strip()]


def _line(milestone: Milestone) -> str:
    days = (each.isoformat() if each else "" for each in (milestone.planned, milestone.actual))
    return BAR.join((milestone.name, *days)).rstrip(BAR)


def _stored(line: str) -> Milestone:
    name, planned, actual, *_ = (*line.split(BAR), "", "")
    return Milestone(name, _day(planned), _day(actual))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
