"""Orders and their lines in one file: who bought and when stands on an order's first row only."""

# ruff: noqa: S608 - names are quoted
from __future__ import annotations

from recsys.draft.column_profile import ColumnProfile
from recsys.draft.guesses import ranked
from recsys.draft.layouts.layout import LEAST, Layout, is_of_orders, may_be
from recsys.draft.profiling import PART, FileProfile
from recsys.draft.roles import Evidence
from recsys.storage.names import quoted

OF_ORDERS = ("customer_id", "purchased_at", "status", "is_return", "currency")
"""What an order says once of all of its lines. Money isn't among it: totals aren't the line's."""
REQUIRED = ("customer_id", "purchased_at")
FEWEST_BLANK = 0.02
FULL = 0.995
MOSTLY = 0.95
"""Share of the orders, or of the empty cells, of which something has to hold."""


def heads_among_lines(profile: FileProfile) -> Layout | None:
    """Return which columns have to be filled down, and by what."""
    evidence = Evidence(profile)
    product = evidence.best("product_id") or evidence.best("title")
    if product is None or product.certainty < LEAST or not is_of_orders(evidence):
        return None
    partly = [
        column
        for column in profile.columns
        if column is not product.column
        and 0 < column.filled < 1 - FEWEST_BLANK
        and may_be(column, *OF_ORDERS)
    ]
    orders = [found.column for found in ranked(profile.columns, "order_id")[:2]]
    for order in orders:
        if order.filled >= FULL and order.uniqueness < MOSTLY:
            filled = [c for c in partly if c is not order and _fills(profile, c, order)]
            if filled:
                return _layout(profile, filled, order, product.column)
    blank = next((order for order in orders if order in partly or order.filled < FULL), None)
    if blank is not None and blank.filled > 0:
        beside = [c for c in partly if c is not blank and _goes_with(profile, c, blank)]
        if beside:
            return _layout(profile, [blank, *beside], blank, product.column)
    if not any(order.filled > 0 for order in orders) and len(partly) > 1:
        first, *others = partly
        beside = [column for column in others if _goes_with(profile, column, first)]
        kinds = [kind for kind in REQUIRED if any(may_be(c, kind) for c in (first, *beside))]
        if len(kinds) == len(REQUIRED):
            return _layout(profile, [first, *beside], None, product.column)
    return None


def _fills(profile: FileProfile, column: ColumnProfile, order: ColumnProfile) -> bool:
    """Whether a column's value stands on the first rows of orders, and on no other."""
    value, by = _unless_blank(column), _unless_blank(order)
    rows = (
        f"(select {value} as value, {by} as number, {PART}, row_number() over () as place "
        f"from {profile.sample} where {by} is not null)"
    )
    (share, blanks) = profile.ask(
        "select avg((is_first_filled and not has_other)::int), sum(blanks) from (select "
        "arg_min(value is not null, place) as is_first_filled, count(distinct value) > 1 as "
        f"has_other, count(*) - count(value) as blanks from {rows} group by {PART}, number "
        "having count(*) > 1 and count(value) > 0 and count(value) < count(*))"
    )
    (empty,) = profile.ask(f"select count(*) - count(value) from {rows}")
    return share is not None and share >= MOSTLY and blanks > empty / 2


def _goes_with(profile: FileProfile, column: ColumnProfile, order: ColumnProfile) -> bool:
    """Whether a column is empty in the rows in which the order is empty, and in no others."""
    (alike,) = profile.ask(
        f"select avg((({_unless_blank(column)} is null) = ({_unless_blank(order)} is null))::int) "
        f"from {profile.sample}"
    )
    return bool(alike >= MOSTLY)


def _layout(
    profile: FileProfile,
    columns: list[ColumnProfile],
    order: ColumnProfile | None,
    product: ColumnProfile,
) -> Layout:
    names = [column.name for column in columns]
    listed = ", ".join(f"'{name}'" for name in names)
    where = where_doubt = ""
    if _are_heads(profile, columns, product):
        where = f"{quoted(product.name)} is not null"
        where_doubt = f"rows without '{product.name}' are the heads of orders, not lines of them"
    of_each = f"of each '{order.name}' " if order is not None else ""
    return Layout(
        {"fill_down": {"columns": names, "by": order.name} if order is not None else names},
        f"{listed}: only the first row {of_each}says it; the rows below get it, too",
        where,
        where_doubt,
    )


def _are_heads(profile: FileProfile, columns: list[ColumnProfile], product: ColumnProfile) -> bool:
    """Whether the rows without a product are those that say who bought and when."""
    says = " or ".join(f"{_unless_blank(column)} is not null" for column in columns)
    (heads, products) = profile.ask(
        f"select avg(({says})::int) filter ({_unless_blank(product)} is null), "
        f"avg(({says})::int) filter ({_unless_blank(product)} is not null) from {profile.sample}"
    )
    return (heads or 0) >= MOSTLY and (products or 0) <= 1 - MOSTLY


def _unless_blank(column: ColumnProfile) -> str:
    return f"nullif({column.text}, '')"
