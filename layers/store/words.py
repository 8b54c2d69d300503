"""By which words is a feature found?"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import Any, Final

from layers.kinds import LayerKind

NAMES: Final = ("name", "map_label", "aliases")
CODES: Final = ("code", "road_no", "former_nos", "supervision_no")
PLACES: Final = ("village", "town")
MOST_READINGS: Final = 16
LONGEST_NAME_WITH_READINGS: Final = 20


def words_of(kind: LayerKind, properties: Mapping[str, Any], town: str | None) -> dict[str, str]:
    """The row of the table `search` for one feature, without its id.

    A name or code begins and ends with a line break, a place with a tab, so that whole words can be told.
    """
    told = {**properties, "town": town} if town else properties
    names = list(_texts(kind, properties, NAMES, "public"))
    return {
        "name": folded(str(properties.get("name", ""))) if _visibility(kind, "name") == "public" else "",
        "words": _framed(_texts(kind, told, (*NAMES, *CODES), "public"), "\n")
        + _framed(_texts(kind, told, PLACES, "public"), "\t"),
        "sounds": _framed((sound for name in names for sound in sounds_of(name)), "\n"),
        "inner": _framed(_texts(kind, told, (*NAMES, *CODES, *PLACES), "internal"), "\n"),
    }


def folded(text: str) -> str:
    """As it is compared: lower case, half width, single blanks, no control characters."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    kept = "".join(" " if unicodedata.category(char) in ("Cc", "Cs") else char for char in plain)
    return " ".join(kept.split())


def bare(text: str) -> str:
    """Only letters and digits: as pinyin is compared."""
    return "".join(filter(str.isalnum, text))


def sounds_of(name: str) -> list[str]:
    """Full pinyin and initials; every reading where the name is short (长深高速 is chang, not zhang)."""
    # pypinyin takes a quarter of a second to load.
    from pypinyin import Style, pinyin

    syllables: list[list[str]] = pinyin(
        folded(name),
        style=Style.NORMAL,
        heteronym=len(name) <= LONGEST_NAME_WITH_READINGS,
        errors=_not_chinese,
    )
    readings = list(_readings(syllables))
    full = (bare("".join(reading)).lower() for reading in readings)
    initials = (bare("".join(map(_initial, reading))).lower() for reading in readings)
    return [sound for sound in dict.fromkeys((*full, *initials)) if sound]


def _not_chinese(run: str) -> str:
    # Capitals mark what is no syllable: its initial is all of it (G2京沪 → g2jh).
    return run.upper()


def _initial(syllable: str) -> str:
    return syllable[:1] if syllable.islower() else syllable


def _readings(syllables: Sequence[list[str]]) -> Iterator[Sequence[str]]:
    """All readings of a name, or where that would be too many the common one and those beside it."""
    if prod(map(len, syllables)) <= MOST_READINGS:
        yield from product(*syllables)
        return
    common = [each[0] for each in syllables]
    yield common
    for place, each in enumerate(syllables):
        yield from ([*common[:place], other, *common[place + 1 :]] for other in each[1:])


def _texts(
    kind: LayerKind, properties: Mapping[str, Any], keys: Iterable[str], visibility: str
) -> Iterator[str]:
    for key in keys:
        value = properties.get(key)
        if value is not None and _visibility(kind, key) == visibility:
            yield from map(str, value if isinstance(value, list) else [value])


def _visibility(kind: LayerKind, key: str) -> str:
    field = kind.by_key.get(key)
    return field.visibility if field else "public"


def _framed(texts: Iterable[str], frame: str) -> str:
    lines = dict.fromkeys(line for text in texts if (line := folded(text)))
    return f"{frame}{frame.join(lines)}{frame}" if lines else ""
