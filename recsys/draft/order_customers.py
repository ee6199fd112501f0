"""Customers' ids that are another for every order: an order's own, which no second order has."""

from __future__ import annotations

from recsys.draft.choosing import LEAST_REQUIRED
from recsys.draft.draft import DraftTable
from recsys.draft.guesses import ranked
from recsys.draft.order_keys import AGREEING, Part, look, part_of_column, same_orders
from recsys.draft.profiling import FileProfile

FEWEST = 20
"""Fewer orders show nothing: of a few customers each may have bought once."""


def check_customers(table: DraftTable) -> None:
    """Take the id that comes again with other orders; mark the customer's where none does."""
    parts = {column.name: part_of_column(column) for column in table.profile.columns}
    column = table.column("customer_id")
    order = parts.get(table.source("order_id") or "")
    customer = parts.get(column.source) if column is not None else None
    if column is None or order is None or customer is None:
        return
    orders = look(table.profile, [order], customer, None, []).orders
    if orders < FEWEST or not same_orders(table.profile, customer, order):
        return
    used = {drafted.source for drafted in table.columns}
    for guess in ranked(table.profile.columns, "customer_id"):
        other = parts[guess.column.name]
        is_free = other.name not in used and guess.certainty >= LEAST_REQUIRED
        if is_free and _comes_again(table.profile, other, order, orders):
            table.take(other.name)
            table.left_out.append(f"{column.source} (another for every order)")
            column.source, column.evidence = other.name, guess.evidence
            column.doubt = f"'{customer.name}' is another for every order: is this the customer's?"
            return
    column.doubt = "; ".join(
        filter(
            None,
            [
                column.doubt,
                f"'{customer.name}' is another for every order: if it is the order's own, name "
                "what a customer's orders have in common; as it is, nobody buys twice",
            ],
        )
    )


def _comes_again(
    profile: FileProfile,
    customer: Part,
    order: Part,
    orders: int,
) -> bool:
    """Whether each order has one of these ids, and some have the same."""
    seen = look(profile, [order], customer, None, [])
    of_customers = look(profile, [customer], None, None, [])
    return seen.of_one_customer_at_all >= AGREEING and of_customers.orders < AGREEING * orders
