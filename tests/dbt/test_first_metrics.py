"""The leaderboard of a running build has the values that the finished one will have."""

import duckdb
import pytest

from recsys.pipeline.first_metrics import first_ndcg, first_ndcg_of_running_build


def test_values_are_those_of_the_metrics(tiny_database):
    with duckdb.connect(tiny_database, read_only=True) as connection:
        models = [
            model
            for (model,) in connection.execute("""
                select table_name from information_schema.tables
                where table_schema = 'recommenders' and starts_with(table_name, 'rec_')
            """).fetchall()
        ]
        metrics = dict(
            connection.execute("""
                select 'rec_' || recommender, value from marts.model_metrics
                where list_type = 'discover' and metric = 'ndcg' and k = 10
                    and segment_type = 'all'
                    and fold in (
                        select max(fold) from intermediate.int_folds where purpose = 'judge'
                    )
            """).fetchall()
        )
        found = {model: first_ndcg(connection, model) for model in models}
    judged = {model: value for model, value in found.items() if value is not None}
    assert len(judged) > 8
    for model, value in judged.items():
        assert value == pytest.approx(metrics[model]), model
    # what is never new to a customer isn't on this list
    assert found["rec_buy_again"] is None


def test_outside_of_a_build_there_is_nothing():
    assert first_ndcg_of_running_build("rec_ease") is None
