"""Which ratings are hidden, from which models, follows from the settings and from who gave them."""

from collections import Counter

import duckdb
import pyarrow.compute as pc
import pytest

from recsys.compute import dbt_log
from recsys.dbt.models import candidates
from recsys.dbt.rating_predictions import PREDICTION_SCHEMA, rating_predictions
from recsys.errors import InvalidParameterError
from recsys.recommenders.candidate_rows import KEYED_SCHEMA

FOLD = "2024-03-01"


@pytest.fixture(autouse=True)
def _quietly_in_this_process(monkeypatch):
    monkeypatch.setenv("RECSYS_JOBS", "1")
    monkeypatch.setattr(dbt_log, "log", lambda line: None)


def measured(
    *,
    given=0,
    implied=0,
    unrated=0,
    later=(),
    models="baseline",
    also_implied=False,
    fold=FOLD,
    today=None,
    parameters=None,
):
    """Return the predictions for a fold of so many pairs of three customers and later ratings.

    `today` is one more query of pairs, which only serving knows.
    """
    connection = duckdb.connect()
    connection.execute("create table pairs (number int, rating double, is_implied boolean)")
    kinds = [(3.0, False)] * given + [(2.0, True)] * implied + [(None, True)] * unrated
    rows = [(number, *kind) for number, kind in enumerate(kinds)]
    connection.executemany("insert into pairs values (?, ?, ?)", rows or [(0, None, None)])
    pairs = f"""
        select '{fold}' as fold, 'c' || number % 3 as customer_id, 'p' || number // 3 as product_id,
            rating, is_implied, 1.0 as weight
        from pairs where is_implied is not null {today or ""}
    """  # noqa: S608 - our own
    connection.execute(
        "create table later (fold text, customer_id text, product_id text, rating double)"
    )
    for pair in later:
        connection.execute("insert into later values (?, ?, ?, 4.0)", [FOLD, *pair])
    reader = rating_predictions(
        training_rows=connection.sql(pairs),
        held_out_ratings=connection.table("later"),
        folds=connection.sql(
            f"select '{FOLD}' as fold, 'judge' as purpose union all select 'serving', 'serve'"
        ),
        settings=connection.sql(
            f"select {repr(models) if models else 'null'} as rating_models, "
            f"{also_implied} as cross_validate_implied"
        ),
        parameters=parameters,
    )
    assert reader.schema.equals(PREDICTION_SCHEMA)
    return reader.read_all().to_pylist()


def hidden(**shop) -> dict[str, int]:
    return dict(Counter(row["how"] for row in measured(**shop)))


def test_ratings_given_are_cross_validated_and_tested_on_later_ones():
    later = [("c0", "p9"), ("stranger", "p0"), ("stranger", "p9")]
    rows = measured(given=20, later=later)
    assert Counter(row["how"] for row in rows) == {"cv5": 20, "time_split": 3}
    assert {row["fold"] for row in rows} == {FOLD}
    of_later = [row for row in rows if row["how"] == "time_split"]
    assert {(row["customer_id"], row["product_id"]) for row in of_later} == set(later)
    assert {(row["rating"], row["predicted_rating"]) for row in of_later} == {(4.0, 3.0)}


def test_of_implied_ratings_a_fifth_is_hidden_and_all_in_turn_where_a_setting_asks():
    assert hidden(implied=20) == {"random_20": 4}
    assert hidden(implied=20, also_implied=True) == {"random_20": 4, "cv5": 20}


def test_where_some_are_given_these_alone_are_cross_validated():
    shop = {"given": 10, "implied": 20, "later": [("c0", "p30")]}
    assert hidden(**shop) == {"random_20": 6, "cv5": 10, "time_split": 1}
    assert hidden(**shop, also_implied=True) == hidden(**shop)


def test_a_random_split_is_of_today_s_ratings_where_no_past_fold_knew_enough():
    """As in a shop without the times of its ratings: only serving knows them."""
    assert {row["fold"] for row in measured(given=20, fold="serving")} == {"serving"}
    assert hidden(given=20, fold="serving") == {"cv5": 20}
    assert hidden(implied=20, fold="serving") == {"random_20": 4}
    untimed = """
        union all
        select 'serving', 'c' || n % 3, 'q' || n // 3, 4.0, false, 0.0 from range(12) as t (n)
    """
    rows = measured(implied=20, today=untimed)
    assert Counter((row["fold"], row["how"]) for row in rows) == {
        (FOLD, "random_20"): 4,
        ("serving", "cv5"): 12,
    }
    # a past fold that knew enough is enough
    rows = measured(given=20, today=untimed)
    assert Counter((row["fold"], row["how"]) for row in rows) == {(FOLD, "cv5"): 20}


def test_too_few_ratings_are_not_measured():
    assert hidden() == {}
    assert hidden(unrated=9) == {}
    assert hidden(implied=4, also_implied=True) == {}
    assert hidden(given=4) == {}
    assert hidden(given=4, later=[("c0", "p9")]) == {"time_split": 1}
    assert hidden(implied=20, later=[("c0", "p9")]) == {"random_20": 4}  # nothing given to learn


