"""A past fold made by hand, and a recommender whose quality is what its parameter says."""

from datetime import datetime

import numpy as np
import pyarrow as pa
import pytest

from recsys.data.interactions import Interactions
from recsys.tuning.past_folds import PastFold

CUSTOMERS, PRODUCTS = 40, 30


def past_fold(
    relevant=None, *, takes_new=True, takes_bought=False, only_rated=(), first_of_ties=None
) -> PastFold:
    """Return a fold of customers who bought every third product, shifted by customer.

    Who is next in number to them bought what they buy afterwards, unless `relevant` says what.
    """
    pairs = [(c, p) for c in range(CUSTOMERS) for p in range(PRODUCTS) if (p + c) % 3 == 0]
    generator = np.random.default_rng(1)
    interactions = Interactions.from_table(
        pa.table(
            {
                "customer_id": [f"c{c:02}" for c, _ in pairs],
                "product_id": [f"p{p:02}" for _, p in pairs],
                "rating": generator.integers(1, 6, len(pairs)).astype(float),
                "weight": generator.uniform(0.5, 3, len(pairs)),
                "tie_order": [0 if f"p{p:02}" == first_of_ties else p + 1 for _, p in pairs],
            }
        ),
        tie_order="tie_order",
    )
    if relevant is None:
        relevant = {
            f"c{c:02}": [f"p{p:02}" for p in range(PRODUCTS) if (p + c) % 3 == 1 and p % 5 == c % 5]
            for c in range(CUSTOMERS)
        }
    cells = np.sort(
        [
            interactions.customer_index([customer])[0] * interactions.n_products
            + interactions.product_index([product])[0]
            for customer, products in relevant.items()
            for product in products
        ]
    ).astype(np.int64)
    rated = [
        interactions.customer_index([customer])[0] * interactions.n_products
        + interactions.product_index([product])[0]
        for customer, product in only_rated
    ]
    return PastFold(
        fold="2017-11-06",
        cutoff_at=datetime(2017, 11, 6),
        label_until=datetime(2017, 12, 4),
        interactions=interactions,
        products=pa.table({"product_id": interactions.product_ids}),
        only_rated=np.sort(np.array(rated, np.int64)),
        customers=np.unique(cells // interactions.n_products),
        relevant=cells,
        takes_new=takes_new,
        takes_bought=takes_bought,
    )


@pytest.fixture(scope="session")
def fold() -> PastFold:
    return past_fold()
