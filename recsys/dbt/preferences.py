"""What the dbt Python models of the preferences call: relations in, the rows of one table out."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any, NamedTuple

import pyarrow as pa

from recsys.compute import dbt_log, workers
from recsys.evaluation.preference_intervals import INTERVAL_SCHEMA, preference_intervals
from recsys.preferences.category_preferences import CategoryPreferences
from recsys.recommenders.candidate_rows import KEYED_SCHEMA, keyed_batches
from recsys.recommenders.fitted_models import FittedModels
from recsys.recommenders.profile_lists import profile_candidates
from recsys.storage.relations import SERVING, Relation, fold_names, learning_folds, where

PROBABILITY_SCHEMA = pa.schema(
    [
        ("fold", pa.string()),
        ("customer_key", pa.int32()),
        ("category", pa.string()),
        ("basis", pa.string()),
        ("probability", pa.float64()),
    ]
)

BASES = ("history", "profile")
"""What a probability rests on."""

MOST_CUSTOMERS = 20_000
"""Customers of a fold that a model is trained on, about: more hardly change what it learns."""

HASHES = 1_000_000
"""So many classes of customers by their hash: a sample is some of them."""

ROWS_PER_BATCH = 500_000
"""Rows predicted at a time: memory doesn't grow with the number of customers."""


class _Fitting(NamedTuple):
    fold: str
    basis: str
    past: list[str]
    rows: int
    model: Future[CategoryPreferences]


def category_probabilities(
    *,
    folds: Relation,
    training_folds: Relation,
    features: Relation,
    attributes: Relation,
    session: Any = None,
) -> pa.RecordBatchReader:
    """Return how likely customers are to buy in each category, in the judged folds and serving.

    A fold's models learn from all of its training folds. `basis` is
    `history` (all features, customers with a history) or `profile` (the profile alone, everyone;
    none where no customer has one).
    A fold without past folds, or with fewer than two categories in them, has no rows; the log
    says so. The models of `serving` are kept in files, from which blocks of customers read them.
    Customers are integer keys, which later customers shift; samples and groups follow from
    `customer_hash`, which nothing shifts.
    """
    models = None if session is None else FittedModels.of(session)
    if models is not None and models.in_block:
        return _of_block(models, features, attributes)
    if models is not None:
        for basis in BASES:
            models.forget(_file(basis))
    profiles = _profiles(attributes)
    fittings = [
        fitting
        for fold, past in learning_folds(folds, training_folds)
        for fitting in _start(fold, past, features, profiles)
    ]

    def batches() -> Iterator[pa.RecordBatch]:
        for fitting in fittings:
            model = workers.result_of(fitting.model)
            if models is not None and fitting.fold == SERVING:
                models.save(_file(fitting.basis), model)
            predicted = 0
            for batch in _predicted(model, fitting.fold, fitting.basis, features):
                predicted += len(batch)
                yield batch
            dbt_log.log(
                f"customer preferences: fold {fitting.fold}: by {fitting.basis}, learned from "
                f"{fitting.rows:,} customers and categories of {', '.join(fitting.past)}; "
                f"{predicted:,} probabilities"
            )

    return pa.RecordBatchReader.from_batches(PROBABILITY_SCHEMA, batches())


def _of_block(
    models: FittedModels, features: Relation, attributes: Relation
) -> pa.RecordBatchReader:
    found = {basis: models.load(_file(basis)) for basis in BASES}
    if models.other_histories or models.refreshed() is not None:
        profiles = _profiles(attributes)
        found = {basis: model and model.with_profiles(profiles) for basis, model in found.items()}
    batches = (
        batch
        for basis, model in found.items()
        if model is not None
        for batch in _predicted(model, SERVING, basis, features)
    )
    return pa.RecordBatchReader.from_batches(PROBABILITY_SCHEMA, batches)


def _profiles(attributes: Relation) -> pa.Table:
    known = attributes.filter("customer_key is not null")
    return known.project("customer_key as customer_id, attribute, value").to_arrow_table()


def _file(basis: str) -> str:
    return f"preferences-{basis}"


def _predicted(
    model: CategoryPreferences, fold: str, basis: str, features: Relation
) -> Iterator[pa.RecordBatch]:
    rows = where(features, fold=fold)
    if model.from_history:
        rows = rows.filter("has_history")
    for batch in _keyed(rows).order("customer_id, category").to_arrow_reader(ROWS_PER_BATCH):
        table = pa.Table.from_batches([batch])
        columns = [
            pa.repeat(fold, len(table)),
            table["customer_id"].combine_chunks(),
            table["category"].combine_chunks(),
            pa.repeat(basis, len(table)),
            pa.array(model.predict(table)),
        ]
        yield from _batches(columns, PROBABILITY_SCHEMA)


