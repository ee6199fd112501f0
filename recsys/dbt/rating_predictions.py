"""What the dbt model of predicted ratings calls: relations in, the rows of one table out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import product
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from recsys.compute import dbt_log, workers
from recsys.data.interactions import Interactions
from recsys.dbt.models import Parameters, listed_names, rows_of_fold
from recsys.dbt.tuning import parameters_for
from recsys.errors import REFUSALS
from recsys.evaluation.rating_accuracy import (
    cross_validated_predictions,
    held_out_predictions,
    time_split_predictions,
)
from recsys.recommenders import recommender_class, recommender_from_parameters
from recsys.recommenders.base import Recommender
from recsys.storage.relations import Relation, fold_names, where

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

FEWEST_RATINGS = 5
"""Fewer can't be cut into five."""

MOST_RATINGS = 2_000_000
"""Ratings of a fold that are hidden and predicted, about: errors of more hardly differ."""


def rating_predictions(
    *,
    training_rows: Relation,
    held_out_ratings: Relation,
    folds: Relation,
    settings: Relation,
    tuned: Relation | None = None,
    parameters: Parameters = None,
) -> pa.RecordBatchReader:
    """Hide ratings of the judged folds; return what the models of `rating_models` predict for them.

    Ratings given are cross-validated, and predicted from what was known at the cut-off. Where
    ratings are implied, a fifth of all is hidden, and `cross_validate_implied` may ask for more.
    Of a fold with more than `MOST_RATINGS` a sample of customers counts, each with all its ratings.
    What has too few ratings to be measured has no rows, nor has a model that refuses this shop's
    size; the log says so. A random split needs no time: where no
    judged fold knew enough ratings for one, as in a shop that doesn't know when ratings were given,
    it is made of all there are, in fold `serving`.

    Raises:
        RecsysError: a name or parameter isn't legal.

    """
    [(listed, also_implied)] = settings.project("rating_models, cross_validate_implied").fetchall()
    given = parameters_for("int_rating_predictions", None, parameters)
    for name in given:
        recommender_class(name)  # refuses names that nothing has
    models = [
        recommender_from_parameters(name, parameters_for(name, tuned, given.get(name)))
        for name in listed_names(listed)
    ]

    def hidings_of(fold: str) -> list[_Hiding]:
        sampled = _sampled_customers(where(training_rows, fold=fold))
        rows, later = (
            rows_of_fold(relation.filter(sampled), fold, columns)
            for relation, columns in (
                (training_rows, f"{TRAINING_COLUMNS}, is_implied"),
                (held_out_ratings, "customer_id, product_id, rating"),
            )
        )
        return list(_hidings(fold, rows, later, also_implied=also_implied))

    judged = fold_names(folds.filter("purpose = 'judge'"))
    hidings = [hiding for fold in judged for hiding in hidings_of(fold)]
    if all(hiding.how != "cv5" for hiding in hidings):
        is_unmeasured = not hidings
        hidings += [
            hiding for hiding in hidings_of("serving") if is_unmeasured or hiding.how == "cv5"
        ]
    return pa.RecordBatchReader.from_batches(PREDICTION_SCHEMA, _predictions(hidings, models))


def _sampled_customers(rows: Relation) -> str:
    """Return the condition of the customers whose ratings are measured."""
    [(ratings,)] = rows.aggregate("count(rating)").fetchall()
    share = MOST_RATINGS / max(ratings, MOST_RATINGS)
    # a hash of the id decides, not chance
    return f"md5_number_upper(customer_id) / 18446744073709551616.0 < {share}"


class _Hiding(NamedTuple):
    """Ratings of a fold that are hidden in one way, for any model to predict."""

    fold: str
    how: str
    predict: Callable[[Recommender], pa.Table]


def _hidings(
    fold: str, rows: pa.Table, later: pa.Table, *, also_implied: bool
) -> Iterator[_Hiding]:
    rated = rows.filter(rows["rating"].is_valid())
    given = rated.filter(pc.invert(rated["is_implied"]))
    if rated.num_rows == 0:
        return
    everything = Interactions.from_table(rows)
    if given.num_rows < rated.num_rows and rated.num_rows >= FEWEST_RATINGS:
        yield _Hiding(fold, "random_20", partial(held_out_predictions, interactions=everything))
    if given.num_rows >= FEWEST_RATINGS:
        alone = Interactions.from_table(given)
        yield _Hiding(fold, "cv5", partial(cross_validated_predictions, interactions=alone))
    elif also_implied and given.num_rows == 0 and rated.num_rows >= FEWEST_RATINGS:
        yield _Hiding(fold, "cv5", partial(cross_validated_predictions, interactions=everything))
    if given.num_rows and later.num_rows:
        after = partial(time_split_predictions, interactions=everything, later=later)
        yield _Hiding(fold, "time_split", after)


def _predictions(hidings: list[_Hiding], models: list[Recommender]) -> Iterator[pa.RecordBatch]:
    pairs = list(product(hidings, models))
    # each thread waits for a worker process
    with ThreadPoolExecutor(max(1, workers.worker_count())) as threads:
        tables = threads.map(lambda pair: _predicted(*pair), pairs)
        for (hiding, model), table in zip(pairs, tables, strict=True):
            if table is None:
                continue
            named = table
            values = {"fold": hiding.fold, "recommender": model.name, "how": hiding.how}
            for column, value in values.items():
                named = named.append_column(column, pa.repeat(value, named.num_rows))
            yield from named.select(PREDICTION_SCHEMA.names).cast(PREDICTION_SCHEMA).to_batches()
            dbt_log.log(
                f"{model.name}: fold {hiding.fold}: predicted {named.num_rows:,} hidden ratings "
                f"({hiding.how})"
            )


def _predicted(hiding: _Hiding, model: Recommender) -> pa.Table | None:
    try:
        return hiding.predict(model)
    except REFUSALS as error:
        dbt_log.log(f"{model.name}: fold {hiding.fold}: not measured ({hiding.how}): {error}")
        return None
