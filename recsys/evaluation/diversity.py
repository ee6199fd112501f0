"""How different from one another the products of a list are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from scipy import sparse

from recsys.compute.compiled import compiled

DIVERSITY_SCHEMA = pa.schema([("list", pa.int64()), ("k", pa.int32()), ("value", pa.float64())])
"""One row per list and k; only lists with at least two products that have a vector."""


def intra_list_diversity(
    lists: pa.Table, vectors: sparse.csr_array, cutoffs: Sequence[int]
) -> pa.Table:
    """Return 1 minus the mean cosine between the first k products of each list.

    Source: Ziegler, McNee, Konstan and Lausen, *Improving recommendation lists through topic
    diversification* (2005).

    Parameters
    ----------
    lists
        Columns `list` (a number from 0), `product` (a row of `vectors`) and `rank` (from 1).
    vectors
        (products, features): rows of length 1, or 0 where a product has none; such a product is
        left out of its list.
    cutoffs
        The ks.

    Each product in turn is compared with the sum of the vectors before it, which holds all its
    cosines with them: no pair is visited.

    >>> lists = pa.table({"list": [0, 0, 0], "product": [0, 1, 2], "rank": [1, 2, 3]})
    >>> vectors = sparse.csr_array(np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]))
    >>> intra_list_diversity(lists, vectors, [2, 3])["value"].to_pylist()
    [0.0, 0.666666666667]

    """
    row, column, rank = (lists[name].to_numpy() for name in ("list", "product", "rank"))
    is_known = (np.diff(vectors.indptr) > 0)[column]
    order = np.flatnonzero(is_known)
    order = order[np.lexsort((rank[order], row[order]))]
    row, rank, column = row[order], rank[order], column[order]
    starts = np.append(np.flatnonzero(np.diff(row, prepend=-1)), len(row))  # of each list
    wanted, sums = np.asarray(cutoffs, np.int64), np.zeros(vectors.shape[1])
    values = _diversities(
        starts, rank, column, wanted, (vectors.indptr, vectors.indices, vectors.data), sums
    )
    found, cutoff = np.nonzero(~np.isnan(values))
    value = np.round(np.clip(values[found, cutoff], 0, 1), 12)
    return pa.table([row[starts[found]], wanted[cutoff], value], DIVERSITY_SCHEMA.names).cast(
        DIVERSITY_SCHEMA
    )


@compiled
def _diversities(starts, rank, column, cutoffs, rows, sums):  # type: ignore[no-untyped-def]  # noqa: PLR0917
    """Return (lists, cutoffs); NaN where fewer than two products are within the cutoff."""
    indptr, indices, data = rows
    values = np.full((len(starts) - 1, len(cutoffs)), np.nan)
    for number in range(len(starts) - 1):
        start, stop = starts[number], starts[number + 1]
        cosines = 0.0
        for place in range(start, stop):
            for cell in range(indptr[column[place]], indptr[column[place] + 1]):
                cosines += data[cell] * sums[indices[cell]]
                sums[indices[cell]] += data[cell]
            size = place - start + 1
            for position in range(len(cutoffs)):
                if size > 1 and rank[place] <= cutoffs[position]:
                    values[number, position] = 1 - 2 * cosines / (size * (size - 1))
        for place in range(start, stop):
            for cell in range(indptr[column[place]], indptr[column[place] + 1]):
                sums[indices[cell]] = 0
    return values
