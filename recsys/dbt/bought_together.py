"""Candidates from product pairs: what is bought together with a customer's own purchases."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy import sparse

from recsys.dbt.models import is_listed
from recsys.ranking.top_k import top_candidates
from recsys.recommenders.candidate_rows import KEYED_SCHEMA, candidate_batches
from recsys.storage.relations import Relation, fold_names, where

NAME = "bought_together"
DECIMALS = 12
"""Scores are rounded to so many, so that sums of the same parts tie whatever their order."""


def candidates_of_pairs(
    *,
    interactions: Relation,
    fold_customers: Relation,
    fold_products: Relation,
    pairs: Relation,
    settings: Relation,
) -> pa.RecordBatchReader:
    """Score products by the pairs that they form with purchases; return the candidates table.

    A product's score is the sum, over what the customer bought and kept, of its decayed weight
    times the confidence of the pair. Ties go to the product with the lower `tie_order`. There are
    no rows if the setting `recommenders` doesn't name it.

    Parameters
    ----------
    interactions
        fold, customer_key, product_key, weight
    fold_customers
        fold, customer_key: whom to rank for.
    fold_products
        fold, product_key, tie_order, in_catalogue, is_learned_from: of what is learned from, what
        is in the catalogue may be ranked.
    pairs
        fold, product_key, other_product_key, confidence
    settings
        candidates_per_customer, recommenders

    """
    [(per_customer, listed)] = settings.project("candidates_per_customer, recommenders").fetchall()
    if not is_listed(NAME, listed):
        return pa.RecordBatchReader.from_batches(KEYED_SCHEMA, [])
    folds = fold_names(fold_customers)
    # read before the first batch is: the stream shall not disturb the connection it goes to
    parts = [_Fold(fold, interactions, fold_customers, fold_products, pairs) for fold in folds]
    return pa.RecordBatchReader.from_batches(
        KEYED_SCHEMA, (batch for part in parts for batch in part.batches(per_customer))
    )


class _Fold:
    """One fold as sparse matrices; columns are products in the order of ties."""

    def __init__(
        self,
        fold: str,
        interactions: Relation,
        fold_customers: Relation,
        fold_products: Relation,
        pairs: Relation,
    ) -> None:
        customers = where(fold_customers, fold=fold).project("customer_key")
        products = (
            where(fold_products, fold=fold)
            .filter("is_learned_from")
            .project("tie_order, product_key, in_catalogue")
        )
        customer_rows = customers.to_arrow_table().sort_by("customer_key")
        product_rows = products.to_arrow_table().sort_by("tie_order")
        customer_keys = customer_rows["customer_key"].to_numpy()
        product_keys = product_rows["product_key"].to_numpy()
        self.fold = fold
        self.customer_keys = customer_rows["customer_key"].combine_chunks()
        self.product_keys = product_rows["product_key"].combine_chunks()
        self.is_listable = product_rows["in_catalogue"].to_numpy()
        bought = where(interactions, fold=fold).project(
            "customer_key, product_key, cast(weight as double) as weight"
        )
        self.weights = _matrix(bought, customer_keys, product_keys)
        self.seen = sparse.csr_array(
            (np.ones(self.weights.nnz, np.bool_), self.weights.indices, self.weights.indptr),
            self.weights.shape,
        )
        sold_together = where(pairs, fold=fold).project(
            "product_key, other_product_key, cast(confidence as double) as confidence"
        )
        self.confidence = _matrix(sold_together, product_keys, product_keys)

    def batches(self, per_customer: int) -> Iterator[pa.RecordBatch]:
        """Yield the rows of the candidates table, block by block of customers."""
        customers = np.arange(len(self.customer_keys), dtype=np.intp)
        for found in top_candidates(
            self._score, self.seen, customers, per_customer, self.is_listable
        ):
            yield from candidate_batches(
                self.fold, self.customer_keys, self.product_keys, found, KEYED_SCHEMA
            )

    def _score(self, customers: NDArray[np.intp]) -> NDArray[np.float64]:
        scores: NDArray[np.float64] = (self.weights[customers] @ self.confidence).toarray()
        np.round(scores, DECIMALS, out=scores)
        scores[scores <= 0] = np.nan  # nobody voted
        return scores


def _matrix(
    cells: Relation, row_keys: NDArray[np.int64], column_keys: NDArray[np.int64]
) -> sparse.csr_array:
    """Return (rows, columns) with a cell for each row of keys and value, where both are given."""
    row, column, value = (found.to_numpy() for found in cells.to_arrow_table().columns)
    rows, has_row = _places(row, row_keys)
    columns, has_column = _places(column, column_keys)
    known = has_row & has_column
    matrix = sparse.csr_array(
        (value[known], (rows[known], columns[known])), (len(row_keys), len(column_keys))
    )
    matrix.sort_indices()
    return matrix


def _places(
    keys: NDArray[np.int64], among: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return where each key stands in another array, and whether it does."""
    if len(among) == 0:
        return np.zeros(len(keys), np.int64), np.zeros(len(keys), np.bool_)
    order = np.argsort(among)
    places = order[np.searchsorted(among, keys, sorter=order).clip(max=len(among) - 1)]
    return places, among[places] == keys
