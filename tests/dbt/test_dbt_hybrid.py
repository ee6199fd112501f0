"""Which folds a fold's model learns from, why there may be none, and what is scored."""

import duckdb
import numpy as np
import pytest

from recsys.compute import block_threads, dbt_log
from recsys.dbt import hybrid as dbt_hybrid
from recsys.dbt.hybrid import MODEL_SCHEMA, SCORE_SCHEMA
from recsys.errors import InvalidParameterError, RecsysError
from recsys.hybrid.feature_table import FEWEST_BOUGHT

# windows of 28 days, one after the other; the last one's ends at the cut-off of serving
FOLDS = [
    ("2024-01-01", "train", "2024-01-01", "2024-01-29"),
    ("2024-01-29", "train", "2024-01-29", "2024-02-26"),
    ("2024-02-26", "judge", "2024-02-26", "2024-03-25"),
    ("serving", "serve", "2024-03-25", "2024-04-22"),
]
PARAMETERS = {"max_trees": 20, "min_pairs_per_leaf": 20}


@pytest.fixture(autouse=True)
def said(monkeypatch) -> list[str]:
    """Return the lines that are logged."""
    lines: list[str] = []
    monkeypatch.setenv("RECSYS_JOBS", "1")
    monkeypatch.setattr(dbt_log, "log", lines.append)
    return lines


@pytest.fixture
def shop(training_folds) -> duckdb.DuckDBPyConnection:
    """Return tables of 2,000 pairs a fold; the higher `signal`, the likelier bought."""
    generator = np.random.default_rng(1)
    connection = duckdb.connect()
    connection.execute(
        "create table folds (fold text, purpose text, cutoff_at timestamp, label_until timestamp)"
    )
    connection.executemany("insert into folds values (?, ?, ?, ?)", FOLDS)
    connection.execute(f"create view training_folds as {training_folds}")
    draws = generator.random((2, 8000))  # noqa: F841 - DuckDB reads it by its name
    connection.execute("""
        create table features as
        select
            folds.fold, number % 100 as customer_key, number // 100 as product_key,
            hash(number % 100) as customer_hash, number % 2 = 0 as is_new,
            case when purpose <> 'serve' then drawn < signal * signal end as is_bought,
            case when purpose <> 'serve' and not (fold = '2024-02-26' and number % 10 = 0) then 1.0
                end as training_weight,
            cast(signal as float) as signal, cast(null as float) as nothing
        from (
            select
                (row_number() over () - 1) % 2000 as number,
                (row_number() over () - 1) // 2000 as fold_number,
                column0 as signal,
                column1 as drawn
            from draws
        )
        inner join (
            select *, row_number() over (order by cutoff_at) - 1 as fold_number from folds
        ) as folds using (fold_number)
    """)
    return connection


def learned(shop, *, wanted=2, parameters=PARAMETERS, knows_next="true") -> list[dict]:
    reader = dbt_hybrid.hybrid_models(
        folds=shop.table("folds"),
        training_folds=shop.view("training_folds"),
        features=shop.table("features"),
        calendars=shop.table("folds").project(f"fold, true, {knows_next}"),
        settings=shop.sql(f"select {wanted} as hybrid_training_folds, 0 as hybrid_seed"),
        parameters=parameters,
    )
    assert reader.schema.equals(MODEL_SCHEMA)
    shop.register("learned", reader.read_all())
    return shop.table("learned").order("fold").to_arrow_table().to_pylist()


def test_a_fold_learns_from_the_last_folds_that_were_over(shop):
    rows = learned(shop)
    assert {row["fold"]: row["learned_from"] for row in rows} == {
        "2024-02-26": ["2024-01-01", "2024-01-29"],
        "serving": ["2024-01-29", "2024-02-26"],
    }
    assert all(row["why_not"] is None and row["model"] for row in rows)


def test_a_fold_that_is_over_a_day_late_is_not_trained_on(shop):
    shop.execute("update folds set label_until = '2024-02-27' where fold = '2024-01-29'")
    judged, serving = learned(shop)
    assert judged["learned_from"] == ["2024-01-01"]
    assert serving["learned_from"] == ["2024-01-29", "2024-02-26"]


def test_as_many_folds_as_there_are(shop):
    judged, serving = learned(shop, wanted=9)
    assert judged["learned_from"] == ["2024-01-01", "2024-01-29"]
    assert serving["learned_from"] == ["2024-01-01", "2024-01-29", "2024-02-26"]


def test_only_pairs_with_a_weight_are_trained_on(shop):
    judged, serving = learned(shop)
    assert (judged["pairs"], serving["pairs"]) == (4000, 2000 + 1800)
    [(bought,)] = shop.sql("""
        select count(*) from features where is_bought and training_weight is not null
            and fold in ('2024-01-29', '2024-02-26')
    """).fetchall()
    assert serving["bought_pairs"] == bought


def test_what_a_fold_does_not_know_of_promotions_it_learns_nothing_of(shop):
    """Of the same pairs the judged fold learns from what will be promoted, and today's doesn't."""
    shop.execute("alter table features add column stores_mailer_days_next_window float")
    shop.execute("update features set stores_mailer_days_next_window = signal")
    shop.execute("update features set signal = round(signal)")
    judged, serving = learned(shop, knows_next="fold <> 'serving'")
    of_judged, of_serving = (
        {one["feature"]: one["importance"] for one in row["importances"]}
        for row in (judged, serving)
    )
    assert of_judged["stores_mailer_days_next_window"] > 0
    assert of_serving["stores_mailer_days_next_window"] == 0
    assert of_serving["signal"] > 0


