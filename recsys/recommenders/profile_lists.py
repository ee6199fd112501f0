"""Lists for customers known by a profile alone: what is bought in the categories they like."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy import sparse

from recsys.data.arrow_tables import ArrowTable, column_of, ids_or_keys, read_table
from recsys.ranking.top_k import top_candidates
from recsys.recommenders.base import CANDIDATE_SCHEMA
from recsys.settings.parameters import Count, require


def profile_candidates(
    probabilities: ArrowTable,
    category_products: ArrowTable,
    interactions: ArrowTable,
    per_customer: int = 100,
) -> Iterator[pa.Table]:
    """Yield tables of `CANDIDATE_SCHEMA`: the products a customer is likeliest to buy.

    Ids may be text or whole numbers; those of the tables yielded are of the same type.

    A product's score is the probability that the customer buys in its category, times the share
    of the category's customers who buy the product.

    Parameters
    ----------
    probabilities
        customer_id, category, probability; a category that isn't there has probability 0.
    category_products
        product_id, category, share from 0 to 1: one row per product and category; a product may
        be in several. Of equal scores the product that comes first here comes first.
    interactions
        customer_id, product_id: what isn't new to whom; others than those above don't matter.
    per_customer
        At most this many new products and as many of the others.

    >>> lists = profile_candidates(
    ...     pa.table({"customer_id": ["ann", "ann"], "category": ["tea", "jam"],
    ...               "probability": [0.5, 0.8]}),
    ...     pa.table({"product_id": ["green", "plum"], "category": ["tea", "jam"],
    ...               "share": [0.5, 0.25]}),
    ...     pa.table({"customer_id": ["ann"], "product_id": ["plum"]}),
    ... )
    >>> [tuple(row.values()) for row in next(lists).to_pylist()]
    [('ann', 'green', 0.25, True), ('ann', 'plum', 0.2, False)]

    """
    require("per_customer", per_customer, Count)
    wanted = read_table(probabilities, "the table of probabilities")
    offered = read_table(category_products, "the table of products")
    had = read_table(interactions, "the table of interactions")
    customer_ids = _values(wanted, "customer_id").unique().sort()
    product_ids = _values(offered, "product_id").unique()  # in the order of ties
    categories = _values(offered, "category").unique().sort()
    if not len(customer_ids) or not len(product_ids):
        return
    likely = _matrix(
        _at(wanted, "customer_id", customer_ids),
        _at(wanted, "category", categories),
        column_of(wanted, "probability").cast(pa.float64()).to_numpy(),
        (len(customer_ids), len(categories)),
    )
    shares = _matrix(
        _at(offered, "category", categories),
        _at(offered, "product_id", product_ids),
        column_of(offered, "share").cast(pa.float64()).to_numpy(),
        (len(categories), len(product_ids)),
    )
    seen = _matrix(
        _at(had, "customer_id", customer_ids),
        _at(had, "product_id", product_ids),
        np.ones(len(had), np.bool_),
        (len(customer_ids), len(product_ids)),
    )

    def score(block: NDArray[np.intp]) -> NDArray[np.float64]:
        scores: NDArray[np.float64] = (likely[block] @ shares).toarray()
        return np.where(scores > 0, scores, np.nan)

    for found in top_candidates(score, seen, np.arange(len(customer_ids)), per_customer):
        yield pa.Table.from_arrays(
            [
                customer_ids.take(pa.array(found.customers)),
                product_ids.take(pa.array(found.products)),
                found.scores,
                found.is_new,
            ],
            names=CANDIDATE_SCHEMA.names,
        )


def _values(table: pa.Table, name: str) -> pa.Array:
    return ids_or_keys(column_of(table, name))


def _at(table: pa.Table, name: str, ids: pa.Array) -> NDArray[np.intp]:
    """Return each row's place among the ids; -1 for others."""
    places = pc.fill_null(pc.index_in(_values(table, name), value_set=ids), -1)
    found: NDArray[np.intp] = places.to_numpy().astype(np.intp)
    return found


def _matrix(
    rows: NDArray[np.intp], columns: NDArray[np.intp], values: NDArray[Any], shape: tuple[int, int]
) -> sparse.csr_array:
    known = (rows >= 0) & (columns >= 0)
    return sparse.csr_array((values[known], (rows[known], columns[known])), shape=shape)
