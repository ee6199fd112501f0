"""What recommenders that Surprise fits share: biases and factors, or neighbours."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from recsys.data.arrow_tables import ArrowTable
from recsys.data.interactions import Interactions
from recsys.errors import CatalogueTooLargeError, DivergedError
from recsys.recommenders.base import Recommender, require_ratings
from recsys.recommenders.search_space import Choice, Range
from recsys.recommenders.surprise_bridge import (
    RatedPart,
    fit_surprise,
    has_diverged,
    rated_part,
    spread,
)
from recsys.settings.parameters import Count, require


@dataclass(kw_only=True)
class SurpriseModel(Recommender):
    """A recommender that Surprise fits; a subclass names the algorithm and its parameters."""

    predicts_ratings = True

    @abstractmethod
    def _algorithm(self) -> tuple[str, dict[str, Any]]:
        """Return the name of the class in `surprise` and its parameters."""

    def _fit(self, interactions: Interactions, products: ArrowTable | None) -> None:
        require_ratings(self.name, interactions)
        part = rated_part(interactions.ratings)
        self._check_size(part)
        algorithm = fit_surprise(*self._algorithm(), part)
        self.n_products_ = interactions.n_products
        self.global_mean_ = float(algorithm.trainset.global_mean)
        self._learn(algorithm, part, interactions)

    def _check_size(self, part: RatedPart) -> None:
        """Refuse what wouldn't fit into memory."""

    @abstractmethod
    def _learn(self, algorithm: Any, part: RatedPart, interactions: Interactions) -> None:
        """Take the learned parameters over, as attributes that end in an underscore."""


