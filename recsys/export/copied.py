"""Parquet and CSV, which DuckDB writes itself, and how it is known that all rows are there."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from recsys.export.cells import guarded, is_id, needs_guard
from recsys.export.tables import Field, Table
from recsys.storage.names import quoted, text

PARQUET = "format parquet, compression zstd"
CSV = "format csv, delimiter ',', quote '\"', escape '\"'"
"""UTF-8; null is an empty field, an empty text is ""."""
BYTE_ORDER_MARK = "\ufeff"
CHUNK = 2**20


def write_parquet(cursor: duckdb.DuckDBPyConnection, table: Table, path: Path) -> int:
    """Write a table's rows as they are, and return how many the file has."""
    _copy(cursor, table.query(), path, PARQUET)
    return int(pq.read_metadata(path).num_rows)


def write_csv(
    cursor: duckdb.DuckDBPyConnection, table: Table, path: Path, *, guard: bool, mark: bool
) -> int:
    """Write a table's rows and return how many the file has.

    Parameters
    ----------
    cursor
        Reads the table.
    table
        What is written.
    path
        The new file.
    guard
        Whether what a spreadsheet would change gets an apostrophe, see `recsys.export.cells`.
    mark
        Whether the file begins with a byte order mark, by which Excel knows UTF-8.

    """
    columns, heading = [], []
    for field in table.fields:
        columns.append(_guarded(field) if guard else quoted(field.name))
        heading.append(_heading(cursor, field.name) if guard else field.name)
    first = (BYTE_ORDER_MARK if mark else "") + ",".join(map(_cell, heading))
    if table.count(cursor):
        first += "\n"  # DuckDB ends every line but the last, and writes the suffix there
    options = f"{CSV}, header false, prefix {text(first)}, suffix {text(chr(10))}"
    _copy(cursor, table.query(columns), path, options)
    return _lines(path) - 1


def _copy(cursor: duckdb.DuckDBPyConnection, query: str, path: Path, options: str) -> None:
    cursor.execute(f"copy ({query}) to {text(str(path))} ({options})").fetchall()


def _guarded(field: Field) -> str:
    name = quoted(field.name)
    if not needs_guard(field.data_type):
        return name
    return f"{guarded(f'cast({name} as varchar)', is_id=is_id(field.name))} as {name}"


def _heading(cursor: duckdb.DuckDBPyConnection, name: str) -> str:
    [(heading,)] = cursor.execute(f"select {guarded(text(name))}").fetchall()
    return str(heading)


def _cell(heading: str) -> str:
    if any(sign in heading for sign in ',"\r\n'):
        return '"' + heading.replace('"', '""') + '"'
    return heading


def _lines(path: Path) -> int:
    """Return the number of lines: line ends that aren't between quotes."""
    lines, is_outside = 0, True
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            for at, part in enumerate(chunk.split(b'"')):
                if at:
                    is_outside = not is_outside
                if is_outside:
                    lines += part.count(b"\n")
    return lines
