"""Lists from profiles: probability of the category times the product's share of it."""

import numpy as np
import pyarrow as pa
import pytest

from recsys.errors import InvalidParameterError
from recsys.recommenders.profile_lists import profile_candidates

PROBABILITIES = pa.table(
    {
        "customer_id": ["ann", "ann", "bob"],
        "category": ["tea", "jam", "jam"],
        "probability": [0.5, 0.9, 0.2],
    }
)
PRODUCTS = pa.table(
    {
        "product_id": ["green", "plum", "black", "fig", "rum"],
        "category": ["tea", "jam", "tea", "jam", "spirits"],
        "share": [0.6, 0.5, 0.6, 0.0, 0.9],
    }
)
NOTHING = pa.table(
    {"customer_id": pa.array([], pa.string()), "product_id": pa.array([], pa.string())}
)


def lists(had=NOTHING, per_customer=100, products=PRODUCTS):
    tables = profile_candidates(PROBABILITIES, products, had, per_customer)
    return [tuple(row.values()) for table in tables for row in table.to_pylist()]


def test_scores_are_probability_times_share_and_ties_keep_the_order_of_the_products():
    assert lists() == [
        ("ann", "plum", 0.45, True),
        ("ann", "green", 0.3, True),
        ("ann", "black", 0.3, True),
        ("bob", "plum", 0.1, True),
    ]


def test_what_was_had_is_listed_apart_and_each_list_is_cut():
    had = pa.table(
        {"customer_id": ["ann", "eve", "ann"], "product_id": ["plum", "green", "unknown"]}
    )
    assert lists(had, per_customer=1) == [
        ("ann", "green", 0.3, True),
        ("ann", "plum", 0.45, False),
        ("bob", "plum", 0.1, True),
    ]


def test_a_product_of_two_categories_adds_them_up():
    both = pa.table({"product_id": ["mix", "mix"], "category": ["tea", "jam"], "share": [0.2, 0.5]})
    rows = lists(products=both)
    assert [row[:2] for row in rows] == [("ann", "mix"), ("bob", "mix")]
    np.testing.assert_allclose([row[2] for row in rows], [0.5 * 0.2 + 0.9 * 0.5, 0.2 * 0.5])


def test_nothing_to_offer_makes_no_lists():
    assert lists(products=PRODUCTS.slice(0, 0)) == []
    with pytest.raises(InvalidParameterError, match="per_customer is 0"):
        lists(per_customer=0)
