"""Marks of files: what tells whether a file's bytes are still what they were."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

CLOCK_TICK = 2_000_000_000
"""Nanoseconds within which a disk may give two changes the same time."""


@dataclass(frozen=True)
class FileMark:
    """A file's state when it was read, and the digest of its bytes."""

    size: int
    """Bytes."""
    written_at: int
    """Nanoseconds since 1970; some copies keep it."""
    changed_at: int
    """Nanoseconds since 1970, of any change of the file or its name; Windows: when it was made."""
    inode: int
    digest: str
    """SHA-256 of its bytes, or what else tells what is read of it."""
    vouches: bool = True
    """Whether that stays the same as long as the file's state does; not so of a view."""


def mark_of(path: Path, before: FileMark | None = None, taken_at: int = 0) -> FileMark:
    """Return a file's mark; its bytes aren't read where nothing of its state has changed.

    Parameters
    ----------
    path
        The file.
    before
        An earlier mark of it.
    taken_at
        When that one was taken, in nanoseconds since 1970. A file that was changed just before may
        have been changed again within the same tick of the disk's clock: it is read.

    Raises
    ------
    OSError
        The file can't be read.

    """
    state = state_for_mark(path)
    if before is not None and is_unchanged(before, state, taken_at):
        return before
    return FileMark(*state, digest=digest_of(path))


def state_for_mark(path: Path) -> tuple[int, int, int, int]:
    """Return a file's size, its times and its inode, as a mark begins with them."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino


def is_unchanged(before: FileMark, state: tuple[int, int, int, int], taken_at: int) -> bool:
    """Tell whether a file's state vouches for what was read of it."""
    was = (before.size, before.written_at, before.changed_at, before.inode)
    return before.vouches and was == state and max(state[1:3]) < taken_at - CLOCK_TICK


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest_of_folder(folder: Path, left_out: frozenset[str] = frozenset()) -> str:
    """Return one SHA-256 of the names and bytes of all files below a folder.

    Parameters
    ----------
    folder
        Where to look; it may be missing, and has no files then.
    left_out
        Names of folders that don't count.

    Raises
    ------
    OSError
        A file can't be read.

    """
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        inside = file.relative_to(folder)
        if file.is_file() and not left_out.intersection(inside.parts):
            digest.update(f"{inside.as_posix()}\0{digest_of(file)}\0".encode(errors="replace"))
    return digest.hexdigest()
