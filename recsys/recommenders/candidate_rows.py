"""Candidates of a fold as rows of the candidates table, by ids or by integer keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recsys.ranking.top_k import Candidates
from recsys.recommenders.base import CANDIDATE_SCHEMA

FOLD_CANDIDATES_SCHEMA = pa.schema([("fold", pa.string()), *CANDIDATE_SCHEMA])
"""One ranking per fold and customer: higher scores are better."""

KEYED_SCHEMA = pa.schema(
    [
        ("fold", pa.string()),
        ("customer_key", pa.int32()),
        ("product_key", pa.int32()),
        ("score", pa.float64()),
        ("is_new", pa.bool_()),
        ("rank_in_group", pa.int32()),
    ]
)
"""The same of integer keys; ranks, from 1, are among a customer's new or other products."""

ROWS_PER_BATCH = 100_000
"""Most rows of one batch of the stream."""


def candidate_batches(
    fold: str,
    customer_ids: pa.Array,
    product_ids: pa.Array,
    candidates: Candidates,
    schema: pa.Schema = FOLD_CANDIDATES_SCHEMA,
) -> Iterator[pa.RecordBatch]:
    """Yield a fold's candidates as rows of the schema; ids are those of rows and columns.

    `KEYED_SCHEMA` takes candidates of whole customers, in the order of `Candidates`.
    """
    columns: list[NDArray[Any]] = [candidates.scores, candidates.is_new]
    if schema.equals(KEYED_SCHEMA):
        columns.append(_ranks(candidates.customers, candidates.is_new))
    for start in range(0, len(candidates.customers), ROWS_PER_BATCH):
        part = slice(start, start + ROWS_PER_BATCH)
        customers = candidates.customers[part]
        yield pa.RecordBatch.from_arrays(
            [
                pa.repeat(fold, len(customers)),
                customer_ids.take(pa.array(customers)),
                product_ids.take(pa.array(candidates.products[part])),
                *(column[part] for column in columns),
            ],
            schema=schema,
        )


def keyed_batches(fold: str, candidates: pa.Table) -> Iterator[pa.RecordBatch]:
    """Yield candidates of a fold, whose ids are integer keys, as rows of `KEYED_SCHEMA`.

    Parameters
    ----------
    fold
        Its name.
    candidates
        customer_id, product_id, score and is_new, in this order; by customer, the new products
        first, the best first.

    """
    customers, products, scores, is_new = (column.combine_chunks() for column in candidates.columns)
    ranks = _ranks(customers.to_numpy(), is_new.to_numpy(zero_copy_only=False))
    table = pa.Table.from_arrays(
        [pa.repeat(fold, len(ranks)), customers, products, scores, is_new, pa.array(ranks)],
        schema=KEYED_SCHEMA,
    )
    yield from table.to_batches(ROWS_PER_BATCH)


def _ranks(customers: NDArray[np.int32], is_new: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Return each row's place in its run of rows of one customer and kind, from 1."""
    is_first = np.ones(len(customers), np.bool_)
    is_first[1:] = (customers[1:] != customers[:-1]) | (is_new[1:] != is_new[:-1])
    starts = np.flatnonzero(is_first)
    lengths = np.diff(np.append(starts, len(customers)))
    ranks: NDArray[np.int32] = np.arange(len(customers), dtype=np.int32)
    return ranks - np.repeat(starts, lengths).astype(np.int32) + np.int32(1)