def metric_intervals(*, predictions: Relation, settings: Relation) -> pa.Table:
    """Return the intervals of the preferences' metrics, per judged fold and segment."""
    resamples, seed = settings.project("bootstrap_resamples, bootstrap_seed").fetchall()[0]
    labels = [("fold", pa.string()), ("segment", pa.string())]
    tables = [pa.schema([*labels, *INTERVAL_SCHEMA]).empty_table()]
    names = predictions.project("fold, segment").distinct().order("fold, segment").fetchall()
    for fold, segment in names:
        rows = where(predictions, fold=fold, segment=segment)
        found = preference_intervals(
            _keyed(rows).order("customer_id, category").to_arrow_table(),
            resamples=resamples,
            random_state=seed,
        )
        constants = [pa.array([name] * len(found), pa.string()) for name in (fold, segment)]
        tables.append(pa.Table.from_arrays([*constants, *found.columns], schema=tables[0].schema))
    return pa.concat_tables(tables)


def profile_lists(
    *,
    probabilities: Relation,
    category_products: Relation,
    training_rows: Relation,
    settings: Relation,
) -> pa.RecordBatchReader:
    """Return the candidates table of the recommender `profile`."""
    per_customer = settings.project("candidates_per_customer").fetchall()[0][0]
    by_profile = probabilities.filter("basis = 'profile'")
    names = fold_names(by_profile)

    def batches() -> Iterator[pa.RecordBatch]:
        for fold in names:
            lists = profile_candidates(
                where(by_profile, fold=fold)
                .project("customer_key as customer_id, category, probability")
                .to_arrow_table(),
                where(category_products, fold=fold)
                .order("tie_order")
                .project("product_key as product_id, category, category_share as share")
                .to_arrow_table(),
                where(training_rows, fold=fold)
                .project("customer_key as customer_id, product_key as product_id")
                .to_arrow_table(),
                per_customer,
            )
            listed = 0
            for table in lists:
                listed += len(table)
                yield from keyed_batches(fold, table)
            dbt_log.log(f"profile: fold {fold}: {listed:,} candidates")

    return pa.RecordBatchReader.from_batches(KEYED_SCHEMA, batches())


def _start(
    fold: str, past: list[str], features: Relation, profiles: pa.Table
) -> Iterator[_Fitting]:
    if not past:
        dbt_log.log(f"customer preferences: fold {fold}: no past fold to learn from, hence none")
        return
    names = ", ".join(f"'{name}'" for name in past)
    rows = features.filter(f"fold in ({names}) and has_history")
    [(categories, customers)] = rows.aggregate(
        "count(distinct category), count(distinct customer_key)"
    ).fetchall()
    if categories < 2:
        dbt_log.log(
            f"customer preferences: fold {fold}: {categories} categories bought from before, "
            "fewer than two: nothing to prefer"
        )
        return
    share = MOST_CUSTOMERS / max(MOST_CUSTOMERS, customers)
    # the last digits of a hash decide: its first ones decided already who is in the fold's sample
    sampled = rows.filter(f"customer_hash % {HASHES} < {share * HASHES}")
    table = _keyed(sampled).order("fold, customer_id, category").to_arrow_table()
    if table.num_rows == 0:
        return
    for basis in BASES if profiles.num_rows else BASES[:1]:
        model = CategoryPreferences(from_history=basis == "history")
        fitting = workers.submit(_fit, model, table, profiles)
        yield _Fitting(fold, basis, past, len(table), fitting)


def _keyed(rows: Relation) -> Relation:
    """Return the rows under the name that models know their customers by."""
    return rows.project("* rename (customer_key as customer_id)")


def _fit(model: CategoryPreferences, rows: pa.Table, attributes: pa.Table) -> CategoryPreferences:
    return model.fit(rows, attributes)


def _batches(columns: list[Any], schema: pa.Schema) -> list[pa.RecordBatch]:
    table = pa.Table.from_arrays(
        [column.cast(field.type) for column, field in zip(columns, schema, strict=True)],
        schema=schema,
    )
    batches: list[pa.RecordBatch] = table.to_batches(ROWS_PER_BATCH)
    return batches