def test_a_single_past_fold_is_halved(shop):
    judged, _ = learned(shop, wanted=1)
    assert judged["learned_from"] == ["2024-01-29"]
    assert judged["model"] is not None


@pytest.mark.parametrize("wanted", [0, 2])
def test_without_a_past_there_is_no_model(shop, said, wanted):
    if wanted:
        shop.execute("delete from folds where purpose <> 'serve'")
    for row in learned(shop, wanted=wanted):
        assert row["learned_from"] == []
        assert row["why_not"] == "no past fold to learn from"
        assert (row["pairs"], row["trees"], row["importances"], row["model"]) == (0, *[None] * 3)
    assert any("serving: falls back to rank fusion: no past fold" in line for line in said)


def with_few_bought(shop, fold: str) -> int:
    shop.execute(
        """
        update features set is_bought = false
        where fold = ? and not (is_bought and product_key in (0, 1))
        """,
        [fold],
    )
    counted = shop.execute(
        """
        select count(*) from features
        where fold = ? and is_bought and training_weight is not null
        """,
        [fold],
    )
    [(bought,)] = counted.fetchall()
    assert 0 < bought < FEWEST_BOUGHT
    return bought


def test_a_fold_with_too_few_purchases_is_not_trained_on(shop):
    with_few_bought(shop, "2024-01-29")
    judged, serving = learned(shop)
    assert (judged["learned_from"], serving["learned_from"]) == (["2024-01-01"], ["2024-02-26"])
    assert judged["pairs"] == 2000
    assert judged["why_not"] is None is serving["why_not"]


def test_with_too_few_purchases_in_all_there_is_no_model(shop):
    bought = {fold: with_few_bought(shop, fold) for fold, kind, *_ in FOLDS if kind != "serve"}
    judged, serving = learned(shop)
    for row, folds in (
        (judged, ["2024-01-01", "2024-01-29"]),
        (serving, ["2024-01-29", "2024-02-26"]),
    ):
        assert row["model"] is None
        assert row["learned_from"] == folds
        most = max(folds, key=bought.get)
        assert row["why_not"].startswith(
            f"only {bought[most]} of the candidates of fold {most} were bought"
        )


def test_what_cannot_be_learned_is_said_not_raised(shop):
    """Everything was bought: there is nothing to tell apart."""
    shop.execute("update features set is_bought = true where fold = '2024-01-29'")
    for row in learned(shop):
        assert row["model"] is None
        assert "2,000 of 2,000" in row["why_not"]


def test_importances_are_of_the_features_and_nothing_else(shop):
    for row in learned(shop):
        importances = {of["feature"]: of["importance"] for of in row["importances"]}
        assert set(importances) == {"signal", "nothing"}
        assert importances["signal"] > 0.01
        assert importances["nothing"] == 0
        assert 0 < row["trees"] <= 20


@pytest.mark.parametrize("threads", [1, 2])
def test_every_pair_of_the_folds_with_a_model_is_scored(shop, monkeypatch, threads):
    monkeypatch.setattr(block_threads, "thread_count", lambda: threads)
    monkeypatch.setattr(dbt_hybrid, "PAIRS_PER_BATCH", 300)
    learned(shop)
    reader = dbt_hybrid.hybrid_scores(models=shop.table("learned"), features=shop.table("features"))
    assert reader.schema.equals(SCORE_SCHEMA)
    shop.register("scores", reader.read_all())
    assert shop.sql("""
        select fold, count(*), count(distinct (customer_key, product_key)), count(probability)
        from scores group by fold order by fold
    """).fetchall() == [("2024-02-26", *[2000] * 3), ("serving", *[2000] * 3)]
    wrong = shop.sql("""
        select * from scores
        inner join features using (fold, customer_key, product_key)
        where scores.is_new <> features.is_new or probability not between 0 and 1
    """)
    assert wrong.fetchall() == []
    [(correlation,)] = shop.sql("""
        select corr(probability, signal * signal) from scores
        inner join features using (fold, customer_key, product_key)
    """).fetchall()
    assert correlation > 0.95


def test_a_fold_without_a_model_is_not_scored(shop):
    learned(shop, wanted=0)
    scores = dbt_hybrid.hybrid_scores(
        models=shop.table("learned"), features=shop.table("features")
    ).read_all()
    assert scores.num_rows == 0
    assert scores.schema.equals(SCORE_SCHEMA)


def test_the_same_tables_in_another_order_make_the_same_model(shop):
    models = [row["model"] for row in learned(shop)]
    shop.execute(
        "create or replace table features as from features order by hash(product_key), signal"
    )
    assert [row["model"] for row in learned(shop)] == models


def test_a_parameter_out_of_range_is_an_error(shop):
    with pytest.raises(InvalidParameterError, match="max_trees is 0"):
        learned(shop, parameters={"max_trees": 0})
    with pytest.raises(InvalidParameterError, match="no parameter 'max_tree'; did you mean"):
        learned(shop, parameters={"max_tree": 5})
    with pytest.raises(InvalidParameterError, match="parameters of hybrid are 'max_trees=5'"):
        learned(shop, parameters="max_trees=5")
    assert issubclass(InvalidParameterError, RecsysError)
