"""NDCG of a fitted recommender's lists, as the SQL of the evaluation defines it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recsys.ranking.top_k import Candidates
from recsys.recommenders.base import Recommender
from recsys.tuning.past_folds import PastFold


def list_ndcg(
    fitted: Recommender,
    fold: PastFold,
    places: NDArray[np.integer],
    *,
    k: int,
    candidates_per_customer: int,
) -> NDArray[np.float64]:
    """Return the NDCG at `k` of each of these customers' lists, as an array of their shape.

    Parameters
    ----------
    fitted
        Fitted on the fold's interactions.
    fold
        What was bought afterwards, and which list is meant.
    places
        Places in `fold.customers`, ascending.
    k
        Length of the lists. One that is shorter isn't padded.
    candidates_per_customer
        So many new and so many bought products are ranked, as in a build.

    """
    rows = fold.customers[places]
    ids = fold.interactions.customer_ids.take(rows)
    gains = np.zeros(fold.interactions.n_customers)
    for block in fitted.candidate_indices(ids, candidates_per_customer):
        customers, products, ranks = _lists(block, fold)
        is_short = ranks <= k
        cells = customers[is_short] * fold.interactions.n_products + products[is_short]
        is_hit = _is_in(cells, fold.relevant)
        gain = is_hit / np.log2(ranks[is_short] + 1)
        gains += np.bincount(customers[is_short], gain, minlength=len(gains))
    ideal = np.concatenate([[np.nan], np.cumsum(1 / np.log2(np.arange(1, k + 1) + 1))])
    found: NDArray[np.float64] = gains[rows] / ideal[np.minimum(fold.n_relevant[places], k)]
    return found


def _lists(
    block: Candidates, fold: PastFold
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return customer, product and rank, from 1, of what belongs in the list."""
    customers, products = block.customers.astype(np.int64), block.products.astype(np.int64)
    belongs = np.where(block.is_new, fold.takes_new, fold.takes_bought)
    if not fold.takes_new:  # rated but never bought is nothing to buy again
        cells = customers * fold.interactions.n_products + products
        belongs &= ~_is_in(cells, fold.only_rated)
    customers, products, scores = customers[belongs], products[belongs], block.scores[belongs]
    order = np.lexsort((products, -scores, customers))
    customers, products = customers[order], products[order]
    starts = np.flatnonzero(np.diff(customers, prepend=-1))
    lengths = np.diff(np.append(starts, len(customers)))
    ranks = np.arange(1, len(customers) + 1) - np.repeat(starts, lengths)
    return customers, products, ranks


def _is_in(cells: NDArray[np.int64], ascending: NDArray[np.int64]) -> NDArray[np.bool_]:
    if len(ascending) == 0:
        return np.zeros(len(cells), bool)
    place = np.minimum(np.searchsorted(ascending, cells), len(ascending) - 1)
    found: NDArray[np.bool_] = ascending[place] == cells
    return found
