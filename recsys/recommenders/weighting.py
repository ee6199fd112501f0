"""What is made of purchase weights before a model learns from them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

_TRANSFORMS: dict[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
    "sqrt": np.sqrt,
    "log": np.log1p,
    "binary": np.ones_like,
    "none": np.asarray,
}

TRANSFORMS = tuple(_TRANSFORMS)
"""Legal values of a parameter `transform`."""


def transformed(weights: sparse.csr_array, transform: str) -> sparse.csr_array:
    """Return the weights, each replaced by its root, logarithm of 1 more, 1 or itself.

    >>> transformed(sparse.csr_array([[4.0, 0.0], [0.0, 9.0]]), "sqrt").toarray()
    array([[2., 0.],
           [0., 3.]])
    """
    values = _TRANSFORMS[transform](weights.data)
    return sparse.csr_array((values, weights.indices, weights.indptr), weights.shape)


SCHEMES = ("tfidf", "bm25", "none")
"""Legal values of `scheme` in `weighted`."""


def weighted(
    rows: sparse.csr_array, scheme: str, *, k1: float = 1.2, b: float = 0.75
) -> sparse.csr_array:
    """Return rows weighted as documents, whose terms are the columns.

    With N rows of which n have the column, idf = ln((1 + N) / (1 + n)) + 1; `tfidf` is the cell
    times it, and `bm25` is idf · cell (k1 + 1) / (cell + k1 (1 - b + b · sum / mean sum)), where
    the sum is that of the row.

    Source: Robertson and Zaragoza, *The probabilistic relevance framework: BM25 and beyond*
    (2009); the smoothed idf is scikit-learn's, which is never 0.
    """
    if scheme == "none":
        return rows
    n_rows, n_columns = rows.shape
    idf = np.log((1 + n_rows) / (1 + np.bincount(rows.indices, minlength=n_columns))) + 1
    values = rows.data
    if scheme == "bm25":
        sums = np.asarray(rows.sum(axis=1)).ravel()
        lengths = 1 - b + b * sums / (sums.mean() or 1)
        values = values * (k1 + 1) / (values + k1 * np.repeat(lengths, np.diff(rows.indptr)))
    return sparse.csr_array((values * idf[rows.indices], rows.indices, rows.indptr), rows.shape)
