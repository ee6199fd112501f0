"""MeanImputedSVD: the classic truncated SVD of a rating matrix filled with product means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recsys.data.arrow_tables import ArrowTable
from recsys.data.interactions import Interactions
from recsys.recommenders.base import Recommender, require_ratings
from recsys.recommenders.search_space import Range
from recsys.settings.parameters import Count, Seed


@dataclass(kw_only=True)
class MeanImputedSVD(Recommender):
    """Truncated singular value decomposition of the ratings, gaps filled with product means.

    A score is the filled row of a customer, projected on the strongest directions: a predicted
    rating, not clipped to the scale. A customer without ratings is a row of means. A product
    without ratings has no mean, thus no score (NaN).

    Source: Sarwar, Karypis, Konstan and Riedl, *Application of dimensionality reduction in
    recommender system: a case study* (2000), without its centring on customers.

    Notes
    -----
    The filled matrix is dense, and is never made: it is the sparse matrix of differences from
    the means plus one row of means for everybody. Only with fewer rated products or customers
    than `n_factors`, where the sparse solver can't work, the matrix is made; then every
    direction is kept and unrated products score their mean.

    >>> import pyarrow as pa
    >>> ratings = pa.table({
    ...     "customer_id": ["ann", "ann", "bob", "bob", "cat", "cat"],
    ...     "product_id": ["tea", "jam", "tea", "jam", "tea", "rye"],
    ...     "rating": [5, 1, 1, 5, 5, 3],
    ... })
    >>> model = MeanImputedSVD(n_factors=1).fit(Interactions.from_table(ratings))
    >>> model.recommend(["bob"])["product_id"].to_pylist()
    ['rye']

    """

    name = "mean_imputed_svd"
    takes_strangers = True
    predicts_ratings = True

    n_factors: Annotated[Count, Range(low=2, high=200, log=True)] = 20
    """Directions kept: the largest singular values."""
    random_state: Seed = 0
    """Seed of the vector that the solver starts from; changes the last digits only."""

    def _fit(self, interactions: Interactions, products: ArrowTable | None) -> None:
        require_ratings(self.name, interactions)
        ratings = interactions.ratings
        ratings_per_product = np.bincount(ratings.indices, minlength=interactions.n_products)
        total = np.bincount(ratings.indices, ratings.data, minlength=interactions.n_products)
        self.is_rated_ = ratings_per_product > 0
        self.product_means_ = total / np.maximum(ratings_per_product, 1)
        self.differences_ = self._differences(ratings)
        raters = np.flatnonzero(np.diff(ratings.indptr))
        directions = self._directions(
            self.differences_[raters][:, self.is_rated_].tocsr(),
            self.product_means_[self.is_rated_],
        )
        self.product_factors_ = np.zeros((interactions.n_products, directions.shape[1]))
        self.product_factors_[self.is_rated_] = directions

    def _directions(
        self, differences: sparse.csr_array, means: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the (products, n_factors) right singular vectors, strongest first."""
        if not differences.data.any() and not means.any():
            return np.zeros((len(means), 0))  # ratings of 0 alone have no direction
        if min(differences.shape) <= self.n_factors:
            filled = differences.toarray() + means
            values, right = np.linalg.svd(filled, full_matrices=False)[1:]
        else:
            start = np.random.default_rng(self.random_state)
            _, values, right = sparse.linalg.svds(
                _plus_row(differences, means),
                k=self.n_factors,
                v0=start.uniform(size=min(differences.shape)),
                rng=start,
                return_singular_vectors="vh",
            )
        strongest = np.argsort(-values, kind="stable")[: self.n_factors]
        right = right[strongest[values[strongest] > 1e-9 * values.max()]]  # the rest is rounding
        largest = np.take_along_axis(right, np.abs(right).argmax(axis=1)[:, None], axis=1)
        directions: NDArray[np.float64] = (right * np.sign(largest)).T
        return directions

    def _differences(self, ratings: sparse.csr_array) -> sparse.csr_array:
        values = ratings.data - self.product_means_[ratings.indices]
        return sparse.csr_array((values, ratings.indices, ratings.indptr), ratings.shape)

    def _take_histories(self, interactions: Interactions, fitted: NDArray[np.intp]) -> None:
        del fitted
        self.differences_ = self._differences(interactions.ratings)

    def _score(self, customers: NDArray[np.intp]) -> NDArray[np.floating[Any]]:
        position = self.differences_[customers] @ self.product_factors_
        position += self.product_means_ @ self.product_factors_
        scores: NDArray[np.float64] = position @ self.product_factors_.T
        np.round(scores, 10, out=scores)  # so that what is equal ties, whatever the solver's path
        scores[:, ~self.is_rated_] = np.nan
        return scores


def _plus_row(matrix: sparse.csr_array, row: NDArray[np.float64]) -> sparse.linalg.LinearOperator:
    """Return `matrix` plus `row` in each of its rows, as products with vectors."""
    transposed = matrix.T.tocsr()
    return sparse.linalg.LinearOperator(
        matrix.shape,
        matvec=lambda vector: matrix @ vector + row @ vector,
        rmatvec=lambda vector: transposed @ vector + row * vector.sum(),
        matmat=lambda block: matrix @ block + row @ block,
        rmatmat=lambda block: transposed @ block + np.outer(row, block.sum(axis=0)),
        dtype=np.float64,
    )
