"""Which accounts does an Excel list ask for, and what is wrong with it? All of it is told at once.

The list is read here, not by GDAL: one sheet, the columns of COLUMNS in any order, at most MOST_ROWS rows.
"""

from __future__ import annotations

import difflib
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from pypinyin import lazy_pinyin
from sqlalchemy.orm import Session

from layers.cells import quoted
from layers.errors import MapError, UnreadableFile
from layers.rights import ROLES
from layers.store import accounts

COLUMNS: Final = {"单位": True, "姓名": True, "角色": True, "登录名": False, "乡镇": False}
"""Column → whether it must be filled."""
MOST_ROWS: Final = 500
MOST_BYTES: Final = 20 * 1024 * 1024
"""Unpacked."""
_HEADING_ROWS: Final = 10


@dataclass(frozen=True)
class Row:
    """One line of the list. number: as Excel counts."""

    number: int
    unit: str
    name: str
    role: str
    login: str
    town: str

    @property
    def facts(self) -> dict[str, Any]:
        """What an account is made of."""
        return {
            "login": self.login,
            "name": self.name,
            "unit": self.unit,
            "role": accounts.checked_role(self.role),
            "town": self.town or None,
        }


@dataclass(frozen=True)
class Problem:
    """What is wrong in one field, and what would be right."""

    number: int
    field: str
    value: str
    sentence: str


@dataclass(frozen=True)
class Plan:
    """The accounts that would be made; none is when there are problems."""

    rows: list[Row]
    problems: list[Problem]


def read(content: bytes) -> list[Row]:
    """The lines of the first sheet; raises UnreadableFile when it is no such list."""
    sheet = _sheet(content)
    lines = [
        [_text(cell) for cell in line]
        for line in sheet.iter_rows(max_row=MOST_ROWS + _HEADING_ROWS + 1, max_col=50, values_only=True)
    ]
    heading = next(
        (at for at, line in enumerate(lines[:_HEADING_ROWS]) if {"单位", "姓名"} <= set(line)), None
    )
    if heading is None:
        raise UnreadableFile(
            "名单里没有找到表头。前几行中应有一行含“单位”“姓名”“角色”（可再加“登录名”“乡镇”）。请下载空白名单照填。"
        )
    missing = [name for name, needed in COLUMNS.items() if needed and name not in lines[heading]]
    if missing:
        raise UnreadableFile(f"名单的表头缺少“{'”“'.join(missing)}”列。请补上后再上传。")
    places = {name: lines[heading].index(name) for name in COLUMNS if name in lines[heading]}
    rows = [_row(heading + 2 + at, line, places) for at, line in enumerate(lines[heading + 1 :]) if any(line)]
    if not rows:
        raise UnreadableFile("名单里没有人员。请在表头下面每行填写一人。")
    if len(rows) > MOST_ROWS:
        raise UnreadableFile(f"名单超过 {MOST_ROWS} 行。请分成几个文件上传。")
    return rows


def plan(session: Session, rows: Sequence[Row]) -> Plan:
    """What the list would make, and every mistake in it."""
    units, towns = accounts.known_units(session), accounts.known_towns(session)
    taken = {each.login for each in accounts.people(session)}
    problems: list[Problem] = []
    ready: list[Row] = []
    for row in rows:
        named = row if row.login else _with_login(row, taken)
        problems += _problems(session, named, units, towns, taken)
        taken.add(accounts.plain_login(named.login))
        ready.append(named)
    problems += _one_person_twice(ready)
    return Plan(ready, sorted(problems, key=lambda each: each.number))


def unknown_unit(unit: str, units: Sequence[str]) -> str:
    """A unit that nobody has entered is a question, never made by itself."""
    if not unit:
        return "单位没有填写。请从单位列表中选择。"
    near = nearest(unit, units)
    proposed = f"是否为“{'”或“'.join(near)}”？" if near else ""
    return f"没有名为“{unit[:40]}”的单位。{proposed}请改为已有的单位，或先在单位管理中建立它。"


def nearest(word: str, words: Sequence[str]) -> list[str]:
    """The words that somebody may have meant."""
    return difflib.get_close_matches(word, words, n=3, cutoff=0.4)


def empty(units: Sequence[str]) -> bytes:
    """An empty list, with the units and roles that there are on a second sheet."""
    book = Workbook()
    sheet = _first(book, "名单")
    _heading(sheet, list(COLUMNS))
    known = book.create_sheet("可填内容")
    _heading(known, ["单位", "角色"])
    for at in range(max(len(units), len(ROLES))):
        known.append([quoted(part[at]) if at < len(part) else "" for part in (units, [*ROLES.values()])])
    return _saved(book)


