"""Features of the hybrid in words that a shop's people read.

The comments of `intermediate.int_hybrid_features` define them; here they are named in short. A
window is as long as the label window.
"""

from __future__ import annotations

_COUNTS = {
    "own_orders": "orders of it",
    "customer_orders": "the customer's orders",
    "category_orders": "orders in its category",
    "subcategory_orders": "orders in its subcategory",
    "brand_orders": "orders of its brand",
    "product_customers": "its customers",
    "product_new_customers": "its new customers",
    "customer_products": "products the customer bought",
    "customer_first_bought": "products new to the customer",
    "customer_spend": "spend",
    "own_orders_share": "share of orders with it",
    "stores_share": "share of buyers at the customer's stores who bought it",
    "customer_discounted_share": "share of purchases at a discount",
    "customer_discount_depth": "the customer's mean discount",
    "product_discounted_share": "share of its orders that had a discount",
    "product_discount_depth": "its mean discount",
}
_PERIODS = {
    "half_window": "in the last half window",
    "one_window": "in the last window",
    "three_windows": "in the last three windows",
}
_DECAYED = {
    "own": "recent orders of it",
    "department": "recent orders in its department",
    "category": "recent orders in its category",
    "subcategory": "recent orders in its subcategory",
    "brand": "recent orders of its brand",
}
_HALVED = {
    "quarter_window": "halved every quarter of a window",
    "one_window": "halved every window",
    "three_windows": "halved every three windows",
    "six_windows": "halved every six windows",
}
_PROMOTED = {
    "promoted": "days on promotion",
    "mailer": "days in the mailer",
    "display": "days on display",
}
_WEEKS = {
    "one_week": "in the last week",
    "eight_weeks": "in the last eight weeks",
    "next_week": "in the next week",
    "next_window": "in the next window",
}
_WHERE = {"stores": "at the customer's stores", "product": "in all stores"}
_OTHERS = {
    "pair_is_new": "new to the customer",
    "pair_recommenders": "recommenders that propose it",
    "product_department": "its department",
    "product_category": "its category",
    "own_days_since_last": "days since it was last bought",
    "own_days_since_first": "days since it was first bought",
    "own_windows": "windows in which it was bought",
    "own_windows_share": "share of windows in which it was bought",
    "own_orders_since_last": "orders since the last one with it",
    "own_share_of_orders_since_first": "share of orders with it since the first one",
    "own_usual_interval": "usual days between orders of it",
    "own_due_ratio": "days since it was last bought, in usual intervals",
    "own_due_ratio_of_longest": "days since it was last bought, in longest intervals",
    "own_due_ratio_of_mean": "days since it was last bought, in mean intervals",
    "own_due_ratio_of_orders": "orders since the last one with it, against the usual number",
    "own_due_ratio_of_product": "days since it was last bought, in intervals of all its customers",
    "own_last_quantity": "units in the last order of it",
    "own_discounted_share": "share of orders of it that had a discount",
    "stores_share_popularity_window": (
        "share of buyers at the customer's stores who bought it in the popularity window"
    ),
    "stores_days_since_last": "days since it was sold at the customer's stores",
    "stores_promoted_discount": "discount of its promotion in the next window",
    "customer_products_per_order": "products per order of the customer",
    "customer_days_since_last": "days since the customer's last order",
    "customer_days_since_first": "days since the customer's first order",
    "customer_due_ratio": "days since the customer's last order, in mean intervals",
    "customer_first_bought_share": "share of new products in what the customer bought lately",
    "customer_mean_price_band": "the customer's mean price band",
    "customer_price_ratio": "its price over the customer's usual price",
    "product_trend": "share of its latest orders that are of the last two weeks",
    "product_new_customers_share": "share of new customers in its latest customers",
    "product_orders_per_customer": "its orders per customer",
    "product_repeat_share": "share of its customers who came back",
    "product_recent_repeat_share": "share of its customers who came back lately",
    "product_usual_interval": "its customers' usual days between orders of it",
    "product_days_since_last": "days since anyone bought it",
    "product_days_since_first": "days since it was first sold",
    "product_price": "its price",
    "product_price_band": "its price band",
    "product_ratings": "its ratings",
    "product_mean_rating": "its mean rating",
    "category_products": "products of its category the customer bought",
    "category_days_since_last": "days since the customer bought in its category",
    "category_days_since_newest": "days since the customer bought something new in its category",
    "category_price_ratio": "its price over what the customer pays in its category",
    "subcategory_products": "products of its subcategory the customer bought",
    "subcategory_most_orders": "orders of the customer's favourite in its subcategory",
    "subcategory_days_since_last": "days since the customer bought in its subcategory",
    "subcategory_price_ratio": "its price over what the customer pays in its subcategory",
}
WORDS: dict[str, str] = {
    **_COUNTS,
    **{
        f"{name}_{period}": f"{words} {when}"
        for name, words in _COUNTS.items()
        for period, when in _PERIODS.items()
    },
    **{
        f"{name}_decay_{period}": f"{words}, {how}"
        for name, words in _DECAYED.items()
        for period, how in _HALVED.items()
    },
    **{
        f"{where}_{kind}_days_{weeks}": f"{words} {when} {place}"
        for where, place in _WHERE.items()
        for kind, words in _PROMOTED.items()
        for weeks, when in _WEEKS.items()
    },
    **_OTHERS,
}
"""The words of each feature by its name; those of recommenders are made of their names."""


def in_words(feature: str) -> str:
    """Return a feature in words; one that nobody has named stands as it is.

    >>> in_words("own_orders_one_window"), in_words("ease_rank"), in_words("svd_score")
    ('orders of it in the last window', 'rank by ease', 'score by svd')
    """
    if feature in WORDS:
        return WORDS[feature]
    recommender, _, said = feature.rpartition("_")
    return f"{said} by {recommender}" if recommender and said in {"rank", "score"} else feature
