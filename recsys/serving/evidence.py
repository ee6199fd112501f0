"""Kinds of reasons whose evidence isn't what a customer bought, and the tables that hold it."""

from __future__ import annotations

OF_POPULARITY = "popular"
OF_PROFILE = "profile"
OF_OFFERS = ("on_offer", "usual_offer")

POPULARITY: dict[str, tuple[str, ...]] = {
    "int_category_products": ("category_share",),
    "int_fold_products": (
        *("customers", "orders", "recent_customers", "orders_14d", "orders_42d", "trend"),
    ),
    "int_product_features": (
        *("customers", "customers_half_window", "customers_one_window"),
        *("customers_three_windows", "new_customers_half_window", "new_customers_one_window"),
        *("new_customers_three_windows", "trend"),
    ),
}
"""What tables of products say of how many buy a product."""

PROMOTIONS = "int_store_promotions"
"""The table that says on how many days products are promoted."""
