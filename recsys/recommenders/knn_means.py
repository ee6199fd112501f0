"""KNNWithMeans: by how much the nearest neighbours like a product better than they usually do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data.interactions import Interactions
from recsys.recommenders.surprise_bridge import RatedPart
from recsys.recommenders.surprise_models import NeighbourModel


@dataclass(kw_only=True)
class KNNWithMeans(NeighbourModel):
    """Own mean rating plus the neighbours' mean distance from theirs; similarities by Surprise.

    Like KNNBasic, but a customer who rates everything 5 and one who rates everything 3 count the
    same. When item-based, the means are those of the products. With too few neighbours, the
    score is the own mean; without a rating of the customer or of the product, the mean of all.

    Source: Desrosiers and Karypis, *A comprehensive survey of neighborhood-based recommendation
    methods* (2011), as in Surprise's `KNNWithMeans`.

    `fit` raises CatalogueTooLargeError above `max_customers_user_based` customers or
    `max_products_item_based` products, before memory runs out.

    >>> import pyarrow as pa
    >>> from recsys.data.interactions import Interactions
    >>> ratings = pa.table({
    ...     "customer_id": ["ann", "ann", "bob", "bob", "cat", "cat"],
    ...     "product_id": ["tea", "jam", "tea", "rye", "tea", "oil"],
    ...     "rating": [5, 1, 3, 5, 4, 4],
    ... })
    >>> knn = KNNWithMeans().fit(Interactions.from_table(ratings))
    >>> knn.recommend(["cat"]).select(["product_id", "score"]).to_pylist()
    [{'product_id': 'rye', 'score': 5.0}, {'product_id': 'jam', 'score': 2.0}]
    """

    name = "knn_means"

    def _algorithm(self) -> tuple[str, dict[str, Any]]:
        return "KNNWithMeans", self._options()

    def _learn(self, algorithm: Any, part: RatedPart, interactions: Interactions) -> None:
        super()._learn(algorithm, part, interactions)
        self.means_ = algorithm.means
        customers, products = self.ratings_.tocoo().coords
        self.ratings_.data -= self.means_[customers if self.user_based else products]

    def _score(self, customers: NDArray[np.intp]) -> NDArray[np.floating[Any]]:
        scores = np.full((len(customers), self.n_products_), self.global_mean_)
        known, deviations = self._neighbour_means(customers, otherwise=0.0)
        raters = self.rater_[customers[known[0]]]
        scores[known] = self.means_[raters if self.user_based else slice(None)] + deviations
        return scores
