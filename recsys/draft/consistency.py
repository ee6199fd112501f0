"""Whether columns belong to what their lines say they belong to: a product, an order."""

# ruff: noqa: S608 - names are quoted
from __future__ import annotations

from recsys.draft.draft import DraftTable
from recsys.shop.names import quoted

OF_PRODUCT = ("title", "category", "department", "subcategory", "brand", "size", "description")
LEAST_OF_PRODUCT = 0.7
"""Share of lines that say of their product what most of its lines say."""
OF_WHOLE_ORDER = 0.8
"""Share of orders whose lines all show the same value: it's the order's, not the line's."""


def check_descriptions(table: DraftTable) -> None:
    """Leave out what differs from line to line: a review's title isn't the product's."""
    product = table.source("product_id")
    names = {column.name for column in table.profile.columns}
    if product not in names:
        return
    for column in [column for column in table.columns if column.target in OF_PRODUCT]:
        if column.source not in names:
            continue
        if column.target == "title" and table.profile.column(column.source).distinct == 1:
            table.leave_out(column, "the same for every product")
            continue
        (share,) = table.profile.ask(
            f"with counted as (select {_text(str(product))} as product, "
            f"{_text(column.source)} as value, count(*) as lines from {table.profile.sample} "
            f"where value <> '' group by all) "
            "select sum(most) / sum(lines) from (select max(lines) as most, sum(lines) as lines "
            "from counted group by product having sum(lines) > 1)"
        )
        if share is not None and share < LEAST_OF_PRODUCT:
            table.leave_out(column, "differs from line to line of one product")


def check_orders(table: DraftTable) -> None:
    """Leave out an amount of whole orders beside the prices of their lines."""
    found = _column_of(table, "order_id")
    amount = _column_of(table, "amount")
    column = table.column("amount")
    if found is None or amount is None or column is None or table.source("unit_price") is None:
        return
    (same,) = table.profile.ask(
        f"select avg((count_values <= 1)::int) from (select count(distinct {_text(amount)}) "
        f"as count_values from {table.profile.sample} group by {_text(found)} having count(*) > 1)"
    )
    if table.profile.column(amount).filled < 0.9 or (same is not None and same > OF_WHOLE_ORDER):
        table.leave_out(column, "of the whole order, not of the line")


def _column_of(table: DraftTable, target: str) -> str | None:
    """Return the column that a drafted one is, or the last of those that it is made of."""
    source = table.source(target)
    if source is None:
        return None
    names = [column.name for column in table.profile.columns]
    if source in names:
        return source
    inside = [name for name in names if quoted(name) in source]
    return max(inside, key=lambda name: source.rindex(quoted(name)), default=None)


def _text(column: str) -> str:
    return f"trim(cast({quoted(column)} as varchar))"
