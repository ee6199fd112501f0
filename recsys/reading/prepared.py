"""Queries that stay prepared, for programs that ask the same often."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import duckdb

from recsys.reading.built_file import OUTDATED, BuiltFile, outdated

Rows = list[tuple[Any, ...]]


class Prepared:
    """A cursor with the statements it has parsed; one thread uses it at a time."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._cursor = cursor
        self._statements: dict[str, duckdb.Statement] = {}

    def rows(self, sql: str, *values: object) -> Rows:
        """Return the rows of a query with its parameters; floats stand for decimals."""
        statement = self._statements.get(sql)
        if statement is None:
            [statement] = self._cursor.extract_statements(sql)
            self._statements[sql] = statement
        return _with_floats(self._cursor.execute(statement, list(values)).fetchall())

    def rows_once(self, sql: str, values: Sequence[object] = ()) -> Rows:
        """Return the rows of a query that isn't asked again, such as one over many ids."""
        return _with_floats(self._cursor.execute(sql, list(values)).fetchall())

    def close(self) -> None:
        """Let go of the file."""
        self._cursor.close()


class PreparedPool:
    """Lends cursors of one opened build to threads, and takes them back for the next request."""

    def __init__(self, build: BuiltFile) -> None:
        self._build = build
        self._idle: deque[Prepared] = deque()

    @contextmanager
    def lend(self) -> Iterator[Prepared]:
        """Lend a cursor for one request.

        Raises
        ------
        DatabaseError
            A table or column that is asked for isn't there.

        """
        try:
            prepared = self._idle.pop()
        except IndexError:
            prepared = Prepared(self._build.cursor())
        try:
            yield prepared
        except OUTDATED as error:
            raise outdated(self._build.path, error) from error
        finally:
            self._idle.append(prepared)

    def close(self) -> None:
        """Let go of the file; nobody may be asking."""
        while self._idle:
            self._idle.pop().close()


def _with_floats(rows: Rows) -> Rows:
    return [tuple(float(one) if type(one) is Decimal else one for one in row) for row in rows]
