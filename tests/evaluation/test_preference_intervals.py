"""Values are scikit-learn's, intervals those of resampling whole customers by hand."""

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import log_loss, roc_auc_score

from recsys.evaluation.preference_intervals import preference_intervals


@pytest.fixture(scope="module")
def rows():
    random = np.random.default_rng(3)
    customers, categories = 150, ["bread", "jam", "tea"]
    taste = np.repeat(random.normal(0, 1, customers), 3)
    base = np.tile([0.6, 0.3, 0.1], customers)
    chance = 1 / (1 + np.exp(-(np.log(base / (1 - base)) + 1.5 * taste)))
    return pa.table(
        {
            "customer_id": [f"c{number}" for number in range(customers) for _ in categories],
            "category": categories * customers,
            "is_bought": random.random(len(chance)) < chance,
            "sample_weight": np.repeat(random.choice([1.0, 2.5], customers), 3),
            "classifier": chance.round(2).clip(0.01, 0.99),
            "base_rate": base,
        }
    )


@pytest.fixture(scope="module")
def found(rows):
    table = preference_intervals(rows, resamples=400, random_state=0)
    return {(row["model"], row["baseline"], row["metric"]): row for row in table.to_pylist()}


def by_library(rows, model, metric):
    bought, weight = rows["is_bought"].to_numpy(), rows["sample_weight"].to_numpy()
    predicted = rows[model].to_numpy()
    if metric == "log_loss":
        return log_loss(bought, predicted, sample_weight=weight)
    if metric == "roc_auc":
        return roc_auc_score(bought, predicted, sample_weight=weight)
    bins = np.minimum(np.floor(predicted * 10), 9)
    return (
        sum(abs(((predicted - bought) * weight)[bins == number].sum()) for number in range(10))
        / weight.sum()
    )


METRICS = ["log_loss", "roc_auc", "calibration_error"]


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("model", ["classifier", "base_rate"])
def test_values_are_scikit_learns(rows, found, model, metric):
    value = found[model, None, metric]["value"]
    assert value == pytest.approx(by_library(rows, model, metric), abs=1e-12)


@pytest.mark.parametrize("metric", METRICS)
def test_differences_vary_as_those_of_resampled_customers(rows, found, metric):
    random = np.random.default_rng(9)
    differences = []
    for _ in range(150):
        drawn = random.integers(0, 150, 150)
        sample = rows.take(pa.array((drawn[:, None] * 3 + np.arange(3)).ravel()))
        differences.append(
            by_library(sample, "classifier", metric) - by_library(sample, "base_rate", metric)
        )
    row = found["classifier", "base_rate", metric]
    value = by_library(rows, "classifier", metric) - by_library(rows, "base_rate", metric)
    assert row["value"] == pytest.approx(value, abs=1e-12)
    half_width = np.quantile(np.abs(np.array(differences) - value), 0.95)
    assert (row["ci_high"] - row["ci_low"]) / 2 == pytest.approx(half_width, rel=0.3)
    assert (row["ci_high"] + row["ci_low"]) / 2 == pytest.approx(value, abs=1e-9)


def test_the_within_category_area_of_a_base_rate_is_one_half(found):
    row = found["base_rate", None, "roc_auc_within_category"]
    assert (row["value"], row["ci_low"], row["ci_high"]) == pytest.approx((0.5, 0.5, 0.5))


def test_sums_are_of_everyone(rows, found):
    weight = rows["sample_weight"].to_numpy()
    for model in ("classifier", "base_rate"):
        expected = (rows[model].to_numpy() * weight).sum()
        assert found[model, None, "expected_purchases"]["value"] == pytest.approx(expected)
        bought = (rows["is_bought"].to_numpy() * weight).sum()
        assert found[model, None, "purchases"]["value"] == pytest.approx(bought)


def test_few_customers_have_no_interval_and_one_outcome_no_area(rows):
    few = rows.slice(0, 15).set_column(2, "is_bought", pa.array([True] * 15))
    table = preference_intervals(few, resamples=50, random_state=0).to_pylist()
    assert {row["ci_low"] for row in table} == {row["ci_high"] for row in table} == {None}
    assert not {"roc_auc", "roc_auc_within_category"} & {row["metric"] for row in table}