def test_a_setting_names_the_models():
    rows = measured(implied=20, models="svd,svdpp , nmf, knn, knn_means, knn_baseline,baseline")
    names = ["svd", "svdpp", "nmf", "knn", "knn_means", "knn_baseline", "baseline"]
    assert [row["recommender"] for row in rows] == [name for name in names for _ in range(4)]
    assert measured(implied=20, models="") == []
    with pytest.raises(InvalidParameterError, match="no recommender 'svdp'; did you mean 'svdpp'"):
        measured(implied=20, models="svd, svdp")
    with pytest.raises(InvalidParameterError, match="content ranks without predicting ratings"):
        measured(implied=20, models="content")


def test_a_model_that_refuses_the_shop_s_size_has_no_rows_and_the_log_says_why(monkeypatch):
    lines = []
    monkeypatch.setattr(dbt_log, "log", lines.append)
    limit = {"knn": {"max_customers_user_based": 2}}
    rows = measured(implied=20, models="knn, baseline", parameters=limit)
    assert [row["recommender"] for row in rows] == ["baseline"] * 4
    assert lines[0].startswith(
        f"knn: fold {FOLD}: not measured (random_20): knn compares all pairs of 3 rated customers"
    )


def test_what_is_out_of_the_catalogue_is_learned_from_and_not_listed():
    connection = duckdb.connect()
    rows = connection.sql(
        "select 'serving' as fold, n // 3 as customer_key, n % 3 as product_key, "
        "1 + n % 3 as tie_order, n % 5 as rating, 1.0 as weight, null::timestamp as last_at, "
        "n % 3 > 0 as in_catalogue "
        "from range(9) as numbers (n)"
    )
    given = {
        "customers": connection.sql("select 'serving' as fold, 1 as customer_key"),
        "settings": connection.sql(
            "select 10 as candidates_per_customer, 'baseline' as recommenders"
        ),
    }
    found = candidates("baseline", training_rows=rows, **given).read_all()
    everything = candidates(
        "baseline",
        training_rows=rows.project("* replace (true as in_catalogue)"),
        **given,
    ).read_all()
    assert set(everything["product_key"].to_pylist()) == {0, 1, 2}
    kept = everything.filter(pc.not_equal(everything["product_key"], 0)).drop("rank_in_group")
    assert found.drop("rank_in_group").equals(kept.combine_chunks())
    assert found["rank_in_group"].to_pylist() == [1, 2]


def test_a_model_whose_profiles_fade_is_given_the_times():
    """What is new in a customer's profile counts more than what is old, so that scores differ."""
    connection = duckdb.connect()
    given = {
        "training_rows": connection.sql(
            "select 'f' as fold, n // 3 as customer_key, (n + n // 3) % 4 as product_key, "
            "(n + n // 3) % 4 as tie_order, null::double as rating, 1.0 as weight, "
            "timestamp '2024-01-01' + to_days(cast(n % 3 as integer)) as last_at, "
            "true as in_catalogue from range(12) as numbers (n)"
        ),
        "customers": connection.sql("select 'f' as fold, unnest(range(4)) as customer_key"),
        "settings": connection.sql("select 10 as candidates_per_customer, 'ease' as recommenders"),
    }
    still = candidates("ease", **given).read_all()
    fading = candidates("ease", **given, parameters={"profile_half_life": 1.0}).read_all()
    assert fading.num_rows == still.num_rows > 0
    assert fading["score"] != still["score"]


@pytest.mark.parametrize(
    ("listed", "is_built"), [("svd, baseline", True), (" baseline ,", True), ("svd", False)]
)
def test_only_recommenders_that_the_setting_names_are_fitted(listed, is_built):
    connection = duckdb.connect()
    found = candidates(
        "baseline",
        training_rows=connection.sql(
            "select 'serving' as fold, 1 as customer_key, n as product_key, n as tie_order, "
            "n as rating, 1.0 as weight, null::timestamp as last_at, true as in_catalogue "
            "from range(1, 4) as numbers (n)"
        ),
        customers=connection.sql("select 'serving' as fold, 1 as customer_key"),
        settings=connection.sql(
            f"select 10 as candidates_per_customer, '{listed}' as recommenders"
        ),
    ).read_all()
    assert found.schema == KEYED_SCHEMA
    assert bool(found.num_rows) == is_built


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ("k=5", "parameters of int_rating_predictions are 'k=5'"),
        ({"svdd": {}}, "svdd"),
        ({"svd": 5}, "parameters of svd are 5"),
        ({"svd": {"n_factor": 5}}, "svd has no parameter 'n_factor'"),
    ],
)
def test_parameters_of_another_shape_are_explained(parameters, said):
    with pytest.raises(InvalidParameterError, match=said):
        measured(given=20, models="svd", parameters=parameters)


def test_a_model_that_these_ratings_refuse_is_not_measured():
    """All alike, they give a neighbour model of deviations nothing to divide by."""
    deviations = {"knn_baseline": {"similarity": "pearson_baseline"}}
    rows = measured(given=20, models="knn_baseline, baseline, rating_blend", parameters=deviations)
    assert {row["recommender"] for row in rows} == {"baseline", "rating_blend"}


def test_of_very_many_ratings_those_of_a_sample_of_customers_are_measured(monkeypatch):
    """By the hashes of their ids, c2 is in the first third of all customers; c0 and c1 are not."""
    monkeypatch.setattr("recsys.dbt.rating_predictions.MOST_RATINGS", 10)
    later = [("c0", "p9"), ("c2", "p9")]
    rows = measured(given=30, later=later)
    assert Counter((row["customer_id"], row["how"]) for row in rows) == {
        ("c2", "cv5"): 10,
        ("c2", "time_split"): 1,
    }
