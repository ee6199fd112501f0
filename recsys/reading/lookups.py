"""Answers by id for programs that ask often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from recsys.errors import UnknownCustomerError, UnknownProductError
from recsys.reading.filters import Filters
from recsys.reading.prepared import Prepared, PreparedPool
from recsys.reading.product_facts import NOTHING, Facts, ProductFacts
from recsys.reading.ranked_tables import (
    BOUGHT_TOGETHER,
    POPULAR_PRODUCTS,
    RECOMMENDATIONS,
    SIMILAR_PRODUCTS,
    RankedTable,
)
from recsys.reading.unknown_ids import is_text, unknown_id
from recsys.reading.warehouse import CONTROL, GROUPS, Warehouse

MOST_COMPARED = 100_000
"""An unknown id is compared with those of so many rows: a million took a third of a second."""
WHOLE_CATALOGUE = "(all)"
"""What `marts.popular_products` calls the category of all products."""

ALL = "all"
"""The group of all rows in tables without groups."""

Rows = list[dict[str, Any]]
ServedList = replace(
    RECOMMENDATIONS,  # all rows are of the build, which is named once beside them
    after=tuple(one for one in RECOMMENDATIONS.after if one not in ("run_id", "generated_at")),
)


@dataclass(frozen=True)
class Wanted:
    """Which rows of an id are wanted."""

    group: str | None = None
    """One list or one method only."""
    k: int | None = None
    """So many rows per group, after the filters."""
    filters: Filters = field(default_factory=Filters)


@dataclass(frozen=True)
class Found:
    """The wanted rows of an id, best first."""

    rows: Rows
    stored: dict[str, int]
    """How many rows the file holds per group."""
    is_held_out: bool = False
    """Whether there are none because the customer is in an experiment's control group."""


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
        self._pool = PreparedPool(warehouse)
        self._has_groups = GROUPS in warehouse.tables()  # earlier versions built none
        self._facts: ProductFacts = before._facts if before else ProductFacts()

    def close(self) -> None:
        """Let go of the file; nobody may be asking."""
        self._pool.close()

    def recommendations(self, customer_id: str, wanted: Wanted) -> Found | None:
        """Return a customer's lists, without rows for one without candidates.

        None says that there is no such customer.
        """
        if not is_text(customer_id):
            return None
        with self._pool.lend() as prepared:
            found = self._ranked(prepared, ServedList, customer_id, wanted)
            if found.stored:
                return found
            if not prepared.rows(_IS_CUSTOMER, customer_id):
                return None
            arms = prepared.rows(_ARM, customer_id) if self._has_groups else []
            return replace(found, is_held_out=arms == [(CONTROL,)])

    def unknown_customer(self, customer_id: str) -> UnknownCustomerError | UnknownProductError:
        """Return the error for a customer that isn't there, naming ids that look alike."""
        return unknown_id(self._warehouse, "customer", customer_id, MOST_COMPARED)

    def similar_products(self, product_id: str, wanted: Wanted) -> Found:
        """Return the products most like this one; see `Warehouse.similar_products`.

        Raises
        ------
        UnknownProductError
            There is no such product.

        """
        with self._pool.lend() as prepared:
            counted_as = self._counted_as(prepared, product_id)
            return self._ranked(prepared, SIMILAR_PRODUCTS, counted_as, wanted)

    def bought_together(self, product_id: str, wanted: Wanted) -> Found:
        """Return what shares baskets with this product; see `Warehouse.bought_together`.

        Raises
        ------
        UnknownProductError
            There is no such product.

        """
        with self._pool.lend() as prepared:
            counted_as = self._counted_as(prepared, product_id)
            return self._ranked(prepared, BOUGHT_TOGETHER, counted_as, wanted)

    def popular_products(self, wanted: Wanted) -> Found:
        """Return what most customers bought lately: of all products, or of the categories."""
        categories = sorted(wanted.filters.categories) or [WHOLE_CATALOGUE]
        # the table's own category: a product's department, where it has none
        others = Wanted(filters=replace(wanted.filters, categories=frozenset()))
        with self._pool.lend() as prepared:
            found = [self._ranked(prepared, POPULAR_PRODUCTS, one, others) for one in categories]
        rows = [row for one in found for row in one.rows]
        rows.sort(key=lambda row: (-(row["customers"] or 0), row["rank"], row["product_id"]))
        stored = sum(one.stored.get(ALL, 0) for one in found)
        return Found(rows[: wanted.k], {ALL: stored})

    @contextmanager
    def products(self) -> Iterator[Callable[[list[str]], dict[str, Facts]]]:
        """Lend a function that returns the facts of those products that exist."""
        with self._pool.lend() as prepared:
            yield lambda ids: self._facts.of(prepared, filter(is_text, ids))

    def _ranked(self, prepared: Prepared, table: RankedTable, key: str, wanted: Wanted) -> Found:
        columns = (*table.before, *table.after)
        rows = [
            dict(zip(columns, row, strict=True)) for row in prepared.rows(table.rows_of_key, key)
        ]
        place = {group: at for at, group in enumerate(table.groups)}
        rows.sort(key=lambda row: (place[row[table.group]] if table.group else 0, row["rank"]))
        stored = Counter(row[table.group] if table.group else ALL for row in rows)
        if wanted.group is not None:
            rows = [row for row in rows if row[table.group or ""] == wanted.group]
        facts = self._facts.of(prepared, [row[table.product] for row in rows])
        if wanted.filters:
            keep = wanted.filters.keep
            rows = [row for row in rows if keep(row[table.product], facts.get(row[table.product]))]
        if wanted.k is not None:
            rows = _first(rows, table.group, wanted.k)
        return Found(
            [
                {column: row[column] for column in table.before}
                | dict(zip(table.facts, facts.get(row[table.product], NOTHING), strict=False))
                | {column: row[column] for column in table.after}
                for row in rows
            ],
            dict(stored),
        )

    def _counted_as(self, prepared: Prepared, product_id: str) -> str:
        """Return the product whose size or colour this one is, or itself."""
        facts = self._facts.of(prepared, filter(is_text, [product_id])).get(product_id)
        if facts is None:
            raise unknown_id(self._warehouse, "product", product_id, MOST_COMPARED)
        return facts.recommend_as or product_id


_IS_CUSTOMER = "select 1 from marts.customers where customer_id = $1"
_ARM = f"select arm from marts.{GROUPS} where customer_id = $1"  # noqa: S608


def _first(rows: Rows, group: str | None, k: int) -> Rows:
    """Return the first k rows of each group."""
    seen: Counter[object] = Counter()
    kept = []
    for row in rows:
        name = row[group] if group else ALL
        seen[name] += 1
        if seen[name] <= k:
            kept.append(row)
    return kept
