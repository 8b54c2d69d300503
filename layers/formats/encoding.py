"""In which encoding was this text written?

The bureau's files are GBK or UTF-8 and often say nothing, or the wrong thing, about it. The bytes decide:
strict UTF-8, then strict GB18030 (which holds GBK and GB2312). Only where both fit is it a question.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from layers.errors import Answer, InvalidValue, QuestionToUser, UnreadableFile

UTF8: Final = "utf-8"
GBK: Final = "gb18030"
TITLES: Final = {UTF8: "UTF-8", GBK: "GBK"}
SAMPLE_ROWS: Final = 5

# Windows and dBASE number their code pages; the rest is how people and programs write the same two names.
_CODE_PAGES: Final = {"936": GBK, "54936": GBK, "65001": UTF8, "950": "big5"}
_LANGUAGE_DRIVERS: Final = {0x4D: GBK, 0x7A: GBK, 0x4F: "big5", 0x78: "big5"}
# Common signs that UTF-8 writes with two bytes although the text around them is Chinese.
_PLAIN_SIGNS: Final = frozenset("·×÷°±²³µ§Øαβγφ")


class Row(NamedTuple):
    """The texts of one row, as bytes; number 0 is the column names."""

    number: int
    texts: tuple[bytes, ...]


class Decoding(NamedTuple):
    """The codec to read with, and what to tell the user about the choice."""

    codec: str
    note: str = ""

    @property
    def title(self) -> str:
        """The name people know it by."""
        return TITLES.get(self.codec, self.codec.upper())


def choose(rows: Sequence[Row], *, declared: str | None = None, answer: str | None = None) -> Decoding:
    """How to read these texts. declared: what the file says; answer: what the user said.

    Raises QuestionToUser with sample rows where two readings are possible and the file contradicts itself.
    """
    telling = [row for row in rows if not b"".join(row.texts).isascii()]
    if answer:
        return Decoding(_answered(telling, answer))
    fitting = [codec for codec in (UTF8, GBK) if _first_misfit(telling, codec) is None]
    if not fitting:
        return Decoding(_only_declared(telling, declared))
    if len(fitting) == 1:
        return _only_fitting(fitting[0], declared)
    return _of_two(telling, declared)


def named(text: str) -> str | None:
    """The codec that a .cpg file or a person means; None for a name that says nothing usable."""
    # A declared Latin-1 is only what programs write when they were told nothing.
    word = re.sub(r"[\s_-]", "", text.strip().lower())
    digits = re.fullmatch(r"(?:ansi|cp|windows|ms|ldid/)?(\d{3,5})", word)
    if digits:
        return _CODE_PAGES.get(digits[1]) or _LANGUAGE_DRIVERS.get(int(digits[1]))
    if word in ("gbk", "gb2312", "gb18030", "euccn"):
        return GBK
    if word in ("utf8", "unicode"):
        return UTF8
    return "big5" if word == "big5" else None


def of_language_driver(code: int) -> str | None:
    """The codec that byte 29 of a .dbf means; 0x00 and 0x57 (“ANSI”) say nothing."""
    return _LANGUAGE_DRIVERS.get(code)


def decoded(text: bytes, codec: str) -> str:
    """Strictly decoded, but a character that was cut off at the end of a full field is left out."""
    try:
        return text.decode(codec)
    except UnicodeDecodeError:
        return codecs.getincrementaldecoder(codec)().decode(text)


def _answered(rows: Sequence[Row], answer: str) -> str:
    codec = named(answer)
    if codec is None:
        raise InvalidValue(f"不认识编码“{answer[:20]}”。请使用 GBK 或 UTF-8。")
    misfit = _first_misfit(rows, codec)
    if misfit is not None:
        raise InvalidValue(
            f"{_place(misfit)}不能按 {Decoding(codec).title} 解读。请换用另一种编码（GBK 或 UTF-8）。"
        )
    return codec


def _first_misfit(rows: Sequence[Row], codec: str) -> Row | None:
    # All at once first: in none of these encodings is a line feed part of a character.
    if _fits(b"\n".join(b"\n".join(row.texts) for row in rows) + b"\n", codec):
        return None
    return next((row for row in rows if not all(_fits(text, codec) for text in row.texts)), None)


def _fits(text: bytes, codec: str) -> bool:
    try:
        decoded(text, codec)
    except UnicodeDecodeError:
        return False
    return True


def _only_declared(rows: Sequence[Row], declared: str | None) -> str:
    if declared and _first_misfit(rows, declared) is None:
        return declared
    misfit = _first_misfit(rows, GBK) or rows[0]
    raise UnreadableFile(
        f"{_place(misfit)}既不是 UTF-8 也不是 GBK 编码。请在原软件中另存为 GBK 或 UTF-8 后再导入。"
    )


def _only_fitting(codec: str, declared: str | None) -> Decoding:
    if declared in (None, codec):
        return Decoding(codec)
    said, read = Decoding(declared or "").title, Decoding(codec).title
    return Decoding(codec, f"文件声明编码为 {said}，但内容只能按 {read} 解读，已按 {read} 读取")


def _of_two(rows: Sequence[Row], declared: str | None) -> Decoding:
    """Both fit. Chinese in UTF-8 often looks like sound GBK; the other way round it gives Latin and Greek."""
    chinese = all(_looks_chinese(text) for row in rows for text in row.texts)
    if declared == UTF8 or not rows or (chinese and declared is None):
        return Decoding(UTF8)
    if declared == GBK and not chinese:
        return Decoding(GBK)
    said = "文件没有声明文字编码" if declared is None else f"文件声明编码为 {Decoding(declared).title}"
    raise QuestionToUser(
        f"{said}，而内容按 UTF-8 和 GBK 都读得通。请对照样例选择编码。",
        [Answer(TITLES[codec], TITLES[codec], _sample(rows, codec)) for codec in (UTF8, GBK)],
    )


def _looks_chinese(text: bytes) -> bool:
    return all(char.isascii() or char >= "\u2000" or char in _PLAIN_SIGNS for char in decoded(text, UTF8))


def _sample(rows: Sequence[Row], codec: str) -> str:
    return "；".join(_sample_rows(rows[:SAMPLE_ROWS], codec))


def _sample_rows(rows: Sequence[Row], codec: str) -> Iterator[str]:
    for row in rows:
        telling = [decoded(text, codec) for text in row.texts if not text.isascii()]
        yield f"{_place(row)}{'、'.join(telling[:4])}"


def _place(row: Row) -> str:
    return f"第 {row.number} 行：" if row.number else "字段名："
