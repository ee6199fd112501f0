"""ItemKNN: products bought by the same customers as what a customer bought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recsys.data.arrow_tables import ArrowTable
from recsys.data.interactions import Interactions
from recsys.ranking.nearest import nearest
from recsys.recommenders.linear import LinearRecommender, Places
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
class ItemKNN(LinearRecommender):
    """Sparse nearest neighbours among products, by the cosine of who bought them.

    A product is the vector of its transformed weights over customers, weighted as terms of a
    document are. A score is the sum, over the product's nearest neighbours, of the customer's
    transformed weight times the similarity, and `repeat_weight` times the weight of the product
    itself: where customers buy the same again, what they have says most for itself. There is no
    score (NaN) for a customer without weights, nor for a product that nobody bought.

    Source: Sarwar, Karypis, Konstan and Riedl, *Item-based collaborative filtering
    recommendation algorithms* (2001); Deshpande and Karypis, *Item-based top-n recommendation
    algorithms* (2004).

    Notes
    -----
    Memory grows with products times `k`: catalogues of any size will do.

    >>> import pyarrow as pa
    >>> purchases = pa.table({
    ...     "customer_id": ["ann", "ann", "bob", "bob", "cat", "dan"],
    ...     "product_id": ["tea", "milk", "tea", "milk", "tea", "rye"],
    ... })
    >>> model = ItemKNN(weighting="none").fit(Interactions.from_table(purchases))
    >>> model.recommend(["cat"], k=1)["product_id"].to_pylist()
    ['milk']

    """

    name = "item_knn"
    takes_strangers = True

    k: Annotated[Count, Range(low=5, high=500, log=True)] = 50
    """Neighbours of each product: the most similar ones."""
    transform: Annotated[Transform, Choice(TRANSFORMS)] = "sqrt"
    """What is made of a weight w: `sqrt`, `log` (ln(1 + w)), `binary` (1) or `none` (w)."""
    weighting: Annotated[Scheme, Choice(SCHEMES)] = "tfidf"
    """`tfidf`: who buys few products tells more; `bm25`: popular ones don't stand out; `none`."""
    bm25_k1: Annotated[
        Amount, Range(low=0.1, high=10.0, log=True, only_if=("weighting", "bm25"))
    ] = 1.2
    """`bm25`: the larger, the later more of the same stops to count."""
    bm25_b: Annotated[Share, Range(low=0.0, high=1.0, only_if=("weighting", "bm25"))] = 0.75
    """`bm25`: from 0 to 1, how much a product's total counts against it."""
    shrinkage: Annotated[Amount, Choice((0.0, 1.0, 10.0, 100.0))] = 0.0
    """Added to the divisor of the cosine: few purchases in common count less."""

    repeat_weight: Annotated[
        Amount, Choice((0.0, 1.0, 3.0, 10.0, 30.0), ranks_bought_only=True)
    ] = 0.0
    """What a customer's weight of a product adds to its own score, in similarities: a product is
    as similar to itself as 1, and says more than that where customers buy the same again. It ranks
    what was bought before and nothing else. With 0 only others speak for a product, from which a
    hybrid that knows the customer's purchases otherwise learns more."""

    def _fit(self, interactions: Interactions, products: ArrowTable | None) -> None:
        self.weights_ = transformed(interactions.weights, self.transform)
        vectors = weighted(self.weights_.T.tocsr(), self.weighting, k1=self.bm25_k1, b=self.bm25_b)
        itself = self.repeat_weight * sparse.eye_array(vectors.shape[0])
        neighbours = nearest(vectors, self.k, self.shrinkage) + itself
        self.from_neighbours_ = sparse.csr_array(neighbours.T)
        self.is_bought_ = np.diff(vectors.indptr) > 0

    def _take_histories(self, interactions: Interactions, fitted: NDArray[np.intp]) -> None:
        del fitted
        self.weights_ = transformed(interactions.weights, self.transform)

    @property
    def _weights(self) -> sparse.csr_array:
        return self.weights_

    def _effects(self, causes: Places, products: Places) -> NDArray[np.floating[Any]]:
        return np.asarray(self.from_neighbours_[causes, products]).ravel()

    def _score(self, customers: NDArray[np.intp]) -> NDArray[np.floating[Any]]:
        mine = self.weights_[customers]
        scores: NDArray[np.float64] = (mine @ self.from_neighbours_).toarray()
        scores[:, ~self.is_bought_] = np.nan
        scores[np.diff(mine.indptr) == 0] = np.nan
        return scores
