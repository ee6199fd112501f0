"""What the dbt Python model of offers calls: how much of a probability is due to one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from recsys.dbt.hybrid import PAIRS_PER_BATCH
from recsys.hybrid.feature_table import (
    feature_matrix,
    feature_names,
    pair_numbers,
    without_next_promotions,
)
from recsys.hybrid.model_bytes import from_bytes
from recsys.storage.relations import SERVING, Relation, where

SCHEMA = pa.schema(
    [
        ("customer_key", pa.int32()),
        ("product_key", pa.int32()),
        ("share", pa.float64()),
    ]
)


def offer_parts(*, models: Relation, features: Relation, pairs: Relation) -> pa.RecordBatchReader:
    """Return which share of the probability of a pair is due to promotions of the label window.

    It is 1 less the ratio of the probability if nothing were promoted to the probability as it is:
    below 0 where an offer makes a purchase less likely.

    Parameters
    ----------
    models
        fold, model.
    features
        fold, customer_key, product_key and the features of all candidates.
    pairs
        customer_key, product_key: which are asked for.

    """
    asked = pairs.project("customer_key, product_key").to_arrow_table()
    fitted = where(models, fold=SERVING).filter("model is not null").project("model").fetchall()
    names = feature_names(features)

    def batches() -> Iterator[pa.RecordBatch]:
        if not fitted or not asked.num_rows:
            return
        [(data,)] = fitted
        model = from_bytes(data)
        wanted = pair_numbers(asked)
        for batch in where(features, fold=SERVING).to_arrow_reader(PAIRS_PER_BATCH):
            found = batch.filter(pa.array(np.isin(pair_numbers(batch), wanted)))
            if not found.num_rows:
                continue
            matrix = feature_matrix(found, names)
            as_is, without = (
                model.predict(rows) for rows in (matrix, without_next_promotions(matrix, names))
            )
            share = 1 - without / np.maximum(as_is, np.finfo(np.float64).tiny)
            keys = found.select(SCHEMA.names[:2]).columns
            yield pa.RecordBatch.from_arrays([*keys, pa.array(share)], schema=SCHEMA)

    return pa.RecordBatchReader.from_batches(SCHEMA, batches())
