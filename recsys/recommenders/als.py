"""ALS: purchases as products of factors, learned by alternating least squares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recsys.compute.native_threads import one_blas_thread
from recsys.data.arrow_tables import ArrowTable
from recsys.data.interactions import Interactions
from recsys.recommenders.base import Recommender
from recsys.recommenders.search_space import Choice, Range
from recsys.recommenders.weighting import TRANSFORMS, Transform, transformed
from recsys.settings.parameters import Count, Positive, Seed


@dataclass(kw_only=True)
class ALS(Recommender):
    """Matrix factorisation for implicit feedback, by alternating least squares.

    Every pair has the preference 1 if bought, else 0, and the confidence 1 + alpha · transformed
    weight; factors minimise the squared errors by confidence plus `regularization` times their
    squares. A score is the product of factors: a preference, around 0 to 1. There is no score
    (NaN) for a customer without weights, nor for a product that nobody bought.

    Source: Hu, Koren and Volinsky, *Collaborative filtering for implicit feedback datasets*
    (2008); Takács, Pilászy and Tikk, *Applications of the conjugate gradient method for implicit
    feedback collaborative filtering* (2011). Fitted by the package `implicit`.

    >>> import pyarrow as pa
    >>> purchases = pa.table({
    ...     "customer_id": ["ann", "ann", "bob", "bob", "cat", "dan"],
    ...     "product_id": ["tea", "milk", "tea", "milk", "tea", "rye"],
    ... })
    >>> model = ALS(n_factors=2, regularization=0.1).fit(Interactions.from_table(purchases))
    >>> model.recommend(["cat"], k=1)["product_id"].to_pylist()
    ['milk']

    """

    name = "als"
    takes_strangers = True

    n_factors: Annotated[Count, Range(low=8, high=256, log=True)] = 64
    """Numbers learned per customer and per product."""
    regularization: Annotated[Positive, Range(low=0.01, high=1_000.0, log=True)] = 30.0
    """Penalty on the size of factors."""
    alpha: Annotated[Positive, Range(low=0.1, high=100.0, log=True)] = 1.0
    """How much more confidence a unit of transformed weight brings."""
    transform: Annotated[Transform, Choice(TRANSFORMS)] = "sqrt"
    """What is made of a weight w: `sqrt`, `log` (ln(1 + w)), `binary` (1) or `none` (w)."""
    n_iterations: Annotated[Count, Range(low=5, high=30, log=True)] = 10
    """Times that both sides are solved for."""
    random_state: Seed = 0
    """Seed of the factors that the first iteration starts from."""

    def _fit(self, interactions: Interactions, products: ArrowTable | None) -> None:
        from implicit.cpu.als import AlternatingLeastSquares  # noqa: PLC0415

        confidence = self._confidence(interactions)
        # its own threads each solve rows of their own; those of BLAS would fight them
        with one_blas_thread():
            model = AlternatingLeastSquares(
                factors=self.n_factors,
                regularization=self.regularization,
                iterations=self.n_iterations,
                random_state=self.random_state,
            )
            model.fit(confidence, show_progress=False)
        self.customer_factors_ = model.user_factors
        self.product_factors_ = model.item_factors
        self.is_buyer_ = np.diff(confidence.indptr) > 0
        self.is_bought_ = np.bincount(confidence.indices, minlength=confidence.shape[1]) > 0

    def _confidence(self, interactions: Interactions) -> sparse.csr_matrix:
        weights = transformed(interactions.weights, self.transform)
        # implicit asks for arrays that it could write to; those of a file are mapped read-only
        confidence = sparse.csr_matrix(weights, dtype=np.float32, copy=True)
        confidence.data = (1 + self.alpha * weights.data).astype(np.float32)
        return confidence

    def _take_histories(self, interactions: Interactions, fitted: NDArray[np.intp]) -> None:
        """Move each customer's factors as far as the change of history moves their solution.

        The fitted factors are no solution themselves: products' factors were solved for last. Those
        of who wasn't fitted are.
        """
        after = self._confidence(interactions)
        is_known = fitted >= 0
        before = self._confidence(self._fitted())[fitted[is_known]]
        factors = self._solved(after)
        moved = factors[is_known] - self._solved(before)
        factors[is_known] = self.customer_factors_[fitted[is_known]] + moved
        self.customer_factors_ = factors
        self.is_buyer_ = np.diff(after.indptr) > 0

    def _solved(self, confidence: sparse.csr_matrix) -> NDArray[np.float32]:
        """Return the (customers, factors) that minimise the errors, products' factors given."""
        products = self.product_factors_.astype(np.float64)
        solved = np.zeros((confidence.shape[0], products.shape[1]), np.float32)
        # for matrices as small as these threads cost more than they bring
        with one_blas_thread():
            all_products = products.T @ products + self.regularization * np.eye(products.shape[1])
            for row in range(confidence.shape[0]):
                part = slice(confidence.indptr[row], confidence.indptr[row + 1])
                bought, trust = products[confidence.indices[part]], confidence.data[part]
                squares = all_products + bought.T @ (bought * (trust - 1)[:, None])
                solved[row] = np.linalg.solve(squares, bought.T @ trust)
        return solved

    def _score(self, customers: NDArray[np.intp]) -> NDArray[np.floating[Any]]:
        scores: NDArray[np.float32] = self.customer_factors_[customers] @ self.product_factors_.T
        scores[:, ~self.is_bought_] = np.nan
        scores[~self.is_buyer_[customers]] = np.nan
        return scores
