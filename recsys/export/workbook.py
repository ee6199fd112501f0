"""An Excel workbook of one table: formatted, texts as texts, and a sheet that explains it.

Rows are written one by one to a file beside the workbook, so that memory doesn't grow with them.
"""

from __future__ import annotations

import contextlib
import math
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import xlsxwriter
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from recsys.errors import InvalidTableError
from recsys.export.about_sheet import ABOUT, Origin, write_about
from recsys.export.tables import Field, Table

ROWS_PER_SHEET = 1_048_575
"""Excel's limit, less the headings."""
MOST_SHEETS = 10
LONGEST_TEXT = 32_767
EXACT_DIGITS = 10**15
FIRST_DAY = date(1900, 3, 1)
"""Excel takes 1900 for a leap year, so days before this one would be shown wrongly."""
WIDTHS = (6, 60)
SHARE = re.compile(
    r"(?:^|_)(?:probability|share)(?:_|$)|^(?:support|confidence|popularity|coverage)$"
)
"""Names of columns whose numbers are shares of one, which are shown as percentages."""
FORMATS = {
    "text": "@",
    "integer": "#,##0",
    "share": "0.0%",
    "money": "#,##0.00",
    "real": "0.0000",
    "boolean": '"TRUE";"TRUE";"FALSE"',  # else LibreOffice may show 0
    "date": "yyyy-mm-dd",
    "moment": "yyyy-mm-dd hh:mm:ss",
}
RICH = ("<r>", "</r>")
"""XlsxWriter takes a text that begins and ends so for XML of its own."""


@dataclass(frozen=True)
class _Sheet:
    """A sheet that is being written."""

    sheet: Worksheet
    put: list[Callable[[int, Any], object]]


