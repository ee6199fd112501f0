"""Whether a path still leads to the file it led to, and whether that has changed."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class FileState(NamedTuple):
    """What changes when a file is replaced or written to."""

    device: int
    inode: int
    size: int
    changed_at: int
    """Nanoseconds."""


def state_of(path: Path) -> FileState | None:
    """Return the state of the file that a path leads to; None without one."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return FileState(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


def is_same_file(before: FileState | None, after: FileState | None) -> bool:
    """Tell whether both states are of one file, whatever was written to it between them."""
    return before is not None and after is not None and before[:2] == after[:2]
