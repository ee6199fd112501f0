"""The hybrid's parameters, searched by the log loss of pairs it hasn't learned from."""

import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import duckdb
import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from recsys.dbt.tuning import hybrid_tuning_run
from recsys.errors import DatabaseError, InvalidParameterError
from recsys.hybrid.examples import Examples
from recsys.hybrid.feature_table import FEWEST_BOUGHT, IS_NEW
from recsys.hybrid.linear_odds import Columns
from recsys.hybrid.purchase_model import PurchaseModel
from recsys.tuning.hybrid_search import HybridSearch, PastExamples, read_past_examples
from recsys.tuning.trials import Metric, Sampler, State
from recsys.tuning.tune import Budget, StudyEnded, searches, tune

from .test_tune import Memory, told

QUICK = {"max_trees": 10, "forests_per_half": 1}


def fold(seed: int, pairs: int = 1600) -> Examples:
    """Return pairs of which the likelier are bought the more the first feature says."""
    generator = np.random.default_rng(seed)
    features = generator.random((pairs, 4)).astype(np.float32)
    return Examples(features, generator.random(pairs) < features[:, 0] ** 2, np.ones(pairs))


@pytest.fixture(scope="module")
def examples() -> PastExamples:
    return PastExamples(
        folds=("2017-10-09", "2017-11-06"),
        label_until=datetime(2017, 12, 4),
        parts=[fold(1), fold(2)],
        columns=Columns(),
    )


def search(examples, sampler="tpe", base=QUICK) -> HybridSearch:
    return HybridSearch(examples, sampler=Sampler(sampler), seed=0, base=base)


def run(wanted, store, trials) -> list:
    return list(tune([wanted], store, Budget(trials=trials), run_id="run"))


def test_the_defaults_come_first_and_the_least_loss_wins(examples):
    store = Memory()
    *_, ended = run(search(examples), store, 8)
    assert isinstance(ended, StudyEnded)
    first = store.trials[0].outcome
    assert first.value == PurchaseModel(**QUICK).fit(*examples.parts, columns=Columns()).loss_
    quarter = PurchaseModel(**QUICK).fit(
        *(part.every(4) for part in examples.parts), columns=Columns()
    )
    assert first.steps == (quarter.loss_, first.value)
    values = [trial.outcome.value for trial in store.trials if trial.outcome.value is not None]
    assert ended.best.outcome.value == min(values) < max(values)


def test_it_is_fitted_in_one_thread_as_by_a_build_s_workers(examples, monkeypatch):
    found: list[set[int]] = []

    class Watched(PurchaseModel):
        def fit(self, *parts, columns=None):
            found.append(openmp_threads())
            return super().fit(*parts, columns=columns)

    monkeypatch.setattr("recsys.tuning.hybrid_search.PurchaseModel", Watched)
    with threadpool_limits(3, "openmp"):
        for _ in search(examples)._values({}):
            assert openmp_threads() == {3}
    assert found == [{1}, {1}]


def openmp_threads() -> set[int]:
    return {one["num_threads"] for one in threadpool_info() if one["user_api"] == "openmp"}


def test_a_hopeless_trial_is_given_up_after_a_quarter_of_the_pairs(examples):
    store = Memory()
    run(search(examples), store, 14)
    pruned = [trial.outcome for trial in store.trials if trial.outcome.state is State.pruned]
    assert pruned
    for outcome in pruned:
        assert len(outcome.steps) == 1


def test_going_on_equals_never_having_stopped(examples):
    whole, parts = Memory(), Memory()
    run(search(examples), whole, 7)
    run(search(examples), parts, 3)
    run(search(examples), parts, 7)
    assert told(parts.trials) == told(whole.trials)


def test_other_data_is_another_study(examples):
    later = replace(examples, parts=[fold(1), fold(3)])
    assert search(examples).study == search(replace(examples)).study
    assert search(later).study.study_id != search(examples).study.study_id
    otherwise = replace(examples, columns=Columns(is_new=1))
    assert search(otherwise).study.study_id != search(examples).study.study_id
    assert search(examples).study.metric is Metric.log_loss
    assert search(examples).study.known_until == datetime(2017, 12, 4)


def test_it_is_searched_by_its_own_metric_beside_others(examples, fold):
    found = searches(
        ["ease", "hybrid"],
        [fold],
        metric=Metric.ndcg,
        list_type="discover",
        candidates_per_customer=20,
        sampler=Sampler.random,
        seed=0,
        examples=examples,
    )
    assert [one.study.metric for one in found] == [Metric.ndcg, Metric.log_loss]
    with pytest.raises(InvalidParameterError, match="nothing to tune is called 'hybrid'"):
        searches(
            ["hybrid"],
            [],
            metric=Metric.ndcg,
            list_type="discover",
            candidates_per_customer=20,
            sampler=Sampler.random,
            seed=0,
        )


