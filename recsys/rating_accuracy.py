"""How far predicted ratings are from real ones that the model didn't see."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy import sparse

from recsys import workers
from recsys.errors import InvalidParameterError, InvalidTableError
from recsys.interactions import Interactions
from recsys.ranking import blocks
from recsys.recommenders.base import Recommender
from recsys.recommenders.parameters import require_number, require_seed

PREDICTION_SCHEMA = pa.schema(
    [
        ("customer_id", pa.string()),
        ("product_id", pa.string()),
        ("rating", pa.float64()),
        ("predicted_rating", pa.float64()),
    ]
)
"""One row per held-out rating, both on the scale of the ratings."""


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
    if not recommender.predicts_ratings:
        raise InvalidParameterError(
            f"{recommender.name} ranks without predicting ratings; use svd, nmf, knn or "
            "mean_imputed_svd"
        )
    require_number("share", share, above=True, maximum=0.99)
    require_seed(random_state)
    ratings = interactions.ratings
    held_out = round(share * ratings.nnz)
    if held_out in {0, ratings.nnz}:
        raise InvalidTableError(
            f"{ratings.nnz} ratings are too few to hold out a share of {share:g} and learn from "
            "the rest"
        )
    is_held_out = np.zeros(ratings.nnz, bool)
    is_held_out[np.random.default_rng(random_state).permutation(ratings.nnz)[:held_out]] = True
    rows = np.repeat(np.arange(ratings.shape[0]), np.diff(ratings.indptr))[is_held_out]
    columns = ratings.indices[is_held_out]
    rest = replace(interactions, ratings=_only(ratings, ~is_held_out))
    predicted = workers.result_of(workers.submit(_predict, recommender, rest, rows, columns))
    predicted = np.where(np.isnan(predicted), rest.ratings.data.mean(), predicted)
    return pa.Table.from_arrays(
        [
            interactions.customer_ids.take(pa.array(rows)),
            interactions.product_ids.take(pa.array(columns)),
            ratings.data[is_held_out],
            np.clip(predicted, ratings.data.min(), ratings.data.max()),
        ],
        schema=PREDICTION_SCHEMA,
    )


def _only(ratings: sparse.csr_array, kept: NDArray[np.bool_]) -> sparse.csr_array:
    starts = np.concatenate([[0], np.cumsum(kept)])[ratings.indptr].astype(np.int32)
    return sparse.csr_array((ratings.data[kept], ratings.indices[kept], starts), ratings.shape)


def _predict(
    recommender: Recommender,
    interactions: Interactions,
    rows: NDArray[np.intp],
    columns: NDArray[np.int32],
) -> NDArray[np.float64]:
    """Fit and return the scores at (rows, columns); rows ascend."""
    fitted = replace(recommender).fit(interactions)
    predicted = np.empty(len(rows))
    for block in blocks(np.unique(rows), interactions.n_products):
        start, end = np.searchsorted(rows, [block[0], block[-1] + 1])
        here = np.searchsorted(block, rows[start:end])
        predicted[start:end] = fitted.score(block)[here, columns[start:end]]
    return predicted
