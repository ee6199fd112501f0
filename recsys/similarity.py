"""Which products are alike: exact cosine neighbours."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy import sparse

from recsys.interactions import Interactions
from recsys.recommenders.nearest import most_similar
from recsys.recommenders.parameters import require_integer

SIMILAR_SCHEMA = pa.schema(
    [
        ("product_id", pa.string()),
        ("rank", pa.int32()),
        ("similar_product_id", pa.string()),
        ("similarity", pa.float64()),
    ]
)
"""One row per product and rank, most similar first, rank from 1, similarity above 0 up to 1."""


def similar_products(
    rows: sparse.csr_array,
    product_ids: pa.Array,
    k: int = 10,
    wanted: NDArray[np.intp] | None = None,
) -> pa.Table:
    """Return the `k` most similar products of each product, by cosine, as `SIMILAR_SCHEMA`.

    Parameters
    ----------
    rows
        (products, features), each row of length 1 or 0: see `unit_rows`.
    product_ids
        Text id of each row.
    k
        At most this many; a product isn't similar to itself, nor to one it shares nothing with.
        Equally similar ones are listed by lowest row.
    wanted
        Rows to find neighbours for; None means all.

    >>> rows = unit_rows(sparse.csr_array([[1.0, 0.0], [3.0, 4.0], [0.0, 2.0]]))
    >>> similar_products(rows, pa.array(["tea", "chai", "milk"]), k=1).to_pylist()[0]
    {'product_id': 'tea', 'rank': 1, 'similar_product_id': 'chai', 'similarity': 0.6}

    """
    require_integer("k", k, minimum=1)
    everything = np.arange(rows.shape[0])
    asked = everything if wanted is None else wanted
    similar, similarity = most_similar(
        rows[asked], rows, k, asked, everything, lengths=np.ones(len(everything))
    )
    listed = similar >= 0
    rank = np.broadcast_to(np.arange(1, similar.shape[1] + 1), similar.shape)
    columns = [
        product_ids.take(pa.array(np.repeat(asked, listed.sum(axis=1)))),
        rank[listed].astype(np.int32),
        product_ids.take(pa.array(similar[listed])),
        similarity[listed],
    ]
    return pa.Table.from_arrays(columns, schema=SIMILAR_SCHEMA)


def collaborative_similar_products(interactions: Interactions, k: int = 10) -> pa.Table:
    """Return the `k` products most similar to each by who bought them, as `SIMILAR_SCHEMA`.

    Similarity is the cosine between two products' weights over all customers. Products without
    weights have no rows.

    Source: Sarwar, Karypis, Konstan and Riedl, *Item-based collaborative filtering
    recommendation algorithms* (2001).

    >>> interactions = Interactions.from_table(pa.table({
    ...     "customer_id": ["ann", "ann", "bob", "bob", "cat"],
    ...     "product_id": ["tea", "milk", "tea", "milk", "rye"],
    ... }))
    >>> collaborative_similar_products(interactions).to_pylist()[0]
    {'product_id': 'milk', 'rank': 1, 'similar_product_id': 'tea', 'similarity': 1.0}
    """
    rows = unit_rows(interactions.weights.T.tocsr())
    return similar_products(rows, interactions.product_ids, k)


def unit_rows(rows: sparse.csr_array) -> sparse.csr_array:
    """Return the rows scaled to length 1; empty rows stay empty.

    >>> unit_rows(sparse.csr_array([[3.0, 4.0], [0.0, 0.0]])).toarray()
    array([[0.6, 0.8],
           [0. , 0. ]])
    """
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    lengths[lengths == 0] = 1
    unit = rows.copy()
    unit.data = rows.data / np.repeat(lengths, np.diff(rows.indptr)).astype(rows.dtype)
    return unit