def write_workbook(
    cursor: duckdb.DuckDBPyConnection, table: Table, path: Path, origin: Origin
) -> int:
    """Write a table to a workbook and return the number of rows.

    A table that is longer than a sheet goes on in sheets `name 2`, `name 3` and so on. A missing
    value is an empty cell. Texts longer than Excel's 32,767 characters end with `…` there.

    Raises
    ------
    OSError
        The workbook can't be written.

    """
    options = {
        "constant_memory": True,
        "tmpdir": str(path.parent),
        "use_zip64": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(str(path), options)
    try:
        written, sheets = _write_rows(book, table, cursor)
        write_about(book, table, origin, written, sheets)
        book.close()
    except BaseException as error:
        _let_go(book)
        if isinstance(error, FileCreateError) and isinstance(error.args[0], OSError):
            raise error.args[0] from error
        raise
    with zipfile.ZipFile(path) as archive:
        broken = archive.testzip()
    return -1 if broken else written


def refuse_too_long(table: Table, rows: int) -> None:
    """Refuse a table that a workbook has no room for.

    Raises
    ------
    InvalidTableError
        It has more rows than ten sheets.

    """
    if rows > ROWS_PER_SHEET * MOST_SHEETS:
        raise InvalidTableError(
            f"{table.name} has {rows:,} rows, and a workbook gets at most {MOST_SHEETS} sheets of "
            f"{ROWS_PER_SHEET:,}: choose other tables with --table, or another format for this one "
            "(parquet, csv, sqlite, hyper)"
        )


def _let_go(book: Workbook) -> None:
    """Close what a workbook that failed has open, and let nobody write it later."""
    book.fileclosed = True
    for sheet in book.worksheets():
        with contextlib.suppress(OSError):
            sheet.row_data_fh.close()


def _write_rows(
    book: Workbook, table: Table, cursor: duckdb.DuckDBPyConnection
) -> tuple[int, list[str]]:
    formats = {name: book.add_format({"num_format": code}) for name, code in FORMATS.items()}
    heading = {"bold": True, "bottom": 1, "bg_color": "#E7EDF5", "num_format": "@"}
    formats["left"] = book.add_format(heading)
    formats["right"] = book.add_format({**heading, "align": "right"})
    batches = table.rows(cursor)
    first = next(batches, [])
    widths = [_width(field, at, first) for at, field in enumerate(table.fields)]
    current: _Sheet | None = None
    written = 0
    names: list[str] = []
    for batch in _from(first, batches):
        for values in batch or [()]:
            row = written % ROWS_PER_SHEET + 1
            if current is None or (values and row == 1 and written):
                if current:
                    _finish(current.sheet, ROWS_PER_SHEET, len(table.fields))
                names.append(sheet_name(table.name, names))
                current = _begin(book, names[-1], table, widths, formats)
            for put, value in zip(current.put, values, strict=False):
                if value is not None:
                    put(row, value)
            written += bool(values)
    if current is not None:
        _finish(current.sheet, written - ROWS_PER_SHEET * (len(names) - 1), len(table.fields))
    return written, names


def _from(first: list[Any], rest: Iterator[list[Any]]) -> Iterator[list[Any]]:
    yield first
    yield from rest


def _begin(
    book: Workbook,
    name: str,
    table: Table,
    widths: list[int],
    formats: dict[str, Format],
) -> _Sheet:
    sheet = book.add_worksheet(name)
    puts = []
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    for at, field in enumerate(table.fields):
        column_format = formats[_format(field)]
        sheet.set_column(at, at, widths[at], column_format)
        puts.append(_put(sheet, at, field, column_format))
    for at, field in enumerate(table.fields):
        side = "left" if field.kind == "text" else "right"
        write_text(sheet, 0, at, field.name, formats[side])
    return _Sheet(sheet, puts)


def _finish(sheet: Worksheet, rows: int, columns: int) -> None:
    sheet.autofilter(0, 0, max(rows, 1), columns - 1)


def _format(field: Field) -> str:
    if field.kind == "real" and SHARE.search(field.name):
        return "share"
    return "money" if field.data_type.startswith("DECIMAL") else field.kind


def _put(
    sheet: Worksheet, at: int, field: Field, column_format: Format
) -> Callable[[int, Any], object]:
    """Return what writes a value of a column to a row."""

    def put_text(row: int, value: Any) -> None:
        write_text(sheet, row, at, str(value), column_format)

    def put_number(row: int, value: Any) -> None:
        if math.isfinite(value) and (isinstance(value, float) or abs(value) < EXACT_DIGITS):
            sheet.write_number(row, at, value, column_format)
        else:
            put_text(row, value)

    def put_boolean(row: int, value: Any) -> None:
        sheet.write_boolean(row, at, value, column_format)

    def put_moment(row: int, value: Any) -> None:
        day = value.date() if isinstance(value, datetime) else value
        if day < FIRST_DAY:
            put_text(row, value)
        else:
            sheet.write_datetime(row, at, value, column_format)

    puts = {"text": put_text, "boolean": put_boolean, "date": put_moment, "moment": put_moment}
    return puts.get(field.kind, put_number)


def write_text(sheet: Worksheet, row: int, column: int, text: str, cell_format: Format) -> None:
    """Write a text that stays a text, whatever it begins with."""
    if len(text) > LONGEST_TEXT // 2 and len(text.encode("utf-16-le")) > 2 * LONGEST_TEXT:
        text = text.encode("utf-16-le")[: 2 * LONGEST_TEXT - 2].decode("utf-16-le", "ignore") + "…"
    if text.startswith(RICH[0]) and text.endswith(RICH[1]):
        sheet.write_rich_string(row, column, text[:1], text[1:2], text[2:], cell_format)
    else:
        sheet.write_string(row, column, text, cell_format)


def _width(field: Field, at: int, rows: list[tuple[object, ...]]) -> int:
    """Return how many characters wide a column is, from its heading and its first rows."""
    fixed = {"date": 11, "moment": 19, "boolean": 8, "real": 9, "integer": 9}
    longest = fixed.get(field.kind) or max(
        (len(str(row[at])) for row in rows[:1000] if row[at] is not None), default=0
    )
    room_for_filter = 4
    return min(max(longest + 2, len(field.name) + room_for_filter, WIDTHS[0]), WIDTHS[1])


def sheet_name(name: str, taken: list[str]) -> str:
    """Return a name that Excel takes for a sheet, of a table or of where it goes on.

    >>> sheet_name("a/b", []), sheet_name("a/b", ["a b"])
    ('a b', 'a b 2')
    """
    end = f" {len(taken) + 1}" if taken else ""
    clean = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", name).strip("' ")[: 31 - len(end)].rstrip()
    clean = clean.rstrip("'") or "table"
    return (
        f"{clean} data{end}" if clean.casefold() in (ABOUT.casefold(), "history") else clean + end
    )
