"""Saying in a user's words that a file can't be written, and what room its disk has."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

from recsys.errors import RecsysError

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG} if hasattr(errno, "EDQUOT") else {errno.ENOSPC}
"""A disk, a quota, or a limit to the size of one file."""

SAID_OF_A_FULL_DISK = (
    "No space left on device",
    "Disk quota exceeded",
    "File too large",
    "database or disk is full",  # SQLite
)

ROOM = (
    "beside the database a build needs room for its work copy and for the file that it publishes, "
    "many times what is published: recsys check estimates it"
)


def is_full(error: BaseException | str) -> bool:
    """Tell whether a failure, or the message of one, comes from a lack of room.

    >>> is_full('IO Error: Could not write file "a.duckdb": No space left on device')
    True
    """
    if isinstance(error, OSError) and error.errno in FULL:
        return True
    return any(said in str(error) for said in SAID_OF_A_FULL_DISK)


def reason(error: BaseException) -> str:
    """Return the first line of what went wrong."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return (str(error).splitlines() or [type(error).__name__])[0]


def room(folder: Path) -> str:
    """Return how much room a folder's disk has; `folder` may not be there yet.

    >>> room(Path("/")).endswith("free on the disk of /")
    True
    """
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return f"how much is free on the disk of {folder} isn't known"
    return f"{free / 2**20:,.1f} MiB are free on the disk of {folder}"


def advice(folder: Path) -> str:
    """Return what room there is for a build, what it needs, and what to do without."""
    return (
        f"{room(folder)}; {ROOM}. Make room, or name a file on another disk with --database, and "
        "build again"
    )


def write_failure(doing: str, folder: Path, error: BaseException) -> RecsysError:
    """Return what stopped a build from writing, with the room there is and what to do."""
    return RecsysError(f"{doing} ({reason(error)}): {advice(folder)}")
