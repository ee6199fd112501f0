"""What a file's layout is, and what the shop file has to say of it."""

from __future__ import annotations

from dataclasses import dataclass

from recsys.draft.column_profile import ColumnProfile
from recsys.draft.guesses import guess
from recsys.draft.roles import Evidence

LEAST = 0.5
"""A column guessed to be a product with so much certainty is one."""
LEAST_OF_ORDERS = 0.4


@dataclass(frozen=True)
class Layout:
    """Keys of `format:` and what was seen; or, without keys, why it can't be read."""

    format: dict[str, object]
    doubt: str
    where: str = ""
    """Rows that it holds for are lines."""
    where_doubt: str = ""
    product: str = ""
    """The column that holds products, where its name may not say so."""


def may_be(column: ColumnProfile, *kinds: str) -> bool:
    """Return whether a column is likely one of these kinds."""
    found = guess(column)
    return any(kind in found and found[kind].certainty >= LEAST for kind in kinds)


def has_product(evidence: Evidence, *, beside: frozenset[str]) -> bool:
    """Return whether a column other than these says which product a line is about."""
    return any(
        may_be(column, "product_id", "title")
        for column in evidence.profile.columns
        if column.name not in beside
    )


def is_of_orders(evidence: Evidence) -> bool:
    """Return whether rows are orders or lines of them: someone bought something at a time."""
    kinds = ("customer_id", "purchased_at", "order_id")
    return (
        sum(evidence.certainty(kind) >= LEAST_OF_ORDERS for kind in kinds) >= 2
        and evidence.certainty("rating") < 0.7
    )
