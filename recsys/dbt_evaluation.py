"""What the dbt Python models of the evaluation call: relations in, the rows of one table out."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa

from recsys.diversity import intra_list_diversity
from recsys.interactions import Interactions
from recsys.metric_intervals import INTERVAL_SCHEMA, METRIC_SCHEMA
from recsys.metric_intervals import metric_intervals as intervals_of
from recsys.recommenders.content import Content
from recsys.similarity import unit_rows

Relation = duckdb.DuckDBPyRelation

CUTOFFS = (5, 10, 20)
LIST_COLUMNS = ["recommender", "list_type", "customer_id"]


def metric_intervals(
    *, metrics: Relation, segments: Relation, baselines: Relation, settings: Relation
) -> pa.RecordBatchReader:
    """Return the intervals of all means of the customers' metrics, and of differences."""
    resamples, seed = settings.project("bootstrap_resamples, bootstrap_seed").fetchall()[0]
    tables = intervals_of(
        metrics.project(", ".join(METRIC_SCHEMA.names)).to_arrow_table().cast(METRIC_SCHEMA),
        segments.project("fold, customer_id, segment_type, segment").to_arrow_table(),
        [name for (name,) in baselines.project("recommender").fetchall()],
        resamples=resamples,
        random_state=seed,
    )
    batches = (batch for table in tables for batch in table.to_batches())
    return pa.RecordBatchReader.from_batches(INTERVAL_SCHEMA, batches)


def list_diversity(
    *,
    folds: Relation,
    customers: Relation,
    lists: Relation,
    training_rows: Relation,
    products: Relation,
) -> pa.Table:
    """Return the diversity of the judged folds' lists, by TF-IDF of the fold's texts.

    Lists of customers without hits are left out: nobody judges them.
    """
    keys_schema = [(name, pa.string()) for name in ["fold", *LIST_COLUMNS]]
    schema = pa.schema([*keys_schema, ("k", pa.int32()), ("value", pa.float64())])
    tables = [schema.empty_table()]
    for (fold,) in folds.filter("purpose = 'judge'").order("fold").project("fold").fetchall():
        # a fold's name is a date, made by int_folds
        texts = products.filter(f"fold = '{fold}'").project("* exclude (fold)").to_arrow_table()
        # vectors depend on which products were bought alone, not on who bought them
        known = training_rows.filter(f"fold = '{fold}'").project("'' as customer_id, product_id")
        judged = customers.filter(f"fold = '{fold}' and has_hits").project("customer_id")
        keys = ", ".join(LIST_COLUMNS)
        listed = (
            lists.filter(f"fold = '{fold}'")
            .join(judged, "customer_id", how="semi")
            .project(f"{keys}, product_id, rank, dense_rank() over (order by {keys}) - 1 as list")
            .to_arrow_table()
        )
        bought = known.distinct().to_arrow_table()
        if not bought.num_rows or not listed.num_rows:
            continue
        content = Content().fit(Interactions.from_table(bought), texts)
        found = intra_list_diversity(
            listed,
            content.interactions_.product_ids,
            unit_rows(content.vectors_.astype("float64")),
            CUTOFFS,
        )
        firsts = np.unique(listed["list"].to_numpy(), return_index=True)[1]
        of_list = listed.select(LIST_COLUMNS).take(pa.array(firsts)).take(found["list"])
        columns = [pa.array([fold] * len(found), pa.string()), *of_list.columns]
        tables.append(pa.Table.from_arrays([*columns, found["k"], found["value"]], schema=schema))
    return pa.concat_tables(tables)
