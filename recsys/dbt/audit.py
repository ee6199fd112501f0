"""What the dbt Python model of the audit calls: what moved the probabilities of some pairs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from recsys.dbt.hybrid import PAIRS_PER_BATCH
from recsys.hybrid.feature_table import feature_matrix, feature_names, pair_numbers
from recsys.hybrid.model_bytes import from_bytes
from recsys.hybrid.moved_by import moved_by
from recsys.storage.relations import SERVING, Relation, where

SCHEMA = pa.schema(
    [
        ("customer_key", pa.int32()),
        ("product_key", pa.int32()),
        ("moved_by", pa.string()),
    ]
)


def moved_by_of_pairs(
    *, models: Relation, features: Relation, pairs: Relation
) -> pa.RecordBatchReader:
    """Return what moved the probability of those pairs that have one today.

    Parameters
    ----------
    models
        fold, model.
    features
        fold, customer_key, product_key and the features of all candidates.
    pairs
        customer_key, product_key: which are asked for.

    """
    fitted = where(models, fold=SERVING).filter("model is not null").project("model").fetchall()
    asked = pairs.project("customer_key, product_key").to_arrow_table()
    customers = sorted(set(asked["customer_key"].to_pylist()))
    wanted = pair_numbers(asked)
    names = feature_names(features)

    def batches() -> Iterator[pa.RecordBatch]:
        if not fitted or not customers:
            return
        [(data,)] = fitted
        model = from_bytes(data)
        of_customers = where(features, fold=SERVING).filter(
            f"customer_key in ({', '.join(map(str, customers))})"
        )
        for batch in of_customers.to_arrow_reader(PAIRS_PER_BATCH):
            chosen = batch.filter(pa.array(np.isin(pair_numbers(batch), wanted)))
            matrix = feature_matrix(chosen, names)
            texts = moved_by(model.contributions(matrix), matrix, names)
            yield pa.RecordBatch.from_arrays(
                [*chosen.select(SCHEMA.names[:2]).columns, pa.array(texts, pa.string())],
                schema=SCHEMA,
            )

    return pa.RecordBatchReader.from_batches(SCHEMA, batches())
