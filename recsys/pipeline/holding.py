"""A database that nobody can write to for a while, whatever this process opens and closes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from recsys.errors import DatabaseInUseError, RecsysError
from recsys.storage.disk import write_failure
from recsys.storage.file_state import state_of
from recsys.storage.opening import explain_open_failure


class Hold:
    """Keeps writers away from a database, and lends a copy of it, until it is closed.

    Readers and programs that only look at the file aren't kept away. Who wants to write is refused
    by DuckDB, whichever name of the file is used.
    """

    def __init__(self, database: Path, copy: Path | None, patience: float) -> None:
        """Lock the database and copy it.

        Parameters
        ----------
        database
            The file itself, which is there.
        copy
            Where to copy it to, with its log; None: nowhere.
        patience
            Seconds to wait for who writes to the file.

        Raises
        ------
        DatabaseError
            Another program writes to the database or builds it, or it isn't a DuckDB file.
        RecsysError
            The copy can't be written.

        """
        self._database = database
        command = [sys.executable, "-P", "-m", "recsys.pipeline.keeper"]
        self._keeper = subprocess.Popen(  # noqa: S603 - our own module
            [*command, str(database), str(copy or ""), str(patience)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert self._keeper.stdout is not None  # noqa: S101 - a pipe was asked for
            self._understand(self._keeper.stdout.readline(), copy or database)
            self.state = state_of(database)
        except BaseException:
            self.close()
            raise

    def _understand(self, answer: str, copy: Path) -> None:
        if not answer:
            why = self._end().splitlines()[-1:] or [f"exit code {self._keeper.returncode}"]
            raise RecsysError(
                f"{self._database} can't be copied: the process that was to do it ended ({why[0]})"
            )
        said = json.loads(answer)
        if "duckdb" in said:
            raise explain_open_failure(self._database, RuntimeError(said["duckdb"]))
        if "built_by_another" in said:
            raise DatabaseInUseError(
                f"{self._database} is being built under another of its names: wait until that "
                "build ends, then try again"
            )
        if "strerror" in said:
            error = OSError(said["errno"], said["strerror"])
            raise write_failure(f"can't copy {self._database} to {copy}", copy.parent, error)

    def check(self) -> None:
        """Raise RecsysError unless the database is what it was, and held until now."""
        if self._keeper.poll() is not None:
            raise RecsysError(
                f"{self._database} was not held against writers until the end (process "
                f"{self._keeper.pid} was ended): what others wrote meanwhile would be lost"
            )
        if state_of(self._database) != self.state:
            raise RecsysError(
                f"{self._database} was changed or replaced while it was built: what others wrote "
                "would be lost"
            )

    def close(self) -> None:
        """Let others write."""
        self._end()

    def _end(self) -> str:
        """End the process, unless it has ended, and return what it complained of."""
        if self._keeper.stdin is None or self._keeper.stdin.closed:
            return ""
        return self._keeper.communicate("")[1].strip()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
