"""Searches of products and customers, for pages on which people look them up."""

from __future__ import annotations

import pyarrow as pa

from recsys.reading.built_file import BuiltFile

MOST_WORDS = 10
"""Words of a search after these are left out."""


def find_products(build: BuiltFile, search: str | None, k: int) -> pa.Table:
    """Return products whose title holds every word of the search, or whose id it is.

    Only products that may be recommended; those that most customers bought come first.
    """
    words = (search or "").lower().split()[:MOST_WORDS]
    return build.query(
        """
        select product_id, title, category, brand, price::double as price
        from marts.products
        where is_recommendable and (
            product_id = $id
            or list_bool_and([contains(lower(coalesce(title, '')), word) for word in $words])
            or len($words) = 0
        )
        order by product_id = $id desc, customers desc, product_id
        limit $k
        """,
        id=search or "",
        words=words,
        k=k,
    )


def find_customers(build: BuiltFile, search: str | None, k: int) -> pa.Table:
    """Return customers whose ids begin with the search; those with most orders come first."""
    return build.query(
        """
        select customer_id, segment, orders
        from marts.customers
        where starts_with(customer_id, $search)
        order by customer_id = $search desc, orders desc, customer_id
        limit $k
        """,
        search=search or "",
        k=k,
    )
