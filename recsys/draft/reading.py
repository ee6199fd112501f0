"""The FROM item that reads a file, by the same readers as a build."""

from __future__ import annotations

import duckdb

from recsys.draft.files import InputFile
from recsys.shop import Format, open_files
from recsys.shop.part import FILE, ROW


def relation(
    connection: duckdb.DuckDBPyConnection, file: InputFile, path: str | None = None
) -> str:
    """Return the FROM item with the file's own columns.

    Parameters
    ----------
    connection
        Where it will be read.
    file
        What is read.
    path
        A glob that names it and others like it, in place of its own path.

    Raises
    ------
    ShopFileError
        It can't be read.

    """
    opened = open_files(
        connection,
        path or file.path.as_posix(),
        folder=file.path.parent,
        given=Format.model_validate(file.format),
        table=file.table,
        source=file.path.name,
    )
    return f"(select * exclude ({FILE}, {ROW}) from {opened.sql})"  # noqa: S608 - of quoted names
