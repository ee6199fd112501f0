"""Whether cancellations and returns are lines of their own, beside the lines of the sales."""

# ruff: noqa: S608 - names are quoted
from __future__ import annotations

import math

from recsys.draft.column_profile import ColumnProfile
from recsys.draft.draft import DraftTable

MINUS = r"^[^0-9]*[-(\x{2212}]|[0-9]-$"
HALF = 0.5
MOSTLY = 0.9
FEWEST = 10
"""Fewer lines are no evidence."""
LEAST_BESIDE = 0.9
"""Share of the lines beside which their customer bought the product on another."""
ERRORS = 3
"""Standard errors by which that share exceeds what chance would have it be."""


def are_booked_apart(table: DraftTable, condition: str) -> bool | None:
    """Return whether lines take back what other lines sold; None: the values don't show it.

    They do if their quantities are negative; if their order sold the product on another line; or if
    their customers bought the product on another line far more often than chance would have it.

    Parameters
    ----------
    table
        The purchases as far as they are drafted.
    condition
        Holds for the lines in question.

    """
    customer, order, product = map(table.sql, ("customer_id", "order_id", "product_id"))
    sold = table.sql("quantity") or table.sql("amount")
    (undone, negative, beside, in_order, again) = table.profile.ask(
        f"""
        with lines as (
            select coalesce({condition}, false) as is_undone, {product or "null"} as product,
                {customer or "null"} as customer, {order or "null"} as order_id,
                regexp_matches({sold or "''"}, '{MINUS}') as is_negative
            from {table.profile.sample}
        ), counted as (
            select is_undone, is_negative,
                count(*) filter (where not is_undone) over (partition by customer, product) as held,
                count(*) filter (where not is_undone)
                    over (partition by order_id, product) as ordered
            from lines
        )
        select count(*) filter (where is_undone),
            avg(is_negative::int) filter (where is_undone),
            avg((held > 0)::int) filter (where is_undone),
            avg((ordered > 0)::int) filter (where is_undone),
            avg((held > 1)::int) filter (where not is_undone)
        from counted
        """
    )
    if undone and negative > HALF:
        return True
    if product is None or undone < FEWEST:
        return None
    if order is not None and in_order > HALF:
        return True
    if customer is None or again is None:
        return None
    by_chance = again + ERRORS * math.sqrt(again * (1 - again) / undone)
    return True if LEAST_BESIDE <= beside > by_chance else None


def stands_on_first_lines_only(table: DraftTable, column: ColumnProfile) -> bool:
    """Return whether only the first line of an order has a value, which holds for all its lines."""
    order = table.sql("order_id")
    if order is None or column.present == column.rows:
        return False
    filled = f"nullif({column.text}, '') is not null"
    (share,) = table.profile.ask(
        f"select avg((first_filled = first and filled < lines)::int) from (select "
        f"count(*) as lines, count(*) filter (where {filled}) as filled, min(rowid) as first, "
        f"min(rowid) filter (where {filled}) as first_filled "
        f"from {table.profile.sample} where {order} <> '' group by {order}) "
        "where lines > 1 and filled > 0"
    )
    return share is not None and share > MOSTLY
