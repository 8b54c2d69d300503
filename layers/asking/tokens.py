"""Into which known words and amounts does a question fall, and what remains unknown?

Of all ways to cut it, the one that leaves the fewest characters unknown, with the fewest and so the longest words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from layers.asking.lexicon import Lexicon, Meaning
from layers.asking.slots import Slot, slots_at

_Way = tuple[int, int, "Token | None"]


@dataclass(frozen=True)
class Token:
    """A piece of the question. Without meanings and slot it was not understood."""

    start: int
    end: int
    text: str
    meanings: tuple[Meaning, ...] = ()
    slot: Slot | None = None

    @property
    def is_known(self) -> bool:
        """Whether it was understood at all."""
        return bool(self.meanings) or self.slot is not None

    def meaning(self, sort: str, layer: str = "") -> Meaning | None:
        """Its best meaning of this sort, for this layer where one is named."""
        found = [
            each for each in self.meanings if each.sort == sort and (not layer or each.layer in ("", layer))
        ]
        return max(found, key=lambda each: each.weight, default=None)

    def layers(self, *sorts: str) -> set[str]:
        """The layers in which it means something of these sorts."""
        return {each.layer for each in self.meanings if each.sort in sorts}


def tokens_of(text: str, lexicon: Lexicon) -> list[Token]:
    """The pieces of a plain text in their order; neighbours that are unknown are one piece."""
    best: list[_Way] = [(0, 0, None)]
    ways: list[list[Token]] = [[] for _ in range(len(text) + 1)]
    for start in range(len(text)):
        for token in _beginning_at(text, start, lexicon):
            ways[token.end].append(token)
    for end in range(1, len(text) + 1):
        choices: list[_Way] = [
            (best[each.start][0] + (0 if each.is_known else 1), best[each.start][1] + 1, each)
            for each in ways[end]
        ]
        best.append(min(choices, key=lambda way: way[:2]))
    return _joined(_walked(best))


def _beginning_at(text: str, start: int, lexicon: Lexicon) -> Sequence[Token]:
    found = [Token(start, end, text[start:end], slot=slot) for end, slot in slots_at(text, start)]
    for end in range(start + 1, min(len(text), start + lexicon.longest) + 1):
        if meanings := lexicon.words.get(text[start:end]):
            found.append(Token(start, end, text[start:end], meanings))
    return [*found, Token(start, start + 1, text[start])]


def _walked(best: Sequence[_Way]) -> list[Token]:
    found: list[Token] = []
    at = len(best) - 1
    while (token := best[at][2]) is not None:
        found.append(token)
        at = token.start
    return found[::-1]


def _joined(tokens: Sequence[Token]) -> list[Token]:
    found: list[Token] = []
    for token in tokens:
        last = found[-1] if found else None
        if last and not last.is_known and not token.is_known:
            found[-1] = Token(last.start, token.end, last.text + token.text)
        else:
            found.append(token)
    return found
