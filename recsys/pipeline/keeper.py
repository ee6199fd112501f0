"""Keeps writers away from a database while a build works, in a process of its own.

On Linux and macOS a process loses its locks on a file as soon as anything in it closes that file,
such as a reader in another thread. This process opens the database, copies it under the lock, and
closes nothing before its input ends, which it does with whoever started it.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import IO, Any

import duckdb

from recsys.storage.connections import connect
from recsys.storage.opening import PAUSE_SECONDS, connect_when_free
from recsys.storage.write_ahead_logs import logs_of

if sys.platform == "linux":
    import fcntl


def keep(database: Path, copy: Path | None, patience: float) -> dict[str, Any]:
    """Lock and copy the database; return what came of it, as `recsys.pipeline.holding` reads it.

    Parameters
    ----------
    database
        The file itself.
    copy
        Where to copy it to, with its log; None: nowhere.
    patience
        Seconds to wait for who writes to the file, or builds it under another name.

    """
    if logs_of(database):
        _write_in(database)
    deadline = time.monotonic() + patience
    try:
        _held.append(connect_when_free(database, read_only=True, patience=patience))
        _held.append(source := database.open("rb"))
        while not _is_only_builder(source):
            if time.monotonic() > deadline:
                return {"built_by_another": True}
            time.sleep(PAUSE_SECONDS)
        if copy is None:
            return {"held": True}
        with copy.open("wb") as target:
            shutil.copyfileobj(source, target, 2**24)
        for log in logs_of(database):
            shutil.copyfile(log, copy.with_name(log.name.replace(database.name, copy.name, 1)))
    except duckdb.Error as error:
        return {"duckdb": str(error)}
    except OSError as error:
        return {"errno": error.errno, "strerror": error.strerror}
    return {"held": True}


_held: list[object] = []
"""Open until the process ends."""


def _is_only_builder(source: IO[bytes]) -> bool:
    """Lock the file in a way that readers and writers of DuckDB don't see: two names are one file.

    Elsewhere than on Linux this lock would shut readers out; network disks don't have it.
    """
    if sys.platform == "linux":
        try:
            fcntl.flock(source.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return True
    return True


def _write_in(database: Path) -> None:
    """Let DuckDB write into the file what a program that was killed left in its log."""
    with contextlib.suppress(duckdb.Error):  # someone reads the file: the log is copied, too
        connect(database).close()


def _end_with_input() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


def main() -> None:
    """Keep the database that the arguments name until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the build, which ends this
    waiting = threading.Thread(target=_end_with_input, daemon=True)
    waiting.start()
    database, copy, patience = sys.argv[1:]
    try:
        kept = keep(Path(database), Path(copy) if copy else None, float(patience))
        print(json.dumps(kept), flush=True)
    except Exception:
        traceback.print_exc()
        os._exit(1)  # the thread may wait for ever
    waiting.join()


if __name__ == "__main__":
    main()
