"""Opening a database file, and saying in a user's words why it can't be opened."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb

from recsys.errors import DatabaseError


def open_read_only(path: Path) -> duckdb.DuckDBPyConnection:
    """Open a built file for reading; its times are UTC.

    Raises
    ------
    DatabaseError
        The file is missing, empty, in use, or none of DuckDB's.

    """
    if not path.is_file():
        raise DatabaseError(
            f"no database at {path}: build it with `recsys build`, "
            "or name another file with --database or RECSYS_DATABASE"
        )
    if path.stat().st_size == 0:
        raise DatabaseError(f"{path} is empty: build it with `recsys build`")
    try:
        connection = duckdb.connect(path, read_only=True)
        connection.execute("set global timezone = 'UTC'")  # for the cursors made from it
        return connection
    except duckdb.Error as error:
        raise explain_open_failure(path, error) from error


def is_lock(error: BaseException) -> bool:
    """Tell whether DuckDB refused a file because somebody else has it open."""
    return "Conflicting lock" in str(error) or "different configuration" in str(error)


def explain_open_failure(path: Path, error: BaseException) -> DatabaseError:
    """Return DuckDB's refusal to open a file in a user's words, with what to do about it."""
    message = str(error)
    if is_lock(error):
        holder = re.search(r"PID (\d+)", message)
        who = f"process {holder[1]}" if holder else "another process"
        return DatabaseError(
            f"{path} is in use by {who}, most likely a running build: "
            "wait until it ends, then try again"
        )
    if "not a valid DuckDB database" in message or "in-memory database in read-only" in message:
        return DatabaseError(
            f"{path} isn't a DuckDB database: name the file `recsys build` wrote with --database"
        )
    return DatabaseError(f"{path} can't be opened: {message.splitlines()[0]}")
