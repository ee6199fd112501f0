"""The nearest rows of each row of a sparse matrix: exact, compiled, ties broken by position."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recsys.ranking.top_k import TopK


def nearest(
    rows: sparse.csr_array,
    k: int,
    shrinkage: float = 0.0,
    among: NDArray[np.intp] | None = None,
) -> sparse.csr_array:
    """Return the (n, n) similarities between each row and its `k` most similar other rows.

    Similarity is a·b / (|a||b| + shrinkage): the cosine, smaller where it rests on little.
    Rows that share nothing aren't neighbours; of equally similar ones the lowest rows are kept.
    With `among`, sorted, only those rows are neighbours. Memory grows with n times `k`.

    >>> rows = sparse.csr_array([[1.0, 0.0], [3.0, 4.0], [0.0, 2.0]])
    >>> nearest(rows, k=1).toarray()
    array([[0. , 0.6, 0. ],
           [0. , 0. , 0.8],
           [0. , 0.8, 0. ]])
    """
    everything = np.arange(rows.shape[0])
    others = everything if among is None else among
    return nearest_others(rows, rows[others], k, everything, others, shrinkage=shrinkage)


def nearest_others(
    rows: sparse.csr_array,
    others: sparse.csr_array,
    k: int,
    numbers: NDArray[np.intp],
    other_numbers: NDArray[np.intp],
    *,
    shrinkage: float = 0.0,
    size: int | None = None,
) -> sparse.csr_array:
    """Return the (n, size) similarities between rows and their `k` most similar others.

    Arguments are those of `most_similar`, similarity that of `nearest`. A column is the number of
    an other; `size` is as many as there are rows where it isn't given.
    """
    lengths = tuple(np.sqrt(part.multiply(part).sum(axis=1)) for part in (rows, others))
    places, values = most_similar(
        rows,
        others,
        k,
        numbers,
        other_numbers,
        lengths=(lengths[0], lengths[1]),
        shrinkage=shrinkage,
    )
    listed = places >= 0
    starts = np.concatenate([[0], np.cumsum(listed.sum(axis=1))])
    shape = (len(numbers), len(numbers) if size is None else size)
    return sparse.csr_array((values[listed], places[listed], starts), shape)


def most_similar(
    rows: sparse.csr_array,
    others: sparse.csr_array,
    k: int,
    numbers: NDArray[np.intp],
    other_numbers: NDArray[np.intp],
    *,
    lengths: tuple[NDArray[np.float64], NDArray[np.float64]],
    shrinkage: float = 0.0,
) -> TopK:
    """Return numbers and similarities of the `k` most similar others of each row.

    Parameters
    ----------
    rows, others
        (n, features) and (m, features), rows and others of one set of vectors.
    k
        At most this many; equally similar ones by lowest number.
    numbers, other_numbers
        Which of the set each is; the others' ascend. Nothing is similar to itself.
    lengths, shrinkage
        Of the rows and of the others. Similarity is a·b / (|a||b| + shrinkage), to twelve digits.

    """
    from recsys.ranking.kernels import best_of_product  # noqa: PLC0415 - takes long to import

    k = min(k, len(other_numbers))
    if k == 0 or len(numbers) == 0:
        return TopK(np.empty((len(numbers), k), np.int64), np.empty((len(numbers), k)))
    places, values = best_of_product(
        *_parts(rows),
        *_parts(others.T.tocsr()),
        (*lengths, float(shrinkage)),
        _positions(numbers, other_numbers),
        k,
    )
    return TopK(np.where(places >= 0, other_numbers[places], -1), values)


def _parts(matrix: sparse.csr_array) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    return matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32), matrix.data


def _positions(numbers: NDArray[np.intp], sorted_numbers: NDArray[np.intp]) -> NDArray[np.int64]:
    """Return where each number stands among the sorted ones, -1 where it doesn't."""
    places = np.searchsorted(sorted_numbers, numbers)
    found = sorted_numbers[np.minimum(places, len(sorted_numbers) - 1)] == numbers
    return np.where(found, places, -1)
