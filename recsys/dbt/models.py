"""What the dbt Python models call: relations in, the rows of one table out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from recsys.compute import dbt_log
from recsys.dbt.serving_interactions import (
    KEYED_COLUMNS,
    TIME_COLUMN,
    TODAYS_COLUMNS,
    WINDOW_COLUMNS,
    file_of,
)
from recsys.dbt.todays_histories import listable_today, scored_today
from recsys.dbt.tuning import parameters_for
from recsys.recommenders import recommender_from_parameters
from recsys.recommenders.candidate_rows import KEYED_SCHEMA, candidate_batches
from recsys.recommenders.candidates import FoldData, candidates_per_fold
from recsys.recommenders.fitted_models import FittedModels
from recsys.storage.relations import (
    SERVING,
    Relation,
    fold_names,
    listable_products,
    read_apart,
    where,
)

Parameters = Mapping[str, Any] | None


def candidates(
    name: str,
    *,
    training_rows: Relation,
    customers: Relation,
    settings: Relation,
    serving: Relation | None = None,
    products: Relation | None = None,
    tuned: Relation | None = None,
    parameters: Parameters = None,
    session: Any = None,
) -> pa.RecordBatchReader:
    """Fit the recommender called `name` on every fold; return the candidates table.

    The one fitted for `serving` ranks block by block: in the shop's database it is kept in a file,
    in a block's it is read from there. `serving` names the file of today's interactions, if it has
    been written (`recsys.dbt.serving_interactions`).

    Its parameters are those given, else those tuned, else its defaults.
    A fold that the recommender refuses, as too large or without what it learns from, has no rows,
    and the log says why: the others go on.
    Nor are there rows if the setting `recommenders` doesn't name it.

    Raises:
        RecsysError: a parameter isn't legal.

    """
    [(per_customer, listed)] = settings.project("candidates_per_customer, recommenders").fetchall()
    models = None if session is None else FittedModels.of(session)
    if models is not None and models.in_block:
        return fitted_candidates(name, models, training_rows, customers, per_customer)
    if models is not None:
        models.forget(name)  # what isn't fitted this time serves nobody
    if not is_listed(name, listed):
        return pa.RecordBatchReader.from_batches(KEYED_SCHEMA, [])
    recommender = recommender_from_parameters(name, parameters_for(name, tuned, parameters))
    names = _folds_to_fit(customers, training_rows, models)
    if session is not None:  # dbt's own is busy with the rows that are returned
        training_rows, customers = read_apart(session, training_rows, customers)
        if products is not None:
            [products] = read_apart(session, products)
        if serving is not None:
            [serving] = read_apart(session, serving)

    def folds() -> Iterator[FoldData]:
        for fold in names:
            keep_in = models if fold == SERVING else None
            file = file_of(serving, keep_in)
            columns = KEYED_COLUMNS
            if recommender.needs_window:
                columns += f", {WINDOW_COLUMNS}"
            if recommender.needs_times:
                columns += f", {TIME_COLUMN}"
            if keep_in is not None:  # today's recommenders share one file of interactions
                columns = TODAYS_COLUMNS
            keys = rows_of_fold(customers, fold, "customer_key")["customer_key"]
            yield FoldData(
                fold=fold,
                interactions=file or rows_of_fold(training_rows, fold, columns),
                customers=keys.combine_chunks(),
                products=None
                if products is None
                else rows_of_fold(products, fold, "* exclude (fold)"),
                among=listable_products(training_rows, fold, "product_key"),
                keep_in=keep_in,
            )

    return candidates_per_fold(
        recommender,
        folds(),
        per_customer=per_customer,
        log=dbt_log.log,
        skip_refused=True,
        schema=KEYED_SCHEMA,
        read_as_needed=None if session is None else len(names),
    )


def fitted_candidates(
    name: str,
    models: FittedModels,
    training_rows: Relation,
    customers: Relation,
    per_customer: int,
) -> pa.RecordBatchReader:
    """Return the candidates table of a block's customers, by the recommender fitted for today.

    Where they have other histories than it was fitted on, these are their training rows
    (`recsys.dbt.todays_histories`).
    """
    fitted = models.load_recommender(name)
    keys = where(customers, fold=SERVING).order("customer_key").project("customer_key")
    rows = keys.to_arrow_table()["customer_key"].combine_chunks()
    if fitted is None or len(rows) == 0:
        return pa.RecordBatchReader.from_batches(KEYED_SCHEMA, [])
    among = listable_today(fitted, models)

    def batches() -> Iterator[pa.RecordBatch]:
        for scored in scored_today(fitted, models, training_rows, rows):
            ids = scored.recommender.interactions_
            for block in scored.recommender.candidate_indices(
                scored.customers, per_customer, among=among
            ):
                yield from candidate_batches(
                    SERVING, ids.customer_ids, ids.product_ids, block, KEYED_SCHEMA
                )

    return pa.RecordBatchReader.from_batches(KEYED_SCHEMA, batches())


def _folds_to_fit(
    customers: Relation, training_rows: Relation, models: FittedModels | None
) -> list[str]:
    folds = fold_names(customers)
    if models is not None and SERVING not in folds and SERVING in fold_names(training_rows):
        folds.append(SERVING)
    return folds


def is_listed(name: str, listed: str | None) -> bool:
    """Tell whether the setting `recommenders` names this one; the log says so where it doesn't."""
    if name in listed_names(listed):
        return True
    dbt_log.log(f"{name}: not built: the setting recommenders doesn't name it")
    return False


def listed_names(listed: str | None) -> list[str]:
    """Return the names of a setting: separated by commas, null for none."""
    return [name.strip() for name in (listed or "").split(",") if name.strip()]


def rows_of_fold(relation: Relation, fold: str, columns: str) -> pa.Table:
    """Return these columns of a fold's rows."""
    return where(relation, fold=fold).project(columns).to_arrow_table()
