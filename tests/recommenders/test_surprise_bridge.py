"""Our block-wise scores equal what Surprise predicts pair by pair."""

import numpy as np
import pyarrow as pa
import pytest

from recsys.data.interactions import Interactions
from recsys.errors import CatalogueTooLargeError, InvalidParameterError, InvalidTableError
from recsys.recommenders.baseline import BaselineOnly
from recsys.recommenders.knn import KNNBasic
from recsys.recommenders.knn_baseline import KNNBaseline
from recsys.recommenders.knn_means import KNNWithMeans
from recsys.recommenders.nmf import NMF
from recsys.recommenders.surprise_bridge import fit_surprise, rated_part
from recsys.recommenders.svd import SVD
from recsys.recommenders.svdpp import SVDpp

MODELS = {
    "svd": SVD(n_factors=5, n_epochs=5),
    "svd without biases": SVD(n_factors=5, n_epochs=5, biased=False),
    "svdpp": SVDpp(n_factors=5, n_epochs=5),
    "baseline": BaselineOnly(),
    "baseline, descent": BaselineOnly(baselines="sgd", sgd_epochs=7, sgd_learning_rate=0.02),
    "nmf": NMF(n_factors=4, n_epochs=8),
    "nmf with biases": NMF(n_factors=4, n_epochs=8, biased=True),
    "knn": KNNBasic(k=3),
    "knn, one neighbour": KNNBasic(k=1, similarity="cosine"),
    "knn, pearson, two neighbours at least": KNNBasic(k=4, min_k=2, similarity="pearson"),
    "knn, more neighbours than customers": KNNBasic(k=500, min_support=2),
    "knn, products": KNNBasic(k=2, user_based=False),
    "knn, products, cosine": KNNBasic(k=3, user_based=False, similarity="cosine"),
    "knn, products, pearson": KNNBasic(k=5, min_k=3, user_based=False, similarity="pearson"),
    "knn_means": KNNWithMeans(k=3),
    "knn_means, two neighbours at least": KNNWithMeans(k=4, min_k=2, similarity="pearson"),
    "knn_means, products": KNNWithMeans(k=2, min_k=2, user_based=False, similarity="cosine"),
    "knn_baseline": KNNBaseline(k=3),
    "knn_baseline, pearson": KNNBaseline(
        k=4, min_k=2, similarity="pearson_baseline", shrinkage=10, als_epochs=3
    ),
    "knn_baseline, products": KNNBaseline(
        k=2, user_based=False, similarity="pearson_baseline", baselines="sgd", sgd_epochs=5
    ),
}


def random_ratings(seed: int, whole: bool) -> Interactions:
    """Tiny overlap and few distinct values: many similarities and scores tie exactly.

    The last customer and product have purchases but no ratings, so Surprise doesn't know them.
    """
    random = np.random.default_rng(seed)
    rated = random.random((40, 30)) < 0.15
    rated[-1] = rated[:, -1] = False
    bought = rated.copy()
    bought[-1, 0] = bought[0, -1] = True
    customers, products = np.nonzero(bought)
    ratings = random.integers(1, 6, len(customers)).astype(float)
    if not whole:
        ratings = np.clip(ratings + random.normal(0, 0.3, len(ratings)), 1, 5)
    ratings = np.where(rated[customers, products], ratings, np.nan)
    table = {"customer_id": customers, "product_id": products, "rating": ratings}
    return Interactions.from_table(
        pa.table({name: pa.array(values, from_pandas=True) for name, values in table.items()})
    )


def predicted(model, interactions: Interactions) -> np.ndarray:
    """Return what Surprise itself predicts for every pair, one by one."""
    algorithm = fit_surprise(*model._algorithm(), rated_part(interactions.ratings))
    return np.array(
        [
            [
                algorithm.predict(row, column, clip=False).est
                for column in range(interactions.n_products)
            ]
            for row in range(interactions.n_customers)
        ]
    )


