"""Answers by id for programs that ask often: queries that stay prepared, products in memory."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

import duckdb

from recsys.reading.built_file import OUTDATED, outdated
from recsys.reading.ranked_tables import (
    BOUGHT_TOGETHER,
    FACTS,
    INSTANTS,
    RECOMMENDATIONS,
    SIMILAR_PRODUCTS,
    RankedTable,
)
from recsys.reading.unknown_ids import unknown_id
from recsys.reading.warehouse import Warehouse

MOST_PRODUCTS = 200_000
"""So many products' facts are kept in memory, some 100 MB; those of others are read each time."""
MOST_COMPARED = 100_000
"""An unknown id is compared with those of so many rows: a million took a third of a second."""

Facts = tuple[Any, ...]
"""A product's FACTS, and the product that it counts as or None."""
Rows = list[dict[str, Any]]


class Lookups:
    """Answers for one opened build; threads may share it.

    The tables are sorted by the ids that are asked for, so DuckDB reads one row group of 122,880
    rows. Joining the products would read all of them: what is said of a product is kept instead,
    for as long as the build is served.

    Parameters
    ----------
    warehouse
        The build, which is open while it is asked.
    before
        Lookups of the same build when it was open before.

    """

    def __init__(self, warehouse: Warehouse, before: Lookups | None = None) -> None:
        self._warehouse = warehouse
        self._idle: deque[_Prepared] = deque()
        self._facts: dict[str, Facts] = before._facts if before else {}
        self._lock = threading.Lock()

    def close(self) -> None:
        """Let go of the file; nobody may be asking."""
        while self._idle:
            self._idle.pop().close()

    def recommendations(self, customer_id: str, list_type: str | None, k: int | None) -> Rows:
        """Return a customer's lists, best first; none for one without candidates.

        Raises
        ------
        UnknownCustomerError
            There is no such customer.

        """
        with self._prepared() as prepared:
            found = self._ranked(prepared, RECOMMENDATIONS, customer_id, list_type, k)
            if not found and not prepared.rows(_IS_CUSTOMER, customer_id):
                raise unknown_id(self._warehouse, "customer", customer_id, MOST_COMPARED)
        return found

    def similar_products(self, product_id: str, method: str | None, k: int | None) -> Rows:
        """Return the products most like this one; see `Warehouse.similar_products`.

        Raises
        ------
        UnknownProductError
            There is no such product.

        """
        with self._prepared() as prepared:
            counted_as = self._counted_as(prepared, product_id)
            return self._ranked(prepared, SIMILAR_PRODUCTS, counted_as, method, k)

    def bought_together(self, product_id: str, k: int | None) -> Rows:
        """Return what shares baskets with this product; see `Warehouse.bought_together`.

        Raises
        ------
        UnknownProductError
            There is no such product.

        """
        with self._prepared() as prepared:
            counted_as = self._counted_as(prepared, product_id)
            return self._ranked(prepared, BOUGHT_TOGETHER, counted_as, None, k)

    def _ranked(
        self, prepared: _Prepared, table: RankedTable, key: str, wanted: str | None, k: int | None
    ) -> Rows:
        columns = (*table.before, *table.after)
        rows = [
            dict(zip(columns, row, strict=True)) for row in prepared.rows(table.rows_of_key, key)
        ]
        rows = [
            row
            for row in rows
            if (wanted is None or row[table.group or ""] == wanted)
            and (k is None or row["rank"] <= k)
        ]
        place = {group: at for at, group in enumerate(table.groups)}
        rows.sort(key=lambda row: (place[row[table.group]] if table.group else 0, row["rank"]))
        facts = self._facts_of(prepared, [row[table.product] for row in rows])
        return [
            {column: row[column] for column in table.before}
            | dict(zip(table.facts, facts.get(row[table.product], _NOTHING), strict=False))
            | {
                column: _moment(row[column]) if column in INSTANTS else row[column]
                for column in table.after
            }
            for row in rows
        ]

    def _counted_as(self, prepared: _Prepared, product_id: str) -> str:
        """Return the product whose size or colour this one is, or itself."""
        facts = self._facts_of(prepared, [product_id]).get(product_id)
        if facts is None:
            raise unknown_id(self._warehouse, "product", product_id, MOST_COMPARED)
        return facts[-1] or product_id

    def _facts_of(self, prepared: _Prepared, product_ids: Iterable[str]) -> dict[str, Facts]:
        """Return the facts of those of the products that exist."""
        with self._lock:
            if not self._facts:  # what may be recommended is what will be asked for
                self._facts.update((row[0], row[1:]) for row in prepared.facts(_CATALOGUE))
        wanted = set(product_ids)
        facts = {one: self._facts[one] for one in wanted & self._facts.keys()}
        if missing := list(wanted - facts.keys()):
            places = ", ".join(f"${at}" for at in range(1, len(missing) + 1))
            read = prepared.facts(f"where product_id in ({places})", missing)
            facts |= {row[0]: row[1:] for row in read}
            if len(self._facts) < MOST_PRODUCTS:
                self._facts |= facts
        return facts

    @contextmanager
    def _prepared(self) -> Iterator[_Prepared]:
        try:
            prepared = self._idle.pop()
        except IndexError:
            prepared = _Prepared(self._warehouse.cursor())
        try:
            yield prepared
        except OUTDATED as error:
            raise outdated(self._warehouse.path, error) from error
        finally:
            self._idle.append(prepared)


def _with_floats(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [tuple(float(one) if type(one) is Decimal else one for one in row) for row in rows]


@lru_cache(maxsize=1)
def _moment(microseconds: int | None) -> datetime | None:
    """Return a moment in UTC; a build has one, so it is made once."""
    if microseconds is None:
        return None
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)


_NOTHING = (None,) * len(FACTS)
_CATALOGUE = f"where is_recommendable order by customers desc limit {MOST_PRODUCTS}"
_IS_CUSTOMER = "select 1 from marts.customers where customer_id = $1"


class _Prepared:
    """A cursor with the statements it has parsed."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._cursor = cursor
        self._statements: dict[str, duckdb.Statement] = {}

    def rows(self, sql: str, value: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query with one parameter."""
        statement = self._statements.get(sql)
        if statement is None:
            [statement] = self._cursor.extract_statements(sql)
            self._statements[sql] = statement
        return _with_floats(self._cursor.execute(statement, [value]).fetchall())

    def facts(self, which: str, product_ids: Sequence[str] = ()) -> list[tuple[Any, ...]]:
        """Return the ids and facts of products."""
        columns = ", ".join(("product_id", *FACTS, "recommend_as"))
        sql = f"select {columns} from marts.products {which}"  # noqa: S608 - of this module
        return _with_floats(self._cursor.execute(sql, list(product_ids)).fetchall())

    def close(self) -> None:
        """Let go of the file."""
        self._cursor.close()
