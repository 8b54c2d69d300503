"""The child process that reads old and open spreadsheets (.xls, .ods): the only file that imports calamine.

python -I -m layers.formats.sheet_child FOLDER; the folder holds the question and takes the answer.
"""

from __future__ import annotations

import json
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from layers.errors import UnreadableFile
from layers.fence import isolate, limit
from layers.formats import sandbox


def main(folder: Path) -> None:
    """Answer the question in the folder."""
    question = json.loads((folder / sandbox.QUESTION).read_text("utf-8"))
    isolate()
    limit(question["limits"])
    try:
        told: dict[str, Any] = {"sheets": _sheets(folder / question["file"], question)}
    except UnreadableFile as refusal:
        told = {"error": refusal.message}
    (folder / sandbox.ANSWER).write_text(json.dumps(told), "utf-8")


def _sheets(path: Path, question: dict[str, Any]) -> list[dict[str, Any]]:
    """Each sheet with its filled rows: [number of the row, cells]."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        with path.open("rb") as file, CalamineWorkbook.from_filelike(file) as book:
            names = [each.name for each in book.sheets_metadata if "WorkSheet" in str(each.typ)]
            return [{"name": name, "rows": _rows(book, name, question)} for name in names]
    except PasswordError:
        raise UnreadableFile("表格设有密码。请去掉密码另存后再导入。") from None
    except (CalamineError, OSError, ValueError):
        raise UnreadableFile(
            "表格文件已损坏，无法解读。请用 Excel 或 WPS 打开后另存为 .xlsx 再导入。"
        ) from None


def _rows(book: Any, name: str, question: dict[str, Any]) -> list[tuple[int, list[object]]]:
    sheet = book.get_sheet_by_name(name)
    if sheet.start is None:
        return []
    above, left = sheet.start
    found: list[tuple[int, list[object]]] = []
    for at, row in enumerate(sheet.iter_rows(), 1):
        cells = [*[None] * left, *(_cell(each) for each in row)][: question["most_columns"]]
        if any(cell is not None for cell in cells):
            found.append((at + above, cells))
        if len(found) > question["most_rows"]:
            break
    return found


def _cell(value: object) -> object:
    if value == "":
        return None
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    # These files know no whole numbers; a code of a parcel is one.
    if isinstance(value, float) and value.is_integer() and abs(value) < 1 << 53:
        return int(value)
    return value


if __name__ == "__main__":
    main(Path(sys.argv[1]))
