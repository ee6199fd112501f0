"""Nearest neighbours equal the dense similarities ranked by hand; so do the two kNN."""

import math

import numpy as np
import pyarrow as pa
import pytest
from scipy import sparse
from sklearn.metrics.pairwise import cosine_similarity

from recsys.data.interactions import Interactions
from recsys.ranking.nearest import nearest
from recsys.recommenders.item_knn import ItemKNN
from recsys.recommenders.user_knn import UserKNN
from recsys.recommenders.weighting import weighted


def random_rows(seed, shape, filled):
    random = np.random.default_rng(seed)
    return sparse.csr_array(random.gamma(1, 2, shape) * (random.random(shape) < filled))


def interactions_of(weights):
    customers, products = np.nonzero(weights)
    return Interactions.from_table(
        pa.table(
            {
                "customer_id": customers,
                "product_id": products,
                "weight": weights[customers, products],
            }
        )
    )


def strongest(similarities, k):
    """Keep, in each row, the k largest above 0 but the diagonal: by sorting, lowest first."""
    kept = np.zeros_like(similarities)
    for row, values in enumerate(similarities):
        others = [column for column in range(len(values)) if column != row and values[column] > 0]
        for column in sorted(others, key=lambda one: (-values[one], one))[:k]:
            kept[row, column] = values[column]
    return kept


@pytest.mark.parametrize("filled", [0.02, 0.1, 0.6])
@pytest.mark.parametrize("k", [1, 4, 100])
def test_neighbours_are_the_largest_cosines(filled, k):
    rows = random_rows(1, (30, 25), filled)
    expected = strongest(cosine_similarity(rows.toarray()), k)
    np.testing.assert_allclose(nearest(rows, k).toarray(), expected, atol=1e-11)


@pytest.mark.parametrize("filled", [0.05, 0.5])
def test_neighbours_among_some_rows_are_the_largest_cosines_with_those(filled):
    rows = random_rows(4, (30, 25), filled)
    among = np.array([3, 4, 11, 20, 29])
    allowed = np.zeros((30, 30))
    allowed[:, among] = cosine_similarity(rows.toarray())[:, among]
    found = nearest(rows, 3, among=among)
    np.testing.assert_allclose(found.toarray(), strongest(allowed, 3), atol=1e-11)
    assert nearest(rows, 3, among=among[:0]).nnz == 0


def test_shrinkage_is_added_to_the_divisor():
    rows = random_rows(2, (12, 9), 0.5)
    dense = rows.toarray()
    lengths = np.sqrt((dense**2).sum(axis=1))
    expected = strongest(dense @ dense.T / (np.outer(lengths, lengths) + 3), 5)
    np.testing.assert_allclose(nearest(rows, 5, shrinkage=3).toarray(), expected, atol=1e-11)


@pytest.mark.parametrize("others", [0, 40])
def test_equally_similar_rows_are_kept_by_position(others):
    """Four equal rows; without and with enough others for the sparse way of ranking."""
    alike = np.zeros((4 + others, 3 + others))
    alike[:4, :2] = 1
    alike[4:, 3:] = np.eye(others)
    neighbours = nearest(sparse.csr_array(alike), 2).toarray()
    assert [list(np.flatnonzero(row)) for row in neighbours[:4]] == [[1, 2], [0, 2], [0, 1], [0, 1]]


def test_weights_of_terms_are_those_of_the_formulas():
    """Row sums 3 and 1, mean 2; two rows, the first column in both, the second in one."""
    rows = sparse.csr_array([[1.0, 2.0], [1.0, 0.0]])
    rare = math.log(3 / 2) + 1
    np.testing.assert_allclose(weighted(rows, "tfidf").toarray(), [[1, 2 * rare], [1, 0]])
    long, short = 1.2 * (0.25 + 0.75 * 1.5), 1.2 * (0.25 + 0.75 * 0.5)
    np.testing.assert_allclose(
        weighted(rows, "bm25", k1=1.2, b=0.75).toarray(),
        [[2.2 / (1 + long), rare * 4.4 / (2 + long)], [2.2 / (1 + short), 0]],
    )
    assert weighted(rows, "none") is rows


def idf(counts, total):
    return np.log((1 + total) / (1 + counts)) + 1


@pytest.mark.parametrize("weighting", ["none", "tfidf"])
def test_item_knn_is_weights_times_similarities(weighting):
    interactions = interactions_of(random_rows(3, (40, 15), 0.4).toarray())
    roots = np.sqrt(interactions.weights.toarray())
    vectors = roots.T.copy()  # products in rows
    if weighting == "tfidf":
        vectors *= idf((vectors > 0).sum(axis=0), len(vectors))
    expected = roots @ strongest(cosine_similarity(vectors), 4).T
    for repeat_weight in (0, 2.5):
        model = ItemKNN(k=4, weighting=weighting, repeat_weight=repeat_weight).fit(interactions)
        scores = model.score(np.arange(40))
        np.testing.assert_allclose(scores, expected + repeat_weight * roots, atol=1e-9)


def test_user_knn_mixes_the_own_vector_and_the_neighbours_mean():
    interactions = interactions_of(random_rows(4, (25, 30), 0.3).toarray())
    roots = np.sqrt(interactions.weights.toarray())
    similarities = strongest(cosine_similarity(roots), 6)
    mean = similarities @ roots / similarities.sum(axis=1)[:, None]
    model = UserKNN(k=6, own_share=0.25, weighting="none").fit(interactions)
    scores = model.score(np.arange(interactions.n_customers))
    np.testing.assert_allclose(scores, 0.25 * roots + 0.75 * mean, atol=1e-9)


def test_user_knn_seeks_neighbours_in_a_pool_where_there_are_more_customers():
    interactions = interactions_of(random_rows(4, (25, 30), 0.3).toarray())
    roots = np.sqrt(interactions.weights.toarray())
    allowed = np.zeros((25, 25))
    pool = [0, 5, 10, 15, 20]
    allowed[:, pool] = cosine_similarity(roots)[:, pool]
    similarities = strongest(allowed, 3)
    mean = similarities @ roots / similarities.sum(axis=1)[:, None]
    model = UserKNN(k=3, own_share=0.25, max_pool=5).fit(interactions)
    np.testing.assert_allclose(model.score(np.arange(25)), 0.25 * roots + 0.75 * mean, atol=1e-9)
    assert model.notice_ == "neighbours are sought among 5 of 25 customers (max_pool)"


@pytest.mark.parametrize("model", [ItemKNN(weighting="none"), UserKNN(weighting="none")])
def test_who_and_what_has_no_weight_has_no_score(model):
    table = pa.table(
        {
            "customer_id": ["ann", "ann", "bob", "cat", "dan"],
            "product_id": ["tea", "jam", "tea", "gift", "rye"],
            "weight": [1.0, 1.0, 1.0, 0.0, 1.0],
        }
    )
    interactions = Interactions.from_table(table)
    scores = model.fit(interactions).score(np.arange(4))
    assert np.isnan(scores[2]).all()  # cat
    assert np.isnan(scores[:, interactions.product_index(["gift"])]).all()
    assert np.isfinite(scores[[0, 1, 3]][:, interactions.product_index(["tea", "rye"])]).all()