def tables(bought: int):
    connection = duckdb.connect()
    connection.execute(f"""
        create table folds as
        select * from (values
            ('2017-11-06', timestamp '2017-11-06', timestamp '2017-12-04'),
            ('2017-10-09', timestamp '2017-10-09', timestamp '2017-11-06')
        ) as folds (fold, cutoff_at, label_until);
        create table features as
        select
            fold, n as customer_key, 1 as product_key, hash(n) as customer_hash, true as is_new,
            n < {bought} as is_bought, case when n < 500 then 1.0 end as training_weight,
            n / 1000 as signal, 1 as {IS_NEW}
        from folds cross join range(600) as numbers (n);
    """)  # noqa: S608
    return connection.table("folds"), connection.table("features")


def test_what_it_learns_from_is_read_in_order_of_time():
    found = read_past_examples(*tables(FEWEST_BOUGHT))
    assert found.folds == ("2017-10-09", "2017-11-06")
    assert found.label_until == datetime(2017, 12, 4)
    assert [len(part) for part in found.parts] == [500, 500]
    assert found.parts[0].features.shape == (500, 2)
    assert found.columns == Columns(1, [])
    assert found.parts[0].is_bought.sum() == FEWEST_BOUGHT


def test_too_little_to_learn_from_is_said():
    folds, features = tables(FEWEST_BOUGHT - 1)
    with pytest.raises(DatabaseError, match="only 199 of the candidates of fold 2017-10-09"):
        read_past_examples(folds, features)
    with pytest.raises(DatabaseError, match="no fold before the judged ones"):
        read_past_examples(folds.filter("false"), features)


def settings(connection, **wanted):
    values = {
        "candidates_per_customer": 20,
        "tuning_trials": 0,
        "tuning_minutes": 0,
        "tuning_recommenders": "'ease, hybrid'",
        "tuning_metric": "'ndcg'",
        "tuning_list_type": "'discover'",
        "tuning_sampler": "'random'",
        "tuning_seed": 0,
        **wanted,
    }
    return connection.sql(
        "select " + ", ".join(f"{value} as {key}" for key, value in values.items())
    )


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({}, []),
        ({"tuning_trials": 2, "tuning_recommenders": "'ease'"}, []),
        ({"tuning_trials": 2}, ["hybrid: not tuned: the hybrid can't be tuned: only 199 of the"]),
    ],
)
def test_a_build_that_has_nothing_to_search_goes_on(monkeypatch, wanted, said):
    lines: list[str] = []
    monkeypatch.setattr("recsys.compute.dbt_log.log", lines.append)
    folds, features = tables(FEWEST_BOUGHT - 1)
    with duckdb.connect() as connection:
        found = hybrid_tuning_run(
            folds=folds,
            features=features,
            settings=settings(connection, **wanted),
            session=connection,
        )
    assert found.num_rows == 0
    assert [line[: len(start)] for line, start in zip(lines, said, strict=True)] == said


def test_a_build_keeps_its_trials_and_says_what_it_searched(monkeypatch):
    monkeypatch.setattr("recsys.compute.dbt_log.log", lambda line: None)
    monkeypatch.setattr("recsys.tuning.hybrid_search.PurchaseModel", quick)
    monkeypatch.setattr("dbt_common.invocation.get_invocation_id", lambda: "run-7")
    folds, features = tables(FEWEST_BOUGHT)
    macro = Path(__file__).parents[2] / "dbt_project" / "macros" / "create_tuning_trials.sql"
    [ddl] = re.findall(r"-%\}(.*)\{%", macro.read_text(), re.DOTALL)
    with duckdb.connect() as connection:
        connection.execute(ddl)
        found = hybrid_tuning_run(
            folds=folds,
            features=features,
            settings=settings(connection, tuning_trials=2),
            session=connection,
        )
        rows = connection.execute(
            "select recommender, metric, run_id, state from tuning.trials order by trial_number"
        ).fetchall()
    [row] = found.to_pylist()
    assert (row["recommender"], row["run_id"], row["trials_of_run"]) == ("hybrid", "run-7", 2)
    assert rows[0] == ("hybrid", "log_loss", "run-7", "complete")
    assert len(rows) == 2


class quick(PurchaseModel):  # noqa: N801 - stands in for the class
    """The model with few trees."""

    def __init__(self, **parameters):
        super().__init__(**{**parameters, "max_trees": 5, "forests_per_half": 1})
