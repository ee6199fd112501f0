"""Weighted means of the nearest neighbours' ratings: compiled, exact, ties included."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recsys.compute.compiled import compiled_for_all_cores


def nearest_first(similarities: NDArray[np.float64]) -> NDArray[np.int32]:
    """Return, for each row of the (n, n) similarities, all n by similarity, then by index.

    >>> nearest_first(np.array([[1.0, 0.5, 0.5], [0.5, 1.0, 0.7], [0.5, 0.7, 1.0]]))
    array([[0, 1, 2],
           [1, 2, 0],
           [2, 1, 0]], dtype=int32)
    """
    order: NDArray[np.int32] = _nearest_first(similarities)
    return order


def neighbour_means(
    similarities: NDArray[np.float64],
    order: NDArray[np.int32],
    wanted: NDArray[np.intp],
    ratings: sparse.csr_array,
    *,
    k: int,
    min_k: int,
    otherwise: float,
) -> NDArray[np.float64]:
    """Return the (len(wanted), columns of `ratings`) means over the `k` nearest raters.

    Parameters
    ----------
    similarities, order
        (n, n), and `nearest_first` of it.
    wanted
        Which of the n to estimate ratings for.
    ratings
        (n, columns), what each of the n rated.
    k
        Neighbours that count: for each column the nearest ones who rated it, if their
        similarity is above 0. Equally near ones count by index. One's own rating counts.
    min_k, otherwise
        With fewer neighbours than `min_k`, the result is `otherwise`.

    >>> similarities = np.array([[1.0, 0.5, 0.25], [0.5, 1.0, 0.0], [0.25, 0.0, 1.0]])
    >>> ratings = sparse.csr_array([[0.0, 0.0], [4.0, 0.0], [1.0, 0.0]])
    >>> neighbour_means(similarities, nearest_first(similarities), np.array([0]), ratings,
    ...                 k=2, min_k=1, otherwise=3.0)
    array([[3., 3.]])

    """
    means: NDArray[np.float64] = _neighbour_means(
        similarities,
        order,
        wanted.astype(np.int64),
        ratings.indptr.astype(np.int64),
        ratings.indices.astype(np.int32),
        ratings.data,
        ratings.shape[1],
        k,
        min_k,
        otherwise,
    )
    return means


@compiled_for_all_cores
def _nearest_first(similarities):  # type: ignore[no-untyped-def]
    order = np.empty(similarities.shape, np.int32)
    for row in numba.prange(len(similarities)):
        order[row] = np.argsort(-similarities[row], kind="mergesort")
    return order


@compiled_for_all_cores
def _neighbour_means(  # type: ignore[no-untyped-def]  # noqa: PLR0917
    similarities, order, wanted, starts, columns, values, n_columns, k, min_k, otherwise
):
    # Walking neighbours from the nearest on, a column takes ratings until it has k of them: no
    # column needs a sort of its own. From the first similarity of 0 on, nothing counts.
    means = np.full((len(wanted), n_columns), otherwise)
    for position in numba.prange(len(wanted)):
        mine = wanted[position]
        count = np.zeros(n_columns, np.int32)
        weighted = np.zeros(n_columns)
        weight = np.zeros(n_columns)
        for neighbour in order[mine]:
            similarity = similarities[mine, neighbour]
            if similarity <= 0:
                break
            for entry in range(starts[neighbour], starts[neighbour + 1]):
                column = columns[entry]
                if count[column] < k:
                    count[column] += 1
                    weight[column] += similarity
                    weighted[column] += similarity * values[entry]
        for column in range(n_columns):
            if count[column] >= min_k:
                means[position, column] = weighted[column] / weight[column]
    return means
