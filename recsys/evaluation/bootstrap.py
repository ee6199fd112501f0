"""Bootstrap intervals of means over customers, and of differences between recommenders.

A resample draws as many customers as there are, with replacement: a row of counts, so that all
means of all resamples are one matrix product. Every recommender is resampled with the same
customers, so differences are paired.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from recsys.compute.native_threads import one_blas_thread
from recsys.settings.parameters import PositiveShare, Seed, require

Floats = NDArray[np.float64]

LEAST_ERROR = 1e-12
"""Below it a difference doesn't vary: rounding alone is no spread."""


@dataclass(frozen=True)
class Resampled:
    """Means of the sample (columns,) and of its resamples (resamples, columns)."""

    value: Floats
    draws: Floats


@dataclass(frozen=True)
class Intervals:
    """Means or differences with the ends of their intervals; all of one shape."""

    value: Floats
    low: Floats
    high: Floats


def resample_means(
    values: Floats,
    customers: NDArray[np.integer[Any]] | None = None,
    *,
    resamples: int = 1000,
    random_state: int = 0,
) -> Resampled:
    """Return the mean of each column, and the means of bootstrap resamples of customers.

    Parameters
    ----------
    values
        (rows, columns), NaN where a row has no value: a mean is over the rows that have one.
    customers
        (rows,): which customer, from 0, each row is of; by default each row is another's. A
        customer is drawn with all its rows.
    resamples
        How many resamples to draw.
    random_state
        Seed: the same values give the same means.

    Source: Efron, *Bootstrap methods: another look at the jackknife* (1979).

    >>> resample_means(np.array([[1.0, 0.0], [1.0, 1.0], [0.0, 0.0], [1.0, np.nan]])).value
    array([0.75      , 0.33333333])

    """
    require("resamples", resamples, Annotated[int, Field(ge=2)])
    require("random_state", random_state, Seed)
    if customers is None:
        customers = np.arange(len(values))
    count = int(customers.max()) + 1
    weights = _times_drawn(count, resamples, random_state)[:, customers]
    is_known = ~np.isnan(values)
    known = np.where(is_known, values, 0.0)
    with np.errstate(invalid="ignore"):  # a column without values has no mean
        value = known.sum(axis=0) / is_known.sum(axis=0)
        rows = np.broadcast_to(weights.sum(axis=1, keepdims=True), (resamples, values.shape[1]))
        has_gaps = ~is_known.all(axis=0)
        if has_gaps.any():
            rows = rows.copy()
            rows[:, has_gaps] = weights @ is_known[:, has_gaps].astype(np.float64)
        with one_blas_thread():
            draws = (weights @ known) / rows
    return Resampled(value, draws)


def _times_drawn(customers: int, resamples: int, random_state: int) -> Floats:
    """Return (resamples, customers): how often each customer is drawn."""
    drawn = np.random.default_rng(random_state).integers(customers, size=(resamples, customers))
    drawn += customers * np.arange(resamples)[:, None]  # counted apart for each resample
    counts = np.bincount(drawn.ravel(), minlength=resamples * customers)
    return counts.reshape(resamples, customers).astype(np.float64)


def intervals(resampled: Resampled, confidence: float = 0.95) -> Intervals:
    """Return each mean with its percentile interval; NaN where nobody has a value.

    Resamples in which nobody has a value are left out.
    """
    require("confidence", confidence, PositiveShare)
    tail = (1 - confidence) / 2
    ends = np.full((2, resampled.draws.shape[1]), np.nan)
    missing = np.isnan(resampled.draws)
    for columns, quantile in (
        (~missing.any(axis=0), np.quantile),
        (missing.any(axis=0) & ~missing.all(axis=0), np.nanquantile),  # slow: only where it has to
    ):
        if columns.any():
            ends[:, columns] = quantile(resampled.draws[:, columns], [tail, 1 - tail], axis=0)
    return Intervals(resampled.value, ends[0], ends[1])


def simultaneous_differences(
    resampled: Resampled,
    recommenders: int,
    baselines: Sequence[int],
    families: NDArray[np.integer[Any]] | None = None,
    confidence: float = 0.95,
) -> list[Intervals]:
    """Return every recommender's means minus each baseline's, with simultaneous intervals.

    The columns are `recommenders` blocks of the same metrics, NaN where a recommender has none.
    The intervals of a family, with all recommenders and all baselines, hold at once in the given
    share of resamples: they are as wide as the largest studentised deviation among them asks
    (single-step max-t; Westfall and Young, *Resampling-based multiple testing*, 1993). A baseline's
    own difference is 0, from 0 to 0.

    Parameters
    ----------
    resampled
        Means of (recommenders * metrics) columns.
    recommenders
        How many there are.
    baselines
        The numbers, from 0, of those that the others are compared with.
    families
        (metrics,): which family, from 0, each metric belongs to; by default each is its own.
    confidence
        Share of resamples in which all intervals of a family hold.

    Returns
    -------
    list of Intervals
        One per baseline, of shape (recommenders, metrics).

    >>> values = np.array([[1.0, 0.0], [1.0, 1.0], [0.0, 0.0], [1.0, 0.0]])
    >>> [found] = simultaneous_differences(resample_means(values), recommenders=2, baselines=[1])
    >>> found.value.ravel()
    array([0.5, 0. ])

    """
    require("confidence", confidence, PositiveShare)
    draws = resampled.draws.reshape(len(resampled.draws), recommenders, -1)
    means = resampled.value.reshape(recommenders, -1)
    if families is None:
        families = np.arange(means.shape[1])
    largest = np.zeros((len(draws), int(families.max(initial=-1)) + 1))
    differences = []
    for baseline in baselines:
        value = means - means[baseline]
        against = draws - draws[:, [baseline]]
        deviation = against - value
        is_known = ~np.isnan(against)
        if is_known.all():
            error = against.std(axis=0, ddof=1)
        else:
            deviation = np.where(is_known, deviation, 0)
            known = np.maximum(is_known.sum(axis=0), 2)
            centre = np.where(is_known, against, 0).sum(axis=0) / known
            squares = np.where(is_known, against - centre, 0) ** 2
            error = np.sqrt(squares.sum(axis=0) / (known - 1))
        varies = error > LEAST_ERROR
        studentised = (np.abs(deviation) / np.where(varies, error, np.inf)).max(axis=1)
        for family in range(largest.shape[1]):
            of_family = studentised[:, families == family].max(axis=1, initial=0)
            largest[:, family] = np.maximum(largest[:, family], of_family)
        differences.append((value, np.where(varies, error, 0)))
    errors_wide = np.quantile(largest, confidence, axis=0)[families]
    return [
        Intervals(value, value - errors_wide * error, value + errors_wide * error)
        for value, error in differences
    ]
