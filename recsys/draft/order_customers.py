"""Customer ids that differ from order to order, so that no customer would order twice."""

from __future__ import annotations

from recsys.draft.choosing import LEAST_REQUIRED
from recsys.draft.draft import DraftTable
from recsys.draft.guesses import ranked
from recsys.draft.order_keys import AGREEING, Part, look, part_of_column, same_orders
from recsys.draft.profiling import FileProfile

FEWEST = 20
"""Fewer orders are no evidence: each of a few customers may have bought once."""


def check_customers(table: DraftTable) -> None:
    """Choose a customer id that occurs in several orders; mark the customer's if none does."""
    column, customer = table.column("customer_id"), table.given("customer_id")
    order = table.given("order_id")
    if column is None or order is None or customer is None:
        return
    of_order, of_customer = part_of_column(order), part_of_column(customer)
    orders = look(table.profile, [of_order], of_customer, None, []).orders
    if orders < FEWEST or not same_orders(table.profile, of_customer, of_order):
        return
    used = {drafted.source for drafted in table.columns}
    for guess in ranked(table.profile.columns, "customer_id"):
        name, other = guess.column.name, part_of_column(guess.column)
        is_free = name not in used and guess.certainty >= LEAST_REQUIRED
        if is_free and _comes_again(table.profile, other, of_order, orders):
            table.take(name)
            table.left_out.append(f"{column.source} (another for every order)")
            column.source, column.evidence = name, guess.evidence
            column.doubt = f"'{customer.name}' is another for every order: is this the customer's?"
            return
    column.mark(
        f"'{customer.name}' is another for every order: if it is the order's own, name what a "
        "customer's orders have in common; as it is, nobody buys twice"
    )


def _comes_again(profile: FileProfile, customer: Part, order: Part, orders: int) -> bool:
    """Whether each order has one of these ids, and some have the same."""
    seen = look(profile, [order], customer, None, [])
    of_customers = look(profile, [customer], None, None, [])
    return seen.of_one_customer_at_all >= AGREEING and of_customers.orders < AGREEING * orders
