"""Diversity against every pair's cosine by scikit-learn."""

import numpy as np
import pyarrow as pa
from scipy import sparse
from sklearn.metrics.pairwise import cosine_similarity
from sklearn.preprocessing import normalize

from recsys.evaluation.diversity import intra_list_diversity


def vectors() -> sparse.csr_array:
    dense = np.random.default_rng(2).random((12, 6)) * (
        np.random.default_rng(3).random((12, 6)) > 0.5
    )
    dense[4] = 0  # a product without text
    return sparse.csr_array(normalize(dense))


def lists() -> pa.Table:
    generator = np.random.default_rng(4)
    rows = [
        {"list": number, "rank": rank + 1, "product": int(product)}
        for number in range(8)
        for rank, product in enumerate(generator.permutation(12)[: number + 1])
    ]
    return pa.Table.from_pylist(generator.permutation(np.array(rows, dtype=object)).tolist())


def test_it_is_one_minus_the_mean_cosine_of_all_pairs_with_text():
    found = {
        (row["list"], row["k"]): row["value"]
        for row in intra_list_diversity(lists(), vectors(), [3, 10]).to_pylist()
    }
    expected = {}
    for number in range(8):
        for k in (3, 10):
            rows = [
                row
                for row in lists().to_pylist()
                if row["list"] == number and row["rank"] <= k and row["product"] != 4
            ]
            if len(rows) > 1:
                chosen = vectors().toarray()[[row["product"] for row in rows]]
                pairs = cosine_similarity(chosen)[np.triu_indices(len(rows), 1)]
                expected[number, k] = 1 - pairs.mean()
    assert found.keys() == expected.keys()
    assert len(expected) >= 12
    for key, value in expected.items():
        assert abs(found[key] - value) < 1e-9


def test_a_list_of_one_product_has_no_diversity():
    single = pa.table({"list": [0], "product": [1], "rank": [1]})
    assert intra_list_diversity(single, vectors(), [5]).num_rows == 0


def test_no_lists_no_rows():
    assert intra_list_diversity(lists().slice(0, 0), vectors(), [5]).num_rows == 0
