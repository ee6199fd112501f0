"""The nearest rows of each row of a sparse matrix: exact, in blocks, ties broken by position."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recsys.ranking import blocks, top_k

_DENSE_FROM = 0.25
"""Share of cells that are filled from which a block is cheaper to rank as a dense one."""


def nearest(rows: sparse.csr_array, k: int, shrinkage: float = 0.0) -> sparse.csr_array:
    """Return the (n, n) similarities between each row and its `k` most similar other rows.

    Similarity is a·b / (|a||b| + shrinkage): the cosine, smaller where it rests on little.
    Rows that share nothing aren't neighbours; of equally similar ones the lowest rows are kept.
    Memory grows with n times `k`, and a block of `recsys.ranking.BLOCK_BYTES`.

    >>> rows = sparse.csr_array([[1.0, 0.0], [3.0, 4.0], [0.0, 2.0]])
    >>> nearest(rows, k=1).toarray()
    array([[0. , 0.6, 0. ],
           [0. , 0. , 0.8],
           [0. , 0.8, 0. ]])
    """
    size = rows.shape[0]
    lengths = np.sqrt(rows.multiply(rows).sum(axis=1))
    columns = rows.T.tocsr()
    kept = []
    for block in blocks(np.arange(size), size):
        products = rows[block] @ columns
        per_row = np.diff(products.indptr)
        values = products.data / (
            np.repeat(lengths[block], per_row) * lengths[products.indices] + shrinkage
        )
        products.data = np.round(values, 12)  # equal ones tie exactly
        products.data[products.indices == np.repeat(block, per_row)] = 0  # itself
        kept.append(_largest(products, k))
    return sparse.vstack([sparse.csr_array((0, size)), *kept], format="csr")


def _largest(rows: sparse.csr_array, k: int) -> sparse.csr_array:
    """Keep the `k` largest positive cells of each row."""
    n_rows, n_columns = rows.shape
    per_row = np.diff(rows.indptr)
    if rows.nnz >= _DENSE_FROM * n_rows * n_columns:
        cells = rows.toarray()
        columns: NDArray[np.integer] = np.broadcast_to(np.arange(n_columns), cells.shape)
    else:  # move each row's cells to its front
        rows.sort_indices()
        is_filled = np.arange(per_row.max(initial=0)) < per_row[:, None]
        cells = np.zeros(is_filled.shape)
        columns = np.zeros(is_filled.shape, rows.indices.dtype)
        cells[is_filled], columns[is_filled] = rows.data, rows.indices
    places, values = top_k(cells, k, cells > 0)
    listed = places >= 0
    found = np.take_along_axis(columns, places, axis=1)[listed]  # -1 is never listed
    starts = np.concatenate([[0], np.cumsum(listed.sum(axis=1))])
    return sparse.csr_array((values[listed], found, starts), rows.shape)
