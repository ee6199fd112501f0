"""How different from one another the products of a list are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse

DIVERSITY_SCHEMA = pa.schema([("list", pa.int64()), ("k", pa.int32()), ("value", pa.float64())])
"""One row per list and k; only lists with at least two products that have a vector."""


def intra_list_diversity(
    lists: pa.Table, product_ids: pa.Array, vectors: sparse.csr_array, cutoffs: Sequence[int]
) -> pa.Table:
    """Return 1 minus the mean cosine between the first k products of each list.

    Source: Ziegler, McNee, Konstan and Lausen, *Improving recommendation lists through topic
    diversification* (2005).

    Parameters
    ----------
    lists
        Columns `list` (a number from 0), `product_id` and `rank` (from 1).
    product_ids, vectors
        The products and their (products, features) vectors of length 1, or 0 where a product has
        none; such a product is left out of its list.
    cutoffs
        The ks.

    With unit vectors the squared length of a list's sum of n vectors is n plus twice the sum of
    its pairs' cosines, so no pair is visited.

    >>> lists = pa.table({"list": [0, 0, 0], "product_id": ["a", "b", "c"], "rank": [1, 2, 3]})
    >>> vectors = sparse.csr_array(np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]))
    >>> intra_list_diversity(lists, pa.array(["a", "b", "c"]), vectors, [2, 3])["value"].to_pylist()
    [0.0, 0.666666666667]

    """
    has_vector = np.diff(vectors.indptr) > 0
    columns = pc.index_in(lists["product_id"], value_set=product_ids)
    is_known = pc.is_valid(columns).to_numpy(zero_copy_only=False)
    column = pc.fill_null(columns, 0).to_numpy()
    is_known &= has_vector[column]
    row, rank = lists["list"].to_numpy(), lists["rank"].to_numpy()
    count = int(row.max()) + 1 if len(row) else 0
    tables = [DIVERSITY_SCHEMA.empty_table()]
    for k in cutoffs:
        kept = is_known & (rank <= k)
        chosen = sparse.csr_array(
            (np.ones(kept.sum()), (row[kept], column[kept])), shape=(count, len(product_ids))
        )
        sizes = np.bincount(row[kept], minlength=count)
        sums = chosen @ vectors
        of_row = np.repeat(np.arange(count), np.diff(sums.indptr))
        lengths = np.bincount(of_row, weights=sums.data**2, minlength=count)
        measured = np.flatnonzero(sizes > 1)
        pairs = sizes[measured] * (sizes[measured] - 1)
        cosine = (lengths[measured] - sizes[measured]) / pairs
        value = np.round(np.clip(1 - cosine, 0, 1), 12)
        columns_of = [measured, np.full(len(measured), k), value]
        tables.append(
            pa.table(dict(zip(DIVERSITY_SCHEMA.names, columns_of, strict=True))).cast(
                DIVERSITY_SCHEMA
            )
        )
    return pa.concat_tables(tables)
