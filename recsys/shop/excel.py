"""Excel and OpenDocument sheets as a FROM item, all of its columns text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from fnmatch import fnmatchcase
from itertools import chain
from pathlib import Path
from typing import Any

import python_calamine

from recsys.shop.delimited import read_rows
from recsys.shop.dialect import named
from recsys.shop.format import Format
from recsys.shop.part import Part
from recsys.shop.text_files import AGAIN, EmptyFileError, UnreadableError
from recsys.shop.workspace import Workspace
from recsys.storage.names import nearest


def read_excel(path: Path, given: Format, workspace: Workspace, shown: str) -> list[Part]:
    """Return the FROM item of each sheet that `given.sheet` names; rows are numbered per sheet.

    Raises:
        EmptyFileError: it has no header.
        UnreadableError: no workbook, no such sheet, or several sheets and none named.

    """
    try:
        book = open_workbook(path)
        names = _chosen(book, given.sheet)
        parts = []
        for name in names:
            label = shown if len(names) == 1 and given.sheet is None else f"{shown}#{name}"
            rows = iter(book.get_sheet_by_name(name).iter_rows())
            part = _part(rows, given, workspace, label)
            if part is not None:
                parts.append(part)
    except python_calamine.CalamineError as error:
        raise UnreadableError(f"it is no Excel file: {error}: {AGAIN}") from None
    if not parts:
        raise EmptyFileError("it is empty")
    return parts


def open_workbook(path: Path) -> python_calamine.CalamineWorkbook:
    """Open a workbook as what it is by its content; its name may end in another kind's letters.

    Raises:
        python_calamine.CalamineError: it is none.

    """
    with path.open("rb") as file:
        return python_calamine.CalamineWorkbook.from_filelike(file)


def _chosen(book: python_calamine.CalamineWorkbook, wanted: str | None) -> list[str]:
    names = book.sheet_names
    if wanted is not None:
        chosen = [name for name in names if name == wanted] or [
            name for name in names if fnmatchcase(name, wanted)
        ]
        if not chosen:
            raise UnreadableError(f"it has no sheet '{wanted}'{nearest(wanted, names)}")
        return chosen
    filled = [name for name in names if book.get_sheet_by_name(name).height]
    if len(filled) > 1:
        raise UnreadableError(
            f"it has several sheets: say which with `format: {{sheet: …}}`, or sheet: '*' for all "
            f"(legal: {', '.join(filled)})"
        )
    return filled or names[:1]


def _part(
    rows: Iterator[list[Any]], given: Format, workspace: Workspace, label: str
) -> Part | None:
    for _ in range(given.skip):
        next(rows, None)
    first = next((row for row in rows if any(value not in ("", None) for value in row)), None)
    if first is None:
        return None
    if given.header is True:
        columns, ambiguous = named(cell_text(value) for value in first)
    else:
        columns, ambiguous = named(given.header or [""] * len(first))
        rows = chain([first], rows)
    width = len(columns)
    texts = ([cell_text(value) for value in row] for row in rows)
    fitted = ((row + [""] * width)[:width] for row in texts if any(row))
    relation = read_rows(fitted, columns, given, workspace)
    return Part(relation, label, ambiguous)


def cell_text(value: Any) -> str:
    """Return what a cell holds, as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))  # Excel knows no other numbers: the id 13085 is 13085.0
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return "" if value is None else str(value).replace("\0", "")
