"""The formats of an export: how each writes its tables, and what its files are called."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from recsys.export.about_sheet import Origin
from recsys.export.copied import write_csv, write_parquet
from recsys.export.hyper import require_pantab, write_hyper
from recsys.export.sqlite import write_sqlite
from recsys.export.tables import Table
from recsys.export.wide import WIDE
from recsys.export.workbook import refuse_too_long, write_workbook


@dataclass(frozen=True)
class Choices:
    """What is the same for all files of an export."""

    origin: Origin
    guard: bool = True
    mark: bool = True


Cursor = duckdb.DuckDBPyConnection
OF_ONE_TABLE: dict[str, Callable[[Cursor, Table, Path, Choices], int]] = {
    "parquet": lambda cursor, table, path, _: write_parquet(cursor, table, path),
    "csv": lambda cursor, table, path, choices: write_csv(
        cursor, table, path, guard=choices.guard, mark=choices.mark
    ),
    "xlsx": lambda cursor, table, path, choices: write_workbook(
        cursor, table, path, choices.origin
    ),
}
"""Formats whose files hold a table each; how many rows the file has after it was written."""
OF_ALL_TABLES: dict[str, Callable[[Cursor, Sequence[Table], Path], list[int]]] = {
    "hyper": write_hyper,
    "sqlite": write_sqlite,
}
"""Formats whose one file holds all tables of an export, so that they can be joined."""
FORMATS = (*OF_ONE_TABLE, *OF_ALL_TABLES)
TOGETHER = "recsys"
"""The name of the file of all tables, before its ending."""


def file_name(table: str, file_format: str) -> str:
    """Return the name of the file that holds a table.

    >>> file_name("products", "csv"), file_name("products", "sqlite")
    ('products.csv', 'recsys.sqlite')
    """
    return f"{TOGETHER if file_format in OF_ALL_TABLES else table}.{file_format}"


def file_names(tables: Sequence[str]) -> set[str]:
    """Return the names of all files that an export can write."""
    return {file_name(table, one) for table in (*tables, WIDE) for one in FORMATS}


def require(file_format: str) -> None:
    """Raise what says what to install, before anything is read.

    Raises
    ------
    MissingDependencyError
        The format needs a package that isn't installed.

    """
    if file_format == "hyper":
        require_pantab()


def refuse(file_format: str, cursor: Cursor, tables: Sequence[Table]) -> None:
    """Refuse tables that the format has no room for, before any is written.

    Raises
    ------
    InvalidTableError
        A table is too long.

    """
    if file_format == "xlsx":
        for table in tables:
            refuse_too_long(table, table.count(cursor))
