"""One file of a build is written afresh without some customers."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb

from recsys.errors import RecsysError
from recsys.pipeline.fresh_file import write_afresh
from recsys.pipeline.traces import Mention, Removed, mentions, remove_customers
from recsys.storage.connections import connect, limit_memory
from recsys.storage.disk import write_failure
from recsys.storage.forgotten import (
    Forgotten,
    list_of,
    list_with_new_key,
    new_list,
    write_table,
)
from recsys.storage.ownership import keep_owner
from recsys.storage.write_ahead_logs import remove_logs


class Purged(NamedTuple):
    """What was removed from a file."""

    removed: list[Removed]
    found: set[str]
    """Which of the ids were there."""
    mentions: list[Mention]


def list_so_far(file: Path, work: Path, *, new_key: bool = False) -> tuple[Forgotten, int]:
    """Return the list that a database and its work folder have, else an empty one.

    Parameters
    ----------
    file
        The database, or a copy of it.
    work
        Its work folder.
    new_key
        Whether hashes of the database whose key is lost are left out.

    Returns
    -------
    (forgotten, dropped)
        The list, and how many hashes were left out.

    Raises
    ------
    DatabaseError
        There are such hashes, and no new key is asked for.

    """
    with opened(file) as connection:
        if new_key:
            return list_with_new_key(connection, work)
        return list_of(connection, work) or new_list(), 0


def purge(file: Path, ids: Sequence[str], forgotten: Forgotten) -> Purged:
    """Remove customers from a file that nobody else uses, and write down who is forgotten.

    Their bytes stay in it until it is written afresh.

    Raises
    ------
    RecsysError
        It can't be written.

    """
    try:
        with connect(file) as connection:
            limit_memory(connection)
            removed, found = remove_customers(connection, ids)
            write_table(connection, forgotten)
            return Purged(removed, found, mentions(connection, ids))
    except duckdb.ConstraintException as error:
        raise RecsysError(
            f"customers can't be removed from {file}: a table of yours refers to one of them by a "
            f"foreign key ({' '.join(str(error).split())}). Later builds keep them out already; "
            "drop the foreign key, and forget them again"
        ) from error
    except duckdb.Error as error:
        doing = f"customers can't be removed from {file}"
        raise write_failure(doing, file.parent, error) from error


def rewrite_earlier(file: Path, scratch: Path, ids: Sequence[str], forgotten: Forgotten) -> Purged:
    """Write the file of an earlier build afresh without customers, with its name and its time.

    Parameters
    ----------
    file
        The file that is kept.
    scratch
        A path for a copy, on the same disk.
    ids, forgotten
        As of `purge`.

    Raises
    ------
    RecsysError
        It can't be written; then it is as it was.

    """
    was = file.stat()
    fresh = scratch.with_name("earlier_afresh.duckdb")
    try:
        shutil.copyfile(file, scratch)
        purged = purge(scratch, ids, forgotten)
        write_afresh(scratch, fresh)
        keep_owner(file, fresh)
        os.utime(fresh, ns=(was.st_atime_ns, was.st_mtime_ns))
        remove_logs(file)
        fresh.replace(file)
    except (OSError, duckdb.Error) as error:
        raise write_failure(f"{file} can't be written afresh", file.parent, error) from error
    finally:
        for left in (scratch, fresh):
            with contextlib.suppress(OSError):
                remove_logs(left)
                left.unlink(missing_ok=True)
    return purged


def opened(file: Path) -> duckdb.DuckDBPyConnection:
    """Open a file for reading.

    Raises
    ------
    RecsysError
        It isn't one of DuckDB's.

    """
    try:
        return connect(file, read_only=True)
    except duckdb.Error as error:
        raise RecsysError(f"{file} can't be read: {error}") from error
