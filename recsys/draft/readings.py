"""Apply the rules of cleaning to sampled values, before there is a shop file."""

# ruff: noqa: S608 - the rules are SQL, the values are parameters
from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import duckdb

from recsys.shop.cleaning_rules import rule
from recsys.storage.connections import connect, seal

MOST_KEPT = 500_000
"""Values whose readings are kept: those of one draft, not of all that a process makes."""
Row = tuple[Any, ...]


class Reader:
    """Some rules, applied to many texts at once; each text is read once."""

    def __init__(self, *expressions: str) -> None:
        """Take SQL over the column `value`, which is text."""
        self._query = (
            f"select value, {', '.join(expressions)} "
            "from (select unnest($1::varchar[]) as value) as texts"
        )
        self._known: dict[str, Row] = {}

    def read(self, values: Sequence[str]) -> list[Row]:
        """Return what the rules make of each of the values."""
        self.learn(values)
        return [self._known[value] for value in values]

    def learn(self, values: Iterable[str]) -> None:
        """Read all values at once; later questions about some of them are answered from memory."""
        unknown = sorted(set(values) - self._known.keys())
        if len(self._known) + len(unknown) > MOST_KEPT:
            self._known.clear()
            unknown = sorted(set(values))
        if unknown:
            rows = _connection().execute(self._query, [unknown]).fetchall()
            self._known.update((value, tuple(read)) for value, *read in rows)


@cache
def numbers() -> Reader:
    """Return the reader of numbers: by point, by comma, whether it shows the one or the other.

    The fifth and sixth are whether it is such as 12.500, and whether it has a separator at all.
    """
    return Reader(
        rule("clean_number", "value", "false"),
        rule("clean_number", "value", "true"),
        rule("shows_decimal", "value", "comma"),
        rule("shows_decimal", "value", "point"),
        rule("is_pointed_thousand", "value"),
        rule("is_separated", "value"),
    )


@cache
def times() -> Reader:
    """Return the reader of times: with the day first, with the month first, and what it shows."""
    day_first, month_first = (
        rule("clean_time", "value", f"'{order}'", "null::varchar") for order in ("dmy", "mdy")
    )
    return Reader(day_first, month_first, rule("date_order_shown", "value"))


@cache
def others(name: str) -> Reader:
    """Return the reader by one more rule: clean_quantity, clean_price, clean_rating."""
    return Reader(*(rule(name, "value", comma) for comma in ("false", "true")))


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    connection = connect()
    connection.execute("set threads = 1")
    connection.execute("set timezone = 'UTC'")
    seal(connection)
    return connection
