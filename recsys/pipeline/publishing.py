"""A build works on a copy of the database; what it made takes the database's place, written afresh.

Until then whoever reads the database reads the last good build, and a build that fails or is
killed changes nothing. docs/publishing.md says who may write when, and what room is needed.
"""

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from recsys.errors import RecsysError
from recsys.pipeline.fresh_file import Choice, write_afresh
from recsys.pipeline.holding import Hold
from recsys.pipeline.kept_builds import forget_current, keep, prune
from recsys.storage.disk import is_full, reason, write_failure
from recsys.storage.file_state import FileState, state_of
from recsys.storage.opening import connect_when_free, explain_open_failure
from recsys.storage.ownership import keep_owner
from recsys.storage.work_folder import fit_folder, past_folder, unpublished, work_folder
from recsys.storage.write_ahead_logs import logs_of, remove_logs

PATIENCE_SECONDS = 5.0
"""How long to wait for who uses a file: programs that write trials hold it for moments only."""


@dataclass
class Publication:
    """What a build works on, and what is to be said once it has been published."""

    copy: Path
    before: FileState | None = None
    """The state of the file that the copy was made from; None: there was none."""
    choice: Choice | None = None
    """Which tables and views are published; None: all."""
    keep_builds: int = 0
    """How many of the files before this one are kept."""
    is_same_build: bool = False
    """Whether it is the build of before without some rows: it keeps its time, and the file of
    before isn't kept, while earlier builds are."""
    keep: Callable[[FileState | None], None] | None = None
    """Is called once it has been published, with the new file's state: it may keep the copy."""
    warnings: list[str] = field(default_factory=list)
    state: FileState | None = None
    """The state of the new file once it has been published."""


@contextlib.contextmanager
def published(
    database: Path, goes_on: Callable[[FileState | None], bool] = lambda state: False
) -> Iterator[Publication]:
    """Lend a copy of the database, or a path for a new one, and publish it if the block succeeds.

    Nobody else can write to the database meanwhile, nor build it; everybody can read it. A block
    that fails leaves the copy where it is, for looking at; the next one goes on from it or replaces
    it.

    Parameters
    ----------
    database
        The file itself, not a symbolic link to it.
    goes_on
        Is asked once nobody else can build, with the state of what is published now; True: the
        copy that a block which failed has left is lent again, with all that lies beside it.

    Raises
    ------
    DatabaseError
        Another program writes to the database or builds it, or it isn't a DuckDB file.
    RecsysError
        The copy or the new file can't be written, isn't what was built, or (on Windows) a reader
        doesn't let go of the database.

    """
    copy = unpublished(database)
    publication = Publication(copy)
    with contextlib.ExitStack() as open_until_published:
        open_until_published.enter_context(only_build(database))
        before = publication.before = state_of(database)
        copies = not goes_on(before)
        if copies:
            _clear(copy.parent)
        _make(copy.parent)
        forget_current(database)
        hold = None
        if before is None:
            remove_logs(database)  # of a database that was deleted
        elif database.stat().st_size > 0:  # not as mktemp leaves one
            hold = Hold(database, copy if copies else None, PATIENCE_SECONDS)
            open_until_published.enter_context(hold)
            if not copies and hold.state != before:
                raise RecsysError(f"{database} was changed just now: build it again")
            publication.before = hold.state
        yield publication
        if before is not None and database.stat().st_nlink > 1:
            publication.warnings.append(
                f"{database} has other names (hard links), which keep the build before this one: "
                "use symbolic links"
            )
        fresh = _written_afresh(publication, database)
        if before is not None:
            publication.warnings += keep_owner(database, fresh)
        if before is not None and publication.is_same_build:
            os.utime(fresh, ns=(before.changed_at, before.changed_at))
        try:
            if hold is None:
                _take_free_place(fresh, database, before)
            else:
                _keep(publication, database)
                _take_place(fresh, database, hold)
        except (OSError, RecsysError) as error:
            raise RecsysError(
                f"all was built, but not published: {reason(error)}. The new database is {fresh}, "
                f"until the next build; {_as_it_was(before)}"
            ) from error
        publication.state = state_of(database)
        # before the hold ends: who opened the old file was refused until now
        _keep_copy(publication, database)
        _clear(copy.parent)
        _clear(past_folder(database))
        if not publication.is_same_build:
            prune(database, publication.keep_builds)


@contextlib.contextmanager
def only_build(database: Path) -> Iterator[None]:
    """Keep other builds of this file away; the lock ends with the process, whatever ends it.

    Raises:
        DatabaseError: another process builds it.

    """
    _make(work_folder(database))
    lock = work_folder(database) / "lock.duckdb"
    try:
        connection = connect_when_free(lock, read_only=False, patience=PATIENCE_SECONDS)
    except duckdb.Error as error:
        if is_full(error):
            raise write_failure(f"can't write {lock}", lock.parent, error) from error
        raise explain_open_failure(database, error) from error
    with connection:
        yield


def _written_afresh(publication: Publication, database: Path) -> Path:
    copy = publication.copy
    fresh = copy.with_name("published.duckdb")
    try:
        write_afresh(copy, fresh, publication.choice)
    except (duckdb.Error, OSError, RecsysError) as error:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise write_failure(
            f"all was built, but not published: what was built ({copy}, until the next build) "
            f"can't be written afresh; {_as_it_was(state_of(database))}",
            fresh.parent,
            error,
        ) from error
    return fresh


def _keep(publication: Publication, database: Path) -> None:
    if publication.keep_builds == 0 or publication.is_same_build:
        return
    try:
        keep(database)
    except OSError as error:
        publication.warnings.append(f"the build before this one isn't kept: {reason(error)}")


def _keep_copy(publication: Publication, database: Path) -> None:
    """Let the build keep its copy; without that, a copy that an earlier one has kept goes."""
    if publication.keep is None:
        _clear(fit_folder(database))
        return
    try:
        publication.keep(publication.state)
    except (OSError, duckdb.Error) as error:
        _clear(fit_folder(database))
        publication.warnings.append(f"what was fitted isn't kept for later builds: {reason(error)}")


def _take_place(fresh: Path, database: Path, hold: Hold) -> None:
    hold.check()
    if os.name == "nt":
        hold.close()  # Windows doesn't replace a file that is open
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            # of a program that was killed: the copy has what is in them
            remove_logs(database)
            fresh.replace(database)
            break
        except PermissionError as error:
            if os.name != "nt" or time.monotonic() > deadline:
                raise RecsysError(
                    f"{database} can't be replaced ({error.strerror}): close what has it open"
                ) from error
            time.sleep(0.02)
    _flush_folder(database.parent)


def _take_free_place(fresh: Path, database: Path, before: FileState | None) -> None:
    """Publish where there was nothing, or an empty file, unless others have made one meanwhile."""
    made = RecsysError(
        f"another program made {database} meanwhile, and what it wrote would be lost"
    )
    if state_of(database) != before or logs_of(database):
        raise made
    if before is not None:
        database.unlink()
    try:
        database.hardlink_to(fresh)  # unlike a rename it doesn't replace what is there
    except FileExistsError:
        raise made from None
    except OSError:  # a disk without hard links
        fresh.rename(database)
    _flush_folder(database.parent)


def _flush_folder(folder: Path) -> None:
    """Wait until the folder names the new file, also after a loss of power."""
    if os.name == "nt":
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # not every disk can
            os.fsync(opened)
    finally:
        os.close(opened)


def _as_it_was(before: FileState | None) -> str:
    return "the database was not made" if before is None else "the database is as it was"


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise write_failure(f"can't make {folder}", folder.parent, error) from error


def _clear(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
