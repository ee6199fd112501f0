"""Errors of predicted ratings on ratings that were held out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pydantic import Field
from scipy import sparse

from recsys.compute import workers
from recsys.data.arrow_tables import ArrowTable, column_of, read_table
from recsys.data.interactions import Interactions
from recsys.errors import InvalidParameterError, InvalidTableError
from recsys.recommenders import RECOMMENDERS, recommender_class
from recsys.recommenders.base import Recommender
from recsys.settings.parameters import Seed, require

PREDICTION_SCHEMA = pa.schema(
    [
        ("customer_id", pa.string()),
        ("product_id", pa.string()),
        ("rating", pa.float64()),
        ("predicted_rating", pa.float64()),
    ]
)
"""One row per held-out rating, both on the scale of the ratings."""

SPLIT_SCHEMA = PREDICTION_SCHEMA.append(pa.field("split", pa.int32()))
"""The same, with the number of the split that held the rating out, from 1."""


def held_out_predictions(
    recommender: Recommender, interactions: Interactions, share: float = 0.2, random_state: int = 0
) -> pa.Table:
    """Hold out a share of the ratings at random, fit on the rest, return both per held-out pair.

    Predictions are clipped to the scale, from the lowest to the highest of all ratings, as
    Surprise clips before it measures accuracy. Where the model has no score, the prediction is
    the mean of the ratings fitted on, as in Surprise. Errors are left to the reader: `rating`
    minus `predicted_rating`.

    Parameters
    ----------
    recommender
        One that predicts ratings. Its parameters count; it isn't fitted itself.
    interactions
        Whose ratings are split, the same way for every recommender.
    share
        Between 0 and 1, of the ratings to hold out.
    random_state
        Seed of the split.

    Raises
    ------
    InvalidParameterError
        The recommender's scores aren't ratings, or `share` is out of range.
    InvalidTableError
        There are too few ratings to hold some out and keep some.

    >>> from recsys.recommenders.mean_imputed_svd import MeanImputedSVD
    >>> interactions = Interactions.from_table(pa.table({
    ...     "customer_id": ["ann", "ann", "bob", "bob", "cat"],
    ...     "product_id": ["tea", "jam", "tea", "jam", "tea"], "rating": [5, 3, 5, 3, 5],
    ... }))
    >>> pairs = held_out_predictions(MeanImputedSVD(), interactions)
    >>> pairs["rating"].to_pylist(), pairs["predicted_rating"].to_numpy().round(6)
    ([5.0], array([5.]))

    """
    _require_ratings_predicted(recommender)
    require("share", share, Annotated[float, Field(gt=0, le=0.99)])
    require("random_state", random_state, Seed)
    ratings = interactions.ratings
    held_out = round(share * ratings.nnz)
    if held_out in {0, ratings.nnz}:
        raise InvalidTableError(
            f"{ratings.nnz} ratings are too few to hold out a share of {share:g} and learn from "
            "the rest"
        )
    is_held_out = np.zeros(ratings.nnz, bool)
    is_held_out[np.random.default_rng(random_state).permutation(ratings.nnz)[:held_out]] = True
    [predicted] = _predicted(recommender, interactions, [is_held_out])
    rows, columns = ratings.tocoo().coords
    return _table(
        interactions, rows[is_held_out], columns[is_held_out], ratings.data[is_held_out], predicted
    )


def cross_validated_predictions(
    recommender: Recommender, interactions: Interactions, folds: int = 5, random_state: int = 0
) -> pa.Table:
    """Hold out every rating once: shuffle, cut into `folds` splits, predict each from the rest.

    Splits are drawn as in Surprise's `KFold`: over all ratings, whosever they are, equal in size
    to within one rating. The splits are fitted in worker processes (see `recsys.compute.workers`).
    Clipping and missing scores are as in `held_out_predictions`.

    Parameters
    ----------
    recommender
        One that predicts ratings. Its parameters count; it isn't fitted itself.
    interactions
        Whose ratings are split, the same way for every recommender.
    folds
        Splits, at least 2.
    random_state
        Seed of the shuffle.

    Returns
    -------
    pyarrow.Table
        `SPLIT_SCHEMA`: one row per rating, by customer and popularity of the product.

    Raises
    ------
    InvalidParameterError
        The recommender's scores aren't ratings, or a parameter is out of range.
    InvalidTableError
        There are fewer ratings than splits.

    >>> from recsys.recommenders.baseline import BaselineOnly
    >>> interactions = Interactions.from_table(pa.table({
    ...     "customer_id": ["ann", "ann", "bob", "bob", "cat"],
    ...     "product_id": ["tea", "jam", "tea", "jam", "tea"], "rating": [5, 3, 5, 3, 5],
    ... }))
    >>> pairs = cross_validated_predictions(BaselineOnly(), interactions, folds=2)
    >>> pairs.num_rows, sorted(pairs["split"].to_pylist())
    (5, [1, 1, 1, 2, 2])

    """
    _require_ratings_predicted(recommender)
    require("folds", folds, Annotated[int, Field(ge=2)])
    require("random_state", random_state, Seed)
    ratings = interactions.ratings
    if ratings.nnz < folds:
        raise InvalidTableError(
            f"{ratings.nnz} ratings are too few for {folds} splits of at least one each"
        )
    split = np.empty(ratings.nnz, np.int32)
    shuffled = np.random.default_rng(random_state).permutation(ratings.nnz)
    for number, positions in enumerate(np.array_split(shuffled, folds), start=1):
        split[positions] = number
    masks = [split == number for number in range(1, folds + 1)]
    predicted = np.empty(ratings.nnz)
    for mask, of_split in zip(masks, _predicted(recommender, interactions, masks), strict=True):
        predicted[mask] = of_split
    rows, columns = ratings.tocoo().coords
    table = _table(interactions, rows, columns, ratings.data, predicted)
    return table.append_column("split", pa.array(split)).cast(SPLIT_SCHEMA)


def time_split_predictions(
    recommender: Recommender, interactions: Interactions, later: ArrowTable
) -> pa.Table:
    """Fit on all of the interactions and predict ratings that came later.

    A customer or product that the interactions don't know gets what the model says of one
    without ratings: the known biases or the mean of all ratings, as in Surprise. Predictions are
    clipped to the scale, from the lowest to the highest rating fitted on.

    Parameters
    ----------
    recommender
        One that predicts ratings. Its parameters count; it isn't fitted itself.
    interactions
        What is known at the cut-off.
    later
        One row per (customer, product) pair rated after it: customer_id, product_id, rating.

    Raises
    ------
    InvalidParameterError
        The recommender's scores aren't ratings.
    InvalidTableError
        There are no ratings to learn from, or `later` has no row or isn't such a table.

    >>> from recsys.recommenders.baseline import BaselineOnly
    >>> known = Interactions.from_table(pa.table({
    ...     "customer_id": ["ann", "bob"], "product_id": ["tea", "tea"], "rating": [5, 3],
    ... }))
    >>> later = pa.table({"customer_id": ["dan"], "product_id": ["jam"], "rating": [2]})
    >>> time_split_predictions(BaselineOnly(), known, later)["predicted_rating"].to_pylist()
    [4.0]

    """
    _require_ratings_predicted(recommender)
    later = read_table(later, "the table of later ratings")
    column_of(later, "rating", "the table of later ratings")
    tested = Interactions.from_table(later)
    everybody = _with_unknown(interactions, tested)
    rows = everybody.customer_index(tested.customer_ids)
    columns = everybody.product_index(tested.product_ids)
    test_rows, test_columns = tested.ratings.tocoo().coords
    order = np.argsort(rows[test_rows], kind="stable")
    rows, columns = rows[test_rows][order], columns[test_columns][order]
    predicted = workers.result_of(workers.submit(_predict, recommender, everybody, rows, columns))
    scale = interactions.ratings.data.min(), interactions.ratings.data.max()
    return _table(everybody, rows, columns, tested.ratings.data[order], np.clip(predicted, *scale))


def _require_ratings_predicted(recommender: Recommender) -> None:
    if not recommender.predicts_ratings:
        legal = [name for name in RECOMMENDERS if recommender_class(name).predicts_ratings]
        raise InvalidParameterError(
            f"{recommender.name} ranks without predicting ratings; use one of {', '.join(legal)}"
        )


def _predicted(
    recommender: Recommender, interactions: Interactions, held_out: Iterable[NDArray[np.bool_]]
) -> list[NDArray[np.float64]]:
    """Return, per mask of ratings to hold out, what a fit on the rest predicts for them."""
    ratings = interactions.ratings
    rows, columns = ratings.tocoo().coords
    started = [
        workers.submit(
            _predict,
            recommender,
            interactions.without_ratings(mask),
            rows[mask],
            columns[mask],
        )
        for mask in held_out
    ]
    try:
        predicted = [workers.result_of(future) for future in started]
    finally:
        for future in started:  # after an error the others aren't wanted
            future.cancel()
    lowest, highest = ratings.data.min(), ratings.data.max()
    return [np.clip(of_split, lowest, highest) for of_split in predicted]


def _table(
    interactions: Interactions,
    rows: NDArray[np.integer],
    columns: NDArray[np.integer],
    ratings: NDArray[np.float64],
    predicted: NDArray[np.float64],
) -> pa.Table:
    return pa.Table.from_arrays(
        [
            interactions.customer_ids.take(pa.array(rows)),
            interactions.product_ids.take(pa.array(columns)),
            ratings,
            predicted,
        ],
        schema=PREDICTION_SCHEMA,
    )


def _with_unknown(known: Interactions, others: Interactions) -> Interactions:
    """Give the others' customers and products that aren't known a row or column without cells."""

    def both(ids: pa.Array, more: pa.Array) -> pa.Array:
        return pa.concat_arrays([ids, more.filter(pc.invert(pc.is_in(more, value_set=ids)))])

    customer_ids = both(known.customer_ids, others.customer_ids)
    product_ids = both(known.product_ids, others.product_ids)

    def larger(matrix: sparse.csr_array) -> sparse.csr_array:
        starts = np.full(len(customer_ids) + 1, matrix.indptr[-1])
        starts[: len(matrix.indptr)] = matrix.indptr
        return sparse.csr_array(
            (matrix.data, matrix.indices, starts), shape=(len(customer_ids), len(product_ids))
        )

    return Interactions(
        customer_ids=customer_ids,
        product_ids=product_ids,
        ratings=larger(known.ratings),
        weights=larger(known.weights),
        seen=larger(known.seen),
        last_at=larger(known.last_at),
        earlier_weights=larger(known.earlier_weights),
        recent=larger(known.recent),
    )


def _predict(
    recommender: Recommender,
    interactions: Interactions,
    rows: NDArray[np.integer],
    columns: NDArray[np.integer],
) -> NDArray[np.float64]:
    """Fit and return the scores at (rows, columns), the mean rating without."""
    predicted = replace(recommender).fit(interactions).score_pairs(rows, columns)
    return np.where(np.isnan(predicted), interactions.ratings.data.mean(), predicted)
