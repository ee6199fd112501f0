"""Files as the readers of a build open them, and which columns they have."""

# ruff: noqa: S608 - names are quoted
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from recsys.draft.files import InputFile
from recsys.errors import NoRowsError, ShopFileError
from recsys.shop import Format, open_files
from recsys.shop.part import ROW
from recsys.shop.text_files import short
from recsys.storage.names import quoted


@dataclass(frozen=True)
class OpenedFile:
    """A file as a FROM item with its own columns."""

    file: InputFile
    sql: str
    columns: tuple[str, ...]
    """None where not even a header is there."""
    has_rows: bool


def open_file(connection: duckdb.DuckDBPyConnection, file: InputFile, folder: Path) -> OpenedFile:
    """Open a file where it will be read.

    Parameters
    ----------
    connection
        Where it will be read.
    file
        What is read.
    folder
        The shop file's: what the folders below it say is part of the rows.

    Raises
    ------
    ShopFileError
        It can't be read.

    """
    try:
        opened = open_files(
            connection,
            file.path.as_posix(),
            folder=folder,
            given=Format.model_validate(file.format),
            table=file.table,
            source=file.path.name,
        )
    except NoRowsError:
        return OpenedFile(file, "", (), has_rows=False)
    columns = tuple(opened.columns)
    # groups that are filled down come in any order, another on a busy machine
    order = f" order by {ROW}" if "fill_down" in file.format else ""
    sql = f"(select {', '.join(map(quoted, columns))} from {opened.sql}{order})"
    try:
        rows = connection.execute(f"select 1 from {sql} limit 1").fetchall()
    except duckdb.Error as error:
        raise ShopFileError(f"can't read {file.path}: {short(error)}") from None
    return OpenedFile(file, sql, columns, has_rows=bool(rows))


def united(files: Sequence[OpenedFile]) -> str:
    """Return the FROM item of all files, their columns matched by name."""
    parts = [f"select * from {file.sql}" for file in files if file.columns]
    return f"({' union all by name '.join(parts)})"
