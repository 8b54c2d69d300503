"""How is the ledger of a case (处置台账) kept in one field, and read from what people type?

A line is 步骤｜日期｜文号｜备注｜附件 with the words of the step; all but the step may be missing. Stored as a list of
such lines, so that history, undo, past days, import and export treat it as any other value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from layers.errors import InvalidValue
from layers.kinds.fields import Choice, Day, JsonValue, Names, Text, plain, shortened
from layers.rules.idle_case import STEP_WORDS, Entry, Step, in_order

BAR: Final = "｜"
MOST_ENTRIES: Final = 60
STEP: Final = Choice(
    key="step",
    title="步骤",
    choices={step.value: words for step, words in STEP_WORDS.items()},
    also={
        "答复": Step.ANSWER.value,
        "方案": Step.PLAN.value,
        "听证": Step.PLAN.value,
        "缴纳": Step.PAYMENT.value,
    },
)
DAY: Final = Day(key="day", title="日期")
NUMBER: Final = Text(key="number", title="文号", longest=60)
NOTE: Final = Text(key="note", title="备注", longest=200)
_UID: Final = re.compile(r"[0-9a-f-]{36}")
_BETWEEN: Final = re.compile(
    rf"[、;；\n]\s*(?=(?:{'|'.join([*STEP.choices, *STEP.choices.values(), *STEP.also])})\s*(?:[|｜、;；\n]|$))"
)


@dataclass(frozen=True, kw_only=True)
class CaseSteps(Names):
    """The lines of a case, in the order of the law."""

    def _read(self, raw: object) -> list[str] | None:
        lines = raw if isinstance(raw, list) else _BETWEEN.split(str(raw).strip())
        entries = [self._entry(str(line)) for line in lines if str(line).strip()]
        if len(entries) > MOST_ENTRIES:
            raise InvalidValue(
                f"“{self.title}”最多 {MOST_ENTRIES} 条，但收到 {len(entries)} 条。请合并或删去多余的。"
            )
        return lines_of(entries) or None

    def _show(self, value: JsonValue) -> str:
        return "；".join(words_of(each) for each in entries_of(value))

    def _entry(self, line: str) -> Entry:
        parts = [part.strip() for part in line.replace("|", BAR).split(BAR)]
        if len(parts) > 5:
            raise self._refuse(line, "“步骤｜日期｜文号｜备注”，一行一步，各部分里不含“｜”")
        step, day, number, note, attachment = (*parts, *[""] * (5 - len(parts)))
        if attachment and not _UID.fullmatch(attachment):
            raise InvalidValue(
                f"“{self.title}”的附件收到“{shortened(attachment)}”，应为本地块的附件。请重新选择。"
            )
        return read_entry(step, day, number, note, attachment)


def read_entry(step: object, day: object, number: object, note: object, attachment: str = "") -> Entry:
    """One line in its parts; raises InvalidValue with a Chinese sentence."""
    named = STEP.read(step)
    if named is None:
        raise InvalidValue("“步骤”必须选择，但这里是空的。请选择一个步骤。")
    told = DAY.read(day)
    return Entry(
        Step(str(named)),
        date.fromisoformat(str(told)) if told else None,
        _one_part(NUMBER.read(number)),
        _one_part(NOTE.read(note)),
        attachment,
    )


def entries_of(value: Any) -> list[Entry]:
    """The entries of a stored value; what no step begins is left out."""
    return [each for line in value if (each := _stored(str(line)))] if isinstance(value, list) else []


def lines_of(entries: Iterable[Entry]) -> list[str]:
    """Entries as they are stored, in order."""
    return [_line(each) for each in in_order(entries)]


def words_of(entry: Entry) -> str:
    """An entry in one line of the screen."""
    told = " ".join(part for part in (f"{entry.day or ''}", STEP_WORDS[entry.step], entry.number) if part)
    return f"{told}（{entry.note}）" if entry.note else told


def _one_part(value: JsonValue | None) -> str:
    return "" if value is None else plain(value).replace(BAR, "/").replace("|", "/")


def _line(entry: Entry) -> str:
    day = entry.day.isoformat() if entry.day else ""
    parts = (STEP_WORDS[entry.step], day, entry.number, entry.note, entry.attachment)
    return BAR.join(parts).rstrip(BAR)


def _stored(line: str) -> Entry | None:
    step, day, number, note, attachment, *_ = (*line.split(BAR), "", "", "", "")
    steps = {words: step for step, words in STEP_WORDS.items()}
    if step not in steps:
        return None
    return Entry(steps[step], date.fromisoformat(day) if day else None, number, note, attachment)
