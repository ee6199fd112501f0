"""Tuning on a built shop: what it measures, what it may see, what the next build makes of it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from recsys.cli import main
from recsys.recommenders import recommender_from_parameters
from recsys.recommenders.svd import SVD
from recsys.tuning.database import Wishes, prepare
from recsys.tuning.list_quality import list_ndcg
from recsys.tuning.past_folds import PastRelations, read_past_folds
from recsys.tuning.tune import BASES

TRIALS = """
select recommender, metric, list_type, folds, trial_number, is_default, parameters, state, value
from marts.tuning_trials
order by recommender, metric, list_type, trial_number
"""


@pytest.fixture
def tuned(tiny_database: Path, tmp_path: Path) -> Path:
    """Return a tiny shop of the test's own."""
    return Path(shutil.copy(tiny_database, tmp_path / "tuned.duckdb"))


@pytest.fixture
def recsys(monkeypatch, capsys):
    """Return a function that runs the command and gives its exit code, stdout and stderr."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["recsys", *arguments])
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return run


def ask(database: Path, sql: str) -> list:
    with duckdb.connect(database, read_only=True) as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def chosen(tiny_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the tiny shop after eight trials each of two recommenders."""
    database = Path(shutil.copy(tiny_database, tmp_path_factory.mktemp("chosen") / "shop.duckdb"))
    for _ in prepare(database, Wishes(recommenders=["ease", "als"], trials=8)).events:
        pass
    return database


@pytest.fixture(scope="module")
def two_judged_folds(builder, tiny_shop, chosen) -> Path:
    """Return that shop built with the fold judged that it was tuned on."""
    return builder.run(tiny_shop, onto=chosen, variables={"judged_folds": 2})


@pytest.fixture(scope="module")
def rebuilt(builder, tiny_shop, chosen) -> Path:
    """Return that shop built again, with the wish to tune another recommender."""
    wanted = {"tuning_trials": 3, "tuning_recommenders": "svd", "tuning_metric": "rmse"}
    return builder.build(tiny_shop, onto=chosen, variables=wanted)


@pytest.mark.parametrize("list_type", ["discover", "buy_again", "next_basket"])
def test_what_is_measured_is_what_the_evaluation_would_say(
    tiny_database, two_judged_folds, list_type
):
    with duckdb.connect(tiny_database, read_only=True) as connection:
        *_, fold = read_past_folds(PastRelations.of(connection), list_type)
        [[per_customer]] = connection.sql(
            "select candidates_per_customer from staging.stg_settings"
        ).fetchall()
    judged = ask(
        two_judged_folds,
        f"""
        select recommender, value, customers from marts.model_metrics
        where fold = '{fold.fold}' and list_type = '{list_type}' and metric = 'ndcg' and k = 10
            and segment_type = 'all'
        """,  # noqa: S608
    )
    values = {name: (value, customers) for name, value, customers in judged}
    tunable = ["ease", "ridge", "item_knn", "user_knn", "als", "svd", "nmf", "knn", "content"]
    for name in [*tunable, "mean_imputed_svd"]:
        made = recommender_from_parameters(name, BASES.get(name))
        fitted = made.fit(fold.interactions, fold.products)
        everyone = range(len(fold.customers))
        ndcg = list_ndcg(fitted, fold, [*everyone], k=10, candidates_per_customer=per_customer)
        assert (ndcg.mean(), len(ndcg)) == (
            pytest.approx(values[name][0], abs=1e-9),
            values[name][1],
        )


def test_a_fresh_shop_has_no_trials_and_nothing_chosen(query):
    assert query("select * from marts.tuning_trials") == []
    assert query("select * from marts.tuned_parameters") == []
    assert query("select * from intermediate.int_tuning_run") == []


def test_the_best_is_chosen_where_it_beats_the_defaults(chosen):
    kept = ask(chosen, TRIALS)
    assert [(row[0], row[4]) for row in kept] == [
        (name, number) for name in ("als", "ease") for number in range(8)
    ]
    better = {}
    for name in ("als", "ease"):
        values = [row[8] for row in kept if row[0] == name]
        best = max(value for value in values if value is not None)
        if best > values[0]:
            better[name] = (kept[values.index(best) + 8 * (name == "ease")][6], best, values[0])
    assert better
    found = ask(
        chosen, "select recommender, parameters, value, default_value from marts.tuned_parameters"
    )
    assert {name: tuple(row) for name, *row in found} == better
    [(run_id,)] = ask(chosen, "select distinct run_id from marts.tuning_trials")
    assert ask(chosen, "select distinct run_id, folds, trials from marts.tuned_parameters") == [
        (run_id, kept[0][3], 8)
    ]


@pytest.mark.slow
def test_the_next_build_fits_with_what_was_chosen(chosen, rebuilt):
    before, after = (ask(path, TRIALS) for path in (chosen, rebuilt))
    assert [row for row in after if row[0] != "svd"] == before
    name, parameters = ask(rebuilt, "select recommender, parameters from marts.tuned_parameters")[0]
    with duckdb.connect(rebuilt, read_only=True) as connection:
        *_, fold = read_past_folds(PastRelations.of(connection), "discover")
    settings = {**BASES.get(name, {}), **json.loads(parameters)}
    fitted = recommender_from_parameters(name, settings).fit(fold.interactions)
    customer = fold.interactions.customer_ids[int(fold.customers[0])].as_py()
    mine = {
        row["product_id"]: pytest.approx(row["score"], abs=1e-5)
        for row in fitted.recommend([customer], k=100).to_pylist()
    }
    of_customer = f"""
        select product_id, score from recommenders.rec_{name}
        inner join intermediate.int_customers using (customer_key)
        inner join intermediate.int_products using (product_key)
        where fold = '{fold.fold}' and customer_id = '{customer}' and is_new
    """  # noqa: S608
    assert dict(ask(rebuilt, of_customer)) == mine
    assert dict(ask(chosen, of_customer)) != mine


