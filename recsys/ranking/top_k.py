"""Exact top-k in blocks: the best products of each customer, ties broken the same way always."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recsys.compute.block_threads import map_blocks, thread_count

BLOCK_BYTES = 32 * 1024**2
"""Size of the blocks of float64 scores that are ranked at once, beside the model's own memory."""


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
    `np.argpartition` alone leaves to chance. One pass over each row keeps its best in a heap.

    >>> top_k(np.array([[1.0, 3.0, 3.0, 3.0], [np.nan, 0.5, -np.inf, np.nan]]), 2)
    TopK(indices=array([[ 1,  2],
           [ 1, -1]]), scores=array([[3. , 3. ],
           [0.5, nan]]))

    """
    allowed = scores if mask is None else np.where(mask, scores, scores.dtype.type(-np.inf))
    return top_unseen(allowed, k, sparse.csr_array(scores.shape, dtype=np.bool_))


def top_unseen(scores: NDArray[np.floating[Any]], k: int, seen: sparse.csr_array) -> TopK:
    """Return `top_k` of the columns that a row of `seen`, of the scores' shape, doesn't store.

    >>> top_unseen(np.array([[3.0, 1.0, 2.0]]), 1, sparse.csr_array([[True, False, False]]))
    TopK(indices=array([[2]]), scores=array([[2.]]))
    """
    from recsys.ranking.kernels import best_cells  # noqa: PLC0415 - takes long to import

    return _ranked(best_cells, scores, k, seen)


def top_seen(scores: NDArray[np.floating[Any]], k: int, seen: sparse.csr_array) -> TopK:
    """Return `top_k` of the columns that a row of `seen`, of the scores' shape, stores.

    >>> top_seen(np.array([[3.0, 1.0, 2.0]]), 1, sparse.csr_array([[False, True, True]]))
    TopK(indices=array([[2]]), scores=array([[2.]]))
    """
    from recsys.ranking.kernels import best_named_cells  # noqa: PLC0415

    return _ranked(best_named_cells, scores, k, seen)


def _ranked(
    kernel: Callable[..., Any],
    scores: NDArray[np.floating[Any]],
    k: int,
    named: sparse.csr_array,
) -> TopK:
    rows, columns = scores.shape
    k = min(k, columns)
    if k == 0 or rows == 0:
        return TopK(np.empty((rows, k), np.int64), np.empty((rows, k), scores.dtype))
    named = named if named.has_sorted_indices else named.sorted_indices()
    # one type of each, so that each kernel is compiled once per type of score
    starts, indices = named.indptr.astype(np.int64), named.indices.astype(np.int32)
    return TopK._make(kernel(np.ascontiguousarray(scores), k, starts, indices))


def blocks(rows: NDArray[np.intp], columns: int) -> Iterator[NDArray[np.intp]]:
    """Cut `rows` into runs whose scores over `columns` fill at most `BLOCK_BYTES`.

    >>> [len(block) for block in blocks(np.arange(10), columns=1024**2)]
    [4, 4, 2]
    """
    size = max(1, BLOCK_BYTES // (8 * max(1, columns)))
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def only(
    scores: NDArray[np.floating[Any]], listable: NDArray[np.bool_] | None
) -> NDArray[np.floating[Any]]:
    """Return the scores, NaN in columns that may not be listed; None allows all.

    >>> only(np.array([[1.0, 2.0]]), np.array([True, False]))
    array([[ 1., nan]])
    """
    return scores if listable is None else np.where(listable, scores, scores.dtype.type(np.nan))


def blocks_at_once(rows: NDArray[np.intp], columns: int) -> list[NDArray[np.intp]]:
    """Return `blocks` so small that as many as are worked on at once fill `BLOCK_BYTES`."""
    return list(blocks(rows, columns * thread_count()))


def top_candidates(
    score: Callable[[NDArray[np.intp]], NDArray[np.floating[Any]]],
    seen: sparse.csr_array,
    customers: NDArray[np.intp],
    per_customer: int,
    listable: NDArray[np.bool_] | None = None,
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
    listable
        (products,) true where a product may be listed; None allows all.

    """

    def of_block(block: NDArray[np.intp]) -> Candidates:
        scores = only(score(block), listable)
        theirs = seen[block]
        both = [top_unseen(scores, per_customer, theirs), top_seen(scores, per_customer, theirs)]
        products = np.hstack([top.indices for top in both])
        listed = products >= 0
        k = both[0].indices.shape[1]
        return Candidates(
            np.repeat(block.astype(np.int32), listed.sum(axis=1)),
            products[listed].astype(np.int32),
            np.hstack([top.scores for top in both])[listed].astype(np.float64),
            np.broadcast_to(np.arange(2 * k) < k, listed.shape)[listed],
        )

    yield from map_blocks(of_block, blocks_at_once(customers, seen.shape[1]))
