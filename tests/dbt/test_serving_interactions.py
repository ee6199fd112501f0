# ruff: noqa: S608 - numbers and names of ours
"""Today's recommenders are fitted on one file of interactions, which one model writes."""

import duckdb
import pytest

from recsys.dbt.models import candidates
from recsys.dbt.serving_interactions import file_of, serving_interactions
from recsys.recommenders.fitted_models import FOLDER_VARIABLE, FittedModels


@pytest.fixture
def session(tmp_path):
    with duckdb.connect() as connection:
        connection.execute(f"set variable {FOLDER_VARIABLE} = '{tmp_path / 'fitted'}'")
        yield connection


def rows(session, fold="serving", count=9):
    return session.sql(
        f"select '{fold}' as fold, n // 3 as customer_key, n % 3 as product_key, "
        "1 + n % 3 as tie_order, n % 5 as rating, 1.0 as weight, 1.0 as earlier_weight, "
        "n % 2 as recent_orders, timestamp '2024-01-01' as last_at, true as in_catalogue "
        f"from range({count}) as numbers (n)"
    )


def written(session, training_rows):
    made = serving_interactions(training_rows=training_rows, session=session).read_all()
    return session.from_arrow(made)


def fit(session, name, training_rows, serving):
    candidates(
        name,
        training_rows=training_rows,
        customers=session.sql("select '' as fold, 0 as customer_key where false"),
        serving=serving,
        settings=session.sql(
            f"select 10 as candidates_per_customer, '{name}' as recommenders, 0 as seed"
        ),
        session=session,
    ).read_all()


def test_it_holds_the_pairs_of_today_and_no_rows_are_left_beside_it(session, tmp_path):
    serving = written(session, rows(session).union(rows(session, fold="2024-01-01", count=3)))
    [(fold, name)] = serving.fetchall()
    assert fold == "serving"
    assert [file.stem for file in (tmp_path / "fitted").iterdir()] == [name]
    interactions = FittedModels(tmp_path / "fitted").load(name)
    assert interactions.seen.nnz == 9
    assert interactions.customer_ids.to_pylist() == [0, 1, 2]
    # 0, 1, 2 of the first customer, by hand; a rating of 0 is one
    assert interactions.ratings.toarray()[0].tolist() == [0, 1, 2]
    assert interactions.ratings.nnz == 9


def test_recommenders_are_fitted_on_it_and_write_none_of_their_own(session, tmp_path):
    training_rows = rows(session)
    serving = written(session, training_rows)
    for name in ("ease", "baseline"):
        fit(session, name, training_rows.filter("customer_key < 2"), serving)
    models = FittedModels(tmp_path / "fitted")
    # of the file, although the rows handed over have one customer fewer
    assert models.load_recommender("ease").recommender.interactions_.n_customers == 3
    assert models.load_recommender("baseline").recommender.interactions_.n_customers == 3
    assert len(list(models.folder.glob("interactions-*"))) == 1


def test_without_the_file_they_read_the_rows_themselves(session, tmp_path):
    """As when a run selects one recommender, after customers were served."""
    serving = written(session, rows(session))
    models = FittedModels(tmp_path / "fitted")
    models.forget_interactions()
    assert file_of(serving, models) is None
    fit(session, "ease", rows(session), serving)
    assert models.load_recommender("ease").recommender.interactions_.n_customers == 3


def test_a_new_run_replaces_it(session, tmp_path):
    written(session, rows(session))
    written(session, rows(session, count=6))
    assert len(list((tmp_path / "fitted").glob("interactions-*"))) == 1


def test_without_rows_or_a_folder_there_is_no_file(session, tmp_path):
    assert written(session, rows(session, count=0)).fetchall() == []
    assert list((tmp_path / "fitted").iterdir()) == []
    with duckdb.connect() as connection:
        assert written(connection, rows(connection)).fetchall() == []
