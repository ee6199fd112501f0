"""A folder that holds the files of one run: it changes from one run to the next, or not at all.

What is new is written and checked in a folder of its own. Then the old manifest goes, the files
take their places one by one, each whole, and the new manifest comes last. So where there is a
manifest, its files are all of its run; where there is none, an export was stopped in between, and
the next one puts that right.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from recsys.errors import RecsysError

MANIFEST = "manifest.json"
REPLACED = "replaced.json"
UNFINISHED = ".unfinished"
PATIENCE_SECONDS = 30.0
"""How long to wait for another export to the same folder."""


@contextlib.contextmanager
def unfinished_folder(to: Path) -> Iterator[Path]:
    """Lend a new folder on the same disk, which is gone afterwards; one export at a time gets it.

    Raises
    ------
    RecsysError
        Another export is writing to the folder.

    """
    work = to / UNFINISHED
    lock = _locked(work / "lock", to)
    new = work / "new"
    try:
        for left in (new, *to.glob(f"{UNFINISHED}-*")):  # the latter are of earlier versions
            shutil.rmtree(left, ignore_errors=True)
        new.mkdir()
        yield new
    finally:
        _put_away(work, lock, is_whole=(to / MANIFEST).exists())


def listed(to: Path) -> dict[str, Any]:
    """Return the manifest of what lies in the folder; if there is none, what may lie there."""
    for path in (to / MANIFEST, to / UNFINISHED / REPLACED):
        with contextlib.suppress(OSError, ValueError):
            manifest = json.loads(path.read_text(encoding="utf-8"))
            if isinstance(manifest, dict) and isinstance(manifest.get("tables"), list):
                return manifest
    return {}


def put_in_place(new: Path, to: Path, gone: Iterable[str]) -> None:
    """Let the files of `new`, the manifest among them, take their places; `gone` are removed.

    Raises
    ------
    RecsysError
        A file can't be replaced, as Windows keeps those that are open.

    """
    names = sorted(path.name for path in new.iterdir() if path.name != MANIFEST)
    for name in (*names, MANIFEST):
        if (to / name).is_dir() and not (to / name).is_symlink():
            raise RecsysError(f"can't export to {to}: {name} there is a folder; move it away")
    begun = json.loads((new / MANIFEST).read_text(encoding="utf-8"))
    replaced = {"tables": [*listed(to).get("tables", ()), *begun["tables"]]}  # of no run
    (new / REPLACED).write_text(json.dumps(replaced), encoding="utf-8")
    write_through(new / REPLACED)
    (new / REPLACED).replace(new.parent / REPLACED)
    (to / MANIFEST).unlink(missing_ok=True)
    _write_through(to)
    name = ""
    try:
        for name in names:
            (new / name).replace(to / name)
        for name in gone:
            (to / name).unlink(missing_ok=True)
        (new / MANIFEST).replace(to / MANIFEST)
    except OSError as error:
        raise RecsysError(
            f"{to / name} can't be replaced ({error.strerror}): close what has it open and export "
            f"again; until then the folder holds files of two runs, and no {MANIFEST}"
        ) from error
    _write_through(to)


def write_through(path: Path) -> None:
    """Return once the file's bytes are on the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _write_through(folder: Path) -> None:
    if os.name == "nt":  # Windows opens no folders
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some network disks can't
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _put_away(work: Path, lock: int, *, is_whole: bool) -> None:
    """Remove the folder; while files of two runs lie beside it, what is known of them stays."""
    shutil.rmtree(work / "new", ignore_errors=True)
    if sys.platform == "win32":
        os.close(lock)  # Windows removes no file that is open
    with contextlib.suppress(OSError):
        if is_whole:
            (work / REPLACED).unlink(missing_ok=True)
        (work / "lock").unlink()  # the last: now another export may begin
        work.rmdir()
    if sys.platform != "win32":
        os.close(lock)


def _locked(path: Path, to: Path) -> int:
    """Open and lock a file, which who had it before may have removed; the lock ends with us."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        with contextlib.suppress(FileNotFoundError):  # removed between the two lines
            path.parent.mkdir(exist_ok=True)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
            if _try_lock(descriptor):
                with contextlib.suppress(FileNotFoundError):
                    if os.path.samestat(os.fstat(descriptor), path.stat()):
                        return descriptor
            os.close(descriptor)
        if time.monotonic() > deadline:
            raise RecsysError(f"another export writes to {to}: wait until it ends, then try again")
        time.sleep(0.05)


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
