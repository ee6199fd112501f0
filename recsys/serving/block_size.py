"""How many customers a block has: as many as a setting allows, fewer where each has much."""

from __future__ import annotations

MOST_INTERACTIONS = 80_000
"""Pairs of customer and product that a block holds on average, at most: of grocery customers with
240 each, blocks of 2,000 took 1.1 GiB of memory in each worker, and blocks of 600 half of it."""
FEWEST_CUSTOMERS = 100
"""Smaller blocks would mostly repeat the work that a block takes whatever its customers."""


def block_size(most: int, customers: int, interactions: int) -> int:
    """Return how many customers a block has.

    Parameters
    ----------
    most
        The setting serving_block_customers, from 1.
    customers
        How many there are.
    interactions
        Pairs of customer and product that they have in all.

    >>> block_size(2000, customers=1_000_000, interactions=9_000_000)
    2000
    >>> block_size(2000, customers=2_000, interactions=480_000)
    333
    >>> block_size(30, customers=10, interactions=1_000_000)
    30

    """
    if interactions == 0:
        return most
    return min(most, max(FEWEST_CUSTOMERS, MOST_INTERACTIONS * customers // interactions))
