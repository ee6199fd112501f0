"""Similar products equal the plain definition."""

import numpy as np
import pyarrow as pa
import pytest
from scipy import sparse

from recsys.data.interactions import Interactions
from recsys.ranking.similarity import (
    collaborative_similar_products,
    shared_terms,
    similar_pairs,
    similar_products,
    unit_rows,
)


def by_definition(rows, k):
    """(row, rank, other, similarity), with equal similarities by lowest row."""
    lengths = np.linalg.norm(rows, axis=1)
    listed = []
    for one in range(len(rows)):
        others = []
        for other in range(len(rows)):
            dot = float(rows[one] @ rows[other])
            if other != one and dot > 0:
                others.append((-round(dot / (lengths[one] * lengths[other]), 9), other))
        for rank, (similarity, other) in enumerate(sorted(others)[:k], start=1):
            listed.append((str(one), rank, str(other), -similarity))
    return listed


@pytest.mark.parametrize("seed", range(4))
def test_equals_the_definition(seed):
    random = np.random.default_rng(seed)
    rows = random.integers(0, 3, (25, 4)) * (random.random((25, 4)) < 0.6).astype(float)
    ids = pa.array([str(row) for row in range(25)])
    found = similar_products(unit_rows(sparse.csr_array(rows)), ids, k=6)
    table = [tuple(row.values()) for row in found.to_pylist()]
    assert [row[:3] for row in table] == [row[:3] for row in by_definition(rows, 6)]
    expected = [row[3] for row in by_definition(rows, 6)]
    np.testing.assert_allclose(found["similarity"].to_numpy(), expected, atol=1e-9)


def test_some_products_only():
    rows = unit_rows(sparse.csr_array(np.ones((4, 1))))
    found = similar_products(rows, pa.array(list("abcd")), k=2, wanted=np.array([2, 0]))
    assert found["product_id"].to_pylist() == ["c", "c", "a", "a"]
    assert found["similar_product_id"].to_pylist() == ["a", "b", "b", "c"]


def test_collaborative_similarity_is_the_cosine_of_weights():
    table = pa.table(
        {
            "customer_id": ["a", "a", "b", "b", "c", "d"],
            "product_id": ["x", "y", "x", "y", "x", "alone"],
            "weight": [3.0, 1.0, 4.0, 1.0, 0.0, 2.0],
        }
    )
    found = collaborative_similar_products(Interactions.from_table(table)).to_pylist()
    assert [(row["product_id"], row["similar_product_id"]) for row in found] == [
        ("x", "y"),
        ("y", "x"),
    ]
    assert found[0]["similarity"] == pytest.approx(7 / (5 * 2**0.5))
    assert found[0]["reason"] == "2 customers in common"


def test_only_some_are_alike_by_customers_and_each_has_some():
    table = pa.table({"customer_id": ["a"] * 3, "product_id": ["x", "y", "z"]})
    found = collaborative_similar_products(Interactions.from_table(table), among=["z", "x"])
    assert found["product_id"].to_pylist() == ["x", "y", "y", "z"]
    assert found["similar_product_id"].to_pylist() == ["z", "x", "z", "x"]
    twice = ["x", "z", "x", "z"]
    assert collaborative_similar_products(Interactions.from_table(table), among=twice) == found


@pytest.mark.parametrize("seed", range(2))
def test_dense_vectors_have_the_neighbours_of_sparse_ones(seed):
    random = np.random.default_rng(seed)
    rows = unit_rows(sparse.csr_array(random.standard_normal((30, 5)).round(2)))
    sparsely, densely = similar_pairs(rows, 4), similar_pairs(rows.toarray().astype("f4"), 4)
    assert densely.products.tolist() == sparsely.products.tolist()
    assert densely.similar.tolist() == sparsely.similar.tolist()
    np.testing.assert_allclose(densely.similarity, sparsely.similarity, atol=1e-6)


@pytest.mark.parametrize("dense", [False, True])
def test_neighbours_among_some_products_only(dense):
    rows = unit_rows(sparse.csr_array(np.ones((4, 1))))
    vectors = rows.toarray().astype("f4") if dense else rows
    found = similar_pairs(vectors, 3, wanted=np.array([0, 1]), among=np.array([1, 3]))
    assert found.products.tolist() == [0, 0, 1]
    assert found.similar.tolist() == [1, 3, 3]


def test_a_reason_says_nothing_twice_within_a_field():
    vectors = sparse.csr_array(np.full((2, 4), 0.5))
    terms = np.array(["attributes: oak", "attributes: red oak", "brand: oak", "oak"], object)
    [one, _] = shared_terms(vectors, terms, similar_pairs(vectors, k=1)).to_pylist()
    assert one == "In common: attributes: red oak, brand: oak, oak"
