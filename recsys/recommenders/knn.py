"""KNNBasic: what the nearest customers think of a product, or this customer of similar ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.recommenders.surprise_models import NeighbourModel


@dataclass(kw_only=True)
class KNNBasic(NeighbourModel):
    """Mean rating by the nearest neighbours, weighted by similarity; similarities by Surprise.

    A score is the predicted rating. The neighbours are the nearest *among those who rated the
    product*, so each product has its own; equally near ones count in the order of customer ids.
    With too few neighbours, the score is the mean of all ratings.

    Source: Desrosiers and Karypis, *A comprehensive survey of neighborhood-based recommendation
    methods* (2011), equation 4.12 as in Surprise's `KNNBasic`.

    `fit` raises CatalogueTooLargeError above `max_customers_user_based` customers or
    `max_products_item_based` products, before memory runs out.

    >>> import pyarrow as pa
    >>> from recsys.data.interactions import Interactions
    >>> ratings = pa.table({
    ...     "customer_id": ["ann", "ann", "bob", "bob", "cat", "cat"],
    ...     "product_id": ["tea", "jam", "tea", "rye", "tea", "oil"],
    ...     "rating": [5, 1, 5, 5, 4, 3],
    ... })
    >>> knn = KNNBasic().fit(Interactions.from_table(ratings))
    >>> knn.recommend(["cat"])["product_id"].to_pylist()
    ['rye', 'jam']
    """

    name = "knn"

    def _algorithm(self) -> tuple[str, dict[str, Any]]:
        return "KNNBasic", self._options()

    def _score(self, customers: NDArray[np.intp]) -> NDArray[np.floating[Any]]:
        scores = np.full((len(customers), self.n_products_), self.global_mean_)
        known, means = self._neighbour_means(customers, otherwise=self.global_mean_)
        scores[known] = means
        return scores
