"""Ridge equals scikit-learn's ridge regression of what was bought since on what was before."""

import numpy as np
import pyarrow as pa
import pytest
from sklearn.linear_model import Ridge as RidgeRegression

from recsys.data.interactions import Interactions
from recsys.errors import NothingToLearnError
from recsys.recommenders import ridge
from recsys.recommenders.ridge import Ridge


def random_interactions(seed, n_customers, n_products) -> Interactions:
    random = np.random.default_rng(seed)
    shape = (n_customers, n_products)
    earlier = np.where(random.random(shape) < 0.3, random.gamma(1, 2, shape), 0)
    recent = np.where(random.random(shape) < 0.2, random.integers(1, 4, shape), 0)
    earlier[0], recent[1] = (
        0,
        0,
    )  # 0 came later: not trained on; 1 bought nothing since: is
    earlier[1, 0] = 1
    weight = earlier / 2 + recent
    customers, products = np.nonzero(weight)
    cells = (customers, products)
    return Interactions.from_table(
        pa.table(
            {
                "customer_id": [f"c{customer:02}" for customer in customers],
                "product_id": [f"p{product:02}" for product in products],
                "weight": weight[cells],
                "earlier_weight": earlier[cells],
                "recent_orders": recent[cells],
            }
        )
    )


def expected(interactions, pool, regularization, transform=np.log1p):
    earlier = transform(interactions.earlier_weights.toarray())[pool]
    alpha = regularization * (earlier**2).sum(axis=1).mean()
    model = RidgeRegression(alpha=alpha, fit_intercept=False, solver="cholesky")
    bought = interactions.recent.toarray()[pool].astype(float)
    model.fit(earlier, bought)
    scores = model.predict(transform(interactions.weights.toarray()))
    scores[:, ~bought.any(axis=0)] = np.nan
    return scores


@pytest.mark.parametrize(
    ("shape", "dense_speed"),
    [((40, 15), 15), ((15, 40), 0), ((15, 40), 1e9)],
    ids=["by products", "by customers of few products", "by customers of many products"],
)
@pytest.mark.parametrize(("transform", "same"), [("log", np.log1p), ("none", np.asarray)])
def test_scores_equal_scikit_learns(shape, dense_speed, transform, same, monkeypatch):
    monkeypatch.setattr(ridge, "DENSE_SPEED", dense_speed)
    interactions = random_interactions(0, *shape)
    pool = np.flatnonzero(np.diff(interactions.earlier_weights.indptr))
    assert 0 not in pool
    model = Ridge(regularization=2, transform=transform).fit(interactions)
    scores = model.score(np.arange(shape[0]))
    np.testing.assert_allclose(scores, expected(interactions, pool, 2, same), atol=1e-6)
    assert np.array_equal(scores, np.round(scores, 6), equal_nan=True)


def test_of_too_many_customers_evenly_spaced_ones_are_trained_on():
    interactions = random_interactions(1, 41, 12)
    pool = np.flatnonzero(np.diff(interactions.earlier_weights.indptr))
    model = Ridge(max_customers=10).fit(interactions)
    assert model.notice_ == "learned from 10 of 40 customers (max_customers)"
    scores = model.score(np.arange(41))
    np.testing.assert_allclose(scores, expected(interactions, pool[::4], 15), atol=1e-6)
    # as many products fit: all customers are trained on
    assert Ridge(max_customers=12).fit(interactions).notice_ == ""


def test_of_many_customers_few_are_scored_at_once(monkeypatch):
    """Rows of scores over customers learned from are wider than those over products."""
    monkeypatch.setattr("recsys.ranking.top_k.BLOCK_BYTES", 8 * 20 * 3)
    interactions = random_interactions(2, 61, 25)
    model = Ridge(max_customers=20).fit(interactions)
    widths = []

    class Noted(np.ndarray):
        def __matmul__(self, other):
            widths.append(self.shape)
            return np.asarray(self) @ other

        def __rmatmul__(self, other):
            widths.append(other.shape)
            return other @ np.asarray(self)

    between = model.between_customers_
    whole = model.score(np.arange(61))
    model.between_customers_ = between.view(Noted)
    assert np.array_equal(model.score(np.arange(61)), whole, equal_nan=True)
    assert max(rows for rows, _ in widths) == 3
    assert {columns for _, columns in widths} == {20}


def test_without_recent_purchases_of_the_training_customers_there_is_nothing_to_learn():
    table = pa.table(
        {
            "customer_id": ["a", "b", "c", "d"],
            "product_id": ["w", "x", "y", "z"],
            "earlier_weight": [1.0] * 4,
            "recent_orders": [0, 1, 0, 0],
        }
    )
    with pytest.raises(NothingToLearnError, match="none of 2 customers with purchases before"):
        Ridge(max_customers=2).fit(Interactions.from_table(table))


def test_there_is_no_score_for_what_nobody_bought_lately_nor_for_who_bought_nothing():
    table = pa.table(
        {
            "customer_id": ["ann", "ann", "bob", "eve"],
            "product_id": ["tea", "jam", "old", "tea"],
            "weight": [1.0, 1.0, 0.5, 0.0],
            "earlier_weight": [1.0, 0.0, 1.0, 0.0],
            "recent_orders": [0, 1, 0, 0],
        }
    )
    interactions = Interactions.from_table(table)
    scores = Ridge().fit(interactions).score(np.arange(3))
    [jam] = interactions.product_index(["jam"])
    has_score = ~np.isnan(scores)
    assert has_score[:2, jam].all()
    assert has_score.sum() == 2


@pytest.mark.parametrize("known", [[], ["earlier_weight"], ["recent_orders"]])
def test_without_a_window_and_what_was_before_it_there_is_nothing_to_learn(known):
    columns = {"customer_id": ["a", "b"], "product_id": ["x", "x"], "weight": [1.0, 2.0]}
    table = pa.table(columns | {name: [1, 1] for name in known})
    with pytest.raises(NothingToLearnError, match="bought anything within it; fill the columns"):
        Ridge().fit(Interactions.from_table(table))
