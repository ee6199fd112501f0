"""A shop with ratings of its own: what is hidden, from whom, and how it arrives in the mart."""

import csv
import io
import math
from collections import defaultdict
from datetime import date, timedelta

import pytest

SHOP = """
name: rated
ratings:
  path: ratings.csv
  columns: {customer_id: c, product_id: p, rating: r, rated_at: t}
settings: {min_customers_per_product: 2, sold_within_days: 0}
"""
MODELS = [
    "svd",
    "svdpp",
    "nmf",
    "knn",
    "knn_means",
    "knn_baseline",
    "baseline",
    "rating_blend",
]
CUTOFF = date(2024, 4, 2)  # 28 days before the last rating


def ratings() -> list[tuple[str, str, int, date]]:
    """Twelve customers rate up to ten products in four months; a stranger comes at the end."""
    days = [date(2024, 1, 1) + timedelta(days=number) for number in range(121)]
    rows = [
        (f"{c:03}", f"p{p}", 1 + (c * p + c) % 5, days[(c * 17 + p * 29) % 121])
        for c in range(12)
        for p in range(10)
        if (c + 2 * p) % 5
    ]
    return [*rows, ("stranger", "p0", 3, days[-1]), ("stranger", "novelty", 5, days[-1])]


@pytest.fixture(scope="module")
def ask(builder):
    text = io.StringIO()
    csv.writer(text).writerows([("c", "p", "r", "t"), *ratings()])
    files = {"shop.yml": SHOP, "ratings.csv": text.getvalue()}
    return builder.ask(builder.run(files, variables={"rating_models": ", ".join(MODELS)}))


def test_ratings_before_the_cut_off_are_cross_validated_and_those_after_it_tested(ask):
    assert ask("select fold from intermediate.int_folds where purpose = 'judge'") == [
        (CUTOFF.isoformat(),)
    ]
    expected = {
        "cv5": {row[:3] for row in ratings() if row[3] < CUTOFF},
        "time_split": {row[:3] for row in ratings() if row[3] >= CUTOFF},
    }
    assert min(map(len, expected.values())) > 15
    for name in MODELS:
        for how, hidden in expected.items():
            rows = ask(
                "select customer_id, product_id, rating from intermediate.int_rating_predictions "
                "where recommender = ? and how = ?",
                name,
                how,
            )
            assert len(rows) == len(hidden)
            assert set(rows) == hidden


def test_the_mart_holds_every_model_and_way(ask):
    errors = defaultdict(list)
    for name, how, rating, predicted in ask(
        "select recommender, how, rating, predicted_rating from intermediate.int_rating_predictions"
    ):
        errors[name, how].append(predicted - rating)
    rows = ask("select recommender, how, metric, value, ratings from marts.rating_metrics")
    assert len(rows) == 2 * len(errors) == 2 * 2 * len(MODELS)
    for name, how, metric, value, count in rows:
        off = errors[name, how]
        assert count == len(off)
        mae = sum(map(abs, off)) / len(off)
        rmse = math.sqrt(sum(error**2 for error in off) / len(off))
        assert value == pytest.approx({"mae": mae, "rmse": rmse}[metric], abs=1e-9)
