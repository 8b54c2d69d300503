"""How does a layer become a ledger? An .xlsx with typed numbers and totals, or a .csv with the shapes as WKT."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any, Final

import shapely

from layers.cells import quoted, text_cell
from layers.errors import InvalidValue
from layers.formats.outgoing import SORT_TITLES, Column, Outgoing
from layers.measure import ADDED_UP, BALANCED, half_up

_MOST_ROWS: Final = 1_000_000
_NUMBER_FORMATS: Final = {"whole": "0", "day": "yyyy-mm-dd"}


def csv_content(layer: Outgoing, encoding: str) -> bytes:
    """A line for each feature; text that a spreadsheet would take for a formula gets an apostrophe."""
    sink = io.StringIO(newline="")
    writer = csv.writer(sink)
    columns = (*layer.columns, *_middles(layer))
    writer.writerow([*(quoted(column.title) for column in columns), "WKT"])
    shapes = shapely.to_wkt(layer.placed, rounding_precision=4 if layer.zone else 9)
    for at, shape in enumerate(shapes):
        writer.writerow([*(_word(column, column.values[at]) for column in columns), shape])
    return sink.getvalue().encode("utf-8-sig" if encoding == "utf-8" else "gbk", "replace")


def xlsx_content(layer: Outgoing) -> bytes:
    """Sheets 台账 (title, header, rows, 合计) and 字段说明; nothing in it is a formula."""
    from openpyxl import Workbook

    if len(layer.shapes) > _MOST_ROWS:
        raise InvalidValue(f"共 {len(layer.shapes):,} 行，Excel 最多 {_MOST_ROWS:,} 行。请改用 csv 或 gpkg。")
    book = Workbook(write_only=True)
    columns = tuple(_balanced(column) for column in (*layer.columns, *_middles(layer)))
    _write_ledger(book.create_sheet("台账"), layer, columns)
    _write_dictionary(book.create_sheet("字段说明"), columns)
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def listing(title: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A plain table of texts as an .xlsx with one sheet; nothing in it is a formula."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    sheet.append([text_cell(sheet, word, bold=True) for word in header])
    for row in islice(rows, _MOST_ROWS):
        sheet.append([text_cell(sheet, word) for word in row])
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def dictionary(columns: Iterable[Column]) -> bytes:
    """The short names of a shapefile and what they mean, for the spreadsheet of the office."""
    sink = io.StringIO(newline="")
    writer = csv.writer(sink)
    writer.writerows(_dictionary_rows(columns))
    return sink.getvalue().encode("utf-8-sig")


def _dictionary_rows(columns: Iterable[Column]) -> Iterator[list[str]]:
    yield ["字段名", "中文名称", "类型", "单位"]
    for column in columns:
        yield [column.short, column.title, SORT_TITLES[column.sort], column.unit]


def _middles(layer: Outgoing) -> Iterator[Column]:
    """A place inside each shape, for programs that show points only."""
    middles = shapely.point_on_surface(layer.placed)
    east, north = shapely.get_x(middles), shapely.get_y(middles)
    titles = ("中心点Y（东）", "中心点X（北）") if layer.zone else ("中心点经度", "中心点纬度")
    digits = 3 if layer.zone else 7
    for short, title, values in zip(("ZXDY", "ZXDX"), titles, (east, north), strict=True):
        yield Column(
            short, short, title, "number", [round(value, digits) for value in values.tolist()], "", digits
        )


# --- cells -----------------------------------------------------------------------------------------------


def _word(column: Column, value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return quoted(value) if isinstance(value, str) else value


def _balanced(column: Column) -> Column:
    """Numbers rounded so that they add up to their rounded total: the largest remainders are rounded up."""
    if column.unit not in BALANCED or column.sort != "number":
        return column
    unit = Decimal(1).scaleb(-column.digits)
    exact = {at: Decimal(str(value)) for at, value in enumerate(column.values) if value is not None}
    floors = {at: (value // unit) * unit for at, value in exact.items()}
    short = int(
        (half_up(sum(exact.values(), Decimal()), column.digits) - sum(floors.values(), Decimal())) / unit
    )
    for at in sorted(exact, key=lambda at: floors[at] - exact[at])[: max(short, 0)]:
        floors[at] += unit
    values: list[object] = [float(floors[at]) if at in floors else None for at in range(len(column.values))]
    return Column(column.key, column.short, column.title, column.sort, values, column.unit, column.digits)


def _write_ledger(sheet: Any, layer: Outgoing, columns: tuple[Column, ...]) -> None:
    sheet.freeze_panes = "A4"
    for at, column in enumerate(columns):
        sheet.column_dimensions[_letters(at)].width = max(10, min(30, 2 * len(column.title) + 2))
    sheet.append([text_cell(sheet, layer.marked_title, bold=True)])
    sheet.append(
        [
            text_cell(
                sheet,
                f"导出日期 {layer.day.isoformat()}，共 {len(layer.shapes)} 条，面积为椭球面积，合计已调平",
            )
        ]
    )
    sheet.append([text_cell(sheet, column.title, bold=True) for column in columns])
    for at in range(len(layer.shapes)):
        sheet.append([_typed(sheet, column, column.values[at]) for column in columns])
    sheet.append([_total(sheet, column, at) for at, column in enumerate(columns)])


def _write_dictionary(sheet: Any, columns: tuple[Column, ...]) -> None:
    for row in _dictionary_rows(columns):
        sheet.append([text_cell(sheet, word) for word in row])


def _total(sheet: Any, column: Column, at: int) -> Any:
    if at == 0:
        return text_cell(sheet, "合计", bold=True)
    if column.unit not in ADDED_UP or column.sort not in ("number", "whole"):
        return None
    numbers = [Decimal(str(value)) for value in column.values if value is not None]
    total = sum(numbers, Decimal())
    return _typed(sheet, column, int(total) if column.sort == "whole" else float(total)) if numbers else None


def _typed(sheet: Any, column: Column, value: Any) -> Any:
    from openpyxl.cell import WriteOnlyCell

    if value is None:
        return None
    if isinstance(value, str):
        return text_cell(sheet, value)
    cell = WriteOnlyCell(sheet, value)
    decimals = "0." + "0" * column.digits if column.digits else "0"
    cell.number_format = _NUMBER_FORMATS.get(column.sort, decimals)
    return cell


def _letters(at: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(at + 1))
