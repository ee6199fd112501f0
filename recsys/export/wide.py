"""Lists side by side, one row per customer, as tools that send mail take them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import duckdb

from recsys.errors import InvalidParameterError
from recsys.export.tables import Field, Table, public_table
from recsys.reading.built_file import SCHEMA
from recsys.storage.names import nearest, quoted, text

WIDE = "recommendations_wide"
CUSTOMERS_PER_BLOCK = 20_000
"""DuckDB holds the texts that it spreads over columns in memory, so customers come in blocks."""
PARTS = {
    "product": ("product_id", "recommendations.product_id"),
    "title": ("title", "products.title"),
    "reason": ("reason", "recommendations.reason"),
}
"""For each place in a list: the column's beginning, whose meaning it has, and where it is from."""


@dataclass(frozen=True)
class _Place:
    """One place in one list."""

    list_type: str
    rank: int
    prefix: str


def wide_table(cursor: duckdb.DuckDBPyConnection, lists: Sequence[str] = ()) -> Table:
    """Make a temporary table of the lists and return it, sorted by customer.

    Its columns are `customer_id`, then for each rank `product_1`, `title_1`, `reason_1` and so on;
    with more than one list, each list's columns begin with its name, as `discover_product_1`. They
    are null where a customer's list is shorter. Customers without any of the lists have no row.

    Parameters
    ----------
    cursor
        Holds the temporary table, which only it can read.
    lists
        Values of `list_type`; none: all that there are.

    Raises
    ------
    InvalidParameterError
        There is no such list.

    """
    sizes = _sizes(cursor)
    for name in lists:
        if name not in sizes:
            raise InvalidParameterError(f"no list {name!r}{nearest(name, sizes)}")
    chosen = list(dict.fromkeys(lists)) or sorted(sizes)
    places = [
        _Place(name, rank, "" if len(chosen) == 1 else f"{name}_")
        for name in chosen
        for rank in range(1, sizes[name] + 1)
    ]
    query = _query(chosen, places)
    table = f"temp.{quoted(WIDE)}"
    cursor.execute(f"create or replace temp table {quoted(WIDE)} as {query} limit 0", [None, None])
    for start, end in pairwise([*_starts(cursor, chosen), None]):
        cursor.execute(f"insert into {table} {query}", [start, end])
    return Table(
        WIDE,
        table,
        _fields(cursor, places),
        description=f"The lists {', '.join(chosen)} side by side. Grain: customer.",
        is_sorted=True,
    )


def _sizes(cursor: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Return the lists that there are, and how long each is at most."""
    rows = cursor.execute(
        f"select list_type, max(rank) from {SCHEMA}.recommendations group by all order by all"  # noqa: S608
    ).fetchall()
    return {str(name): int(length) for name, length in rows}


def _starts(cursor: duckdb.DuckDBPyConnection, lists: Sequence[str]) -> list[str]:
    """Return the first customer of each block."""
    rows = cursor.execute(
        f"""
        select customer_id
        from (
            select customer_id, row_number() over (order by customer_id) as position
            from (
                select distinct customer_id
                from {SCHEMA}.recommendations where list_type in ({_texts(lists)})
            ) as customers
        ) as positions
        where (position - 1) % {CUSTOMERS_PER_BLOCK} = 0
        order by customer_id
        """  # noqa: S608 - quoted
    ).fetchall()
    return [str(customer_id) for (customer_id,) in rows]


def _query(lists: Sequence[str], places: Sequence[_Place]) -> str:
    columns = [
        f"any_value({source}) filter (where recommendations.list_type = {text(place.list_type)} "
        f"and recommendations.rank = {place.rank}) as {quoted(_name(place, part))}"
        for place in places
        for part, (_, source) in PARTS.items()
    ]
    return f"""
        select recommendations.customer_id, {", ".join(columns)}
        from {SCHEMA}.recommendations as recommendations
        left join {SCHEMA}.products as products using (product_id)
        where recommendations.customer_id >= $1
            and ($2 is null or recommendations.customer_id < $2)
            and recommendations.list_type in ({_texts(lists)})
        group by recommendations.customer_id
        order by recommendations.customer_id
        """  # noqa: S608 - quoted


def _texts(values: Sequence[str]) -> str:
    return ", ".join(map(text, values)) or "null"


def _fields(cursor: duckdb.DuckDBPyConnection, places: Sequence[_Place]) -> tuple[Field, ...]:
    tables = [public_table(cursor, name) for name in ("products", "recommendations")]
    known = {field.name: field for table in tables for field in table.fields}
    fields = [known["customer_id"]]
    for place in places:
        for part, (column, _) in PARTS.items():
            meaning = f"On rank {place.rank} of the list {place.list_type}: "
            described = known[column].description
            fields.append(Field(_name(place, part), known[column].data_type, meaning + described))
    return tuple(fields)


def _name(place: _Place, part: str) -> str:
    return f"{place.prefix}{part}_{place.rank}"
