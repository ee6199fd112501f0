"""For which recommenders the data is sufficient, and what the others lack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb

from recsys.checking.questions import ask_one

FEWEST_PRODUCTS = 2
LEFT_OUT = "left out by the setting `recommenders`"
MATRIX = ("svd", "nmf", "knn", "mean_imputed_svd", "ease", "item_knn", "user_knn", "als")
"""They learn from who had which products."""
RATED = ("svd", "nmf", "knn", "mean_imputed_svd")
"""Of them, those that learn from ratings, given or implied."""
OPTIONAL = ("bought_together", "ridge", "content")
"""Others that the setting `recommenders` may leave out."""

EVIDENCE = """
select
    (select count(*) from intermediate.int_products
        where coalesce(
            nullif(title, product_id), department, category, subcategory, brand, description
        ) is not null) as described,
    (select count(*) from (
        select order_key from intermediate.int_order_products
        group by order_key having count(distinct product_key) > 1
    )) as orders_of_several,
    (select count(distinct customer_id) from intermediate.int_customer_attributes) as profiled,
    (
        select coalesce(string_split(replace(recommenders, ' ', ''), ','), [])
        from staging.stg_settings
    ) as named,
    (select count(*) from intermediate.int_folds where purpose = 'train') as training_folds,
    (select count(rating) from intermediate.int_interactions where fold = 'serving') as rated,
    (select count(*) from (
        select customer_key
        from intermediate.int_interactions
        where fold = 'serving' and is_learned_from
        group by customer_key
        having max(earlier_weight) > 0 and max(recent_orders) > 0
    )) as came_back,
    (
        select count(distinct customer_key) from intermediate.int_events where store_key is not null
    ) as customers_of_stores,
    (select count(*) from intermediate.int_fold_products where fold = 'serving' and in_catalogue)
        as listed
"""


@dataclass(frozen=True)
class Verdict:
    """Whether a recommender has what it needs."""

    recommender: str
    works: bool
    why: str


def verdicts(
    connection: duckdb.DuckDBPyConnection, facts: dict[str, Any], customers: dict[str, Any]
) -> list[Verdict]:
    """Return, per group of recommenders, whether the data is sufficient for it."""
    found = ask_one(connection, EVIDENCE)
    if not facts["customers"]:
        return _of_orders(found, facts)
    several = customers["with_several_products"]
    bought = facts["purchase_lines"] > 0
    rated = [name for name in RATED if name in found["named"] and not found["rated"]]
    matrix = [name for name in MATRIX if name in found["named"] and name not in rated]
    all_of_them = [
        Verdict("popularity", found["listed"] > 0, f"{found['listed']:,} products to list"),
        Verdict(
            "store_popularity",
            found["customers_of_stores"] > 0 and found["listed"] > 0,
            f"{found['customers_of_stores']:,} customers whose purchases name a store",
        ),
        Verdict(
            "buy_again",
            bought and customers["bought_again"] > 0,
            f"{customers['bought_again']:,} customers bought something again"
            if bought
            else "needs purchases",
        ),
        Verdict(
            "bought_together",
            _has_pairs(found, facts),
            f"{found['orders_of_several']:,} orders of several products",
        ),
        Verdict(
            ", ".join(matrix),
            several >= FEWEST_PRODUCTS and found["listed"] >= FEWEST_PRODUCTS,
            f"{several:,} customers with several products, {_ratings(facts)}",
        ),
        Verdict(", ".join(rated), False, "no ratings on a scale, only what interests"),
        Verdict(
            "ridge",
            found["came_back"] > 0 and found["listed"] > 0,
            f"{found['came_back']:,} customers bought within the last label window and before it",
        ),
        Verdict(
            "content",
            found["described"] > 0,
            f"{found['described']:,} of {facts['products']:,} products with texts",
        ),
        Verdict(
            "profile",
            found["profiled"] > 0 and found["training_folds"] > 0,
            f"{found['profiled']:,} customers with attributes",
        ),
        Verdict(
            "hybrid",
            found["training_folds"] > 0,
            f"{found['training_folds']} past folds to learn from before the judged one"
            if found["training_folds"]
            else "no past fold to learn from before the judged one: the history is too short",
        ),
    ]
    chosen = [
        Verdict(verdict.recommender, False, LEFT_OUT)
        if verdict.recommender in OPTIONAL and verdict.recommender not in found["named"]
        else verdict
        for verdict in all_of_them
        if verdict.recommender
    ]
    idle = [name for name in MATRIX if name not in found["named"]]
    return [*chosen, *([Verdict(", ".join(idle), False, LEFT_OUT)] if idle else [])]


def _has_pairs(found: dict[str, Any], facts: dict[str, Any]) -> bool:
    enough: bool = found["orders_of_several"] >= facts["min_baskets_together"]
    return enough and found["listed"] >= FEWEST_PRODUCTS


def _of_orders(found: dict[str, Any], facts: dict[str, Any]) -> list[Verdict]:
    """Return the verdicts of a shop without customers, where only orders are known."""
    orders = f"{found['orders_of_several']:,} orders of several products"
    has_several = found["orders_of_several"] > 0 and found["listed"] >= FEWEST_PRODUCTS
    personal = ["store_popularity", "buy_again", *MATRIX, "ridge", "profile", "hybrid"]
    return [
        Verdict("popularity", found["listed"] > 0, f"{found['listed']:,} products to list"),
        Verdict("bought_together", _has_pairs(found, facts), orders),
        Verdict("similar_products by orders", has_several, orders),
        Verdict(
            "similar_products by texts",
            found["described"] > 0,
            f"{found['described']:,} of {facts['products']:,} products with texts",
        ),
        Verdict(", ".join(personal), False, "no line says who bought: nobody to recommend to"),
    ]


def _ratings(facts: dict[str, Any]) -> str:
    if facts["ratings"] and facts["implied_ratings"]:
        return f"{facts['ratings']:,} ratings and {facts['implied_ratings']:,} implied ones"
    if facts["ratings"]:
        return f"{facts['ratings']:,} ratings"
    return f"{facts['implied_ratings']:,} ratings implied from purchases"
