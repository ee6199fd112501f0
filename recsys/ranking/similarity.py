"""Similar products: exact cosine neighbours and the reasons for their similarity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy import sparse

from recsys.compute.block_threads import map_blocks
from recsys.data.interactions import Interactions
from recsys.ranking.nearest import most_similar
from recsys.ranking.top_k import TopK, blocks, blocks_at_once, top_k
from recsys.settings.parameters import Count, require

SIMILAR_SCHEMA = pa.schema(
    [
        ("product_id", pa.string()),
        ("rank", pa.int32()),
        ("similar_product_id", pa.string()),
        ("similarity", pa.float64()),
        ("reason", pa.string()),
    ]
)
"""One row per product and rank, most similar first, rank from 1, similarity above 0 up to 1; the
reason says in words what the two have in common, null where nobody can say."""

TERMS_SHOWN, TERMS_WEIGHED = 3, 9
"""So many shared terms a reason names, of so many that weigh most."""

PAIRS_AT_ONCE = 100_000
"""Pairs compared at a time: memory doesn't grow with their number."""

Vectors: TypeAlias = sparse.csr_array | NDArray[np.float32]
"""(products, dimensions), rows of length 1 or 0."""


class SimilarPairs(NamedTuple):
    """Pairs of rows, by row and rank."""

    products: NDArray[np.int64]
    ranks: NDArray[np.int32]
    similar: NDArray[np.int64]
    similarity: NDArray[np.float64]

    def table(self, product_ids: pa.Array, reasons: pa.Array | None = None) -> pa.Table:
        """Return the pairs as `SIMILAR_SCHEMA`."""
        if reasons is None:
            reasons = pa.nulls(len(self.products), pa.string())
        columns = [
            product_ids.take(pa.array(self.products)),
            self.ranks,
            product_ids.take(pa.array(self.similar)),
            self.similarity,
            reasons,
        ]
        return pa.Table.from_arrays(columns, schema=SIMILAR_SCHEMA)


def similar_pairs(
    vectors: Vectors,
    k: int = 10,
    wanted: NDArray[np.intp] | None = None,
    among: NDArray[np.intp] | None = None,
) -> SimilarPairs:
    """Return the `k` most similar rows of each row, by cosine.

    Parameters
    ----------
    vectors
        (products, dimensions), sparse or dense, each row of length 1 or 0: see `unit_rows`.
    k
        At most this many; a product isn't similar to itself, nor to one it shares nothing with.
        Equally similar ones are listed by lowest row.
    wanted
        Rows to find neighbours for; None means all.
    among
        Rows that may be neighbours, ascending; None means all.

    >>> rows = unit_rows(sparse.csr_array([[1.0, 0.0], [3.0, 4.0], [0.0, 2.0]]))
    >>> similar_pairs(rows, k=1).similarity
    array([0.6, 0.8, 0.8])

    """
    require("k", k, Count)
    everything = np.arange(vectors.shape[0])
    asked = everything if wanted is None else wanted
    others = everything if among is None else among
    if isinstance(vectors, np.ndarray):
        similar, similarity = _most_similar_dense(vectors, k, asked, others)
    else:
        rows = unit_rows(vectors.astype(np.float64))
        lengths = np.ones(len(asked)), np.ones(len(others))
        similar, similarity = most_similar(
            rows[asked], rows[others], k, asked, others, lengths=lengths
        )
    listed = similar >= 0
    ranks = np.broadcast_to(np.arange(1, similar.shape[1] + 1, dtype=np.int32), similar.shape)
    return SimilarPairs(
        np.repeat(asked, listed.sum(axis=1)),
        ranks[listed],
        similar[listed],
        similarity[listed].astype(np.float64),
    )


def similar_products(
    vectors: Vectors,
    product_ids: pa.Array,
    k: int = 10,
    wanted: NDArray[np.intp] | None = None,
) -> pa.Table:
    """Return `similar_pairs` as `SIMILAR_SCHEMA`, without reasons; `product_ids` name the rows.

    >>> rows = unit_rows(sparse.csr_array([[1.0, 0.0], [3.0, 4.0], [0.0, 2.0]]))
    >>> similar_products(rows, pa.array(["tea", "chai", "milk"]), k=1)["similar_product_id"][0]
    <pyarrow.StringScalar: 'chai'>
    """
    return similar_pairs(vectors, k, wanted).table(product_ids)


def nearest_products(vectors: Vectors, k: int) -> sparse.csr_array:
    """Return the (products, products) cosines between each and its `k` most similar others."""
    size = vectors.shape[0]
    pairs = similar_pairs(vectors, k)
    return sparse.csr_array((pairs.similarity, (pairs.products, pairs.similar)), (size, size))


