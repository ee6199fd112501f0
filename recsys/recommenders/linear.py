"""Recommenders whose scores are sums over what a customer has: each purchase has its part."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recsys.ranking.top_k import blocks
from recsys.recommenders.base import Recommender

Places = NDArray[np.integer[Any]]
"""Rows or columns of the interactions."""


@dataclass(kw_only=True)
class LinearRecommender(Recommender):
    """A score is the sum of a customer's weights times what each says for the product."""

    @property
    @abstractmethod
    def _weights(self) -> sparse.csr_array:
        """The (customers, products) weights that are summed up; products may be fewer."""

    @abstractmethod
    def _effects(self, causes: Places, products: Places) -> NDArray[np.floating[Any]]:
        """Return what a unit of each cause's weight adds to the score of the product beside it."""

    def parts(self, customers: Places, products: Places, causes: Places) -> NDArray[np.float64]:
        """Return the part of each score that is due to one purchase, 0 where it says nothing.

        The parts of all of a customer's purchases sum up to the score, up to its rounding.

        Parameters
        ----------
        customers, products, causes
            (n,) each: whose score of which product, and the purchase in question, which isn't the
            product itself.

        """
        weights = self._weights
        known = (causes < weights.shape[1]) & (products < weights.shape[1])
        part = np.zeros(len(customers))
        rows, columns = customers[known], causes[known]
        mine = np.asarray(weights[rows, columns]).ravel()
        part[known] = mine * self._effects(columns, products[known])
        return part


def effects_by_column(
    causes: Places,
    products: Places,
    n_products: int,
    effects_on: Callable[[NDArray[np.intp]], NDArray[np.floating[Any]]],
) -> NDArray[np.float64]:
    """Return the effects of pairs of products, of which `effects_on` makes whole columns.

    Parameters
    ----------
    causes, products
        (n,) each: the effect of which product on which.
    n_products
        Length of a column: so many columns are made at once as fit into memory.
    effects_on
        Returns the (n_products, m) effects on m products.

    """
    found = np.zeros(len(causes))
    order = np.argsort(products, kind="stable")
    wanted, starts = np.unique(products[order].astype(np.intp), return_index=True)
    ends = np.append(starts[1:], len(order))
    for block in blocks(np.arange(len(wanted)), n_products):
        pairs = order[starts[block[0]] : ends[block[-1]]]
        column = np.searchsorted(wanted[block], products[pairs])
        found[pairs] = effects_on(wanted[block])[causes[pairs], column]
    return found
