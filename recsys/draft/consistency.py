"""Whether columns belong to what their lines say they belong to: a product, an order."""

# ruff: noqa: S608 - names are quoted
from __future__ import annotations

from recsys.draft.draft import DraftTable

OF_PRODUCT = ("title", "category", "department", "subcategory", "brand", "size", "description")
LEAST_OF_PRODUCT = 0.7
"""Share of lines that say of their product what most of its lines say."""
OF_WHOLE_ORDER = 0.8
"""Share of orders whose lines all show the same value: it's the order's, not the line's."""


def check_descriptions(table: DraftTable) -> None:
    """Leave out what differs from line to line: a review's title isn't the product's."""
    product = table.given("product_id")
    for column in [column for column in table.columns if column.target in OF_PRODUCT]:
        found = table.given(column.target)
        if product is None or found is None:
            continue
        if column.target == "title" and found.distinct == 1:
            table.leave_out(column, "the same for every product")
            continue
        (share,) = table.profile.ask(
            f"with counted as (select {product.text} as product, "
            f"{found.text} as value, count(*) as lines from {table.profile.sample} "
            f"where value <> '' group by all) "
            "select sum(most) / sum(lines) from (select max(lines) as most, sum(lines) as lines "
            "from counted group by product having sum(lines) > 1)"
        )
        if share is not None and share < LEAST_OF_PRODUCT:
            table.leave_out(column, "differs from line to line of one product")


def check_orders(table: DraftTable) -> None:
    """Leave out an amount of whole orders beside the prices of their lines."""
    # of what an order's id is made of, the last is its number
    number, amount, column = (
        table.inside("order_id"),
        table.inside("amount"),
        table.column("amount"),
    )
    if not number or not amount or column is None or table.source("unit_price") is None:
        return
    (same,) = table.profile.ask(
        f"select avg((count_values <= 1)::int) from (select count(distinct {amount[-1].text}) "
        f"as count_values from {table.profile.sample} group by {number[-1].text} "
        "having count(*) > 1)"
    )
    if amount[-1].filled < 0.9 or (same is not None and same > OF_WHOLE_ORDER):
        table.leave_out(column, "of the whole order, not of the line")
