"""Intervals per segment: the right customers, the right baselines, families of their own."""

import numpy as np
import pyarrow as pa
import pytest

from recsys.evaluation.bootstrap import intervals, resample_means, simultaneous_differences
from recsys.evaluation.metric_intervals import metric_intervals

RECOMMENDERS = ["habit", "model", "popularity"]
FOLD = "2020-01-01"
CUSTOMERS = [f"c{i:02}" for i in range(40)]


@pytest.fixture(scope="module")
def values() -> np.ndarray:
    """Return values of customers by recommenders."""
    return np.random.default_rng(1).random((40, 3)) + np.array([0.3, 0.0, 0.0])


@pytest.fixture(scope="module")
def rows(values) -> list[dict]:
    metrics = [
        {
            "fold": FOLD,
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
        {"fold": FOLD, "customer_id": customer, "segment_type": kind, "segment": segment}
        for c, customer in enumerate(CUSTOMERS)
        for kind, segment in (("all", "all"), ("activity", "light" if c < 15 else "heavy"))
    ]
    segments.append(
        {
            "fold": FOLD,
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
        row = of(rows, recommender=recommender, segment_type="all", baseline=None, fold=FOLD)
        assert row["value"] == pytest.approx(values[:, r].mean())
        assert (row["ci_low"], row["ci_high"]) == (expected.low[r], expected.high[r])


def test_a_segment_is_over_its_customers_alone(rows, values):
    row = of(rows, recommender="habit", segment="light", baseline=None)
    assert row["value"] == pytest.approx(values[:15, 0].mean())


def test_differences_are_from_the_baseline(rows, values):
    [expected] = simultaneous_differences(resample_means(values), 3, baselines=[2])
    row = of(rows, recommender="habit", segment_type="all", baseline="popularity", fold=FOLD)
    assert row["value"] == pytest.approx((values[:, 0] - values[:, 2]).mean())
    assert row["ci_low"] == pytest.approx(expected.low[0, 0])


def test_a_segment_nobody_judged_is_in_and_a_baseline_not_judged_are_left_out(rows):
    assert {row["segment"] for row in rows} == {"all", "light", "heavy"}
    assert {row["baseline"] for row in rows} == {None, "popularity"}


def test_recommenders_without_a_metric_don_t_shift_the_others():
    customers = [f"c{number}" for number in range(6)]
    values = {
        ("habit", "ndcg"): [0.1, 0.3, 0.1, 0.3, 0.1, 0.3],
        ("model", "ndcg"): [0.2, 0.5, 0.2, 0.5, 0.2, 0.5],
        ("other", "ndcg"): [0.0] * 6,
        ("model", "diversity"): [0.9, 0.7, 0.9, 0.7, 0.9, 0.7],
        ("other", "diversity"): [0.5, 0.5, 0.5, 0.5, 0.6],
    }
    found = measured("f", customers, values, ["habit", "model"])
    # nobody can be compared with habit in diversity, which it hasn't
    assert {(row["recommender"], row["metric"]) for row in found if row["baseline"] == "habit"} == {
        (recommender, "ndcg") for recommender in ("habit", "model", "other")
    }
    ndcg = of(found, recommender="model", metric="ndcg", baseline="habit", fold="f")
    assert ndcg["value"] == pytest.approx(0.15)
    assert ndcg["ci_low"] < 0.15 < ndcg["ci_high"]
    # five customers' diversity is no certainty
    alone = of(found, recommender="other", metric="diversity", baseline=None, fold="f")
    assert (alone["value"], alone["customers"]) == (pytest.approx(0.52), 5)
    assert (alone["ci_low"], alone["ci_high"]) == (None, None)
    diversity = of(found, recommender="other", metric="diversity", baseline="model", fold="f")
    assert (diversity["ci_low"], diversity["ci_high"]) == (None, None)
    assert diversity["value"] == pytest.approx(0.52 - 0.8)


def measured(fold: str, customers: list[str], values: dict, baselines: list[str]) -> list[dict]:
    return pa.concat_tables(
        metric_intervals(metrics_of(fold, customers, values), everyone(fold, customers), baselines)
    ).to_pylist()


def metrics_of(fold: str, customers: list[str], values: dict) -> pa.Table:
    """Return the values of recommenders and metrics, one per customer from the first."""
    names = ["recommender", "customer_id", "metric", "value"]
    rows = [
        (recommender, customer, metric, value)
        for (recommender, metric), some in values.items()
        for customer, value in zip(customers, some, strict=False)
    ]
    constants = {"fold": fold, "list_type": "d", "k": 5}
    return pa.Table.from_pylist([dict(zip(names, row, strict=True), **constants) for row in rows])


def everyone(fold: str, customers: list[str]) -> pa.Table:
    all_of = {"fold": fold, "segment_type": "all", "segment": "all"}
    return pa.Table.from_pylist([all_of | {"customer_id": customer} for customer in customers])


@pytest.mark.parametrize(("customers", "is_bounded"), [(5, False), (6, True)])
def test_who_wins_with_five_customers_may_be_lucky(customers, is_bounded):
    """All prefer the model by as much: among five, chance alone does that once in 16 times."""
    values = {("model", "ndcg"): [1.0] * customers, ("popularity", "ndcg"): [0.0] * customers}
    rows = measured("f", [f"c{n}" for n in range(customers)], values, ["popularity"])
    row = of(rows, recommender="model", baseline="popularity", fold="f")
    assert row["value"] == 1
    assert (row["ci_low"] is not None) == is_bounded


def test_one_fold_is_also_what_choices_are_made_on(rows):
    def without_fold(row):
        return {name: value for name, value in row.items() if name != "fold"}

    chosen_on = [without_fold(row) for row in rows if row["fold"] is None]
    reported = [row for row in rows if row["fold"] is not None and row["segment_type"] == "all"]
    assert chosen_on == [without_fold(row) for row in reported]


def test_choices_are_made_on_all_folds_but_the_last_with_whole_customers():
    """c0 to c7 are judged in the first fold, c4 to c11 in the second, all in the last."""
    generator = np.random.default_rng(4)
    customers = [f"c{n:02}" for n in range(12)]
    judged = {"2020-01": customers[:8], "2020-02": customers[4:], "2020-03": customers}
    values = {fold: generator.random((len(some), 2)) for fold, some in judged.items()}
    metrics = pa.concat_tables(
        metrics_of(
            fold,
            judged[fold],
            {("model", "ndcg"): some[:, 0], ("popularity", "ndcg"): some[:, 1]},
        )
        for fold, some in values.items()
    )
    segments = pa.concat_tables(everyone(fold, some) for fold, some in judged.items())
    found = pa.concat_tables(metric_intervals(metrics, segments, ["popularity"])).to_pylist()
    earlier = np.concatenate([values["2020-01"], values["2020-02"]])
    drawn = np.array([*range(8), *range(4, 12)])
    resampled = resample_means(earlier, drawn)
    [expected] = simultaneous_differences(resampled, 2, [1])
    row = of(found, recommender="model", baseline="popularity", fold=None)
    assert row["customers"] == 12
    assert row["value"] == pytest.approx((earlier[:, 0] - earlier[:, 1]).mean())
    assert row["ci_low"] == pytest.approx(expected.low[0, 0])
    mean = of(found, recommender="model", baseline=None, fold=None)
    assert mean["ci_high"] == pytest.approx(intervals(resampled).high[0])
    # each fold is reported by itself, too
    last = of(found, recommender="model", baseline=None, fold="2020-03")
    assert last["value"] == pytest.approx(values["2020-03"][:, 0].mean())


def test_choices_are_made_on_folds_that_have_all_recommenders_of_the_latest():
    """The first fold was easy, and nobody could learn from what lay before it: no hybrid there.

    In each fold that has both, the hybrid is worse; only over all folds would it seem better.
    """
    customers = [f"c{n:02}" for n in range(12)]
    noise = np.random.default_rng(6).random(12) / 100
    values = {
        "2020-01": {("old", "ndcg"): noise, ("popularity", "ndcg"): noise},
        "2020-02": {("hybrid", "ndcg"): 0.8 + noise, ("popularity", "ndcg"): 0.9 + noise[::-1]},
        "2020-03": {("hybrid", "ndcg"): 0.7 + noise, ("popularity", "ndcg"): 0.8 + noise[::-1]},
        "2020-04": {("hybrid", "ndcg"): 0.7 + noise, ("popularity", "ndcg"): 0.8 + noise[::-1]},
    }
    metrics = pa.concat_tables(metrics_of(fold, customers, some) for fold, some in values.items())
    segments = pa.concat_tables(everyone(fold, customers) for fold in values)
    found = pa.concat_tables(metric_intervals(metrics, segments, ["popularity"])).to_pylist()
    row = of(found, recommender="hybrid", baseline="popularity", fold=None)
    assert row["value"] == pytest.approx(-0.1)
    assert row["ci_high"] < 0
    mean = of(found, recommender="popularity", baseline=None, fold=None)
    assert mean["value"] == pytest.approx(0.85 + noise.mean())
    # who isn't there any more can't be chosen
    assert not [row for row in found if row["recommender"] == "old" and row["fold"] is None]
    # each fold is reported as it is
    assert of(found, recommender="old", baseline=None, fold="2020-01")["customers"] == 12
