"""NMF: ratings as products of factors that are never negative."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from recsys.recommenders.search_space import Range
from recsys.recommenders.surprise_models import FactorModel
from recsys.settings.parameters import Amount, Count, Seed, Share


@dataclass(kw_only=True)
class NMF(FactorModel):
    """Non-negative matrix factorisation by gradient descent, fitted by Surprise.

    A score is the predicted rating, not clipped to the scale. Without biases (the default), a
    product or customer without ratings gets the mean of all ratings.

    Source: Luo, Zhou, Xia and Zhu, *An efficient non-negative matrix-factorization-based
    approach to collaborative filtering* (2014).

    >>> import pyarrow as pa
    >>> from recsys.data.interactions import Interactions
    >>> ratings = pa.table({
    ...     "customer_id": ["ann", "ann", "bob", "bob", "cat"],
    ...     "product_id": ["tea", "jam", "tea", "rye", "tea"],
    ...     "rating": [5, 1, 5, 5, 5],
    ... })
    >>> nmf = NMF(n_factors=2).fit(Interactions.from_table(ratings))
    >>> nmf.recommend(["cat"])["product_id"].to_pylist()
    ['rye', 'jam']
    """

    name = "nmf"

    biased: bool = False
    """Whether ratings are modelled around the mean and biases; overfits more easily."""
    n_factors: Annotated[Count, Range(low=5, high=100, log=True)] = 15
    """Numbers learned per customer and per product."""
    n_epochs: Annotated[Count, Range(low=10, high=100, log=True)] = 50
    """Passes over all ratings."""
    regularization: Annotated[Amount, Range(low=0.01, high=0.5, log=True)] = 0.06
    """Penalty on the size of factors."""
    bias_learning_rate: Share = 0.005
    """Step of the descent of biases; without biases it changes nothing."""
    bias_regularization: Amount = 0.02
    """Penalty on the size of biases; without biases it changes nothing."""
    random_state: Seed = 0
    """Seed of the factors that the descent starts from."""

    def _algorithm(self) -> tuple[str, dict[str, Any]]:
        return "NMF", {
            "n_factors": self.n_factors,
            "n_epochs": self.n_epochs,
            "biased": self.biased,
            "reg_pu": self.regularization,
            "reg_qi": self.regularization,
            "reg_bu": self.bias_regularization,
            "reg_bi": self.bias_regularization,
            "lr_bu": self.bias_learning_rate,
            "lr_bi": self.bias_learning_rate,
            "random_state": self.random_state,
        }
