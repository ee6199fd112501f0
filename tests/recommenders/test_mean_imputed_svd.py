"""The sparse decomposition equals the dense one it stands for."""

import numpy as np
import pyarrow as pa
import pytest

from recsys.data.interactions import Interactions
from recsys.recommenders.mean_imputed_svd import MeanImputedSVD


def random_interactions(seed, shape=(30, 20)):
    random = np.random.default_rng(seed)
    customers, products = np.nonzero(random.random(shape) < 0.3)
    return Interactions.from_table(
        pa.table(
            {
                "customer_id": customers,
                "product_id": products,
                "rating": random.integers(1, 6, len(customers)),
            }
        )
    )


def dense(interactions, n_factors):
    ratings = interactions.ratings.toarray()
    rated = interactions.seen.toarray()
    means = ratings.sum(axis=0) / rated.sum(axis=0)
    left, values, right = np.linalg.svd(np.where(rated, ratings, means), full_matrices=False)
    return left[:, :n_factors] * values[:n_factors] @ right[:n_factors]


@pytest.mark.parametrize("n_factors", [1, 3, 10, 19, 20, 500])
@pytest.mark.parametrize("seed", range(3))
def test_scores_equal_the_dense_decomposition(seed, n_factors):
    interactions = random_interactions(seed)
    model = MeanImputedSVD(n_factors=n_factors).fit(interactions)
    scores = model.score(np.arange(interactions.n_customers))
    np.testing.assert_allclose(scores, dense(interactions, n_factors), atol=1e-9)


def test_directions_are_the_same_in_every_run_and_point_to_plus():
    interactions = random_interactions(1)
    one = MeanImputedSVD(n_factors=5).fit(interactions).product_factors_
    other = MeanImputedSVD(n_factors=5).fit(interactions).product_factors_
    np.testing.assert_array_equal(one, other)
    largest = np.abs(one).argmax(axis=0)
    assert (one[largest, np.arange(5)] > 0).all()


def test_ratings_that_all_agree_are_no_trouble():
    customers, products = np.divmod(np.arange(600), 20)
    table = pa.table({"customer_id": customers, "product_id": products, "rating": [4.0] * 600})
    interactions = Interactions.from_table(table)
    models = [MeanImputedSVD(n_factors=5).fit(interactions) for _ in range(2)]
    scores = [model.score(np.arange(30)) for model in models]
    assert (scores[0] == 4.0).all()  # exactly: so that popularity breaks the tie
    np.testing.assert_array_equal(scores[0], scores[1])


def test_who_and_what_was_never_rated():
    table = pa.table(
        {
            "customer_id": ["a", "b", "c", "c", "a"],
            "product_id": ["x", "x", "x", "unrated", "y"],
            "rating": [1.0, 5.0, None, None, 2.0],
        }
    )
    interactions = Interactions.from_table(table)
    scores = MeanImputedSVD().fit(interactions).score(np.arange(3))
    x, y, unrated = interactions.product_index(["x", "y", "unrated"])
    assert np.isnan(scores[:, unrated]).all()
    assert scores[2, [x, y]] == pytest.approx([3.0, 2.0])  # a row of means


@pytest.mark.parametrize("size", [3, 30])
def test_ratings_of_nothing_but_0_say_nothing(size):
    pairs = np.arange(size * size)
    interactions = Interactions.from_table(
        pa.table({"customer_id": pairs // size, "product_id": pairs % size, "rating": 0 * pairs})
    )
    scores = MeanImputedSVD(n_factors=5).fit(interactions).score(np.arange(size))
    assert (scores == 0).all()
