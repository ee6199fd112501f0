"""Opening a database file, and saying in a user's words why it can't be opened."""

from __future__ import annotations

import contextlib
import re
import time
import weakref
from pathlib import Path

import duckdb

from recsys.errors import DatabaseError, DatabaseInUseError
from recsys.storage.connections import connect
from recsys.storage.current_file import OpenFile, open_current
from recsys.storage.database_name import refuse_name, refuse_special_file
from recsys.storage.file_state import is_same_file, state_of
from recsys.storage.scratch import Scratch

PAUSE_SECONDS = 0.02


def open_read_only(path: Path) -> OpenFile:
    """Open the build that lies at a path now for reading; its times are UTC.

    Raises
    ------
    DatabaseError
        The file is missing, empty, in use, or none of DuckDB's.

    """
    refuse_special_file(path)
    if not path.is_file():
        raise DatabaseError(
            f"no database at {path}: build it with `recsys build`, "
            "or name another file with --database or RECSYS_DATABASE"
        )
    if path.stat().st_size == 0:
        raise DatabaseError(f"{path} is empty: build it with `recsys build`")
    refuse_name(path)
    try:
        opened = open_current(path)
        _spill_elsewhere(opened.connection)
        opened.connection.execute("set global timezone = 'UTC'")  # for the cursors made from it
        return opened
    except duckdb.Error as error:
        raise explain_open_failure(path, error) from error


def connect_when_free(path: Path, *, read_only: bool, patience: float) -> duckdb.DuckDBPyConnection:
    """Open a file, waiting for who has it open; it's the one that the path leads to by then.

    A build may replace the file between our opening and our locking it: nobody would ever read
    what is written to the old one.

    Raises
    ------
    duckdb.Error
        It can't be opened, or wasn't free within `patience` seconds.

    """
    deadline = time.monotonic() + patience
    while True:
        before = state_of(path)
        try:
            connection = connect(path, read_only=read_only)
        except duckdb.Error as error:
            if not is_lock(error) or time.monotonic() > deadline:
                raise
            time.sleep(PAUSE_SECONDS)
            continue
        if before is None or is_same_file(before, state_of(path)):
            return connection
        connection.close()


def _spill_elsewhere(connection: duckdb.DuckDBPyConnection) -> None:
    """Let what doesn't fit into memory go where the next command removes it, if this one is killed.

    DuckDB's own choice is beside the file, and stays there. It is kept where a folder can't be
    made, or somebody else in the process uses it already.
    """
    with contextlib.suppress(OSError, duckdb.Error):
        scratch = Scratch()
        weakref.finalize(connection, scratch.close)
        connection.execute("set global temp_directory = ?", [str(scratch.spill)])


def is_lock(error: BaseException) -> bool:
    """Tell whether DuckDB refused a file because somebody else has it open."""
    return "Conflicting lock" in str(error) or "different configuration" in str(error)


def explain_open_failure(path: Path, error: BaseException) -> DatabaseError:
    """Return DuckDB's refusal to open a file in a user's words, with what to do about it."""
    message = str(error)
    if is_lock(error):
        holder = re.search(r"PID (\d+)", message)
        who = f"process {holder[1]}" if holder else "another process"
        return DatabaseInUseError(
            f"{path} is in use by {who}, most likely a running build: "
            "wait until it ends, then try again"
        )
    if "not a valid DuckDB database" in message or "in-memory database in read-only" in message:
        return DatabaseError(
            f"{path} isn't a DuckDB database: name the file `recsys build` wrote with --database"
        )
    return DatabaseError(f"{path} can't be opened: {message.splitlines()[0]}")
