"""What the dbt Python models of the evaluation call: relations in, the rows of one table out."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pyarrow as pa
from scipy import sparse

from recsys.evaluation.diversity import intra_list_diversity
from recsys.evaluation.metric_intervals import INTERVAL_SCHEMA, METRIC_SCHEMA
from recsys.evaluation.metric_intervals import metric_intervals as intervals_of
from recsys.ranking.similarity import unit_rows
from recsys.settings.model import Settings
from recsys.storage.relations import Relation, fold_names, where

CUTOFFS = get_args(Settings.model_fields["champion_k"].annotation)
"""Lengths at which lists are judged."""
LIST_COLUMNS = ["recommender", "list_type", "customer_id"]


def metric_intervals(
    *, metrics: Relation, segments: Relation, baselines: Relation, settings: Relation
) -> pa.Table:
    """Return the intervals of all means of the customers' metrics, and of differences."""
    resamples, seed = settings.project("bootstrap_resamples, bootstrap_seed").fetchall()[0]
    tables = intervals_of(
        metrics.project(", ".join(METRIC_SCHEMA.names)).to_arrow_table().cast(METRIC_SCHEMA),
        segments.project("fold, customer_id, segment_type, segment").to_arrow_table(),
        [name for (name,) in baselines.project("recommender").fetchall()],
        resamples=resamples,
        random_state=seed,
    )
    return pa.concat_tables([INTERVAL_SCHEMA.empty_table(), *tables])


def basket_intervals(*, metrics: Relation, segments: Relation, settings: Relation) -> pa.Table:
    """Return the intervals of baskets' metrics, and of their differences from `buy_again`.

    Columns are those of `INTERVAL_SCHEMA`, in which the basket is called recommender.
    """
    named = metrics.project("*, basket as recommender, 'next_basket' as list_type")
    return metric_intervals(
        metrics=named,
        segments=segments.filter("segment_type = 'all'"),
        baselines=named.filter("basket = 'buy_again'").project("recommender").distinct(),
        settings=settings,
    )


def list_diversity(*, judged_lists: Relation, lists: Relation, vectors: Relation) -> pa.Table:
    """Return the diversity of the judged lists, by the TF-IDF vectors of the fold's texts."""
    keys_schema = [(name, pa.string()) for name in ["fold", *LIST_COLUMNS]]
    schema = pa.schema([*keys_schema, ("k", pa.int32()), ("value", pa.float64())])
    tables = [schema.empty_table()]
    keys = ", ".join(LIST_COLUMNS)
    for fold in fold_names(vectors):
        products = where(vectors, fold=fold).order("product_id")
        numbered_products = products.project(
            "product_id, row_number() over (order by product_id) - 1 as product"
        )
        numbered = where(judged_lists, fold=fold).project(
            f"{keys}, row_number() over (order by {keys}) - 1 as list"
        )
        listed = (
            where(lists, fold=fold)
            .join(numbered, keys)
            .join(numbered_products, "product_id")
            .project("list, product, rank")
            .to_arrow_table()
        )
        found = intra_list_diversity(listed, _unit_vectors(products), CUTOFFS)
        of_list = numbered.order("list").project(keys).to_arrow_table().take(found["list"])
        columns = [pa.array([fold] * len(found), pa.string()), *of_list.columns]
        tables.append(pa.Table.from_arrays([*columns, found["k"], found["value"]], schema=schema))
    return pa.concat_tables(tables)


def _unit_vectors(products: Relation) -> sparse.csr_array:
    table = products.project("terms, weights").to_arrow_table()
    terms = table["terms"].combine_chunks()
    rows = (
        table["weights"].combine_chunks().flatten().to_numpy().astype(np.float64),
        terms.flatten().to_numpy(),
        np.append(0, np.cumsum(terms.value_lengths().to_numpy())),
    )
    width = int(rows[1].max(initial=-1)) + 1
    return unit_rows(sparse.csr_array(rows, shape=(len(table), width)))
