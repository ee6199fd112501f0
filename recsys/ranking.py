"""Exact top-k in blocks: the best products of each customer, ties broken the same way always."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

BLOCK_BYTES = 32 * 1024**2
"""Size of one block of float64 scores. Ranking holds a few such blocks at a time."""


class TopK(NamedTuple):
    """The best `k` columns of each row; -1 and NaN where a row has fewer."""

    indices: NDArray[np.int64]
    scores: NDArray[np.floating[Any]]


class Candidates(NamedTuple):
    """Ranked pairs of a block: by customer, new products first, best score first."""

    customers: NDArray[np.int32]
    products: NDArray[np.int32]
    scores: NDArray[np.float64]
    is_new: NDArray[np.bool_]


def top_k(scores: NDArray[np.floating[Any]], k: int, mask: NDArray[np.bool_] | None = None) -> TopK:
    """Return the `k` highest scores of each row, highest first.

    Parameters
    ----------
    scores
        (rows, columns). NaN and -inf mean *no score*: never listed.
    k
        How many per row.
    mask
        (rows, columns), true where a column may be listed; None allows all.

    Notes
    -----
    Equal scores are listed by lowest column, also where the cut falls among them, which
    `np.argpartition` alone leaves to chance.

    >>> top_k(np.array([[1.0, 3.0, 3.0, 3.0], [np.nan, 0.5, -np.inf, np.nan]]), 2)
    TopK(indices=array([[ 1,  2],
           [ 1, -1]]), scores=array([[3. , 3. ],
           [0.5, nan]]))

    """
    rows, columns = scores.shape
    k = min(k, columns)
    if k == 0 or rows == 0:
        return TopK(np.empty((rows, k), np.int64), np.empty((rows, k), scores.dtype))
    legal = scores > -np.inf  # false for NaN too
    if mask is not None:
        legal &= mask
    ranked = np.where(legal, scores, scores.dtype.type(-np.inf))
    cut = np.partition(ranked, columns - k, axis=1)[:, columns - k, None]
    kept = ranked > cut
    room = k - kept.sum(axis=1)
    at_cut = ranked == cut
    crowded = at_cut.sum(axis=1) > room
    kept |= at_cut
    tied = at_cut[crowded]
    surplus = tied & (np.cumsum(tied, axis=1, dtype=np.int32) > room[crowded, None])
    kept[crowded] &= ~surplus
    indices = np.nonzero(kept)[1].reshape(rows, k)
    best = np.take_along_axis(ranked, indices, axis=1)
    order = np.argsort(-best, axis=1, kind="stable")
    indices = np.take_along_axis(indices, order, axis=1)
    best = np.take_along_axis(best, order, axis=1)
    missing = best == -np.inf
    return TopK(np.where(missing, -1, indices), np.where(missing, scores.dtype.type(np.nan), best))


def blocks(rows: NDArray[np.intp], columns: int) -> Iterator[NDArray[np.intp]]:
    """Cut `rows` into runs whose scores over `columns` fill at most `BLOCK_BYTES`.

    >>> [len(block) for block in blocks(np.arange(10), columns=1024**2)]
    [4, 4, 2]
    """
    size = max(1, BLOCK_BYTES // (8 * max(1, columns)))
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def top_candidates(
    score: Callable[[NDArray[np.intp]], NDArray[np.floating[Any]]],
    seen: sparse.csr_array,
    customers: NDArray[np.intp],
    per_customer: int,
) -> Iterator[Candidates]:
    """Yield, block by block, each customer's best new products and best products seen before.

    Parameters
    ----------
    score
        Takes row indices, returns (rows, products) scores; see `top_k` for missing ones.
    seen
        (customers, products) bool: what each customer bought or rated.
    customers
        Rows to rank, in the order they come out.
    per_customer
        At most this many new ones and this many seen ones.

    """
    for block in blocks(customers, seen.shape[1]):
        scores = score(block)
        is_seen = seen[block].toarray()
        both = [top_k(scores, per_customer, ~is_seen), top_k(scores, per_customer, is_seen)]
        products = np.hstack([top.indices for top in both])
        listed = products >= 0
        k = both[0].indices.shape[1]
        yield Candidates(
            np.repeat(block.astype(np.int32), listed.sum(axis=1)),
            products[listed].astype(np.int32),
            np.hstack([top.scores for top in both])[listed].astype(np.float64),
            np.broadcast_to(np.arange(2 * k) < k, listed.shape)[listed],
        )