def handed_out(given: Sequence[tuple[Row, str]], address: str) -> bytes:
    """The list that is handed out: log-in names and first passwords."""
    book = Workbook()
    sheet = _first(book, "初始密码")
    _heading(sheet, ["单位", "姓名", "角色", "乡镇", "登录名", "初始密码", "登录地址"])
    for row, password in given:
        role = ROLES[accounts.checked_role(row.role)]
        told = [row.unit, row.name, role, row.town, row.login]
        sheet.append([*map(quoted, told), password, address])
    return _saved(book)


def _problems(
    session: Session, row: Row, units: Sequence[str], towns: Sequence[str], taken: set[str]
) -> list[Problem]:
    found = []
    if not row.unit or (units and row.unit not in units):
        found.append(Problem(row.number, "单位", row.unit, unknown_unit(row.unit, units)))
    if not 1 <= len(row.name) <= 60:
        found.append(Problem(row.number, "姓名", row.name, "姓名应为 1 到 60 个字。请补上。"))
    if row.town and towns and row.town not in towns:
        near = nearest(row.town, towns)
        words = f"应为乡镇街道的全称{f'，例如“{near[0]}”' if near else ''}；全县范围请留空。"
        found.append(Problem(row.number, "乡镇", row.town, words))
    if accounts.plain_login(row.login) in taken:
        found.append(Problem(row.number, "登录名", row.login, "已被使用，或在名单里重复。请换一个。"))
    else:
        found += _refused("登录名", row, lambda: accounts.checked_login(session, row.login))
    refused_role = _refused("角色", row, lambda: accounts.checked_role(row.role))
    found += refused_role
    if not refused_role:
        role = accounts.checked_role(row.role)
        found += _refused("角色", row, lambda: accounts.keep_apart(session, row.name, row.unit, role))
    return found


def _refused(field: str, row: Row, check: Any) -> list[Problem]:
    try:
        check()
    except MapError as refusal:
        value = {"角色": row.role, "登录名": row.login}[field]
        return [Problem(row.number, field, value, refusal.message)]
    return []


def _one_person_twice(rows: Sequence[Row]) -> list[Problem]:
    """Nobody holds 系统管理 and 审计, within the list either."""
    held: dict[tuple[str, str], set[str]] = {}
    found = []
    for row in rows:
        roles = held.setdefault((row.unit, row.name), set())
        roles.add({**ROLES}.get(row.role, row.role))
        if {"系统管理", "审计"} <= roles and row.role in ("系统管理", "审计", "administrator", "auditor"):
            words = "同一人不能既是系统管理又是审计。请为其中一个角色指定另一个人。"
            found.append(Problem(row.number, "角色", row.role, words))
    return found


def _with_login(row: Row, taken: set[str]) -> Row:
    """A log-in name from the pinyin of the name, with a number where it is taken."""
    base = "".join(lazy_pinyin(row.name)).lower()
    base = "".join(each for each in base if each.isascii() and each.isalnum())[:24] or "user"
    names = (base if at == 1 else f"{base}{at}" for at in range(1, 10_000))
    login = next(name for name in names if len(name) > 1 and name not in taken)
    return Row(row.number, row.unit, row.name, row.role, login, row.town)


def _row(number: int, line: Sequence[str], places: dict[str, int]) -> Row:
    values = {name: line[place] for name, place in places.items()}
    return Row(
        number,
        values["单位"],
        values["姓名"],
        values["角色"],
        values.get("登录名", ""),
        values.get("乡镇", ""),
    )


def _sheet(content: bytes) -> Worksheet:
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            if sum(each.file_size for each in packed.infolist()) > MOST_BYTES:
                raise UnreadableFile("名单展开后太大。请只保留名单这一张表后再上传。")
        book = load_workbook(BytesIO(content), read_only=True, data_only=True)
        return book.worksheets[0]
    except UnreadableFile:
        raise
    except Exception:
        # The library answers a broken file with whatever its parsers raise.
        raise UnreadableFile(
            "这不是能读取的 Excel 名单，应为 .xlsx 文件（不是 .xls 或改了扩展名的文件）。请用 Excel 或 WPS 另存为 .xlsx 后上传。"
        ) from None


def _text(cell: object) -> str:
    return "" if cell is None else " ".join(str(cell).split())[:200]


def _first(book: Workbook, title: str) -> Worksheet:
    sheet = book.worksheets[0]
    sheet.title = title
    return sheet


def _heading(sheet: Worksheet, words: Sequence[str]) -> None:
    sheet.append(list(words))
    for at, cell in enumerate(sheet[1], 1):
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="EAF1F8")
        sheet.column_dimensions[get_column_letter(at)].width = 20
    sheet.freeze_panes = "A2"


def _saved(book: Workbook) -> bytes:
    file = BytesIO()
    book.save(file)
    return file.getvalue()
