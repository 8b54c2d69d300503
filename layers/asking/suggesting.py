"""您是不是要问…: which prepared questions go on from what was typed, and which known words are a slip of the pen away?

Suggestions are only offered; nothing is answered that was not asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from layers.asking.lexicon import BACKDROP, Lexicon, plain
from layers.asking.tokens import Token, tokens_of
from layers.asking.understanding import Understood, understand
from layers.asking.wording import PLACES, SUPERVISED

MOST: Final = 8
MOST_NEAREST: Final = 3
_REACH: Final = 3
_LONG: Final = 5


def prepared(lexicon: Lexicon, town: str = "") -> list[tuple[str, str]]:
    """(title of the layer, question) of all that can be asked of these layers, for one town."""
    there = town or next(iter(lexicon.towns), "")
    found: dict[str, str] = {}
    for subject in lexicon.subjects:
        if subject.kind.key not in BACKDROP:
            found |= {each: subject.title for each in subject.wording.questions if each not in found}
    if any(each.is_supervised for each in lexicon.subjects):
        found |= dict.fromkeys(SUPERVISED.questions, "项目督查")
    found |= dict.fromkeys(PLACES, "地名")
    return [
        (title, text.replace("{town}", there)) for text, title in found.items() if there or "{" not in text
    ]


def completions(typed: str, lexicon: Lexicon, today: date) -> list[str]:
    """Questions that hold what was typed, the words that are being typed first."""
    text = plain(typed)
    tokens = tokens_of(text, lexicon) if text else []
    town = next((known.value for each in tokens if (known := each.meaning("town"))), "")
    questions = [question for _, question in prepared(lexicon, town)]
    if not text:
        return questions[:MOST]
    offered = [
        *_finished(text, lexicon, today),
        *(each for each in questions if _holds(plain(each), tokens, text)),
    ]
    return list(dict.fromkeys(each for each in offered if plain(each) != text))[:MOST]


def nearest(understood: Understood, lexicon: Lexicon, today: date) -> list[str]:
    """The question with each unknown word put right or left out, where that can be answered."""
    found: list[tuple[int, str]] = []
    for unknown in understood.unknown:
        if unknown.why != "没有听懂":
            continue
        for far, text in _mended(understood.text, unknown.start, unknown.end, lexicon):
            found.append((far, text))
    clear = [text for _, text in sorted(found) if understand(text, lexicon, today).is_clear]
    if clear:
        return list(dict.fromkeys(clear))[:MOST_NEAREST]
    without = _without(understood)
    return [without] if without and understand(without, lexicon, today).is_clear else []


def _holds(question: str, tokens: Iterable[Token], text: str) -> bool:
    words = [each.text for each in tokens if not each.meaning("filler") and not each.meaning("town")]
    if words and all(word in question for word in words):
        return True
    rest = iter(question)
    return all(char in rest for char in text)


def _finished(text: str, lexicon: Lexicon, today: date) -> Iterator[str]:
    """A word that has been begun, brought to its end."""
    for length in range(min(_REACH, len(text)), 0, -1):
        begun = text[-length:]
        for town in lexicon.towns:
            if town.startswith(begun) and town != begun:
                whole = text[:-length] + town
                yield whole + "闲置用地有几宗多少亩" if whole == town else whole
        if length > 1:
            return
    if understand(text, lexicon, today).is_clear and not text.endswith(("几宗", "多少", "哪些", "几个")):
        yield f"{text}有哪些"


def _mended(text: str, start: int, end: int, lexicon: Lexicon) -> Iterator[tuple[int, str]]:
    low, high = max(0, start - _REACH), min(len(text), end + _REACH)
    for word in lexicon.words:
        if len(word) < 2:
            continue
        slips = 1 if len(word) < _LONG else 2
        for length in {len(word) - 1, len(word), len(word) + 1}:
            for at in range(max(low, start - length + 1), min(high - length, end - 1) + 1):
                said = text[at : at + length]
                if not set(said) & set(word) or len(set(word) - set(said)) > slips:
                    continue
                far = _slips(said, word)
                if 0 < far <= slips:
                    yield far * 10 + abs(len(word) - length), text[:at] + word + text[at + length :]


def _slips(one: str, other: str) -> int:
    """Levenshtein's distance."""
    before = list(range(len(other) + 1))
    for row, left in enumerate(one, 1):
        now = [row]
        for column, right in enumerate(other, 1):
            now.append(min(before[column] + 1, now[-1] + 1, before[column - 1] + (left != right)))
        before = now
    return before[-1]


def _without(understood: Understood) -> str:
    text = understood.text
    for unknown in sorted(understood.unknown, key=lambda each: -each.start):
        text = text[: unknown.start] + text[unknown.end :]
    return text.lstrip("的") if text != understood.text else ""