@dataclass(kw_only=True)
class BiasedModel(SurpriseModel):
    """Rating = mean of all + customer bias + product bias + product of factors.

    An unrated product or a customer without ratings has the bias 0 and no factors.
    """

    def _learn(self, algorithm: Any, part: RatedPart, interactions: Interactions) -> None:
        customer_factors, product_factors = self._factors(algorithm, part)
        of_customers, of_products = (
            (algorithm.bu, customer_factors),
            (algorithm.bi, product_factors),
        )
        if has_diverged([*of_customers, *of_products]):
            raise DivergedError(
                f"{self.name} diverged: its numbers grew beyond all bounds; use a lower learning "
                "rate, more regularization or fewer epochs"
            )
        self._take(
            [spread(of, part.customers, interactions.n_customers) for of in of_customers],
            [spread(of, part.products, interactions.n_products) for of in of_products],
        )

    def _take(
        self,
        of_customers: Sequence[NDArray[np.float64]],
        of_products: Sequence[NDArray[np.float64]],
    ) -> None:
        """Take the biases (n,) and factors (n, factors) of all customers and of all products."""
        self.customer_biases_, self.customer_factors_ = of_customers
        self.product_biases_, self.product_factors_ = of_products
        # as two more factors, biases cost no pass over the scores
        ones = np.ones(len(self.product_biases_))
        self.with_biases_ = np.vstack([self.product_factors_.T, ones, self.product_biases_])

    def _factors(self, algorithm: Any, part: RatedPart) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return the learned (customers, n) and (products, n) factors, in order of inner ids."""
        del part
        return algorithm.pu, algorithm.qi

    def _take_histories(self, interactions: Interactions, fitted: NDArray[np.intp]) -> None:
        del interactions
        self.customer_biases_ = self.customer_biases_[fitted]
        self.customer_factors_ = self.customer_factors_[fitted]

    def _score(self, customers: NDArray[np.intp]) -> NDArray[np.floating[Any]]:
        biases = self.global_mean_ + self.customer_biases_[customers]
        factors = [self.customer_factors_[customers], biases, np.ones(len(customers))]
        scores: NDArray[np.float64] = np.column_stack(factors) @ self.with_biases_
        return scores


@dataclass(kw_only=True)
class FactorModel(BiasedModel):
    """A biased model, or the product of factors alone.

    Without biases, a pair whose customer or product has no ratings gets the mean of all ratings.
    """

    biased: bool = True
    """Whether ratings are modelled around the mean and biases."""

    def _learn(self, algorithm: Any, part: RatedPart, interactions: Interactions) -> None:
        super()._learn(algorithm, part, interactions)
        self.is_rater_ = np.isin(np.arange(interactions.n_customers), part.customers)
        self.is_rated_ = np.isin(np.arange(interactions.n_products), part.products)

    def _take_histories(self, interactions: Interactions, fitted: NDArray[np.intp]) -> None:
        super()._take_histories(interactions, fitted)
        self.is_rater_ = self.is_rater_[fitted]

    def _score(self, customers: NDArray[np.intp]) -> NDArray[np.floating[Any]]:
        if self.biased:
            return super()._score(customers)
        scores: NDArray[np.float64] = self.customer_factors_[customers] @ self.product_factors_.T
        scores[~self.is_rater_[customers]] = self.global_mean_
        scores[:, ~self.is_rated_] = self.global_mean_
        return scores


@dataclass(kw_only=True)
class NeighbourModel(SurpriseModel):
    """Rating from the nearest neighbours' ratings, weighted by similarity.

    A subclass says what `ratings_` are, the neighbours' word that is averaged, and what a score
    makes of the averages.
    """

    similarities: ClassVar[tuple[str, ...]] = ("msd", "cosine", "pearson")
    """Legal values of `similarity`."""

    k: Annotated[Count, Range(low=5, high=200, log=True)] = 40
    """Most neighbours that count: the nearest *among those who rated the product*."""
    min_k: Annotated[Count, Range(low=1, high=10)] = 1
    """Fewest neighbours of positive similarity; with fewer, none counts."""
    similarity: Annotated[str, Choice(("msd", "cosine", "pearson"))] = "msd"
    """`msd` (1 / (mean squared difference + 1)), `cosine` or `pearson`, over common ratings."""
    min_support: Annotated[Count, Range(low=1, high=10)] = 1
    """Fewest ratings in common for a similarity above 0."""
    user_based: bool = True
    """Neighbours are customers who rated alike; if false, products that were rated alike."""
    max_customers_user_based: Count = 10_000
    """Most customers with ratings: 10,000 take about 4 GB while fitting (squared)."""
    max_products_item_based: Count = 5_000
    """Most rated products when item-based: 5,000 take about 1 GB while fitting (squared)."""

    def _check_parameters(self) -> None:
        require("similarity", self.similarity, Literal[self.similarities])

    def _options(self) -> dict[str, Any]:
        options = {
            "name": self.similarity,
            "min_support": self.min_support,
            "user_based": self.user_based,
        }
        return {"k": self.k, "min_k": self.min_k, "sim_options": options, "verbose": False}

    def _check_size(self, part: RatedPart) -> None:
        n_customers, n_products = part.ratings.shape
        if self.user_based:
            n, rows, field = n_customers, "customers", "max_customers_user_based"
        else:
            n, rows, field = n_products, "products", "max_products_item_based"
        limit = getattr(self, field)
        if n > limit:
            gigabytes = 5 * 8 * n**2 / 1e9  # Surprise sums up in as many as five n by n matrices
            raise CatalogueTooLargeError(
                f"{self.name} compares all pairs of {n:,} rated {rows}: up to {gigabytes:,.1f} GB, "
                f"over the limit of {limit:,} {rows}; ask for user_based={not self.user_based}, "
                f"leave rarely rated ones out, use svd or mean_imputed_svd, or raise {field}"
            )

    def _learn(self, algorithm: Any, part: RatedPart, interactions: Interactions) -> None:
        from recsys.recommenders.neighbours import nearest_first  # noqa: PLC0415

        self.similarities_ = np.nan_to_num(algorithm.sim, copy=False)
        self.nearest_first_ = nearest_first(self.similarities_)
        self.ratings_ = part.ratings.copy()
        self.rated_products_ = part.products
        self.rater_ = np.full(interactions.n_customers, -1)
        self.rater_[part.customers] = np.arange(len(part.customers))

    def _take_histories(self, interactions: Interactions, fitted: NDArray[np.intp]) -> None:
        del interactions
        self.rater_ = self.rater_[fitted]

    def _neighbour_means(
        self, customers: NDArray[np.intp], *, otherwise: float
    ) -> tuple[Any, NDArray[np.float64]]:
        """Return the index of the pairs with ratings on both sides, and the means at it.

        The index is into a (len(customers), n_products) array; with too few neighbours, a mean
        is `otherwise`.
        """
        from recsys.recommenders.neighbours import neighbour_means  # noqa: PLC0415

        raters = self.rater_[customers]
        rows = np.flatnonzero(raters >= 0)
        raters = raters[rows]
        if self.user_based:
            wanted, ratings = raters, self.ratings_
        else:
            wanted = np.arange(len(self.rated_products_))
            ratings = self.ratings_[raters].T.tocsr()
        means = neighbour_means(
            self.similarities_,
            self.nearest_first_,
            wanted,
            ratings,
            k=self.k,
            min_k=self.min_k,
            otherwise=otherwise,
        )
        return np.ix_(rows, self.rated_products_), means if self.user_based else means.T
