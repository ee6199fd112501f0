"""The inner loops of ranking, compiled: the best cells of each row, in one pass over the row.

A row keeps its best cells so far in a heap whose root is the worst of them: the lowest score, and
of equal scores the highest column. Whole runs of cells are dismissed by comparing with the root.
"""

from __future__ import annotations

import numba
import numpy as np

from recsys.compute.compiled import compiled, compiled_for_all_cores

_RUN = 32  # cells compared at once: the processor does several per step


@compiled
def _is_worse(score, column, other_score, other_column):  # type: ignore[no-untyped-def]
    return score < other_score or (score == other_score and column > other_column)


@compiled
def _sink(scores, columns, size, score, column):  # type: ignore[no-untyped-def]
    """Put a cell in the place of the root, and let it sink to where it belongs."""
    place = 0
    while True:
        child = 2 * place + 1
        if child >= size:
            break
        if child + 1 < size and _is_worse(
            scores[child + 1], columns[child + 1], scores[child], columns[child]
        ):
            child += 1
        if not _is_worse(scores[child], columns[child], score, column):
            break
        scores[place], columns[place] = scores[child], columns[child]
        place = child
    scores[place], columns[place] = score, column


@compiled
def _offer(scores, columns, size, score, column):  # type: ignore[no-untyped-def]
    """Keep a cell if it is among the best so far; return how many are kept."""
    if size == len(scores):
        if _is_worse(scores[0], columns[0], score, column):
            _sink(scores, columns, size, score, column)
        return size
    place = size
    while place > 0:
        parent = (place - 1) // 2
        if not _is_worse(score, column, scores[parent], columns[parent]):
            break
        scores[place], columns[place] = scores[parent], columns[parent]
        place = parent
    scores[place], columns[place] = score, column
    return size + 1


@compiled
def _finish(scores, columns, size):  # type: ignore[no-untyped-def]
    """Sort a heap, best cell first; -1 and NaN where there is none."""
    for last in range(size - 1, 0, -1):
        score, column = scores[last], columns[last]
        scores[last], columns[last] = scores[0], columns[0]
        _sink(scores, columns, last, score, column)
    scores[size:] = np.nan
    columns[size:] = -1


@compiled
def _scan(cells, left_out, scores, columns):  # type: ignore[no-untyped-def]
    """Fill `scores` and `columns` with the best cells but those in the sorted `left_out`."""
    size = 0
    worst = cells.dtype.type(-np.inf)  # NaN isn't above it, either
    next_out = 0
    for start in range(0, len(cells), _RUN):
        stop = min(start + _RUN, len(cells))
        is_any_better = False
        for column in range(start, stop):
            is_any_better |= cells[column] > worst
        if not is_any_better:
            continue
        for column in range(start, stop):
            if cells[column] > worst:
                while next_out < len(left_out) and left_out[next_out] < column:
                    next_out += 1
                if next_out < len(left_out) and left_out[next_out] == column:
                    continue
                size = _offer(scores, columns, size, cells[column], column)
                if size == len(scores):
                    worst = scores[0]
    _finish(scores, columns, size)


@compiled
def best_cells(cells, k, starts, left_out):  # type: ignore[no-untyped-def]
    """Return columns and scores, (rows, k) each, of the best cells of each row.

    Those in the sorted `left_out[starts[row]:starts[row + 1]]` are left out. k is at least 1.
    """
    columns = np.empty((len(cells), k), np.int64)
    scores = np.empty((len(cells), k), cells.dtype)
    for row in range(len(cells)):
        _scan(cells[row], left_out[starts[row] : starts[row + 1]], scores[row], columns[row])
    return columns, scores


@compiled
def best_named_cells(cells, k, starts, named):  # type: ignore[no-untyped-def]
    """Return the same of the cells in `named[starts[row]:starts[row + 1]]`, and no others."""
    columns = np.empty((len(cells), k), np.int64)
    scores = np.empty((len(cells), k), cells.dtype)
    for row in range(len(cells)):
        size = 0
        for entry in range(starts[row], starts[row + 1]):
            score = cells[row, named[entry]]
            if score > -np.inf:
                size = _offer(scores[row], columns[row], size, score, named[entry])
        _finish(scores[row], columns[row], size)
    return columns, scores


@compiled_for_all_cores
def best_of_product(  # type: ignore[no-untyped-def]  # noqa: PLR0917
    left_starts, left_columns, left, right_starts, right_columns, right, scale, own, k
):
    """Return the same of the cells above 0 of the product of two sparse matrices in rows.

    A cell is divided by the product of its row's and its column's entry in the two vectors of
    `scale`, plus the number there, and rounded to twelve digits, so that equal ones tie exactly.
    `own[row]` is a column that is left out, -1 none.
    """
    row_scale, column_scale, shrinkage = scale
    n_rows, n_columns = len(left_starts) - 1, len(column_scale)
    columns = np.empty((n_rows, k), np.int64)
    scores = np.empty((n_rows, k))
    for row in numba.prange(n_rows):
        cells = np.zeros(n_columns)
        for entry in range(left_starts[row], left_starts[row + 1]):
            factor = left[entry]
            inner = left_columns[entry]
            for other in range(right_starts[inner], right_starts[inner + 1]):
                cells[right_columns[other]] += factor * right[other]
        if own[row] >= 0:
            cells[own[row]] = np.nan
        for column in range(n_columns):
            if cells[column] > 0:
                divisor = row_scale[row] * column_scale[column] + shrinkage
                cells[column] = np.rint(cells[column] / divisor * 1e12) / 1e12
            if not cells[column] > 0:  # also what rounding made 0
                cells[column] = np.nan
        _scan(cells, own[:0], scores[row], columns[row])
    return columns, scores
