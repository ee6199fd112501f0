"""The report's file: whole or not at all, never in the place of a file that is no report."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from recsys.errors import RecsysError
from recsys.report.page import MARK
from recsys.storage.disk import is_full, reason, room


def refuse_other_files(path: Path) -> None:
    """Check that nothing but an earlier report lies at a path.

    Raises
    ------
    RecsysError
        A folder, a pipe or another file does; it is left as it is.

    """
    if not path.exists() and not path.is_symlink():
        return
    if path.is_dir():
        raise RecsysError(f"can't write the report to {path}: it is a folder; name a file in it")
    try:
        is_report = path.is_file() and path.read_bytes()[: len(MARK)] == MARK.encode()
    except OSError as error:
        raise RecsysError(f"can't write the report to {path}: {reason(error)}") from error
    if not is_report:
        raise RecsysError(
            f"can't write the report to {path}: another file is there, which isn't a report; move "
            "it away or name another file with --to"
        )


def replace(path: Path, text: str, like: Path) -> int:
    """Write a report beside its place, let it take the place, and return its number of bytes.

    Parameters
    ----------
    path
        The file; its folder is made if it is missing.
    text
        The report.
    like
        The file whose rights the report gets.

    Raises
    ------
    RecsysError
        It can't be written; what was there is as it was.

    """
    written = text.encode("utf-8", "replace")
    new: Path | None = None
    try:
        path = path.resolve()  # a link stays a link
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        new = Path(name)
        with os.fdopen(descriptor, "wb") as file:
            file.write(written)
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(like, new)
        new.replace(path)
    except OSError as error:
        if new is not None:
            new.unlink(missing_ok=True)
        more = f"; {room(path.parent)}" if is_full(error) else ""
        raise RecsysError(
            f"can't write the report to {path}: {reason(error)}{more}; name another file with --to"
        ) from error
    return len(written)