def shared_terms(
    vectors: sparse.csr_array, terms: NDArray[np.object_], pairs: SimilarPairs
) -> pa.Array:
    """Return in words which terms make the rows of each pair similar, the weightiest first.

    Of terms that say the same ('green tea', 'tea') the weightiest is named, of equally weighty
    ones the longest. Null where the two
    share no term, as products that embeddings alone find alike.

    >>> vectors = sparse.csr_array([[0.8, 0.6, 0.0], [0.6, 0.8, 0.0]])
    >>> pairs = similar_pairs(vectors, k=1)
    >>> shared_terms(vectors, np.array(["tea", "brand: ok", "rye"], object), pairs).to_pylist()
    ['In common: brand: ok, tea', 'In common: brand: ok, tea']
    """
    lengths = np.array([len(term) for term in terms], np.int64)
    worded: dict[bytes, str | None] = {}  # the same few terms make many pairs alike
    reasons: list[str | None] = []
    for start in range(0, len(pairs.products), PAIRS_AT_ONCE):
        part = slice(start, start + PAIRS_AT_ONCE)
        shared = vectors[pairs.products[part]].multiply(vectors[pairs.similar[part]]).tocsr()
        for weightiest in _weightiest(shared, lengths):
            key = weightiest.tobytes()
            if key not in worded:
                worded[key] = _named(terms[weightiest])
            reasons.append(worded[key])
    return pa.array(reasons, pa.string())


def collaborative_similar_products(
    interactions: Interactions,
    k: int = 10,
    among: Iterable[Any] | None = None,
    unit: str = "customer",
) -> pa.Table:
    """Return the `k` products most similar to each by who bought them, as `SIMILAR_SCHEMA`.

    Only products whose ids are in `among` may be similar; None allows all.

    Similarity is the cosine between two products' weights over all customers. Products without
    weights have no rows. The reason counts the customers who have both; `unit` says what the
    interactions call a customer, such as an order.

    Source: Sarwar, Karypis, Konstan and Riedl, *Item-based collaborative filtering
    recommendation algorithms* (2001).

    >>> interactions = Interactions.from_table(pa.table({
    ...     "customer_id": ["ann", "ann", "bob", "bob", "cat"],
    ...     "product_id": ["tea", "milk", "tea", "milk", "rye"],
    ... }))
    >>> collaborative_similar_products(interactions).to_pylist()[0]["reason"]
    '2 customers in common'
    """
    rows = unit_rows(interactions.weights.T.tocsr())
    others = None if among is None else np.unique(interactions.product_index(among))
    pairs = similar_pairs(rows, k, among=others)
    bought = rows.astype(bool).astype(np.float32)
    return pairs.table(interactions.product_ids, _in_common(bought, pairs, unit))


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


def _most_similar_dense(
    vectors: NDArray[np.float32], k: int, asked: NDArray[np.intp], others: NDArray[np.intp]
) -> TopK:
    found = [TopK(np.empty((0, min(k, len(others))), np.int64), np.empty((0, min(k, len(others)))))]

    def of_block(block: NDArray[np.intp]) -> TopK:
        # rounded, so that equal ones tie; what isn't above 0 isn't similar
        cosines = np.round((vectors[block] @ vectors[others].T).astype(np.float64), 6)
        cosines = np.minimum(cosines, 1)
        cosines[(cosines <= 0) | (block[:, None] == others)] = np.nan
        places, values = top_k(cosines, k)
        return TopK(np.where(places >= 0, others[places], -1), values)

    found.extend(map_blocks(of_block, blocks_at_once(asked, len(others))))
    return TopK(*(np.concatenate(parts) for parts in zip(*found, strict=True)))


def _weightiest(
    shared: sparse.csr_array, lengths: NDArray[np.int64]
) -> Iterator[NDArray[np.integer]]:
    """Yield the columns of each row's largest cells, of equal ones the longest term's first."""
    row = np.repeat(np.arange(shared.shape[0]), np.diff(shared.indptr))
    values = np.round(shared.data, 6)
    order = np.lexsort((shared.indices, -lengths[shared.indices], -values, row))
    columns = shared.indices[order]
    for start, end in pairwise(shared.indptr.tolist()):
        yield columns[start : min(end, start + TERMS_WEIGHED)]


def _named(names: NDArray[np.object_]) -> str | None:
    chosen: list[str] = []
    for name in names:
        if not any(_says(name, one) or _says(one, name) for one in chosen):
            chosen.append(name)
        if len(chosen) == TERMS_SHOWN:
            break
    return f"In common: {', '.join(chosen)}" if chosen else None


def _says(term: str, other: str) -> bool:
    """Tell whether the words of one term are all in the other, of the same field."""
    (field, _, words), (other_field, _, other_words) = (
        one.rpartition(": ") for one in (term, other)
    )
    return field == other_field and f" {words} " in f" {other_words} "


def _in_common(bought: sparse.csr_array, pairs: SimilarPairs, unit: str) -> pa.Array:
    counts = [
        bought[pairs.products[part]].multiply(bought[pairs.similar[part]]).sum(axis=1)
        for part in blocks(np.arange(len(pairs.products)), 400)
    ]
    both = np.concatenate([np.zeros(0), *counts]).astype(np.int64)
    words = [f"1 {unit} in common" if n == 1 else f"{n:,} {unit}s in common" for n in both]
    return pa.array(words, pa.string())
