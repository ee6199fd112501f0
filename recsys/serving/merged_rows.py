"""Tables of which all blocks together are asked for, whatever the blocks: best rows, or totals."""

# ruff: noqa: S608 - names are the project's own
from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from recsys.storage.names import file_text, quoted, text

FILES_AT_ONCE = 16
"""So many files of blocks wait before they become one: disk doesn't grow with the blocks."""


class Merge(Protocol):
    """How rows of several files become those of one; merging again changes nothing."""

    def query(self, rows: str) -> str:
        """Return the query that merges a relation."""
        ...


class Best(NamedTuple):
    """The first rows of each group."""

    group: str
    """The column of the groups."""
    order: str
    """What comes first, as after ORDER BY; no two rows of a group are equal in it."""
    most: int
    """Rows of a group."""

    def query(self, rows: str) -> str:
        """Return the query of the best rows of a relation."""
        return f"""
            from {rows}
            qualify row_number() over (
                partition by {quoted(self.group)} order by {self.order}
            ) <= {self.most}
        """


class Totals(NamedTuple):
    """One row of each group."""

    group: str
    """The column of the groups."""
    functions: Mapping[str, str]
    """Of each other column: `sum` of whole numbers, `sum_of_decimals`, `min`, `max`, `bool_or`."""

    def query(self, rows: str) -> str:
        """Return the query of the totals of a relation."""
        totals = ", ".join(
            f"{_total(function, quoted(column))} as {quoted(column)}"
            for column, function in self.functions.items()
        )
        group = quoted(self.group)
        return f"select {group}, {totals} from {rows} group by {group}"


class MergedRows:
    """The rows of all blocks so far, merged: in one file and those that wait for it."""

    def __init__(self, cursor: Any, merge: Merge, file: Path) -> None:
        """Begin without any.

        Parameters
        ----------
        cursor
            Of DuckDB, which reads the files.
        merge
            What is kept of the rows.
        file
            Where they will be.

        """
        self._cursor = cursor
        self._merge = merge
        self._waiting: list[Path] = []
        self.file = file

    def add(self, file: Path) -> None:
        """Take a block's file; it is removed once its rows are among the others."""
        self._waiting.append(file)
        if len(self._waiting) >= FILES_AT_ONCE:
            self.merge()

    def merge(self) -> int:
        """Make one file of all; return its rows."""
        files = [*self._waiting, *([self.file] if self.file.exists() else [])]
        unfinished = self.file.with_name(f"{self.file.name}.unfinished")
        query = self._merge.query(_parquet(files))
        [(rows,)] = self._cursor.execute(
            f"copy ({query}) to {text(str(unfinished))} (format parquet)"
        ).fetchall()
        for file in files:
            file.unlink()
        unfinished.replace(self.file)
        self._waiting.clear()
        return int(rows)


def _total(function: str, column: str) -> str:
    if function == "sum_of_decimals":  # exact, whatever the order
        return f"sum({column})"
    total = f"{function}({column})"
    # a sum of whole numbers is a wider type, which Parquet has no room for
    return f"cast({total} as bigint)" if function == "sum" else total


def _parquet(files: Iterable[Path]) -> str:
    # as a list of names, in which nothing is a pattern
    return f"read_parquet([{', '.join(file_text(file) for file in files)}])"
