"""By which words is a feature found?"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import islice, product
from typing import Any, Final

from layers.kinds import LayerKind

NAMES: Final = ("name", "map_label", "aliases")
CODES: Final = ("code", "road_no", "former_nos", "supervision_no")
PLACES: Final = ("village", "town", "command_post")
"""Where a feature lies, and who drives it: words that many features share."""
NAME, PLACE, SOUND, NUMBER = "\n", "\t", "\v", "\f"
"""The frames of names and codes, of places, of pinyin and initials, of the number behind a name.

`folded` leaves none of them in a text.
"""
READINGS: Final = {
    "长": ("chang", "zhang"),
    "重": ("chong", "zhong"),
    "行": ("hang", "xing"),
    "乐": ("le", "yue"),
    "朝": ("chao", "zhao"),
    "单": ("dan", "shan"),
    "厦": ("sha", "xia"),
    "都": ("dou", "du"),
    "曾": ("ceng", "zeng"),
    "盖": ("gai", "ge"),
    "解": ("jie", "xie"),
    "堡": ("bao", "bu", "pu"),
    "柏": ("bai", "bo"),
    "泊": ("bo", "po"),
    "浒": ("hu", "xu"),
    "蚌": ("bang", "beng"),
    "莘": ("shen", "xin"),
    "沈": ("chen", "shen"),
}
"""Characters that names really read in more than one way; dictionaries also list dead readings of many others."""
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_SEVERAL: Final = re.compile(f"[{''.join(READINGS)}]")
_COUNTED: Final = "".join(sign for sign in map(chr, range(0x80)) if not sign.isalpha())
_DIGITS: Final = "0123456789"
_RUN: Final = re.compile(r"[\x00-\x7f]+|[^\x00-\x7f]+")
LONGEST_NAME: Final = 200
MOST_READINGS: Final = 8


class Wording:
    """The rows of the table `search` for features of one kind."""

    def __init__(self, kind: LayerKind) -> None:
        self._names = _shown(kind, NAMES, "public")
        self._codes = _shown(kind, (*CODES, *kind.searched), "public")
        self._places = _shown(kind, PLACES, "public")
        self._inner = _shown(kind, (*NAMES, *CODES, *kind.searched, *PLACES), "internal")
        self._is_named = "name" in self._names
        self._given: dict[tuple[str, ...], tuple[tuple[str, ...], ...]] = {}

    def of(self, properties: Mapping[str, Any], town: str | None) -> dict[str, str]:
        """The row of one feature, without its id, and the sounds of its stem, which it shares with its like.

        Every word stands between two frames, which tell what sort it is and where it begins and ends.
        """
        told = {**properties, "town": town} if town else properties
        given = tuple(told)
        if given not in self._given:
            self._given[given] = self._only(given)
        named, coded, placed, inner = self._given[given]
        names = _texts(told, named)
        stem, number = stem_of(next(iter(names), ""))
        words = _framed(names | _texts(told, coded), NAME) + _framed(_texts(told, placed), PLACE)
        words += f"{NUMBER}{number}{NUMBER}" if number else ""
        if len(names) > 1 or not stem:
            others = islice(names, 1 if stem else 0, None)
            words += _framed({sound: None for name in others for sound in _sounds(name)}, SOUND)
        name = folded(str(told.get("name", ""))) if self._is_named else ""
        return {
            "name": name[:LONGEST_NAME],
            "stem": stem,
            "words": words,
            "inner": _framed(_texts(told, inner), NAME),
            "sounds": _framed_sounds(stem),
        }

    def _only(self, given: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
        """Of names, codes, places and inner words the keys that are given; rows of one import have the same ones."""
        sorts = (self._names, self._codes, self._places, self._inner)
        return tuple(tuple(key for key in keys if key in given) for keys in sorts)


def words_of(kind: LayerKind, properties: Mapping[str, Any], town: str | None) -> dict[str, str]:
    """The row of the table `search` for one feature, without its id."""
    return Wording(kind).of(properties, town)


@lru_cache(maxsize=20_000)
def folded(text: str) -> str:
    """As it is compared: lower case, half width, single blanks, no control characters."""
    if text.isascii() and text.isprintable():
        return " ".join(text.lower().split())
    plain = unicodedata.normalize("NFKC", text).casefold()
    if _CONTROL.search(plain):
        plain = _CONTROL.sub(" ", plain)
    return " ".join(plain.split())


def bare(text: str) -> str:
    """Only letters and digits: as pinyin is compared."""
    return text if text.isalnum() else "".join(filter(str.isalnum, text))


def stem_of(name: str) -> tuple[str, str]:
    """A folded name without the number behind it, and the digits of that: 界湖-017 is 界湖 and 017.

    Parcels of one import share their stem and differ in their number, so the stem's sounds are kept once for all. One
    that is too long to be shared is none.
    """
    stem, number = _parted(name)
    return (stem, number) if len(stem) <= LONGEST_NAME else ("", "")


def _parted(name: str) -> tuple[str, str]:
    stem = name.rstrip(_COUNTED)
    return stem, bare(name[len(stem) :])


def number_behind(sound: str) -> tuple[str, str]:
    """The same of what was typed: jh017 is jh and 017."""
    stem = sound.rstrip(_DIGITS)
    return stem, sound[len(stem) :]


def sounds_of(name: str) -> list[str]:
    """Full pinyin and initials, in every reading where a character has several (长深高速 is chang, not zhang)."""
    return _sounds(folded(name))


def _sounds(text: str) -> list[str]:
    stem, number = _parted(text)
    return [sound for sound in dict.fromkeys([each + number for each in _heard(stem)]) if sound]


@lru_cache(maxsize=20_000)
def _framed_sounds(stem: str) -> str:
    return _framed(dict.fromkeys(_sounds(stem)), SOUND)


@lru_cache(maxsize=20_000)
def _heard(text: str) -> tuple[str, ...]:
    """Full pinyin and initials in every reading; both may be empty."""
    if not _SEVERAL.search(text):
        spoken = [_sound(run) for run in _RUN.findall(text)]
        return "".join([each for each, _ in spoken]), "".join([each for _, each in spoken])
    syllables = [syllable for run in _RUN.findall(text) for syllable in _syllables(run)]
    choices = [
        dict.fromkeys((syllable, *READINGS.get(char, ())))
        for char, syllable in zip(text, syllables, strict=False)
    ]
    readings = list(islice(product(*choices), MOST_READINGS))
    return (*map(_full, readings), *map(_initials, readings))


def _sound(run: str) -> tuple[str, str]:
    """Full pinyin and initials of a run that reads in one way."""
    if run.isascii():
        letters = bare(run)
        return letters, letters
    return _spoken(run)


@lru_cache(maxsize=20_000)
def _spoken(run: str) -> tuple[str, str]:
    syllables = _syllables(run)
    return _full(syllables), _initials(syllables)


def _full(syllables: Iterable[str]) -> str:
    return bare("".join(syllables)).lower()


def _initials(syllables: Iterable[str]) -> str:
    return bare("".join(map(_initial, syllables))).lower()


@lru_cache(maxsize=20_000)
def _syllables(run: str) -> tuple[str, ...]:
    """One for each character of a run of Chinese or of ASCII; readings depend on neighbours within the run.

    Names of one import repeat their words and differ in their numbers.
    """
    if run.isascii():
        return tuple(_not_chinese(run))
    # pypinyin takes a quarter of a second to load.
    from pypinyin import lazy_pinyin

    return tuple(lazy_pinyin(run, errors=_not_chinese))  # type: ignore[arg-type]


def _not_chinese(run: str) -> list[str]:
    # One by one, so that syllables and characters stay side by side; capitals mark what has no syllable.
    return list(run.upper())


def _initial(syllable: str) -> str:
    return syllable[:1] if syllable.islower() else syllable


def _shown(kind: LayerKind, keys: Iterable[str], visibility: str) -> tuple[str, ...]:
    return tuple(key for key in dict.fromkeys(keys) if _visibility(kind, key) == visibility)


def _texts(properties: Mapping[str, Any], keys: Sequence[str]) -> dict[str, None]:
    """Folded, without blanks and repetitions."""
    texts: dict[str, None] = {}
    for key in keys:
        value = properties[key]
        if type(value) is str:
            texts[folded(value)] = None
        elif value is not None:
            texts.update(
                (folded(str(each)), None) for each in (value if isinstance(value, list) else (value,))
            )
    texts.pop("", None)
    return texts


def _visibility(kind: LayerKind, key: str) -> str:
    """What no field declares is internal, but where a feature lies is no secret of its kind."""
    if key in kind.by_key:
        return kind.by_key[key].visibility
    return "public" if key == "town" else "internal"


def _framed(texts: Mapping[str, None], frame: str) -> str:
    return f"{frame}{frame.join(texts)}{frame}" if texts else ""
