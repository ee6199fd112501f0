"""The parts of a customer's purchases sum up to the score."""

import numpy as np
import pyarrow as pa
import pytest

from recsys.data.interactions import Interactions
from recsys.recommenders.ease import EASE
from recsys.recommenders.item_knn import ItemKNN
from recsys.recommenders.ridge import Ridge


def bought(customers, products):
    random = np.random.default_rng(3)
    pairs = sorted({tuple(map(int, p)) for p in random.integers(0, [customers, products], (70, 2))})
    return Interactions.from_table(
        pa.table(
            {
                "customer_id": [f"c{c:02}" for c, _ in pairs],
                "product_id": [f"p{p:02}" for _, p in pairs],
                "weight": [0.5 + (c + p) % 3 for c, p in pairs],
                "earlier_weight": [float((c + p) % 3) for c, p in pairs],
                "recent_orders": [c % 2 for c, _ in pairs],
            }
        )
    )


MODELS = [EASE(regularization=2.0), EASE(popularity_discount=0.5), Ridge(), ItemKNN(k=5)]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("shape", [(14, 9), (9, 14)])  # solved by products, or by customers
def test_parts_sum_up_to_the_score_of_what_is_new(model, shape):
    interactions = bought(*shape)
    scores = model.fit(interactions).score(np.arange(interactions.n_customers))
    checked = 0
    for customer in range(interactions.n_customers):
        mine = interactions.seen[[customer]].indices
        for product in set(range(interactions.n_products)) - set(mine.tolist()):
            if np.isnan(scores[customer, product]):
                continue
            n = len(mine)
            parts = model.parts(np.full(n, customer), np.full(n, product), mine)
            np.testing.assert_allclose(parts.sum(), scores[customer, product], atol=1e-5)
            checked += 1
    assert checked > 20


def test_what_the_customer_never_had_has_no_part():
    interactions = bought(14, 9)
    never = min(set(range(9)) - set(interactions.seen[[0]].indices.tolist()))
    model = EASE().fit(interactions)
    assert model.parts(np.array([0]), np.array([8]), np.array([never])).tolist() == [0]


def test_products_without_a_column_have_no_part():
    model = EASE(max_products=4, beyond_max="most_popular").fit(bought(14, 9))
    parts = model.parts(np.array([0, 0]), np.array([8, 1]), np.array([1, 8]))
    assert parts.tolist() == [0, 0]
