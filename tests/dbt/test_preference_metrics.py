"""The SQL of the preferences' metrics gives what scikit-learn gives, ties and weights included."""

import duckdb
import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import log_loss, roc_auc_score

MODELS = ["int_preference_predictions", "int_preference_metrics"]


@pytest.fixture(scope="module")
def sql(project):
    """Return the models' compiled SQL; their tables stand in a database named `recsys`."""
    nodes = {node["name"]: node for node in project.models}
    return {name: nodes[name]["compiled_code"] for name in MODELS}


@pytest.fixture(scope="module", params=[0, 1], ids=["one weight", "two weights"])
def world(request):
    """Return random predictions with many ties, and one category that everybody bought."""
    random = np.random.default_rng(request.param)
    customers, categories = 60, ["bread", "jam", "rum", "tea"]
    rows = pd.DataFrame(
        [(f"c{c}", category) for c in range(customers) for category in categories],
        columns=["customer_key", "category"],
    )
    rows["fold"] = "f"
    rows["has_history"] = True
    rows["base_rate"] = rows["category"].map(
        dict(zip(categories, [0.6, 0.3, 0.1, 0.3], strict=True))
    )
    rows["history"] = random.integers(1, 20, len(rows)) / 20
    rows["profile"] = random.random(len(rows)).clip(1e-6, 1 - 1e-6)
    rows["is_bought"] = (random.random(len(rows)) < rows["history"]) | (rows["category"] == "bread")
    weights = random.choice([1.0, 3.25], customers) if request.param else np.ones(customers)
    rows["sample_weight"] = np.repeat(weights, len(categories))
    rows["has_profile"] = np.repeat(random.random(customers) < 0.5, len(categories))
    return rows


@pytest.fixture(scope="module")
def ours(sql, world):
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as recsys; create schema recsys.intermediate")
        connection.register("world", world)
        for name, query in {
            "int_folds": "select 'f' as fold, 'judge' as purpose",
            "int_preference_features": "select * from world",
            "int_customer_attributes": "select distinct customer_key, 'age' as attribute, "
            "'35' as value from world where has_profile",
            "int_category_probabilities": "unpivot (select fold, customer_key, category, history, "
            "profile from world) on history, profile into name basis value probability",
        }.items():
            connection.execute(f"create table recsys.intermediate.{name} as {query}")
        predictions, metrics = (sql[name] for name in MODELS)
        connection.execute(
            f"create view recsys.intermediate.int_preference_predictions as {predictions}"
        )
        rows = connection.execute(
            f"select segment, model, metric, value from ({metrics})"  # noqa: S608
        ).fetchall()
    return {(segment, model, metric): value for segment, model, metric, value in rows}


@pytest.mark.parametrize("model", ["classifier", "base_rate"])
@pytest.mark.parametrize("segment", ["all", "cold"])
def test_metrics_are_scikit_learns(ours, world, segment, model):
    rows = world if segment == "all" else world[world["has_profile"]]
    column = "base_rate" if model == "base_rate" else {"all": "history", "cold": "profile"}[segment]
    bought, predicted = rows["is_bought"], rows[column]
    weight = rows["sample_weight"]

    def measured(metric):
        return ours[segment, model, metric]

    assert measured("log_loss") == pytest.approx(
        log_loss(bought, predicted, sample_weight=weight), abs=1e-9
    )
    assert measured("roc_auc") == pytest.approx(
        roc_auc_score(bought, predicted, sample_weight=weight), abs=1e-9
    )
    within = [
        roc_auc_score(group["is_bought"], group[column], sample_weight=group["sample_weight"])
        for category, group in rows.groupby("category")
        if category != "bread"  # everybody bought some: nothing to tell apart
    ]
    assert measured("roc_auc_within_category") == pytest.approx(np.mean(within), abs=1e-9)
    assert measured("expected_purchases") == pytest.approx((predicted * weight).sum(), abs=1e-6)
    assert measured("purchases") == pytest.approx((bought * weight).sum(), abs=1e-6)
    bins = np.minimum(np.floor(predicted * 10), 9)
    distance = sum(
        abs(((predicted - bought) * weight)[bins == number].sum()) for number in range(10)
    )
    assert measured("calibration_error") == pytest.approx(distance / weight.sum(), abs=1e-9)
