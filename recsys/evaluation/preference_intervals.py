"""Intervals of the preferences' metrics, and of the classifier's differences from base rates."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recsys.evaluation.bootstrap import Resampled, resample_means, simultaneous_differences
from recsys.evaluation.metric_intervals import FEWEST_CUSTOMERS

MODELS = ("classifier", "base_rate")
METRICS = (
    *("log_loss", "roc_auc", "roc_auc_within_category", "calibration_error"),
    *("expected_purchases", "purchases"),
)

BINS = 10
"""As in int_preference_metrics: of equal width, for the calibration error."""

INTERVAL_SCHEMA = pa.schema(
    [
        ("model", pa.string()),
        ("metric", pa.string()),
        ("baseline", pa.string()),
        ("value", pa.float64()),
        ("ci_low", pa.float64()),
        ("ci_high", pa.float64()),
    ]
)
"""A metric where `baseline` is null, else its difference from that model."""

Floats = NDArray[np.float64]


def preference_intervals(rows: pa.Table, *, resamples: int, random_state: int) -> pa.Table:
    """Return `INTERVAL_SCHEMA` for one fold and segment.

    Customers are resampled with all their categories, the same ones for both models. Sums are
    resampled as they are; the areas under the curve by their influence: what each customer adds
    to the area, to first order (Obuchowski, *Nonparametric analysis of clustered ROC curve data*,
    1997). An interval is as far on either side of its value as 95 % of the resamples deviate.
    Fewer than six customers have none.

    Parameters
    ----------
    rows
        One per customer and category: customer_id, category, is_bought, sample_weight, classifier
        and base_rate, which are the two models' probabilities, above 0 and below 1.
    resamples, random_state
        See `resample_means`.

    """
    customers, count = _codes(rows, "customer_id")
    category, _ = _codes(rows, "category")
    weight = rows["sample_weight"].to_numpy().astype(np.float64)
    bought = rows["is_bought"].to_numpy().astype(bool)
    measured = []
    for model in MODELS:
        probability = rows[model].to_numpy()
        of_rows = _contributions(probability, bought, weight)
        totals = np.stack([np.bincount(customers, column, count) for column in of_rows], axis=1)
        areas, influences = _areas(probability, bought, weight, category)
        of_customers = [np.bincount(customers, column, count) * count for column in influences]
        sums = resample_means(
            np.column_stack([totals, *of_customers]),
            resamples=resamples,
            random_state=random_state,
        )
        measured.append(
            Resampled(
                _metrics(sums.value[None], areas, count)[0], _metrics(sums.draws, areas, count)
            )
        )
    nothing = Resampled(np.zeros_like(measured[0].value), np.zeros_like(measured[0].draws))
    is_proof = count >= FEWEST_CUSTOMERS
    return pa.concat_tables(
        [
            *(
                _table(one, nothing, name, None, is_proof)
                for one, name in zip(measured, MODELS, strict=True)
            ),
            _table(measured[0], measured[1], MODELS[0], MODELS[1], is_proof),
        ]
    )


def _codes(rows: pa.Table, name: str) -> tuple[NDArray[np.intp], int]:
    """Return the column's values as numbers from 0, in their order, and how many there are."""
    values, codes = np.unique(rows[name].to_numpy(zero_copy_only=False), return_inverse=True)
    return codes, len(values)


def _contributions(probability: Floats, bought: NDArray[np.bool_], weight: Floats) -> list[Floats]:
    """Return, per row: loss, weight, then what is expected and what was bought in each bin."""
    loss = -weight * np.log(np.where(bought, probability, 1 - probability))
    place = np.minimum(np.floor(probability * BINS), BINS - 1)
    in_bin = [place == number for number in range(BINS)]
    expected = [np.where(is_in, weight * probability, 0) for is_in in in_bin]
    actual = [np.where(is_in & bought, weight, 0) for is_in in in_bin]
    return [loss, weight, *expected, *actual]


def _areas(
    probability: Floats, bought: NDArray[np.bool_], weight: Floats, category: NDArray[np.intp]
) -> tuple[Floats, list[Floats]]:
    """Return both areas under the curve, NaN where there is none, and what each row adds."""
    area, influence = _area(probability, bought, weight)
    of_categories, within = [], np.zeros(len(bought))
    for number in range(int(category.max()) + 1):
        rows = np.flatnonzero(category == number)
        one, its_influence = _area(probability[rows], bought[rows], weight[rows])
        if not np.isnan(one):
            of_categories.append(one)
            within[rows] = its_influence
    mean = np.mean(of_categories) if of_categories else np.nan
    return np.array([area, mean]), [influence, within / max(1, len(of_categories))]


def _area(probability: Floats, bought: NDArray[np.bool_], weight: Floats) -> tuple[float, Floats]:
    positive, negative = np.where(bought, weight, 0), np.where(bought, 0, weight)
    if not positive.any() or not negative.any():
        return np.nan, np.zeros(len(bought))
    _, level = np.unique(probability, return_inverse=True)
    at = [np.bincount(level, part) / part.sum() for part in (positive, negative)]
    below = [np.cumsum(share) - share / 2 for share in at]  # ties are half won
    placed = np.where(bought, below[1][level], 1 - below[0][level])
    area = float(placed[bought] @ weight[bought] / positive.sum())
    totals = np.where(bought, positive.sum(), negative.sum())
    return area, weight * (placed - area) / totals


def _metrics(sums: Floats, areas: Floats, customers: int) -> Floats:
    """Return (draws, METRICS) of the customers' mean contributions."""
    loss, weight = sums[:, 0], sums[:, 1]
    expected, actual = sums[:, 2 : 2 + BINS], sums[:, 2 + BINS : 2 + 2 * BINS]
    return np.column_stack(
        [
            loss / weight,
            areas + sums[:, 2 + 2 * BINS :],
            np.abs(expected - actual).sum(axis=1) / weight,
            expected.sum(axis=1) * customers,
            actual.sum(axis=1) * customers,
        ]
    )


def _table(
    one: Resampled, other: Resampled, model: str, baseline: str | None, is_proof: bool
) -> pa.Table:
    """Return the differences of one from the other, each metric's interval on its own."""
    both = Resampled(np.concatenate([one.value, other.value]), np.hstack([one.draws, other.draws]))
    [found] = simultaneous_differences(both, 2, [1])
    low, high = (
        end[0] if is_proof else np.full(len(METRICS), np.nan) for end in (found.low, found.high)
    )
    if baseline is None:
        low = np.maximum(low, 0)  # no metric is below it
    columns = [
        [model] * len(METRICS),
        METRICS,
        pa.array([baseline] * len(METRICS), pa.string()),
        *(pa.array(numbers, from_pandas=True) for numbers in (found.value[0], low, high)),
    ]
    table = pa.table(dict(zip(INTERVAL_SCHEMA.names, columns, strict=True))).cast(INTERVAL_SCHEMA)
    return table.filter(table["value"].is_valid())
