"""Which name of at most ten ASCII characters has a field in a shapefile? An alias people know, else its initials."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from layers.kinds.base import LayerKind
from layers.kinds.fields import Field

LONGEST: Final = 10
_PLAIN: Final = re.compile(r"[A-Z][A-Z0-9_]*")
_KEPT: Final[dict[str, dict[str, str]]] = {}
"""By the digest of the kind's declaration."""


def short_names(kind: LayerKind) -> dict[str, str]:
    """The short name of each field of a kind, by its key."""
    if kind.digest not in _KEPT:
        taken: dict[str, str] = {}
        for each in kind.fields:
            name = _known(each) or initials(each.title) or each.key.upper()
            taken[_fresh(name, taken)] = each.key
        _KEPT[kind.digest] = {key: name for name, key in taken.items()}
    return _KEPT[kind.digest]


def field_named(kind: LayerKind, name: str) -> Field | None:
    """The field that a short name means."""
    found = {short: key for key, short in short_names(kind).items()}.get(name.upper())
    return kind.by_key[found] if found else None


def short_name(title: str, taken: Iterable[str]) -> str:
    """A short name for a column that is no field."""
    return _fresh(initials(title), taken)


def initials(title: str) -> str:
    """供地方式 is GDFS; what is left of a title without letters and digits."""
    from pypinyin import Style, lazy_pinyin

    letters = "".join(lazy_pinyin(title, style=Style.FIRST_LETTER, errors="default")).upper()
    return re.sub(r"[^A-Z0-9_]", "", letters)[:LONGEST]


def _known(each: Field) -> str:
    return next((name for name in each.aliases if len(name) <= LONGEST and _PLAIN.fullmatch(name)), "")


def _fresh(name: str, taken: Iterable[str]) -> str:
    used, wanted = set(taken), (name if name[:1].isalpha() else f"F{name}")[:LONGEST]
    fresh, number = wanted, 2
    while fresh in used:
        fresh, number = f"{wanted[: LONGEST - len(str(number))]}{number}", number + 1
    return fresh
