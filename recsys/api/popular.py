"""Popular products as what is answered where nothing better is known."""

from __future__ import annotations

from typing import Any

from recsys.api.answers import POPULAR
from recsys.reading.filters import Filters
from recsys.reading.lookups import Wanted
from recsys.reading.shared_opening import ServedBuild

REASON = "Popular lately"
TABLE = "popular_products"


def as_recommendations(build: ServedBuild, wanted: Wanted) -> list[dict[str, Any]]:
    """Return popular products in the shape of a customer's list."""
    found = build.lookups.popular_products(Wanted(None, wanted.k, wanted.filters))
    return [
        {
            "list_type": POPULAR,
            "rank": row["rank"],
            "product_id": row["product_id"],
            **_facts(row),
            "score": row["customers"],
            "probability": None,
            "recommender": TABLE,
            "reason": REASON,
            "reason_product_id": None,
        }
        for row in found.rows
    ]


def as_suggestions(
    build: ServedBuild, k: int, filters: Filters, basket: list[str]
) -> list[dict[str, Any]]:
    """Return popular products in the shape of suggestions for a basket, without its products."""
    found = build.lookups.popular_products(Wanted(None, None, filters))
    rows = [row for row in found.rows if row["product_id"] not in basket]
    return [
        {
            "rank": at,
            "product_id": row["product_id"],
            **_facts(row),
            "score": row["customers"],
            "basis": POPULAR,
            "reason": REASON,
            "reason_product_id": None,
        }
        for at, row in enumerate(rows[:k], 1)
    ]


def _facts(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("title", "category", "brand", "price")}