@pytest.mark.slow
def test_a_build_tunes_first_where_settings_ask(rebuilt):
    kept = [row for row in ask(rebuilt, TRIALS) if row[0] == "svd"]
    assert [(row[1], row[2], row[4]) for row in kept] == [("rmse", None, n) for n in range(3)]
    runs = ask(rebuilt, "select distinct run_id from marts.tuning_trials where recommender = 'svd'")
    assert runs == ask(rebuilt, "select run_id from staging.stg_build")
    found = ask(
        rebuilt, "select recommender, trials, trials_of_run from intermediate.int_tuning_run"
    )
    assert found == [("svd", 3, 3)]


def test_what_was_chosen_on_a_fold_that_is_judged_now_doesn_t_count(chosen, two_judged_folds):
    assert ask(two_judged_folds, TRIALS) == ask(chosen, TRIALS)
    assert ask(two_judged_folds, "select * from marts.tuned_parameters") == []


def test_the_command_says_what_it_found(tuned, recsys):
    code, out, err = recsys("tune", "content", "als", "--trials", "3", "--database", str(tuned))
    assert (code, err) == (0, "")
    values = dict(ask(tuned, "select recommender, value from marts.tuning_trials where is_default"))
    lines = [line.split() for line in out.splitlines()]
    for name in ("content", "als"):
        assert [name, "3", f"{values[name]:.4f}"] in [line[:3] for line in lines]
    assert "recsys build" in out.splitlines()[-1]


def test_a_killed_command_goes_on_where_it_stopped(tuned, tmp_path, tiny_database, recsys):
    command = [sys.executable, "-m", "recsys", "tune", "svd", "--trials", "40"]
    with subprocess.Popen(  # noqa: S603 - our own interpreter
        [*command, "--database", str(tuned)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "COLUMNS": "80"},
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "trial 4" in line:
                process.send_signal(signal.SIGKILL)
                break
        process.wait()
    kept = ask(tuned, TRIALS)
    assert 5 <= len(kept) < 40
    more = str(len(kept) + 3)
    code, out, _ = recsys("tune", "svd", "--trials", more, "--database", str(tuned))
    assert code == 0
    assert f"going on after {len(kept)} trials" in out
    whole = Path(shutil.copy(tiny_database, tmp_path / "whole.duckdb"))
    recsys("tune", "svd", "--trials", more, "--database", str(whole))
    assert ask(tuned, TRIALS) == ask(whole, TRIALS)


def test_ctrl_c_says_what_is_kept(tuned, recsys, monkeypatch):
    fits, fit = [], SVD._fit

    def interrupted(self, *given):
        fits.append(1)
        if len(fits) == 3:
            raise KeyboardInterrupt
        return fit(self, *given)

    monkeypatch.setattr(SVD, "_fit", interrupted)
    code, out, _ = recsys("tune", "svd", "--trials", "5", "--database", str(tuned))
    assert code == 130
    assert "Stopped: 2 trials of this run are kept. The same command goes on from here." in out
    assert len(ask(tuned, TRIALS)) == 2


def test_the_file_is_free_between_trials(tuned):
    """Who reads while a search runs isn't kept out, and doesn't keep the search out for long."""
    tuning = prepare(tuned, Wishes(recommenders=["content"], trials=3))
    for _ in tuning.events:
        with duckdb.connect(tuned, read_only=True) as reader:
            reader.execute("select count(*) from marts.tuning_trials").fetchall()
            time.sleep(0)
    assert len(ask(tuned, TRIALS)) == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["buy_again"], "nothing to tune is called 'buy_again'; there are: svd, "),
        (["ease", "--metric", "rmse"], "ease isn't searched by rmse"),
        (["ease", "--minutes", "0"], "minutes is 0.0; use a number above 0"),
    ],
)
def test_a_wrong_wish_is_one_line(tuned, recsys, arguments, message):
    code, _, err = recsys("tune", *arguments, "--database", str(tuned))
    assert code == 3
    assert err.startswith(f"recsys: {message}")
    assert err.count("\n") == 1


def test_without_a_built_shop_it_says_to_build_one(tmp_path, recsys):
    database = tmp_path / "none.duckdb"
    code, _, err = recsys("tune", "--database", str(database))
    assert (code, err) == (
        1,
        f"recsys: no database at {database}: build the shop first: recsys build\n",
    )
    duckdb.connect(database).close()
    code, _, err = recsys("tune", "--database", str(database))
    assert code == 1
    assert err == "recsys: the database can't be tuned on yet: build the shop first: recsys build\n"


def test_without_a_past_fold_it_says_what_is_missing(tuned, recsys):
    with duckdb.connect(tuned) as connection:
        connection.execute("delete from intermediate.int_folds where purpose = 'train'")
    code, _, err = recsys("tune", "--database", str(tuned))
    assert code == 1
    assert "there is no fold before the judged ones to tune on" in err
    assert "hybrid_training_folds" in err
