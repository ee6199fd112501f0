"""EASE: each product predicted from all others by ridge regression, solved in closed form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from scipy import sparse

from recsys.data.arrow_tables import ArrowTable
from recsys.data.interactions import Interactions
from recsys.errors import CatalogueTooLargeError
from recsys.ranking.top_k import blocks
from recsys.recommenders.gram_matrix import gram_matrix, invert
from recsys.recommenders.linear import LinearRecommender, Places, effects_by_column
from recsys.recommenders.search_space import Choice, Range
from recsys.recommenders.weighting import TRANSFORMS, Transform, faded, transformed
from recsys.settings.parameters import Amount, Positive, Share


@dataclass(kw_only=True)
class EASE(LinearRecommender):
    """Embarrassingly shallow autoencoder: a linear model between products, exact, no iterations.

    With X the (customers, products) transformed weights and λ the regularization, the model is the
    B that minimises |X - XB|² + λ|B|² with a diagonal of 0, and a score is the customer's row
    of XB. There is no score (NaN) for a customer without weights, nor for a product that nobody
    bought. In the sum of squared errors |X - XB|², customers may count by their activity
    (`activity_discount`), and columns of X may be scaled by popularity (`popularity_discount`).
    The diagonal of 0 asks what goes with what a customer has; where customers buy the same again,
    what they have says most for itself: `repeat_weight` of the customer's row may be added.

    Source: Steck, *Embarrassingly shallow autoencoders for sparse data* (2019); the scaling of
    columns: Nikolakopoulos, Kalantzis, Gallopoulos and Garofalakis, *EigenRec: generalizing
    PureSVD for effective and efficient top-N recommendations* (2019).

    Notes
    -----
    Fitting inverts one square matrix in place: of products, XᵀX + λ, in float32, or, where
    customers are fewer, of customers, XXᵀ + λ, in float64, which says the same by the Woodbury
    identity and never makes B. Time grows with the cube of the smaller number, memory with its
    square: 4 bytes a pair of products (10,000: .4 GB, 20,000: 1.6 GB), 8 a pair of customers.
    The last digits of such arithmetic depend on the machine: scores are rounded to a millionth
    of the customer's largest weight, so that what is equal ties.

    >>> import pyarrow as pa
    >>> purchases = pa.table({
    ...     "customer_id": ["ann", "ann", "bob", "bob", "cat", "dan"],
    ...     "product_id": ["tea", "milk", "tea", "milk", "tea", "rye"],
    ... })
    >>> model = EASE(regularization=1).fit(Interactions.from_table(purchases))
    >>> model.recommend(["cat"], k=1)["product_id"].to_pylist()
    ['milk']

    """

    name = "ease"
    takes_strangers = True

    regularization: Annotated[Positive, Range(low=1.0, high=10_000.0, log=True)] = 300.0
    """λ: the larger, the more a product has to be bought to count."""
    transform: Annotated[Transform, Choice(TRANSFORMS)] = "sqrt"
    """What is made of a weight w: `sqrt`, `log` (ln(1 + w)), `binary` (1) or `none` (w)."""
    activity_discount: Annotated[Share, Range(low=0.0, high=1.0)] = 0.0
    """From 0 to 1: when fitting, a customer of n products counts (mean n / n) to this power. With
    0 all count alike, so that those who buy many products say most."""
    popularity_discount: Annotated[Share, Range(low=0.0, high=1.0)] = 0.0
    """From 0 to 1: the column of a product of n customers is divided by (n / mean n) to this power,
    the mean being over products with any, so that popular products weigh less, as causes and in
    scores. With 0 columns stay as they are."""
    profile_half_life: Annotated[Positive | None, Choice((None, 5.0, 10.0, 20.0, 50.0, 100.0))] = (
        None
    )
    """After so many other products, what a customer met counts half in the customer's row of X
    when scoring, though not when fitting; None: it doesn't fade. Needs `last_at`."""
    repeat_weight: Annotated[Amount, Choice((0.0, 0.3, 1.0, 3.0), ranks_bought_only=True)] = 0.0
    """What a customer's weight of a product adds to its own score; it ranks what was bought before
    and nothing else. With 0 a score is XB alone, of which a hybrid that knows the customer's
    purchases otherwise learns more."""
    # LAPACK counts the cells of a matrix in 32 bits
    max_products: Annotated[int, Field(ge=1, le=46_340)] = 20_000
    """Most products, or customers if they are fewer. See Notes for memory."""
    beyond_max: Literal["refuse", "most_popular"] = "refuse"
    """With more: `refuse`, or `most_popular`: so many products, the others get no score."""

    @property
    def needs_times(self) -> bool:
        """Whether profiles fade."""
        return self.profile_half_life is not None

    def _fit(self, interactions: Interactions, products: ArrowTable | None) -> None:
        weights = interactions.weights
        if min(weights.shape) > self.max_products:
            if self.beyond_max == "refuse":
                raise CatalogueTooLargeError(_too_large(weights.shape, self.max_products))
            weights = weights[:, : self.max_products]  # the most popular come first
            self.notice_ = (
                f"only the {self.max_products:,} most popular of {interactions.n_products:,} "
                "products have scores (max_products)"
            )
        customers = np.bincount(weights.indices, minlength=weights.shape[1])
        self.is_bought_ = customers > 0
        self.profiles_ = self._scaled(transformed(weights, self.transform), customers)
        if weights.shape[0] < weights.shape[1]:
            self._fit_customers(self._discounted(self.profiles_))
        else:
            self.profiles_ = self.profiles_.astype(np.float32)
            self._fit_products(self._discounted(self.profiles_))
        self.profiles_ = self._faded(self.profiles_, interactions)

    def _faded(self, profiles: sparse.csr_array, interactions: Interactions) -> sparse.csr_array:
        if self.profile_half_life is None:
            return profiles
        return faded(profiles, interactions.last_at[:, : profiles.shape[1]], self.profile_half_life)

    def _take_histories(self, interactions: Interactions, fitted: NDArray[np.intp]) -> None:
        del fitted
        before = self.profiles_
        customers = np.bincount(before.indices, minlength=before.shape[1])
        weights = transformed(interactions.weights[:, : before.shape[1]], self.transform)
        mine = self._scaled(weights, customers).astype(before.dtype)
        self.profiles_ = self._faded(mine, interactions)

    def _scaled(self, rows: sparse.csr_array, customers: NDArray[np.intp]) -> sparse.csr_array:
        """Divide each column by the power of how popular the product is."""
        if self.popularity_discount == 0 or rows.nnz == 0:
            return rows
        popularity = customers / customers[customers > 0].mean()
        values = rows.data / popularity[rows.indices] ** self.popularity_discount
        return sparse.csr_array((values, rows.indices, rows.indptr), rows.shape)

    def _discounted(self, rows: sparse.csr_array) -> sparse.csr_array:
        """Multiply each row by the root of what the customer counts: squares are summed up."""
        if self.activity_discount == 0:
            return rows
        products = np.diff(rows.indptr)
        counts = (products[products > 0] / products[products > 0].mean()) ** -self.activity_discount
        factors = np.repeat(np.sqrt(counts), products[products > 0]).astype(rows.dtype)
        return sparse.csr_array((rows.data * factors, rows.indices, rows.indptr), rows.shape)

    def _fit_products(self, rows: sparse.csr_array) -> None:
        """Make B + `repeat_weight`, (products, products), in the memory of XᵀX: X are the rows."""
        between = gram_matrix(rows.T.tocsr(), self.regularization)
        invert(between)
        between = between.T  # symmetric: the same cells in C's order, as sparse products want it
        between /= -between.diagonal()
        np.fill_diagonal(between, self.repeat_weight)
        self.between_products_ = between

    def _fit_customers(self, rows: sparse.csr_array) -> None:
        """Make K⁻¹ = (XXᵀ + λ)⁻¹, (customers, customers), and the diagonal of (XᵀX + λ)⁻¹.

        X are the rows. The whole of (XᵀX + λ)⁻¹ would be (1 - XᵀK⁻¹X) / λ.
        """
        between = gram_matrix(rows, self.regularization)
        invert(between)
        explained = np.zeros(rows.shape[1])
        by_product = rows.T.tocsr()
        for block in blocks(np.arange(len(between)), rows.shape[1]):
            row = (by_product @ between[:, block]).T
            explained += rows[block].multiply(row).sum(axis=0)
        self.between_customers_ = between
        self.by_product_ = by_product
        self.diagonal_ = (1 - explained) / self.regularization

    @property
    def _weights(self) -> sparse.csr_array:
        return self.profiles_

    def _effects(self, causes: Places, products: Places) -> NDArray[np.floating[Any]]:
        if hasattr(self, "between_products_"):
            effects: NDArray[np.float32] = self.between_products_[causes, products]
            return effects

        def effects_on(columns: NDArray[np.intp]) -> NDArray[np.floating[Any]]:
            alike = self.between_customers_ @ self.by_product_[columns].T
            of_columns: NDArray[np.floating[Any]] = self.by_product_ @ alike
            return of_columns / (self.regularization * self.diagonal_[columns])

        return effects_by_column(causes, products, self.profiles_.shape[1], effects_on)

    def _score(self, customers: NDArray[np.intp]) -> NDArray[np.floating[Any]]:
        mine = self.profiles_[customers]
        if mine.shape[0] == 0:
            return np.empty((0, self._fitted().n_products), np.float32)
        if hasattr(self, "between_products_"):
            predicted: NDArray[Any] = mine @ self.between_products_
        else:
            dense = mine.toarray()
            alike = (mine @ self.by_product_).toarray() @ self.between_customers_
            unexplained = dense - (self.by_product_ @ alike.T).T
            predicted = dense - unexplained / (self.regularization * self.diagonal_)
            predicted += self.repeat_weight * dense
        largest = mine.max(axis=1).toarray().reshape(-1, 1)
        unit = np.exp2(np.floor(np.log2(np.where(largest > 0, largest, 1))))
        scores = np.full((len(customers), self._fitted().n_products), np.nan, predicted.dtype)
        scores[:, : predicted.shape[1]] = np.round(predicted / unit, 6) * unit
        scores[:, : predicted.shape[1]][:, ~self.is_bought_] = np.nan
        scores[largest[:, 0] == 0] = np.nan
        return scores


def _too_large(shape: tuple[int, int], limit: int) -> str:
    customers, products = shape
    gigabytes = (8 * customers**2 if customers < products else 4 * products**2) / 1e9
    return (
        f"ease inverts a square matrix of {customers:,} customers or {products:,} products, "
        f"whichever are fewer: {gigabytes:,.1f} GB, over the limit of {limit:,}; use item_knn, "
        "leave rarely bought products out, set beyond_max to 'most_popular' or raise max_products"
    )
