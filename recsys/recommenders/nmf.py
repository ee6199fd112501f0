"""NMF: ratings as products of factors that are never negative."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from recsys.recommenders.search_space import Range
from recsys.recommenders.surprise_bridge import FactorModel
from recsys.settings.parameters import (
    require_choice,
    require_integer,
    require_number,
    require_seed,
)


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
    n_factors: Annotated[int, Range(low=5, high=100, log=True)] = 15
    """Numbers learned per customer and per product."""
    n_epochs: Annotated[int, Range(low=10, high=100, log=True)] = 50
    """Passes over all ratings."""
    regularization: Annotated[float, Range(low=0.01, high=0.5, log=True)] = 0.06
    """Penalty on the size of factors."""
    bias_learning_rate: float = 0.005
    """Step of the descent of biases; without biases it changes nothing."""
    bias_regularization: float = 0.02
    """Penalty on the size of biases; without biases it changes nothing."""
    random_state: int = 0
    """Seed of the factors that the descent starts from."""

    def _check_parameters(self) -> None:
        require_choice("biased", self.biased, [True, False])
        require_integer("n_factors", self.n_factors, minimum=1)
        require_integer("n_epochs", self.n_epochs, minimum=1)
        require_number("regularization", self.regularization)
        require_number("bias_learning_rate", self.bias_learning_rate, maximum=1)
        require_number("bias_regularization", self.bias_regularization)
        require_seed(self.random_state)

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
