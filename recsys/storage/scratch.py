"""Folders for files that nobody needs once their process has ended, whatever ended it.

A folder is its owner's while it lives: the owner holds a lock on a file in it, which the operating
system lets go with the process. Whoever makes the next folder at the same place removes those
whose owner is gone.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import weakref
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from recsys.storage.work_folder import work_folder_of

PREFIX = "recsys-scratch-"
OWNER = "owner.lock"


class Scratch:
    """A folder that only this user can read, removed when it is closed or the process ends."""

    def __init__(self, place: Path | None = None) -> None:
        """Make a folder in `place`, by default in the system's folder for temporary files.

        Raises:
            OSError: it can't be made.

        """
        temporary = Path(tempfile.gettempdir())
        place = place or temporary
        made = [folder for folder in (place, *place.parents) if not folder.exists()]
        place.mkdir(parents=True, exist_ok=True)
        for each in {place, temporary}:
            remove_abandoned(each)
        try:
            self.path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
        except FileNotFoundError:  # another process has just removed the empty place
            place.mkdir(parents=True, exist_ok=True)
            self.path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
        owner = FileLock(self.path / OWNER, thread_local=False)
        while True:
            try:
                owner.acquire()
                break
            except FileNotFoundError:  # taken for abandoned before it was locked
                self.path.mkdir(mode=0o700, exist_ok=True)
        self._finalizer = weakref.finalize(self, _remove, self.path, owner, os.getpid(), made)
        _living.add(self)

    @property
    def spill(self) -> Path:
        """Where DuckDB may put what doesn't fit into memory."""
        return self.path / "spill"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Remove the folder with all that is in it."""
        self._finalizer()


def remove_abandoned(place: Path) -> None:
    """Remove this user's scratch folders in `place` whose process has ended."""
    for folder in place.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError, Timeout):
            owner = folder / OWNER
            if folder.is_symlink() or not owner.is_file() or not _is_mine(folder):
                continue
            lock = FileLock(owner, thread_local=False)
            lock.acquire(blocking=False)
            _remove(folder, lock, os.getpid(), [])


def is_scratch(file: Path) -> bool:
    """Tell whether a file stands in a scratch folder."""
    return file.parent.name.startswith(PREFIX)


def scratch_of(database: Path) -> Scratch:
    """Make a folder in a database's work folder; in the system's, where that can't be written."""
    try:
        return Scratch(work_folder_of(database))
    except PermissionError:  # that the database can't be written, its own error says better
        return Scratch()


def _is_mine(folder: Path) -> bool:
    return not hasattr(os, "getuid") or folder.lstat().st_uid == os.getuid()


def close_all() -> None:
    """Remove every folder of this process, which is about to end without putting things away."""
    for scratch in list(_living):
        scratch.close()


_living: weakref.WeakSet[Scratch] = weakref.WeakSet()


def _remove(folder: Path, owner: FileLock, owner_pid: int, made: list[Path]) -> None:
    if os.getpid() != owner_pid:
        return  # a copy of the process (fork), to which the folder doesn't belong
    if os.name == "nt":
        owner.release()  # Windows removes no file that is open
    shutil.rmtree(folder, ignore_errors=True)
    owner.release()
    with contextlib.suppress(OSError):  # others may have put something there
        for empty in made:
            empty.rmdir()
