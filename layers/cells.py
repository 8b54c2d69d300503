"""How does a value stand in a cell of a spreadsheet? Text never as a formula, and only signs that XML can hold."""

from __future__ import annotations

import re
from typing import Any, Final

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST: Final = 32_767
"""Characters that Excel takes in one cell."""


def is_formula(text: str) -> bool:
    """Whether an office program would reckon with this text instead of showing it."""
    return text.startswith(_FORMULA)


def quoted(text: str) -> str:
    """The text with an apostrophe before what would be a formula: for .csv and for cells that know no type."""
    return f"'{text}" if is_formula(text) else text


def unquoted(text: str) -> str:
    """The text of a cell that `quoted` wrote."""
    return text[1:] if text.startswith("'") and is_formula(text[1:]) else text


def without_control_signs(text: str) -> str:
    """What XML can hold of a text."""
    return _NOT_XML.sub("", text)


def plain(value: Any) -> Any:
    """A number or nothing as it is, everything else as one line of quoted text."""
    if value is None or isinstance(value, int | float):
        return value
    return quoted(" ".join(without_control_signs(str(value)).split()))


def text_cell(sheet: Any, text: str, *, bold: bool = False) -> Any:
    """A cell of a write-only sheet that is text, whatever it begins with."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    cell: Any = WriteOnlyCell(sheet, "")
    cell._value, cell.data_type = without_control_signs(text)[:_LONGEST], "s"
    if is_formula(text):
        cell.quotePrefix = True
    if bold:
        cell.font = Font(bold=True)
    return cell
