"""A built database that is open for reading: queries, and errors in a user's words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import pyarrow as pa

from recsys.errors import DatabaseError
from recsys.storage.names import text
from recsys.storage.opening import open_read_only

SCHEMA = "marts"
OUTDATED = (duckdb.CatalogException, duckdb.BinderException)
"""What DuckDB raises where a table or a column isn't there."""

Row = dict[str, Any]


class BuiltFile:
    """A built DuckDB file, opened read-only; every query has its cursor.

    Raises
    ------
    DatabaseError
        The file is missing, is being written, or wasn't built by this package.

    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._file = open_read_only(self.path)
        try:
            self._require_marts()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def tables(self) -> list[str]:
        """Return the names of the public tables and views."""
        rows = self.query(
            """
            select table_name
            from information_schema.tables
            where table_schema = $schema
            order by table_name
            """,
            schema=SCHEMA,
        )
        return [str(name) for name in rows["table_name"].to_pylist()]

    def query(self, sql: str, **parameters: object) -> pa.Table:
        """Run one query with its `$name` parameters bound, and return the rows."""
        with self._file.cursor() as cursor:
            try:
                return cursor.sql(sql, params=parameters or None).to_arrow_table()
            except OUTDATED as error:
                raise outdated(self.path, error) from error

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Return a cursor for one thread; close it before the warehouse."""
        return self._file.cursor()

    def copy(self, query: str, to: Path, options: str) -> int:
        """Write a query's rows to a file with DuckDB's COPY, and return their number."""
        with self._file.cursor() as cursor:
            done = cursor.execute(f"copy ({query}) to {text(str(to))} ({options})").fetchall()
        return int(done[0][0])

    def row(self, sql: str, **parameters: object) -> Row | None:
        """Return the first row of a query, or None."""
        rows: Sequence[Row] = self.query(sql, **parameters).to_pylist()
        return rows[0] if rows else None

    def _require_marts(self) -> None:
        if "recommendations" not in self.tables():
            raise DatabaseError(
                f"{self.path} holds no finished build (there is no {SCHEMA}.recommendations): "
                "run `recsys build`, or name another file with --database"
            )


def outdated(path: Path, error: Exception) -> DatabaseError:
    """Return what it means that a table or a column isn't there."""
    return DatabaseError(
        f"{path} lacks what this version of recsys reads ({str(error).splitlines()[0]}): "
        "rebuild it with `recsys build`"
    )
