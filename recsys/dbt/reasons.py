"""What the dbt models of reasons call: how much of a score is due to one purchase."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from recsys.dbt.todays_histories import Scored, scored_today
from recsys.recommenders import RECOMMENDERS, recommender_class
from recsys.recommenders.fitted_models import FittedModels
from recsys.recommenders.linear import LinearRecommender
from recsys.storage.relations import Relation

PART_SCHEMA = pa.schema(
    [
        ("customer_key", pa.int32()),
        ("product_key", pa.int32()),
        ("reason_product_key", pa.int32()),
        ("recommender", pa.string()),
        ("part", pa.float64()),
    ]
)


def reason_parts(*, links: Relation, training_rows: Relation, session: Any) -> pa.RecordBatchReader:
    """Return which part of a product's score is due to a product that the customer has.

    Of each recommender fitted for today whose scores are sums over what a customer has. Only a
    block has them: in the shop's database there are no rows.

    Parameters
    ----------
    links
        customer_key, product_key, reason_product_key
    training_rows
        See `recsys.dbt.models.candidates`, of the block's customers.
    session
        The connection, which knows where fitted recommenders are.

    """
    models = FittedModels.of(session)
    if models is None or not models.in_block:
        return pa.RecordBatchReader.from_batches(PART_SCHEMA, [])
    pairs = links.project("customer_key, product_key, reason_product_key").to_arrow_table()
    return pa.RecordBatchReader.from_batches(PART_SCHEMA, _batches(models, training_rows, pairs))


def _batches(
    models: FittedModels, training_rows: Relation, pairs: pa.Table
) -> Iterator[pa.RecordBatch]:
    customers = pc.unique(pairs["customer_key"]).sort()
    for name in RECOMMENDERS:
        if not issubclass(recommender_class(name), LinearRecommender):
            continue
        fitted = models.load_recommender(name)
        if fitted is None:
            continue
        for scored in scored_today(fitted, models, training_rows, customers):
            yield from _parts(scored, name, pairs)


def _parts(scored: Scored, name: str, pairs: pa.Table) -> list[pa.RecordBatch]:
    recommender = scored.recommender
    if not isinstance(recommender, LinearRecommender):
        return []
    interactions = recommender.interactions_
    pairs = pairs.filter(pc.is_in(pairs["customer_key"], value_set=scored.customers))
    found = [
        _places(pairs[column], ids)
        for column, ids in (
            ("customer_key", interactions.customer_ids),
            ("product_key", interactions.product_ids),
            ("reason_product_key", interactions.product_ids),
        )
    ]
    # what nothing was learned of has no part
    known = np.logical_and.reduce([places >= 0 for places in found])
    rows = pairs.filter(pa.array(known)).combine_chunks()
    part = recommender.parts(*(places[known] for places in found))
    columns = [*rows.columns, pa.array([name] * len(rows), pa.string()), pa.array(part)]
    batches: list[pa.RecordBatch] = pa.Table.from_arrays(columns, schema=PART_SCHEMA).to_batches()
    return batches


def _places(keys: pa.ChunkedArray, ids: pa.Array) -> NDArray[np.intp]:
    found = pc.index_in(keys.cast(ids.type), value_set=ids)
    places: NDArray[np.intp] = pc.fill_null(found, -1).to_numpy().astype(np.intp)
    return places
