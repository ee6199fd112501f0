"""Whether columns belong to what their lines say they belong to: a product, an order."""

# ruff: noqa: S608 - names are quoted
from __future__ import annotations

import duckdb

from recsys.draft.draft import MISSING, DraftColumn, DraftTable
from recsys.draft.profiling import FileProfile, quoted

OF_PRODUCT = ("title", "category", "department", "subcategory", "brand", "size", "description")
LEAST_OF_PRODUCT = 0.7
"""Share of lines that say of their product what most of its lines say."""
LEAST_OF_ORDER = 0.95
"""Share of orders that are of one customer."""
OF_WHOLE_ORDER = 0.8
"""Share of orders whose lines all show the same value: it's the order's, not the line's."""


def check_descriptions(
    connection: duckdb.DuckDBPyConnection, table: DraftTable, profile: FileProfile
) -> None:
    """Leave out what differs from line to line: a review's title isn't the product's."""
    product = table.source("product_id")
    names = {column.name for column in profile.columns}
    if product not in names:
        return
    for column in [column for column in table.columns if column.target in OF_PRODUCT]:
        if column.source not in names:
            continue
        if column.target == "title" and profile.column(column.source).distinct == 1:
            _leave_out(table, column, "the same for every product")
            continue
        [(share,)] = connection.execute(
            f"with counted as (select {_text(str(product))} as product, "
            f"{_text(column.source)} as value, count(*) as lines from {profile.sample} "
            f"where value <> '' group by all) "
            "select sum(most) / sum(lines) from (select max(lines) as most, sum(lines) as lines "
            "from counted group by product having sum(lines) > 1)"
        ).fetchall()
        if share is not None and share < LEAST_OF_PRODUCT:
            _leave_out(table, column, "differs from line to line of one product")


def check_orders(
    connection: duckdb.DuckDBPyConnection, table: DraftTable, profile: FileProfile
) -> None:
    """Say whether each order is of one customer, and leave out values of whole orders."""
    order, customer = table.source("order_id"), table.source("customer_id")
    names = {column.name for column in profile.columns}
    found = table.column("order_id")
    if found is None or order not in names:
        return
    customer = next((name for name in names if customer and name in customer), None)
    if customer is not None and customer != MISSING:
        [(share,)] = connection.execute(
            f"select avg((customers = 1)::int) from (select count(distinct {_text(customer)}) "
            f"as customers from {profile.sample} where {_text(customer)} <> '' "
            f"group by {_text(str(order))})"
        ).fetchall()
        if share is not None and share >= LEAST_OF_ORDER:
            found.evidence += "; each of one customer"
            found.doubt = ""
        elif share is not None:
            found.doubt = f"{100 * (1 - share):.0f} % of these are of several customers"
    for target in ("amount", "is_return"):
        _check_of_line(connection, table, profile, str(order), target)


def _check_of_line(
    connection: duckdb.DuckDBPyConnection,
    table: DraftTable,
    profile: FileProfile,
    order: str,
    target: str,
) -> None:
    column = table.column(target)
    if column is None:
        return
    names = [c.name for c in profile.columns]
    source = next((n for n in names if column.source in (n,) or quoted(n) in column.source), None)
    if source is None:
        return
    if target == "amount" and table.source("unit_price") is not None:
        [(same,)] = connection.execute(
            f"select avg((count_values <= 1)::int) from (select count(distinct {_text(source)}) "
            f"as count_values from {profile.sample} group by {_text(order)} having count(*) > 1)"
        ).fetchall()
        if profile.column(source).filled < 0.9 or (same is not None and same > OF_WHOLE_ORDER):
            _leave_out(table, column, "of the whole order, not of the line")


def _leave_out(table: DraftTable, column: DraftColumn, why: str) -> None:
    table.columns.remove(column)
    table.left_out.append(f"{column.source} ({why})")


def _text(column: str) -> str:
    return f"trim(cast({quoted(column)} as varchar))"
