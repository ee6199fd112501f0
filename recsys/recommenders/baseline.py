"""BaselineOnly: the mean rating plus a bias of the customer and a bias of the product."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray

from recsys.recommenders.search_space import Choice, Range
from recsys.recommenders.surprise_bridge import RatedPart
from recsys.recommenders.surprise_models import BiasedModel
from recsys.settings.parameters import Amount, Count, PositiveShare


@dataclass(kw_only=True)
class BaselineParameters:
    """How the biases of customers and products are learned; two ways, each with its fields."""

    baselines: Annotated[Literal["als", "sgd"], Choice(("als", "sgd"))] = "als"
    """`als`: alternating least squares; `sgd`: stochastic gradient descent."""
    als_epochs: Annotated[Count, Range(low=5, high=30, log=True, only_if=("baselines", "als"))] = 10
    """Rounds of least squares; `sgd` ignores this and the next two."""
    als_customer_regularization: Annotated[
        Amount, Range(low=1.0, high=50.0, log=True, only_if=("baselines", "als"))
    ] = 15
    """Ratings of nobody in particular, all as the mean, that each customer is taken to have."""
    als_product_regularization: Annotated[
        Amount, Range(low=1.0, high=50.0, log=True, only_if=("baselines", "als"))
    ] = 10
    """The same for products."""
    sgd_epochs: Annotated[Count, Range(low=5, high=60, log=True, only_if=("baselines", "sgd"))] = 20
    """Passes over all ratings; `als` ignores this and the next two."""
    sgd_learning_rate: Annotated[
        PositiveShare, Range(low=0.001, high=0.05, log=True, only_if=("baselines", "sgd"))
    ] = 0.005
    """Step of the descent."""
    sgd_regularization: Annotated[
        Amount, Range(low=0.005, high=0.5, log=True, only_if=("baselines", "sgd"))
    ] = 0.02
    """Penalty on the size of biases."""

    def _baseline_options(self) -> dict[str, Any]:
        if self.baselines == "als":
            return {
                "method": "als",
                "n_epochs": self.als_epochs,
                "reg_u": self.als_customer_regularization,
                "reg_i": self.als_product_regularization,
            }
        return {
            "method": "sgd",
            "n_epochs": self.sgd_epochs,
            "learning_rate": self.sgd_learning_rate,
            "reg": self.sgd_regularization,
        }


@dataclass(kw_only=True)
class BaselineOnly(BaselineParameters, BiasedModel):
    """Mean of all ratings + bias of the customer + bias of the product; fitted by Surprise.

    What any rating model must beat. Everybody gets the products in the same order; only the
    predicted ratings differ. Without ratings, a customer or product has the bias 0.

    Source: Koren, *Factor in the neighbors: scalable and accurate collaborative filtering*
    (2010), section 2.1.

    >>> import pyarrow as pa
    >>> from recsys.data.interactions import Interactions
    >>> ratings = pa.table({
    ...     "customer_id": ["ann", "ann", "bob", "bob", "cat"],
    ...     "product_id": ["tea", "jam", "tea", "rye", "tea"],
    ...     "rating": [5, 1, 5, 5, 5],
    ... })
    >>> baseline = BaselineOnly().fit(Interactions.from_table(ratings))
    >>> baseline.recommend(["cat"])["product_id"].to_pylist()
    ['rye', 'jam']
    """

    name = "baseline"

    def _algorithm(self) -> tuple[str, dict[str, Any]]:
        return "BaselineOnly", {"bsl_options": self._baseline_options(), "verbose": False}

    def _factors(self, algorithm: Any, part: RatedPart) -> tuple[NDArray[Any], NDArray[Any]]:
        del algorithm
        return np.zeros((len(part.customers), 0)), np.zeros((len(part.products), 0))
