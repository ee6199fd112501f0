"""What the dbt Python models call: relations in, the rows of one table out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import duckdb
import pyarrow as pa

from recsys.exchange import FoldData, candidates_per_fold
from recsys.interactions import Interactions
from recsys.rating_accuracy import held_out_predictions
from recsys.recommenders import recommender_from_parameters
from recsys.recommenders.content import Content
from recsys.similarity import SIMILAR_SCHEMA, collaborative_similar_products

Relation = duckdb.DuckDBPyRelation
Parameters = Mapping[str, Any] | None

TRAINING_COLUMNS = "customer_id, product_id, rating, weight"

PREDICTION_SCHEMA = pa.schema(
    [
        ("fold", pa.string()),
        ("recommender", pa.string()),
        ("how", pa.string()),
        ("customer_id", pa.string()),
        ("product_id", pa.string()),
        ("rating", pa.float64()),
        ("predicted_rating", pa.float64()),
    ]
)

SIMILAR_PRODUCTS_PER_METHOD = 10


def candidates(
    name: str,
    *,
    training_rows: Relation,
    customers: Relation,
    settings: Relation,
    products: Relation | None = None,
    parameters: Parameters = None,
) -> pa.RecordBatchReader:
    """Fit the recommender called `name` on every fold; return the exchange table.

    Raises:
        RecsysError: a parameter isn't legal, or the recommender refuses this shop's size.

    """
    folds = (
        FoldData(
            fold=fold,
            interactions=_of_fold(training_rows, fold, TRAINING_COLUMNS),
            customers=_of_fold(customers, fold, "customer_id")["customer_id"],
            products=None if products is None else _of_fold(products, fold, "* exclude (fold)"),
        )
        for fold in _folds(customers)
    )
    per_customer = settings.project("candidates_per_customer").fetchall()[0][0]
    recommender = recommender_from_parameters(name, parameters)
    return candidates_per_fold(recommender, folds, per_customer=per_customer, log=log)


def rating_predictions(
    names: list[str], *, training_rows: Relation, folds: Relation, parameters: Parameters = None
) -> pa.RecordBatchReader:
    """Hide a fifth of the judged folds' ratings; return what each recommender predicts for them."""

    def batches() -> Iterator[pa.RecordBatch]:
        judged = folds.filter("purpose = 'judge'").order("fold").project("fold").fetchall()
        for (fold,) in judged:
            rows = _of_fold(training_rows, fold, TRAINING_COLUMNS)
            if rows.num_rows == 0:
                continue
            interactions = Interactions.from_table(rows)
            for name in names:
                recommender = recommender_from_parameters(name, (parameters or {}).get(name))
                predicted = held_out_predictions(recommender, interactions)
                for column, value in (("how", "random_20"), ("recommender", name), ("fold", fold)):
                    predicted = predicted.add_column(
                        0, column, pa.array([value] * predicted.num_rows, pa.string())
                    )
                yield from (
                    predicted.select(PREDICTION_SCHEMA.names).cast(PREDICTION_SCHEMA).to_batches()
                )
                log(f"{name}: fold {fold}: predicted {predicted.num_rows:,} hidden ratings")

    return pa.RecordBatchReader.from_batches(PREDICTION_SCHEMA, batches())


def similar_products(
    *, folds: Relation, training_rows: Relation, products: Relation
) -> pa.RecordBatchReader:
    """Return the most similar products of each, by text and by who bought them.

    In the folds that are judged, and in `serving`, of what each of them knows.
    """
    schema = pa.schema([("fold", pa.string()), ("method", pa.string()), *SIMILAR_SCHEMA])

    def batches() -> Iterator[pa.RecordBatch]:
        wanted = folds.filter("purpose <> 'train'").order("fold").project("fold").fetchall()
        for (fold,) in wanted:
            rows = _of_fold(training_rows, fold, TRAINING_COLUMNS)
            if rows.num_rows == 0:
                continue
            interactions = Interactions.from_table(rows)
            texts = _of_fold(products, fold, "* exclude (fold)")
            content = Content().fit(interactions, texts)
            k = SIMILAR_PRODUCTS_PER_METHOD
            for method, found in (
                ("content", content.similar_products(k=k)),
                ("collaborative", collaborative_similar_products(interactions, k=k)),
            ):
                names = [pa.array([name] * len(found), pa.string()) for name in (fold, method)]
                table = pa.Table.from_arrays([*names, *found.columns], schema=schema)
                yield from table.to_batches()
            log(f"similar products: fold {fold}: {len(interactions.product_ids):,} products")

    return pa.RecordBatchReader.from_batches(schema, batches())


def log(line: str) -> None:
    """Write a line of progress to dbt's log and console."""
    from dbt.adapters.events.logging import AdapterLogger  # noqa: PLC0415

    AdapterLogger("recsys").info(line)


def _folds(customers: Relation) -> list[str]:
    rows = customers.project("fold").distinct().order("fold").fetchall()
    return [fold for (fold,) in rows]


def _of_fold(relation: Relation, fold: str, columns: str) -> pa.Table:
    # a fold's name is a date or 'serving', made by int_folds
    return relation.filter(f"fold = '{fold}'").project(columns).to_arrow_table()
