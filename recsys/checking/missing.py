"""What a shop's missing tables and columns switch off, said once."""

from __future__ import annotations

from dataclasses import dataclass

from recsys.shop import Shop

PRODUCT_TEXTS = ("title", "department", "category", "subcategory", "brand", "description")


@dataclass(frozen=True)
class Missing:
    """A table or column that isn't there, and what there is none of without it."""

    what: str
    switches_off: str


def switched_off(shop: Shop) -> list[Missing]:
    """Return what the shop file doesn't map, and what that means.

    Parameters
    ----------
    shop
        The shop file. What its columns hold isn't looked at.

    """
    described = {
        column
        for table in (shop.products, shop.purchases, shop.ratings)
        if table is not None
        for column in table.columns
    }
    bought = set(shop.purchases.columns) if shop.purchases else set()
    found = []

    def unless(there: object, what: str, switches_off: str) -> None:
        if not there:
            found.append(Missing(what, switches_off))

    unless(
        shop.purchases,
        "purchases",
        "the lists buy_again and next_basket, what is bought together, prices and spend; ratings "
        "stand in for purchases",
    )
    unless(shop.ratings, "ratings", "explicit ratings; they are implied from purchases")
    unless(
        described & set(PRODUCT_TEXTS),
        "product texts",
        "the content recommender, similar products by content, titles in lists, and what customers "
        "like by category",
    )
    if described & set(PRODUCT_TEXTS):
        unless("title" in described, "title", "readable lists: they show ids")
        unless(
            described & {"category", "department", "subcategory"},
            "category",
            "popular products and customers' preferences by category",
        )
    unless(
        shop.customers and len(shop.customers.columns) > 1,
        "customers",
        "lists by profile for customers without a history; they get what is popular",
    )
    if shop.purchases:
        unless(
            "order_id" in bought,
            "purchases.order_id",
            "orders as the shop counts them: a customer's lines of one time are one order",
        )
        unless("quantity" in bought, "purchases.quantity", "quantities and returns: a line is one")
        unless(
            bought & {"unit_price", "amount"},
            "purchases.unit_price, purchases.amount",
            "spend, revenue and what was paid; segments go by recency and frequency",
        )
    if shop.ratings and not shop.purchases:
        unless(
            "rated_at" in shop.ratings.columns,
            "ratings.rated_at",
            "past folds: nothing can be judged in time",
        )
    if shop.products:
        unless(
            "available" in described,
            "products.available",
            "leaving out what is sold out: everything counts as in stock",
        )
    return found
