"""What is a condition, and what do several of them say together?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from layers.filters.facets import Facet
from layers.filters.tests import Test, is_spatial


@dataclass(frozen=True)
class Condition:
    """An operator on a facet. text: as it stands in addresses; phrase: as people say it."""

    facet: Facet
    operator: str
    text: str
    phrase: str
    test: Test

    @property
    def is_place(self) -> bool:
        """Whether it says where, which is told without “and”."""
        return is_spatial(self.test) or self.facet.key == "town"


@dataclass(frozen=True)
class Filter:
    """All conditions hold at once; without any, everything passes."""

    conditions: tuple[Condition, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.conditions)

    @property
    def text(self) -> str:
        """As it stands in addresses; the same filter is always the same text."""
        return ";".join(each.text for each in self.conditions)

    @property
    def spatial(self) -> tuple[Condition, ...]:
        """Those that ask about the shape."""
        return tuple(each for each in self.conditions if is_spatial(each.test))

    @property
    def plain(self) -> tuple[Condition, ...]:
        """Those that ask about values."""
        return tuple(each for each in self.conditions if not is_spatial(each.test))

    @property
    def asks_derived(self) -> bool:
        """Whether the answer follows from what is derived, which may be due."""
        return any(each.facet.of == "derived" for each in self.conditions)

    def without(self, place: int) -> Filter:
        """All conditions but this one."""
        return Filter(tuple(each for at, each in enumerate(self.conditions) if at != place))

    def sentence(self, title: str) -> str:
        """闲置低效用地：疑似闲置·满两年，且大于20亩，位于界湖街道."""
        return f"{title}：{'，'.join(self._phrases())}" if self.conditions else f"{title}：全部"

    def _phrases(self) -> Sequence[str]:
        ordered = [each for each in self.conditions if not each.is_place]
        ordered += [each for each in self.conditions if each.is_place]
        return [
            each.phrase if each.is_place or at == 0 else f"且{each.phrase}" for at, each in enumerate(ordered)
        ]


Nothing: Final = Filter()
"""No condition at all."""
