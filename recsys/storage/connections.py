"""The one way a DuckDB connection is opened: it computes, and loads no code from elsewhere."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import duckdb

NO_LOADING = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
"""DuckDB would download native code for a cast to inet or a SQLite file, and run it."""
NO_SURPRISES = ("python_enable_replacements", "allow_persistent_secrets")
"""A name that is no table must not be one of Python's variables; the user's secrets are theirs."""

MEMORY_LIMIT = "2GB"
"""Unless RECSYS_MEMORY_LIMIT says otherwise, as in dbt's profile."""


def connect(
    path: Path | str | None = None, *, read_only: bool = False, spill: Path | None = None
) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB file, or a database in memory; nothing is ever installed or loaded by it.

    Parameters
    ----------
    path
        The file. None: a database in memory; `:memory:name` is one that the process shares.
    read_only
        Whether the file is opened for reading only.
    spill
        The folder for what doesn't fit into memory, made when it is needed. None: beside the file;
        a database in memory then has none, since DuckDB would choose the current folder.

    Raises
    ------
    duckdb.Error
        The file can't be opened.

    """
    if path is None or str(path).startswith(":memory:"):
        connection = duckdb.connect(":memory:" if path is None else str(path))
    else:
        connection = _opened(Path(path).absolute(), read_only)
    forbid_extensions(connection)
    if path is None:  # a file may be open elsewhere in the process, in a notebook, and shares these
        for name in NO_SURPRISES:
            connection.execute(f"set global {name} = false")
    if path is None or spill is not None:
        connection.execute("set global temp_directory = ?", [str(spill or "")])
    return connection


def forbid_extensions(connection: duckdb.DuckDBPyConnection) -> None:
    """Switch off that a connection, and every cursor of it, installs or loads extensions unasked.

    What was loaded before stays loaded. Parquet, JSON and time zones are part of DuckDB itself.
    """
    for name in (*NO_LOADING, "allow_community_extensions"):
        connection.execute(f"set global {name} = false")


def limit_memory(connection: duckdb.DuckDBPyConnection) -> None:
    """Let a connection's database take as much memory as a build's: beyond it, it spills.

    By itself DuckDB would take four fifths of the machine in each process, and keep what it freed.
    """
    limit = os.environ.get("RECSYS_MEMORY_LIMIT", MEMORY_LIMIT)
    connection.execute("set global memory_limit = ?", [limit])
    connection.execute("set global allocator_background_threads = true")
    connection.execute("set global allocator_flush_threshold = '1MB'")


@contextlib.contextmanager
def little_memory(connection: duckdb.DuckDBPyConnection, limit: str) -> Iterator[None]:
    """Let a connection's database keep little of what it has read, for a while.

    Others need the memory meanwhile. A lower limit than `limit` stays as it is.

    >>> with duckdb.connect() as connection, little_memory(connection, "100MB"):
    ...     connection.sql("select current_setting('memory_limit')").fetchall()
    [('95.3 MiB',)]
    """
    [(before, lower)] = connection.execute(
        "select limits.now, if(parse_formatted_bytes(limits.now) < parse_formatted_bytes($1), "
        "limits.now, $1) from (select current_setting('memory_limit') as now) as limits",
        [limit],
    ).fetchall()
    connection.execute("set global memory_limit = ?", [lower])
    try:
        yield
    finally:
        connection.execute("set global memory_limit = ?", [before])


def seal(connection: duckdb.DuckDBPyConnection) -> None:
    """Let a connection compute with what is attached to it and nothing else, for good.

    No file, folder or address can be opened by it any more, and no setting changed.
    """
    connection.execute("set global secret_directory = ''")  # where it is tells whose machine it is
    connection.execute("set global enable_external_access = false")
    connection.execute("set global lock_configuration = true")


def _opened(path: Path, read_only: bool) -> duckdb.DuckDBPyConnection:
    """Open a file that DuckDB has looked at without extensions before.

    The connection that is returned has no `config`: DuckDB refuses a second one to a file within
    the process unless both have the same, and a notebook opens files without any. The file isn't
    read by us: closing it would drop the locks that the process holds on it.

    Raises:
        duckdb.Error: the file can't be opened.

    """
    try:
        duckdb.connect(path, read_only=read_only, config=dict(NO_LOADING)).close()
    except duckdb.ConnectionException:
        pass  # the process has it open, with other settings: it is DuckDB's
    except duckdb.IOException as error:
        if "sqlite_scanner.duckdb_extension" not in str(error):
            raise
        raise duckdb.IOException(
            f"{path} is not a valid DuckDB database file: it is a SQLite database"
        ) from None
    return duckdb.connect(path, read_only=read_only)
