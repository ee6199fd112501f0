"""UserKNN: what a customer buys, mixed with what the most similar customers buy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recsys.data.arrow_tables import ArrowTable
from recsys.data.interactions import Interactions
from recsys.ranking.nearest import nearest_others
from recsys.recommenders.base import Recommender
from recsys.recommenders.sampling import evenly_spaced
from recsys.recommenders.search_space import Choice, Range
from recsys.recommenders.weighting import (
    SCHEMES,
    TRANSFORMS,
    Scheme,
    Transform,
    transformed,
    weighted,
)
from recsys.settings.parameters import Amount, Count, Share


@dataclass(kw_only=True)
class UserKNN(Recommender):
    """Sparse nearest neighbours among customers, by the cosine of what they bought.

    A customer is the vector of transformed weights over products; for the cosine, it is weighted
    as the terms of a document are. A score is `own_share` of the customer's vector plus the rest
    of the mean of the neighbours' vectors, weighted by similarity. There is no score (NaN) for a
    customer without weights, nor for a product that nobody bought; without neighbours, a
    customer's own vector is all.

    Source: Hu, He, Gao and Zhang, *Modeling personalized item frequency information for
    next-basket recommendation* (2020), whose decay by groups of baskets is that by age here.

    Notes
    -----
    Memory grows with customers times `k`; time with the pairs of customers who share a product
    up to `max_pool` customers, beyond them with the customers alone.

    >>> import pyarrow as pa
    >>> purchases = pa.table({
    ...     "customer_id": ["ann", "ann", "bob", "bob", "cat", "dan"],
    ...     "product_id": ["tea", "milk", "tea", "milk", "tea", "rye"],
    ... })
    >>> model = UserKNN().fit(Interactions.from_table(purchases))
    >>> model.recommend(["cat"], k=1)["product_id"].to_pylist()
    ['milk']

    """

    name = "user_knn"
    takes_strangers = True

    k: Annotated[Count, Range(low=5, high=500, log=True)] = 50
    """Neighbours of each customer: the most similar ones."""
    own_share: Annotated[Share, Range(low=0.0, high=1.0, ranks_bought_only=True)] = 0.7
    """Share of the customer's own vector, from 0 to 1; the neighbours' mean has the rest. What the
    customer never bought has a score by the neighbours alone, in the same order whatever the
    share (but 1, with which it has none of it)."""
    transform: Annotated[Transform, Choice(TRANSFORMS)] = "sqrt"
    """What is made of a weight w: `sqrt`, `log` (ln(1 + w)), `binary` (1) or `none` (w)."""
    weighting: Annotated[Scheme, Choice(SCHEMES)] = "none"
    """For the cosine. `tfidf`: products of few customers tell more; `bm25`; `none`: all alike."""
    shrinkage: Annotated[Amount, Choice((0.0, 1.0, 10.0, 100.0))] = 0.0
    """Added to the divisor of the cosine: few purchases in common count less."""
    max_pool: Count = 10_000
    """Most customers among whom neighbours are sought: of more, evenly spaced ones by id."""

    def _fit(self, interactions: Interactions, products: ArrowTable | None) -> None:
        self.weights_ = transformed(interactions.weights, self.transform)
        pool = np.arange(interactions.n_customers)
        if len(pool) > self.max_pool:
            pool = evenly_spaced(pool, self.max_pool)
            self.notice_ = (
                f"neighbours are sought among {self.max_pool:,} of "
                f"{interactions.n_customers:,} customers (max_pool)"
            )
        self.pool_ = pool
        self.own_weights_ = self.weights_
        self.neighbours_ = self._neighbours(np.arange(interactions.n_customers))
        self.is_bought_ = np.bincount(self.weights_.indices, minlength=interactions.n_products) > 0

    def _neighbours(self, numbers: NDArray[np.intp]) -> sparse.csr_array:
        """Return the (n, customers) shares of neighbours; `numbers` are the rows' fitted ones."""
        mine, of_pool = (
            weighted(rows, self.weighting, among=self.weights_)
            for rows in (self.own_weights_, self.weights_[self.pool_])
        )
        neighbours = nearest_others(
            mine,
            of_pool,
            self.k,
            numbers,
            self.pool_,
            shrinkage=self.shrinkage,
            size=self.weights_.shape[0],
        )
        total = neighbours.sum(axis=1)
        neighbours.data /= np.repeat(np.where(total > 0, total, 1), np.diff(neighbours.indptr))
        return neighbours

    def _take_histories(self, interactions: Interactions, fitted: NDArray[np.intp]) -> None:
        self.own_weights_ = transformed(interactions.weights, self.transform)
        self.neighbours_ = self._neighbours(fitted)

    def _score(self, customers: NDArray[np.intp]) -> NDArray[np.floating[Any]]:
        mine = self.own_weights_[customers]
        theirs = self.neighbours_[customers] @ self.weights_
        mixed = self.own_share * mine + (1 - self.own_share) * theirs
        scores: NDArray[np.float64] = mixed.toarray()
        scores[:, ~self.is_bought_] = np.nan
        scores[np.diff(mine.indptr) == 0] = np.nan
        return scores
