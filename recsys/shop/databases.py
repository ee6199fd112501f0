"""Read a table or view of the shop's DuckDB file by a connection that reads no other file.

A view is a program: whoever may write to the shop's file could let it read any file of the machine,
or load native code. So a connection of its own computes it that knows this file alone, and what
comes out is a table in the work folder, which the build reads.
"""

# ruff: noqa: S608 - everything in the SQL is quoted
from __future__ import annotations

import hashlib
from pathlib import Path

import duckdb

from recsys.errors import ShopFileError
from recsys.shop.part import ROW, Part
from recsys.shop.text_files import AGAIN, UnreadableError, short
from recsys.shop.workspace import Workspace
from recsys.storage.connections import connect, limit_memory, seal
from recsys.storage.names import nearest, quoted, text

COPY = "recsys_copied"
NOT_NAMES = {"system", "temp", "memory", COPY}
"""Databases that every connection has."""


def read_table(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    table: str | None,
    workspace: Workspace,
    *,
    source: str,
    shown: str,
) -> Part:
    """Return the FROM item of a table or view of a DuckDB file.

    Parameters
    ----------
    connection
        Where it will be read.
    path
        The file.
    table
        Its name, with its schema where that isn't `main`.
    workspace
        Keeps the copy.
    source, shown
        The input's and the file's names, for messages.

    Raises
    ------
    ShopFileError
        No such table.
    UnreadableError
        The file can't be opened, or the view does more than compute.

    """
    copy = workspace.new_file(".duckdb")
    with connect(spill=workspace.folder / "spill") as apart:
        limit = connection.execute("select current_setting('memory_limit')").fetchall()[0][0]
        apart.execute("set memory_limit = ?", [limit])
        apart.execute("set enable_progress_bar = false")
        database = _attach_source(apart, path, workspace)
        _attach(apart, copy, COPY, read_only=False)
        seal(apart)
        schema, name = _found(_listed(apart, database), table, source, shown)
        try:
            apart.execute(
                f"create table {COPY}.main.rows as "
                f"from {quoted(database)}.{quoted(schema)}.{quoted(name)}"
            )
        except duckdb.Error as error:
            raise UnreadableError(_said(error, table or name)) from None
    copied = f"{COPY}_{copy.stem.replace('-', '_')}"
    _attach(connection, copy, copied, read_only=True)
    return Part(f"(select *, row_number() over () as {ROW} from {copied}.main.rows)", shown)


def tables_of(path: Path) -> list[str]:
    """Return the names of a file's tables and views, with their schemas where that isn't `main`.

    Raises:
        UnreadableError: it can't be opened as a DuckDB file.

    """
    with connect() as apart:
        database = _attach_source(apart, path, Workspace(apart))
        seal(apart)
        return [_named(schema, name) for schema, name in _listed(apart, database)]


def table_digest(path: Path, table: str | None, *, source: str, shown: str) -> tuple[str, bool]:
    """Return what tells a table's columns and rows, in their order, and whether it is a view.

    Other tables of the file have no part in it.

    Parameters
    ----------
    path, table, source, shown
        See `read_table`.

    Raises
    ------
    ShopFileError
        No such table.
    UnreadableError
        The file can't be opened, or the view does more than compute.

    """
    with connect() as apart:
        limit_memory(apart)
        database = _attach_source(apart, path, Workspace(apart))
        seal(apart)
        schema, name = _found(_listed(apart, database), table, source, shown)
        rows = f"{quoted(database)}.{quoted(schema)}.{quoted(name)}"
        try:
            columns = apart.execute(f"describe {rows}").fetchall()
            [totals] = apart.execute(
                "select count(*), bit_xor(numbered.mark), sum(cast(numbered.mark as hugeint)) "
                f"from (select hash(read, row_number() over ()) as mark from {rows} as read) "
                "as numbered"
            ).fetchall()
            tables = apart.execute(
                "select count(*) from duckdb_tables() "
                "where database_name = ? and schema_name = ? and table_name = ?",
                [database, schema, name],
            ).fetchall()
        except duckdb.Error as error:
            raise UnreadableError(_said(error, table or name)) from None
    told = repr(([column[:2] for column in columns], totals))
    return hashlib.sha256(told.encode(errors="replace")).hexdigest(), tables == [(0,)]


def _attach_source(connection: duckdb.DuckDBPyConnection, path: Path, workspace: Workspace) -> str:
    """Attach the shop's file by the name that its views may call it, and return that."""
    name = path.stem if path.stem.casefold() not in NOT_NAMES else f"_{path.stem}"
    _attach(connection, workspace.namable(path, as_pattern=False), name, read_only=True)
    return name


def _attach(
    connection: duckdb.DuckDBPyConnection, path: Path, name: str, *, read_only: bool
) -> None:
    # the type keeps DuckDB from looking for an extension that reads a file which isn't its own
    options = "type duckdb, read_only" if read_only else "type duckdb"
    try:
        connection.execute(f"attach {text(str(path.absolute()))} as {quoted(name)} ({options})")
    except duckdb.Error as error:
        raise UnreadableError(f"it can't be opened: {short(error)}: {AGAIN}") from None


def _listed(connection: duckdb.DuckDBPyConnection, database: str) -> list[tuple[str, str]]:
    return connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = $1 "
        "union all select schema_name, view_name from duckdb_views() "
        "where database_name = $1 and not internal order by all",
        [database],
    ).fetchall()


def _named(schema: str, name: str) -> str:
    return name if schema == "main" else f"{schema}.{name}"


def _found(
    found: list[tuple[str, str]], table: str | None, source: str, shown: str
) -> tuple[str, str]:
    names = [_named(*pair) for pair in found]
    if table is None:
        raise ShopFileError(
            f"{source}.table: say which table of '{shown}' to read (legal: {', '.join(names)})"
        )
    known = {name.casefold(): pair for name, pair in zip(names, found, strict=True)}
    wanted = known.get(table.casefold()) or known.get(table.casefold().removeprefix("main."))
    if wanted is None:
        raise ShopFileError(f"{source}.table: '{shown}' has no '{table}'{nearest(table, names)}")
    return wanted


def _said(error: duckdb.Error, table: str) -> str:
    said = short(error).split(" - file system operations")[0]
    if isinstance(error, duckdb.PermissionException):
        said = (
            f"{said}. A view may compute with the tables of its own file and nothing else: make "
            "it a table there, or name the file that it reads in `path`"
        )
    return f"its '{table}' can't be computed: {said}"
