"""A build works on a copy of the database; the copy takes the database's place once all is well.

Until then whoever reads the database reads the last good build, and a build that fails or is
killed changes nothing.
"""

import contextlib
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb

from recsys.errors import RecsysError
from recsys.opening import explain_open_failure, is_lock

PATIENCE_SECONDS = 5.0
"""How long to wait for who uses a file: programs that write trials hold it for moments only."""


def work_folder(database: Path) -> Path:
    """Return where a database's builds keep the copy, dbt's parse cache and logs."""
    name = database.stem if database.suffix == ".duckdb" else database.name  # a.duckdb beside a.db
    return database.parent / ".recsys" / name


def unpublished(database: Path) -> Path:
    """Return the copy that a build works on; its name is the database's, which views refer to."""
    return work_folder(database) / "building" / database.name


def serving_folder(database: Path) -> Path:
    """Return where what serves blocks of customers is kept while dbt writes to this database.

    It is in the database's work folder, whether dbt writes to the database or to a build's copy.
    """
    folder = database.absolute().parent
    work = folder.parent if folder.name == "building" else work_folder(database.absolute())
    return work / "serving"


@contextlib.contextmanager
def published(database: Path) -> Iterator[Path]:
    """Lend a copy of the database, or a path for a new one, and publish it if the block succeeds.

    Nobody else can write to the database meanwhile, nor build it; everybody can read it. A block
    that fails leaves the copy where it is, for looking at; the next one replaces it.

    Raises
    ------
    DatabaseError
        Another program writes to the database or builds it, or it isn't a DuckDB file.
    RecsysError
        The copy can't be written, or (on Windows) a reader doesn't let go of the database.

    """
    copy = unpublished(database)
    with contextlib.ExitStack() as held:
        held.enter_context(_held(work_folder(database) / "lock.duckdb", of=database))
        _clear(copy)
        if database.exists() and database.stat().st_size > 0:  # as mktemp leaves one
            _recover(database)
            original = held.enter_context(_held(database, read_only=True))
            _copy(database, copy)
            yield copy
            if os.name == "nt":
                original.close()  # Windows doesn't replace a file that is open
        else:
            yield copy
        _replace(copy, database)


def _held(
    path: Path, *, read_only: bool = False, of: Path | None = None
) -> duckdb.DuckDBPyConnection:
    """Open a file with DuckDB, whose lock ends with the process, whatever ends that."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return duckdb.connect(path, read_only=read_only)
        except duckdb.Error as error:
            if not is_lock(error) or time.monotonic() > deadline:
                raise explain_open_failure(of or path, error) from error
            time.sleep(0.02)


def _recover(database: Path) -> None:
    """Let DuckDB write what a program that was killed left in the log beside the file."""
    if _log_of(database).exists():
        with contextlib.suppress(duckdb.Error):  # someone reads the file: the log is copied, too
            duckdb.connect(database).close()


def _copy(database: Path, copy: Path) -> None:
    try:
        for source, target in ((database, copy), (_log_of(database), _log_of(copy))):
            if source.exists():
                shutil.copy(source, target)  # who may read it, too
    except OSError as error:
        _clear(copy)
        raise RecsysError(
            f"can't copy {database} to {copy} ({error.strerror}): a build needs room for a second "
            "database beside the first"
        ) from error


def _replace(copy: Path, database: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            _log_of(database).unlink(missing_ok=True)  # it tells of the file that goes
            copy.replace(database)
        except PermissionError as error:
            if time.monotonic() > deadline:
                raise RecsysError(
                    f"all was built, but {database} can't be replaced ({error.strerror}): close "
                    f"what has it open, then move {copy} over it"
                ) from error
            time.sleep(0.02)
        else:
            return


def _clear(copy: Path) -> None:
    shutil.rmtree(copy.parent, ignore_errors=True)
    copy.parent.mkdir(parents=True, exist_ok=True)


def _log_of(database: Path) -> Path:
    return database.with_name(f"{database.name}.wal")
