"""One read-only opening of the database, shared by the requests of the moment."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from recsys.warehouse import Warehouse


class SharedWarehouse:
    """Opens the file with the first request and closes it with the last one in flight.

    An open file keeps those out who write into it, such as plain `dbt build`, so an idle server
    holds nothing. When a build replaced the file, new requests wait for those in flight
    (milliseconds) and then open the new one: DuckDB hands out the old file's contents for as long
    as any connection of this process has it open.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._changed = threading.Condition()
        self._warehouse: Warehouse | None = None
        self._stamp: tuple[int, ...] = ()
        self._users = 0

    @contextmanager
    def open(self) -> Iterator[Warehouse]:
        """Lend the warehouse for one request."""
        warehouse = self._enter()
        try:
            yield warehouse
        finally:
            self._leave()

    def _enter(self) -> Warehouse:
        with self._changed:
            while self._warehouse is not None and self._stamp != _stamp(self.path):
                self._changed.wait()
            if self._warehouse is None:
                self._stamp = _stamp(self.path)
                self._warehouse = Warehouse(self.path)
            self._users += 1
            return self._warehouse

    def _leave(self) -> None:
        with self._changed:
            self._users -= 1
            if self._users == 0 and self._warehouse is not None:
                self._warehouse.close()
                self._warehouse = None
                self._changed.notify_all()


def _stamp(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
