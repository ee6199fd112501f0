"""Intervals per segment: the right customers, the right baselines, families of their own."""

import numpy as np
import pyarrow as pa
import pytest

from recsys.bootstrap import intervals, resample_means, simultaneous_differences
from recsys.metric_intervals import metric_intervals

RECOMMENDERS = ["habit", "model", "popularity"]
CUSTOMERS = [f"c{i:02}" for i in range(40)]


@pytest.fixture(scope="module")
def values() -> np.ndarray:
    """Return values of customers by recommenders."""
    return np.random.default_rng(1).random((40, 3)) + np.array([0.3, 0.0, 0.0])


@pytest.fixture(scope="module")
def rows(values) -> list[dict]:
    metrics = [
        {
            "fold": "2020-01-01",
            "list_type": "discover",
            "recommender": recommender,
            "customer_id": customer,
            "metric": "ndcg",
            "k": 10,
            "value": values[c, r],
        }
        for c, customer in enumerate(CUSTOMERS)
        for r, recommender in enumerate(RECOMMENDERS)
    ]
    shuffled = np.random.default_rng(2).permutation(np.array(metrics, dtype=object)).tolist()
    segments = [
        {"fold": "2020-01-01", "customer_id": customer, "segment_type": kind, "segment": segment}
        for c, customer in enumerate(CUSTOMERS)
        for kind, segment in (("all", "all"), ("activity", "light" if c < 15 else "heavy"))
    ]
    segments.append(
        {
            "fold": "2020-01-01",
            "customer_id": "unjudged",
            "segment_type": "activity",
            "segment": "new",
        }
    )
    tables = metric_intervals(
        pa.Table.from_pylist(shuffled), pa.Table.from_pylist(segments), ["popularity", "absent"]
    )
    return pa.concat_tables(tables).to_pylist()


def of(rows, **wanted):
    found = [row for row in rows if all(row[name] == value for name, value in wanted.items())]
    assert len(found) == 1
    return found[0]


def test_means_and_intervals_are_those_of_everyone(rows, values):
    expected = intervals(resample_means(values))
    for r, recommender in enumerate(RECOMMENDERS):
        row = of(rows, recommender=recommender, segment_type="all", baseline=None)
        assert row["value"] == pytest.approx(values[:, r].mean())
        assert (row["ci_low"], row["ci_high"]) == (expected.low[r], expected.high[r])


def test_a_segment_is_over_its_customers_alone(rows, values):
    row = of(rows, recommender="habit", segment="light", baseline=None)
    assert row["value"] == pytest.approx(values[:15, 0].mean())


def test_differences_are_from_the_baseline(rows, values):
    expected = simultaneous_differences(resample_means(values), 3, baseline=2)
    row = of(rows, recommender="habit", segment_type="all", baseline="popularity")
    assert row["value"] == pytest.approx((values[:, 0] - values[:, 2]).mean())
    assert row["ci_low"] == pytest.approx(expected.low[0, 0])


def test_a_segment_nobody_judged_is_in_and_a_baseline_not_judged_are_left_out(rows):
    assert {row["segment"] for row in rows} == {"all", "light", "heavy"}
    assert {row["baseline"] for row in rows} == {None, "popularity"}


def test_recommenders_without_a_metric_don_t_shift_the_others():
    rows = [
        ("habit", "ann", "ndcg", 5, 0.1),
        ("habit", "bob", "ndcg", 5, 0.3),
        ("model", "ann", "diversity", 5, 0.9),
        ("model", "bob", "diversity", 5, 0.7),
        ("model", "ann", "ndcg", 5, 0.2),
        ("model", "bob", "ndcg", 5, 0.5),
        ("other", "ann", "diversity", 5, 0.5),
        ("other", "ann", "ndcg", 5, 0.0),
        ("other", "bob", "ndcg", 5, 0.0),
    ]
    names = ["recommender", "customer_id", "metric", "k", "value"]
    metrics = [dict(zip(names, row, strict=True), fold="f", list_type="d") for row in rows]
    segments = [
        {"fold": "f", "customer_id": customer, "segment_type": "all", "segment": "all"}
        for customer in ("ann", "bob")
    ]
    tables = metric_intervals(
        pa.Table.from_pylist(metrics), pa.Table.from_pylist(segments), ["habit", "model"]
    )
    found = pa.concat_tables(tables).to_pylist()
    # nobody can be compared with habit in diversity, which it hasn't
    assert {(row["recommender"], row["metric"]) for row in found if row["baseline"] == "habit"} == {
        (recommender, "ndcg") for recommender in ("habit", "model", "other")
    }
    ndcg = of(found, recommender="model", metric="ndcg", baseline="habit")
    assert ndcg["value"] == pytest.approx(0.15)
    assert ndcg["ci_low"] < 0.15 < ndcg["ci_high"]
    # one customer's diversity is no certainty
    alone = of(found, recommender="other", metric="diversity", baseline=None)
    assert (alone["value"], alone["ci_low"], alone["ci_high"], alone["customers"]) == (
        0.5,
        None,
        None,
        1,
    )
    diversity = of(found, recommender="other", metric="diversity", baseline="model")
    assert (diversity["ci_low"], diversity["ci_high"]) == (None, None)
    assert diversity["value"] == pytest.approx(-0.3)
