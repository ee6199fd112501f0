"""Trials come out of the database as they went in."""

import re
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from recsys.errors import DatabaseError
from recsys.tuning.store import DatabaseTrials, row_of
from recsys.tuning.trials import Metric, Outcome, State, Study, Trial

MACRO = Path(__file__).parents[2] / "dbt_project" / "macros" / "create_tuning_trials.sql"


@pytest.fixture
def database():
    with duckdb.connect() as connection:
        connection.execute(
            re.sub(r"\{[#%].*?[#%]\}", "", MACRO.read_text("utf-8"), flags=re.DOTALL)
        )
        yield connection


@pytest.fixture
def store(database):
    @contextmanager
    def connect():
        with database.cursor() as cursor:
            yield cursor

    return DatabaseTrials(connect)


def trial(number=0, study_id="s1", minute=0, value=0.25, **study):
    return Trial(
        study=Study(
            **{
                "study_id": study_id,
                "recommender": "ease",
                "metric": Metric.ndcg,
                "list_type": "discover",
                "k": 10,
                "folds": ("2017-10-09", "2017-11-06"),
                "known_until": datetime(2017, 12, 4),
                **study,
            }
        ),
        number=number,
        outcome=Outcome(
            parameters={"regularization": 0.1 + 0.2, "transform": "sqrt", "half_life": None},
            state=State.complete,
            value=value,
            steps=(0.1, 1 / 3),
        ),
        run_id="run",
        sampler="tpe",
        seed=7,
        seconds=1.5,
        finished_at=datetime(2018, 1, 1, 12, minute),
    )


def test_trials_come_out_by_number_as_they_went_in(store):
    lists = [trial(number) for number in range(3)]
    failed = Outcome(parameters={"k": 1}, state=State.failed, message="too much")
    ratings = replace(trial(study_id="s2", list_type=None, k=None), outcome=failed)
    for kept in [lists[2], lists[0], ratings, lists[1]]:
        store.append(kept)
    assert store.of_study("s1") == lists
    assert store.of_study("s2") == [ratings]
    assert store.of_study("s3") == []


def test_the_table_has_the_columns_that_are_written(database):
    names = database.execute(
        "select column_name from duckdb_columns() where schema_name = 'tuning'"
    ).fetchall()
    assert sorted(name for (name,) in names) == sorted(row_of(trial()))


def test_two_processes_can_t_keep_the_same_trial(store):
    store.append(trial())
    with pytest.raises(DatabaseError, match="another process is tuning ease too"):
        store.append(trial())
    assert len(store.of_study("s1")) == 1


@pytest.mark.parametrize(("metric", "best"), [(Metric.ndcg, 0.3), (Metric.rmse, 0.1)])
def test_the_best_of_the_latest_study_of_the_kind_is_where_to_begin(store, metric, best):
    def kept(number, study_id, minute, value, **study):
        made = trial(number, study_id, minute, value, metric=metric, **study)
        store.append(replace(made, outcome=replace(made.outcome, parameters={"value": value})))

    kept(0, "older", 50, 0.01)  # by a clock that was set back then
    kept(1, "older", 51, 0.9)
    for number, value in enumerate([0.2, 0.1, 0.3]):
        kept(number, "latest", 10 + number, value)
    kept(0, "other list", 30, 0.5, list_type="buy_again")
    kept(0, "other recommender", 30, 0.5, recommender="als")
    kept(0, "this", 40, 0.6)
    now = trial(study_id="this", metric=metric).study
    assert store.best_before(now) == {"value": best}
    assert store.best_before(replace(now, recommender="svd")) is None
    assert store.best_before(replace(now, known_until=datetime(2017, 12, 3))) is None
