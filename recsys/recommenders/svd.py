"""SVD: ratings as biases plus products of factors, learned by gradient descent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from recsys.recommenders.search_space import Range
from recsys.recommenders.surprise_models import FactorModel
from recsys.settings.parameters import Amount, Count, PositiveShare, Seed


@dataclass(kw_only=True)
class SVD(FactorModel):
    """Matrix factorisation with biases, by stochastic gradient descent, fitted by Surprise.

    A score is the predicted rating, not clipped to the scale. Products and customers without
    ratings are predicted from the biases that are known.

    Source: Funk, *Netflix update: try this at home* (2006); Koren, Bell and Volinsky, *Matrix
    factorization techniques for recommender systems* (2009).

    >>> import pyarrow as pa
    >>> from recsys.data.interactions import Interactions
    >>> ratings = pa.table({
    ...     "customer_id": ["ann", "ann", "bob", "bob", "cat"],
    ...     "product_id": ["tea", "jam", "tea", "rye", "tea"],
    ...     "rating": [5, 1, 5, 5, 5],
    ... })
    >>> svd = SVD(n_epochs=50, learning_rate=0.05).fit(Interactions.from_table(ratings))
    >>> svd.recommend(["cat"])["product_id"].to_pylist()
    ['rye', 'jam']
    """

    name = "svd"

    n_factors: Annotated[Count, Range(low=5, high=200, log=True)] = 100
    """Numbers learned per customer and per product."""
    n_epochs: Annotated[Count, Range(low=5, high=60, log=True)] = 20
    """Passes over all ratings."""
    learning_rate: Annotated[PositiveShare, Range(low=0.001, high=0.05, log=True)] = 0.005
    """Step of the descent, for biases and factors alike."""
    regularization: Annotated[Amount, Range(low=0.005, high=0.5, log=True)] = 0.02
    """Penalty on the size of biases and factors."""
    initial_std: Annotated[Amount, Range(low=0.01, high=0.5, log=True)] = 0.1
    """Standard deviation of the factors that the descent starts from."""
    random_state: Seed = 0
    """Seed of those factors."""

    def _algorithm(self) -> tuple[str, dict[str, Any]]:
        return "SVD", {
            "n_factors": self.n_factors,
            "n_epochs": self.n_epochs,
            "biased": self.biased,
            "lr_all": self.learning_rate,
            "reg_all": self.regularization,
            "init_std_dev": self.initial_std,
            "random_state": self.random_state,
        }
