"""Tables that blocks serve and of which only the best rows are asked for, whatever the blocks."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from recsys.storage.names import file_text, quoted, text

FILES_AT_ONCE = 16
"""So many files of blocks wait before they become one: disk doesn't grow with the blocks."""


class Best(NamedTuple):
    """Which rows of a served table are asked for: the first ones of each group."""

    group: str
    """The column of the groups."""
    order: str
    """What comes first, as after ORDER BY; no two rows of a group are equal in it."""
    most: int
    """Rows of a group."""


class BestRows:
    """The best rows of the files of all blocks so far, in one file and those that wait for it."""

    def __init__(self, cursor: Any, best: Best, file: Path) -> None:
        """Begin without any.

        Parameters
        ----------
        cursor
            Of DuckDB, which reads the files.
        best
            Which rows are kept.
        file
            Where they will be.

        """
        self._cursor = cursor
        self._best = best
        self._waiting: list[Path] = []
        self.file = file

    def add(self, file: Path) -> None:
        """Take a block's file; it is removed once its best rows are among the others."""
        self._waiting.append(file)
        if len(self._waiting) >= FILES_AT_ONCE:
            self.merge()

    def merge(self) -> int:
        """Make one file of all; return its rows."""
        files = [*self._waiting, *([self.file] if self.file.exists() else [])]
        unfinished = self.file.with_name(f"{self.file.name}.unfinished")
        group, order, most = self._best
        [(rows,)] = self._cursor.execute(
            f"""
            copy (
                from {_parquet(files)}
                qualify row_number() over (partition by {quoted(group)} order by {order}) <= {most}
            ) to {text(str(unfinished))} (format parquet)
            """
        ).fetchall()
        for file in files:
            file.unlink()
        unfinished.replace(self.file)
        self._waiting.clear()
        return int(rows)


def _parquet(files: Iterable[Path]) -> str:
    # as a list of names, in which nothing is a pattern
    return f"read_parquet([{', '.join(file_text(file) for file in files)}])"
