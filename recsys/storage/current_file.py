"""Open the database that lies at a path now, whatever this process already has open there.

DuckDB keeps one instance per path and process. After a build has replaced the file, connecting
again joins the instance that an earlier connection of the process still holds, and shows the
build before. Here that is noticed, and the file of today is opened under an instance of its own.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from recsys.errors import DatabaseError
from recsys.storage.connections import connect
from recsys.storage.names import text
from recsys.storage.write_ahead_logs import log_names

ALIAS = "current_build"
"""What the file is attached as, where it needs an instance of its own."""
DESCRIPTORS = Path("/dev/fd")
"""Linux and macOS list the process's open files here. Windows replaces no file that is open."""


@dataclass(frozen=True)
class OpenFile:
    """A database that is open for reading."""

    connection: duckdb.DuckDBPyConnection
    is_attached: bool
    """Whether it is attached to an instance of its own; cursors then have to be told."""

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Return a cursor for one thread, to which the file's schemas are known."""
        cursor = self.connection.cursor()
        if self.is_attached:
            cursor.execute(f"use {ALIAS}")
        return cursor

    def close(self) -> None:
        """Let go of the file; the cursors have to be closed, too."""
        self.connection.close()


def open_current(path: Path) -> OpenFile:
    """Open the file for reading.

    Raises
    ------
    DatabaseError
        The process has the file that was there before open for writing.
    OSError, duckdb.Error
        It can't be opened.

    """
    found = path.stat()
    was_open = _is_open(found)
    try:
        connection = connect(path, read_only=True)
    except duckdb.ConnectionException as error:
        if was_open or not DESCRIPTORS.exists():
            raise
        raise DatabaseError(
            f"this process still has the file open for writing that {path} was before the last "
            "build: close its connections, then try again"
        ) from error
    is_of_before = DESCRIPTORS.exists() and not _is_open(found)
    # it was open already, perhaps by something else than this instance
    may_be_of_before = was_open and any(map(_is_replaced_database, _descriptors()))
    if not (is_of_before or may_be_of_before):
        return OpenFile(connection, is_attached=False)
    connection.close()
    # named, so that who opens the same file again shares one descriptor: closing a second one
    # would drop the lock of the first
    name = f":memory:recsys {found.st_dev} {found.st_ino} {found.st_mtime_ns}"
    connection = connect(name)
    try:
        connection.execute(f"attach if not exists {text(str(path))} as {ALIAS} (read_only)")
    except BaseException:
        connection.close()
        raise
    return OpenFile(connection, is_attached=True)


def stamp(path: Path) -> tuple[int, ...]:
    """Return numbers that change when the file or the log beside it does; none without a file."""
    try:
        found = path.stat()
    except OSError:
        return ()
    numbers = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
    # the log lies beside the file itself, whatever link leads to it
    file = path.resolve() if path.is_symlink() else path
    try:
        log = file.with_name(log_names(file)[0]).stat()
    except OSError:
        return numbers
    return (*numbers, log.st_size, log.st_mtime_ns)


def _is_open(found: os.stat_result) -> bool:
    wanted = (found.st_dev, found.st_ino)
    return any(_status(one) == wanted for one in _descriptors())


def _descriptors() -> Iterator[int]:
    try:
        names = os.listdir(DESCRIPTORS)  # noqa: PTH208 - numbers, not paths
    except OSError:
        return iter(())
    return (int(name) for name in names if name.isdigit())


def _status(descriptor: int) -> tuple[int, int] | None:
    try:
        found = os.fstat(descriptor)
    except OSError:  # closed since it was listed
        return None
    return found.st_dev, found.st_ino


def _is_replaced_database(descriptor: int) -> bool:
    """Tell whether an open file is DuckDB's and no longer in any folder."""
    try:
        found = os.fstat(descriptor)
        return (
            stat.S_ISREG(found.st_mode)
            and found.st_nlink == 0
            and os.pread(descriptor, 4, 8) == b"DUCK"
        )
    except OSError:
        return False
