"""ALS ends where the normal equations of its source hold, whatever the number of threads."""

import os
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest

from recsys.data.interactions import Interactions
from recsys.recommenders.als import ALS


@pytest.fixture(scope="module")
def interactions():
    random = np.random.default_rng(0)
    weights = random.gamma(1, 2, (30, 20)) * (random.random((30, 20)) < 0.4)
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


def solved(others, confidence, preference, regularization):
    """Hu, Koren and Volinsky's equation (4): (YᵀCY + λ)⁻¹ YᵀCp for each row."""
    identity = np.eye(others.shape[1])
    return np.array(
        [
            np.linalg.solve(
                (others.T * trust) @ others + regularization * identity, (others.T * trust) @ liked
            )
            for trust, liked in zip(confidence, preference, strict=True)
        ]
    )


def test_at_the_end_each_side_solves_the_normal_equations_of_the_other(interactions):
    model = ALS(n_factors=3, regularization=2, alpha=1.5, n_iterations=400).fit(interactions)
    weights = interactions.weights.toarray()
    confidence, preference = 1 + 1.5 * np.sqrt(weights), (weights > 0).astype(float)
    customers = model.customer_factors_.astype(float)
    products = model.product_factors_.astype(float)
    assert np.abs(customers).max() > 0.1
    np.testing.assert_allclose(customers, solved(products, confidence, preference, 2), atol=2e-3)
    np.testing.assert_allclose(
        products, solved(customers, confidence.T, preference.T, 2), atol=2e-3
    )
    np.testing.assert_allclose(
        model.score(np.arange(30)), customers @ products.T, rtol=1e-4, atol=1e-5
    )


def test_the_number_of_threads_changes_nothing():
    program = """
import numpy, pyarrow, recsys
random = numpy.random.default_rng(1)
cells = random.choice(300 * 200, 9000, replace=False)
table = pyarrow.table({"customer_id": cells // 200, "product_id": cells % 200})
model = recsys.ALS(n_iterations=3).fit(recsys.Interactions.from_table(table))
print(model.customer_factors_.tobytes().hex()[:20000])
"""
    runs = [
        subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, "-W", "error", "-c", program],
            env={**os.environ, "OMP_NUM_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for threads in ("1", "2")
    ]
    assert len(runs[0]) == 20001
    assert runs[0] == runs[1]


def test_who_and_what_has_no_weight_has_no_score():
    table = pa.table(
        {
            "customer_id": ["ann", "ann", "bob", "cat"],
            "product_id": ["tea", "jam", "tea", "gift"],
            "weight": [1.0, 1.0, 1.0, 0.0],
        }
    )
    interactions = Interactions.from_table(table)
    scores = ALS(n_factors=2).fit(interactions).score(np.arange(3))
    assert np.isnan(scores[2]).all()  # cat
    assert np.isnan(scores[:, interactions.product_index(["gift"])]).all()
    assert np.isfinite(scores[:2][:, interactions.product_index(["tea", "jam"])]).all()
