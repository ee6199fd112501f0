"""One read-only opening of the database, shared by the requests of the moment."""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from recsys.reading.lookups import Lookups
from recsys.reading.warehouse import Warehouse
from recsys.storage.current_file import stamp

IDLE_SECONDS = 5.0
"""An open file keeps those out who write into it, such as plain `dbt build`."""


class ServedBuild:
    """A build that is open, and what was learned from it for later requests."""

    def __init__(self, path: Path, before: ServedBuild | None = None) -> None:
        self.stamp = stamp(path)  # before it is opened: a later file has another one
        self.warehouse = Warehouse(path)
        with self.warehouse.cursor() as cursor:
            cursor.execute("set threads = 1")  # requests run side by side: one thread is enough
        known = before.lookups if before is not None and before.stamp == self.stamp else None
        self.lookups: Lookups = Lookups(self.warehouse, known)
        self.identity = self.warehouse.identity()
        self.users = 0
        self.last_used = time.monotonic()

    def close(self) -> None:
        """Let go of the file."""
        self.lookups.close()
        self.warehouse.close()


class SharedWarehouse:
    """Opens the file with the first request and closes it when nobody has asked for a while.

    When a build has replaced the file, the next request opens the new one; those in flight end on
    the old one.

    Parameters
    ----------
    path
        The database, which may be built or replaced at any time.
    idle_seconds
        How long after the last request the file is closed.

    """

    def __init__(self, path: Path, idle_seconds: float = IDLE_SECONDS) -> None:
        self.path = path
        self.idle_seconds = idle_seconds
        self._lock = threading.Lock()
        self._current: ServedBuild | None = None
        self._last: ServedBuild | None = None
        self._timer: threading.Timer | None = None
        atexit.register(self.close)  # a timer that ends while Python does would end it badly

    @contextmanager
    def open(self) -> Iterator[ServedBuild]:
        """Lend the build that lies at the path now, for one request.

        Raises
        ------
        DatabaseError
            The file is missing, is being written, or wasn't built by this package.

        """
        build = self._enter()
        try:
            yield build
        finally:
            self._leave(build)

    def close(self) -> None:
        """Let go of the file as soon as nobody uses it; the next request opens it again."""
        with self._lock:
            self._retire()
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

    def _enter(self) -> ServedBuild:
        with self._lock:
            if self._current is not None and self._current.stamp != stamp(self.path):
                self._retire()
            if self._current is None:
                self._current = self._last = ServedBuild(self.path, self._last)
                self._watch(self.idle_seconds)
            self._current.users += 1
            return self._current

    def _leave(self, build: ServedBuild) -> None:
        with self._lock:
            build.users -= 1
            build.last_used = time.monotonic()
            if build.users == 0 and build is not self._current:
                build.close()

    def _retire(self) -> None:
        """Lend the current build to nobody else; the last user closes it."""
        if self._current is not None and self._current.users == 0:
            self._current.close()
        self._current = None

    def _watch(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = threading.Timer(seconds, self._close_if_idle)
        self._timer.daemon = True
        self._timer.start()

    def _close_if_idle(self) -> None:
        with self._lock:
            if self._current is None:
                return
            rest = self._current.last_used + self.idle_seconds - time.monotonic()
            if self._current.users or rest > 0:
                self._watch(max(rest, self.idle_seconds / 10))
            else:
                self._retire()
