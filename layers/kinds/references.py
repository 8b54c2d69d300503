"""How does a field name another record? By what people write (a name or a number), or by the uid behind it as well.

“竹泉村〔0193…〕”: the words are shown, the uid holds when the other is renamed. Words alone come from forms, files and
ledgers and are looked up by number, name or alias. Where the other is seen by fewer people, only its uid is kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from layers.kinds.fields import JsonValue, Names, Text

_BEHIND = re.compile(r"\s*〔([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})〕$")
UNNAMED = "（内部记录）"


class Ref(NamedTuple):
    """What was written, and the uid it stands for if that is known."""

    words: str
    uid: str | None

    @property
    def text(self) -> str:
        """As it is stored."""
        return f"{self.words}〔{self.uid}〕" if self.uid else self.words


def ref_of(text: str) -> Ref:
    """A stored reference."""
    behind = _BEHIND.search(text)
    return Ref(text[: behind.start()], behind[1]) if behind else Ref(text, None)


def refs_of(value: Any) -> list[Ref]:
    """The references in the value of a field, one or several."""
    texts: Sequence[Any] = value if isinstance(value, list) else [value] if value else []
    return [ref_of(str(text)) for text in texts]


def shown_ref(text: str) -> str:
    """The words of the screen."""
    return ref_of(text).words or UNNAMED


@dataclass(frozen=True, kw_only=True)
class Reference(Text):
    """Names one other record."""

    def _show(self, value: JsonValue) -> str:
        return shown_ref(str(value))


@dataclass(frozen=True, kw_only=True)
class References(Names):
    """Names several others, in their order."""

    def _show(self, value: JsonValue) -> str:
        return "、".join(shown_ref(text) for text in value) if isinstance(value, list) else str(value)
