"""What is made of purchase weights before a model learns from them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Transform = Literal["sqrt", "log", "binary", "none"]
"""Legal values of a parameter `transform`."""
TRANSFORMS: tuple[Transform, ...] = get_args(Transform)
_TRANSFORMS: dict[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
    "sqrt": np.sqrt,
    "log": np.log1p,
    "binary": np.ones_like,
    "none": np.asarray,
}


def transformed(weights: sparse.csr_array, transform: str) -> sparse.csr_array:
    """Return the weights, each replaced by its root, logarithm of 1 more, 1 or itself.

    >>> transformed(sparse.csr_array([[4.0, 0.0], [0.0, 9.0]]), "sqrt").toarray()
    array([[2., 0.],
           [0., 3.]])
    """
    values = _TRANSFORMS[transform](weights.data)
    return sparse.csr_array((values, weights.indices, weights.indptr), weights.shape)


def faded(
    weights: sparse.csr_array, last_at: sparse.csr_array, half_life: float
) -> sparse.csr_array:
    """Return weights halved by every `half_life` products that the row met later.

    Of products met at the same time none is later. One without a time in `last_at` is before all
    that have one.

    >>> weights = sparse.csr_array([[8.0, 8.0, 8.0, 8.0]])
    >>> faded(weights, sparse.csr_array([[7.0, 9.0, 7.0, 0.0]]), half_life=1).toarray()
    array([[4., 8., 4., 1.]])
    """
    row = np.repeat(np.arange(weights.shape[0]), np.diff(weights.indptr))
    times = np.full(weights.nnz, -np.inf)
    width = weights.shape[1]
    cells, timed = (_cells(matrix, width) for matrix in (weights, last_at))
    place = np.searchsorted(timed, cells)
    has_time = place < len(timed)
    has_time[has_time] = timed[place[has_time]] == cells[has_time]
    times[has_time] = last_at.data[place[has_time]]
    order = np.lexsort((-times, row))  # latest first
    starts_group = np.ones(weights.nnz, bool)
    starts_group[1:] = np.diff(row[order]) != 0
    starts_group[1:] |= times[order][1:] != times[order][:-1]
    group_start = np.maximum.accumulate(np.where(starts_group, np.arange(weights.nnz), 0))
    later = np.empty(weights.nnz)
    later[order] = group_start - weights.indptr[row[order]]
    values = (weights.data * 0.5 ** (later / half_life)).astype(weights.dtype)
    return sparse.csr_array((values, weights.indices, weights.indptr), weights.shape)


def _cells(matrix: sparse.csr_array, width: int) -> NDArray[np.int64]:
    """Return the position of each stored cell, row by row; rising, as our matrices are sorted."""
    row = np.repeat(np.arange(matrix.shape[0], dtype=np.int64), np.diff(matrix.indptr))
    positions: NDArray[np.int64] = row * width + matrix.indices
    return positions


Scheme = Literal["tfidf", "bm25", "none"]
SCHEMES: tuple[Scheme, ...] = get_args(Scheme)
"""Legal values of `scheme` in `weighted`."""


def weighted(
    rows: sparse.csr_array,
    scheme: str,
    *,
    k1: float = 1.2,
    b: float = 0.75,
    among: sparse.csr_array | None = None,
) -> sparse.csr_array:
    """Return rows weighted as documents, whose terms are the columns.

    With N rows of which n have the column, idf = ln((1 + N) / (1 + n)) + 1; `tfidf` is the cell
    times it, and `bm25` is idf · cell (k1 + 1) / (cell + k1 (1 - b + b · sum / mean sum)), where
    the sum is that of the row. N, n and the mean are those of `among`; None means the rows.

    Source: Robertson and Zaragoza, *The probabilistic relevance framework: BM25 and beyond*
    (2009); the smoothed idf is scikit-learn's, which is never 0.
    """
    if scheme == "none":
        return rows
    counted = rows if among is None else among
    n_rows, n_columns = counted.shape
    idf = np.log((1 + n_rows) / (1 + np.bincount(counted.indices, minlength=n_columns))) + 1
    values = rows.data
    if scheme == "bm25":
        sums = np.asarray(rows.sum(axis=1)).ravel()
        lengths = 1 - b + b * sums / (np.asarray(counted.sum(axis=1)).mean() or 1)
        values = values * (k1 + 1) / (values + k1 * np.repeat(lengths, np.diff(rows.indptr)))
    return sparse.csr_array((values * idf[rows.indices], rows.indices, rows.indptr), rows.shape)