@pytest.mark.parametrize("whole", [True, False], ids=["whole stars", "fractions"])
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS.keys())
def test_scores_equal_surprise_for_every_pair(model, seed, whole):
    interactions = random_ratings(seed, whole)
    part = rated_part(interactions.ratings)
    assert len(part.customers) < interactions.n_customers  # somebody is unknown to Surprise
    assert len(part.products) < interactions.n_products
    expected = predicted(model, interactions)
    scores = model.fit(interactions).score(np.arange(interactions.n_customers))
    np.testing.assert_allclose(scores, expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_svd_lists_are_surprises_unclipped_estimates_ranked(seed):
    interactions = random_ratings(seed, whole=True)
    model = SVD(n_factors=5, n_epochs=20)
    estimates = predicted(model, interactions)
    ids = interactions.product_ids.to_pylist()
    is_seen = interactions.seen.toarray()
    lists = model.fit(interactions).recommend(k=10).to_pydict()
    expected = [
        ids[column]
        for row in range(interactions.n_customers)
        for column in sorted(
            np.flatnonzero(~is_seen[row]),
            key=lambda column, row=row: (-estimates[row, column], column),
        )[:10]
    ]
    assert lists["product_id"] == expected


@pytest.mark.parametrize("user_based", [True, False])
@pytest.mark.parametrize("kind", [KNNBasic, KNNWithMeans, KNNBaseline])
def test_neighbour_scores_that_tie_in_surprise_tie_here(kind, user_based):
    interactions = random_ratings(5, whole=True)
    model = kind(k=3, user_based=user_based).fit(interactions)
    np.testing.assert_array_equal(
        model.score(np.arange(interactions.n_customers)), predicted(model, interactions)
    )


def test_predictions_leave_the_scale_instead_of_being_clipped():
    table = {"customer_id": ["a", "a", "b"], "product_id": ["x", "y", "x"], "rating": [5, 5, 1]}
    interactions = Interactions.from_table(pa.table(table))
    svd = SVD(n_epochs=400, learning_rate=0.1, regularization=0.0, initial_std=1.0, n_factors=3)
    scores = svd.fit(interactions).score(np.arange(2))
    assert scores.min() < 1 or scores.max() > 5


def test_a_table_without_ratings_is_refused():
    purchases = Interactions.from_table(pa.table({"customer_id": ["a"], "product_id": ["x"]}))
    with pytest.raises(InvalidTableError, match="svd learns from ratings and none of the 1 pairs"):
        SVD().fit(purchases)


def test_too_many_products_for_an_item_based_fit_are_refused_with_a_way_out():
    interactions = random_ratings(0, whole=True)
    with pytest.raises(CatalogueTooLargeError, match="user_based=True"):
        KNNBasic(user_based=False, max_products_item_based=28).fit(interactions)
    KNNBasic(user_based=False, max_products_item_based=29).fit(interactions)


def test_too_many_customers_for_a_user_based_fit_are_refused_with_the_memory_it_takes():
    interactions = random_ratings(0, whole=True)
    with pytest.raises(CatalogueTooLargeError, match="GB, over the limit of 38 customers"):
        KNNBasic(max_customers_user_based=38).fit(interactions)


def test_ratings_that_surprise_cannot_divide_by_are_refused():
    table = {"customer_id": ["a", "b"], "product_id": ["x", "x"], "rating": [0, 0]}
    interactions = Interactions.from_table(pa.table(table))
    alike = Interactions.from_table(
        pa.table({"customer_id": [*"aabb"], "product_id": [*"xyxy"], "rating": [3] * 4})
    )
    with pytest.raises(InvalidTableError, match="a rating of 0 has no direction"):
        KNNBasic(similarity="cosine").fit(interactions)
    with pytest.raises(InvalidTableError, match="use similarity='msd'"):
        KNNBaseline(similarity="pearson_baseline").fit(alike)


@pytest.mark.parametrize("kind", [KNNBasic, KNNWithMeans, KNNBaseline])
def test_every_neighbour_model_knows_its_limits(kind):
    interactions = random_ratings(0, whole=True)
    with pytest.raises(CatalogueTooLargeError, match=f"^{kind.name} compares all pairs of 29"):
        kind(user_based=False, max_products_item_based=28).fit(interactions)
    with pytest.raises(CatalogueTooLargeError, match="over the limit of 38 customers"):
        kind(max_customers_user_based=38).fit(interactions)


def test_a_fit_that_diverges_says_so():
    interactions = random_ratings(0, whole=True)
    with pytest.raises(InvalidParameterError, match=r"svd diverged.*a lower learning rate"):
        SVD(n_epochs=300, learning_rate=1.0, regularization=0.0, initial_std=5).fit(interactions)
