"""SVDpp: SVD that also learns from which products a customer chose to rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recsys.recommenders.search_space import Range
from recsys.recommenders.surprise_bridge import RatedPart
from recsys.recommenders.surprise_models import BiasedModel
from recsys.settings.parameters import Amount, Count, PositiveShare, Seed


@dataclass(kw_only=True)
class SVDpp(BiasedModel):
    """SVD++: matrix factorisation in which all that a customer rated shapes the customer.

    A customer's factors are the own ones plus the sum of second factors of the products rated,
    divided by the square root of their number. A score is the predicted rating, not clipped to
    the scale. Products and customers without ratings are predicted from the biases that are
    known.

    Source: Koren, *Factorization meets the neighborhood* (2008), section 4.

    Notes
    -----
    A pass costs, per rating, as many steps as the customer has ratings: customers with hundreds
    of them make it tens of times slower than SVD.

    >>> import pyarrow as pa
    >>> from recsys.data.interactions import Interactions
    >>> ratings = pa.table({
    ...     "customer_id": ["ann", "ann", "bob", "bob", "cat"],
    ...     "product_id": ["tea", "jam", "tea", "rye", "tea"],
    ...     "rating": [5, 1, 5, 5, 5],
    ... })
    >>> svdpp = SVDpp(n_epochs=50, learning_rate=0.05).fit(Interactions.from_table(ratings))
    >>> svdpp.recommend(["cat"])["product_id"].to_pylist()
    ['rye', 'jam']

    """

    name = "svdpp"

    n_factors: Annotated[Count, Range(low=5, high=100, log=True)] = 20
    """Numbers learned per customer and twice per product."""
    n_epochs: Annotated[Count, Range(low=5, high=60, log=True)] = 20
    """Passes over all ratings."""
    learning_rate: Annotated[PositiveShare, Range(low=0.001, high=0.05, log=True)] = 0.007
    """Step of the descent, for biases and factors alike."""
    regularization: Annotated[Amount, Range(low=0.005, high=0.5, log=True)] = 0.02
    """Penalty on the size of biases and factors."""
    initial_std: Annotated[Amount, Range(low=0.01, high=0.5, log=True)] = 0.1
    """Standard deviation of the factors that the descent starts from."""
    random_state: Seed = 0
    """Seed of those factors."""

    def _algorithm(self) -> tuple[str, dict[str, Any]]:
        return "SVDpp", {
            "n_factors": self.n_factors,
            "n_epochs": self.n_epochs,
            "lr_all": self.learning_rate,
            "reg_all": self.regularization,
            "init_std_dev": self.initial_std,
            "random_state": self.random_state,
            "cache_ratings": True,  # the same numbers, sooner
        }

    def _factors(self, algorithm: Any, part: RatedPart) -> tuple[NDArray[Any], NDArray[Any]]:
        ratings = part.ratings
        chosen = sparse.csr_array(
            (np.ones(ratings.nnz), ratings.indices, ratings.indptr), ratings.shape
        )
        per_customer = np.sqrt(np.diff(ratings.indptr))[:, None]
        return algorithm.pu + (chosen @ algorithm.yj) / per_customer, algorithm.qi
