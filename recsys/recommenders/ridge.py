"""Ridge: what customers bought within the last window, predicted from what they bought before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from scipy import sparse

from recsys.data.arrow_tables import ArrowTable
from recsys.data.interactions import Interactions
from recsys.errors import NothingToLearnError
from recsys.ranking.top_k import blocks
from recsys.recommenders.gram_matrix import gram_matrix, invert
from recsys.recommenders.linear import LinearRecommender, Places, effects_by_column
from recsys.recommenders.sampling import evenly_spaced
from recsys.recommenders.search_space import Choice, Range
from recsys.recommenders.weighting import TRANSFORMS, Transform, transformed
from recsys.settings.parameters import Positive

DENSE_SPEED = 15
"""Cells that a product of dense matrices takes in the time of one of a sparse and a dense one."""


@dataclass(kw_only=True)
class Ridge(LinearRecommender):
    """Ridge regression from purchases to the purchases of the window after them, exact.

    With X the (customers, products) transformed weights of what had been bought one label window
    ago, as they were then, Y what was bought since (1 or 0) and λ the regularization, the model is
    the B that minimises |Y - XB|² + λ|B|², and a score is the customer's row of today's weights
    times B. It has no unit: shrunk and without an intercept, it is no probability. Unlike models of
    what goes together, it learns what follows: what is bought once and what again, and what sells
    now. There is no score (NaN) for a customer without weights, nor for a product that nobody
    bought within the window.

    Source: Hoerl and Kennard, *Ridge regression: biased estimation for nonorthogonal problems*
    (1970), in its dual form: Saunders, Gammerman and Vovk, *Ridge regression learning algorithm in
    dual variables* (1998).

    Notes
    -----
    B = (X'X + λ)⁻¹X'Y inverts a matrix of products. Where they are more than customers, or than
    `max_customers`, the dual form says the same by a matrix of customers: XB = XX'(XX' + λ)⁻¹Y.
    Either is in float64, 8 bytes a pair (5,000: .2 GB); time to fit grows with its cube, in the
    dual form time to score with its square. The last digits of such arithmetic depend on the
    machine: scores are rounded to a millionth, so that what is equal ties.

    >>> import pyarrow as pa
    >>> purchases = pa.table({
    ...     "customer_id": ["ann", "ann", "bob", "bob", "cat"],
    ...     "product_id": ["grill", "coal", "grill", "coal", "grill"],
    ...     "weight": [0.5, 1.0, 0.5, 1.0, 1.0],
    ...     "earlier_weight": [1.0, 0.0, 1.0, 0.0, 0.0],
    ...     "recent_orders": [0, 1, 0, 1, 1],
    ... })
    >>> model = Ridge().fit(Interactions.from_table(purchases))
    >>> model.recommend(["cat"], k=1)["product_id"].to_pylist()
    ['coal']

    """

    name = "ridge"
    takes_strangers = True
    needs_window = True

    regularization: Annotated[Positive, Range(low=1.0, high=300.0, log=True)] = 15.0
    """λ, in mean squared lengths of the rows of X: the larger, the more customers have to agree."""
    transform: Annotated[Transform, Choice(TRANSFORMS)] = "log"
    """What is made of a weight w: `sqrt`, `log` (ln(1 + w)), `binary` (1) or `none` (w)."""
    # LAPACK counts the cells of a matrix in 32 bits
    max_customers: Annotated[int, Field(ge=1, le=46_340)] = 5_000
    """Most customers learned from where products are more: of more customers, evenly spaced ones by
    id."""

    def _fit(self, interactions: Interactions, products: ArrowTable | None) -> None:
        rows = transformed(interactions.earlier_weights, self.transform)
        pool = np.flatnonzero(np.diff(rows.indptr))
        is_dual = interactions.n_products > min(len(pool), self.max_customers)
        if is_dual and len(pool) > self.max_customers:
            self.notice_ = (
                f"learned from {self.max_customers:,} of {len(pool):,} customers (max_customers)"
            )
            pool = evenly_spaced(pool, self.max_customers)
        rows = rows[pool]
        bought = interactions.recent[pool].astype(np.float64)
        mean_square = float((rows.data**2).sum() / max(len(pool), 1))
        if bought.nnz == 0 or mean_square == 0:
            raise NothingToLearnError(
                f"ridge learns what follows what, and none of {len(pool):,} customers with "
                "purchases before the last label window bought anything within it; fill the "
                "columns earlier_weight and recent_orders, or use ease"
            )
        self.is_bought_ = np.bincount(bought.indices, minlength=interactions.n_products) > 0
        self.weights_ = transformed(interactions.weights, self.transform)
        if is_dual:
            between = gram_matrix(rows, self.regularization * mean_square)
            invert(between)
            self.between_customers_ = between
            self.earlier_ = rows.T.tocsr()
            self.bought_ = bought.T.tocsr()
        else:
            between = gram_matrix(rows.T.tocsr(), self.regularization * mean_square)
            invert(between)
            self.between_products_ = between @ (rows.T @ bought).toarray()

    def _take_histories(self, interactions: Interactions, fitted: NDArray[np.intp]) -> None:
        del fitted
        self.weights_ = transformed(interactions.weights, self.transform)

    @property
    def _weights(self) -> sparse.csr_array:
        return self.weights_

    def _effects(self, causes: Places, products: Places) -> NDArray[np.floating[Any]]:
        if hasattr(self, "between_products_"):
            effects: NDArray[np.float64] = self.between_products_[causes, products]
            return effects

        def effects_on(columns: NDArray[np.intp]) -> NDArray[np.floating[Any]]:
            bought = self.between_customers_ @ self.bought_[columns].T
            of_columns: NDArray[np.floating[Any]] = self.earlier_ @ bought
            return of_columns

        return effects_by_column(causes, products, self.weights_.shape[1], effects_on)

    def _score(self, customers: NDArray[np.intp]) -> NDArray[np.floating[Any]]:
        mine = self.weights_[customers]
        scores = np.empty((len(customers), len(self.is_bought_)))
        if hasattr(self, "between_products_"):
            scores[:] = mine @ self.between_products_
        else:
            # whoever cut `customers` thought of the products, which may be fewer than the others
            for block in blocks(np.arange(len(customers)), len(self.between_customers_)):
                scores[block] = (self.bought_ @ self._alike(mine[block]).T).T
        scores = np.round(scores, 6)
        scores[:, ~self.is_bought_] = np.nan
        scores[np.diff(mine.indptr) == 0] = np.nan
        return scores

    def _alike(self, mine: sparse.csr_array) -> NDArray[np.float64]:
        """Return (customers, customers learned from): how much the purchases of each say."""
        products, columns = np.unique(mine.indices, return_inverse=True)
        earlier = self.earlier_[products]
        shape = (mine.shape[0], len(products))
        narrow = sparse.csr_array((mine.data, columns, mine.indptr), shape)
        alike: NDArray[np.float64]
        if (earlier.nnz + narrow.nnz) * DENSE_SPEED < len(self.between_customers_) * shape[0]:
            alike = narrow @ (earlier @ self.between_customers_)  # few products each
        else:
            alike = (narrow @ earlier).toarray() @ self.between_customers_
        return alike
