"""The Gram matrix of ridge regression and its inverse, computed in place."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import get_lapack_funcs

from recsys.errors import InvalidParameterError
from recsys.ranking.top_k import blocks


def gram_matrix(rows: sparse.csr_array, regularization: float) -> NDArray[np.floating[Any]]:
    """Return rows times their transpose, dense, plus `regularization` on the diagonal.

    In Fortran's order, which LAPACK overwrites instead of copying.
    """
    size = rows.shape[0]
    gram = np.empty((size, size), rows.dtype, order="F")
    columns = rows.T.tocsr()
    for block in blocks(np.arange(size), size):
        gram[:, block] = (rows[block] @ columns).toarray().T
    gram[np.diag_indices(size)] += regularization
    return gram


def invert(matrix: NDArray[np.floating[Any]]) -> None:
    """Replace a symmetric positive definite matrix in Fortran's order by its inverse."""
    factorise, complete = get_lapack_funcs(("potrf", "potri"), (matrix,))
    factor, is_singular = factorise(matrix, lower=1, clean=0, overwrite_a=1)
    if is_singular:
        raise InvalidParameterError(
            "regularization is too small for weights this large: rounding makes the matrix "
            "singular; use a larger number, or transform='sqrt'"
        )
    complete(factor, lower=1, overwrite_c=1)
    for block in blocks(np.arange(len(matrix)), len(matrix)):  # only the lower triangle is filled
        rows = slice(block[0], block[-1] + 1)
        matrix[rows, rows.stop :] = matrix[rows.stop :, rows].T
        corner = matrix[rows, rows]
        corner[:] = np.tril(corner) + np.tril(corner, -1).T
