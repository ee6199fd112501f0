"""KNNBaseline: how far the nearest neighbours' ratings are from what biases alone explain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from recsys.data.interactions import Interactions
from recsys.recommenders.baseline import BaselineParameters
from recsys.recommenders.search_space import Choice
from recsys.recommenders.surprise_bridge import RatedPart, spread
from recsys.recommenders.surprise_models import NeighbourModel
from recsys.settings.parameters import Amount


@dataclass(kw_only=True)
class KNNBaseline(BaselineParameters, NeighbourModel):
    """Baseline rating plus the neighbours' mean distance from theirs; fitted by Surprise.

    The baseline is the mean of all ratings + the bias of the customer + the bias of the product,
    as in BaselineOnly; it is the score where neighbours are too few. Without ratings, a customer
    or product has the bias 0.

    Source: Koren, *Factor in the neighbors: scalable and accurate collaborative filtering*
    (2010), equation 3.

    `fit` raises CatalogueTooLargeError above `max_customers_user_based` customers or
    `max_products_item_based` products, before memory runs out.

    >>> import pyarrow as pa
    >>> from recsys.data.interactions import Interactions
    >>> ratings = pa.table({
    ...     "customer_id": ["ann", "ann", "bob", "bob", "cat", "cat"],
    ...     "product_id": ["tea", "jam", "tea", "rye", "tea", "oil"],
    ...     "rating": [5, 1, 3, 5, 4, 4],
    ... })
    >>> knn = KNNBaseline().fit(Interactions.from_table(ratings))
    >>> knn.recommend(["cat"])["product_id"].to_pylist()
    ['rye', 'jam']
    """

    name = "knn_baseline"
    similarities = (*NeighbourModel.similarities, "pearson_baseline")

    similarity: Annotated[str, Choice(("msd", "cosine", "pearson", "pearson_baseline"))] = "msd"
    """As in KNNBasic, or `pearson_baseline`: correlation around the baseline, see `shrinkage`.

    On MovieLens-100k the latter's errors are smaller: RMSE .922 instead of .930.
    """
    shrinkage: Amount = 100
    """With `pearson_baseline`, n ratings in common count (n - 1) / (n - 1 + shrinkage)."""

    def _algorithm(self) -> tuple[str, dict[str, Any]]:
        options = self._options()
        options["sim_options"]["shrinkage"] = self.shrinkage
        return "KNNBaseline", {**options, "bsl_options": self._baseline_options()}

    def _learn(self, algorithm: Any, part: RatedPart, interactions: Interactions) -> None:
        super()._learn(algorithm, part, interactions)
        self.customer_biases_ = spread(algorithm.bu, part.customers, interactions.n_customers)
        self.product_biases_ = spread(algorithm.bi, part.products, interactions.n_products)
        customers, products = self.ratings_.tocoo().coords
        biases = [algorithm.bu[customers], algorithm.bi[products]]
        own, other = biases if self.user_based else biases[::-1]  # so that sums round as Surprise's
        self.ratings_.data -= self.global_mean_ + own + other

    def _take_histories(self, interactions: Interactions, fitted: NDArray[np.intp]) -> None:
        super()._take_histories(interactions, fitted)
        self.customer_biases_ = self.customer_biases_[fitted]

    def _score(self, customers: NDArray[np.intp]) -> NDArray[np.floating[Any]]:
        scores: NDArray[np.float64] = (
            self.global_mean_ + self.customer_biases_[customers, None] + self.product_biases_
        )
        known, deviations = self._neighbour_means(customers, otherwise=0.0)
        scores[known] += deviations
        return scores
