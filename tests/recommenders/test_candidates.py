"""The candidates table of several folds: its order, worker processes, errors."""

import os
import subprocess
import sys

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from recsys.compute import workers
from recsys.data.arrow_tables import ids_as_text
from recsys.data.interactions import Interactions
from recsys.errors import (
    CatalogueTooLargeError,
    InvalidParameterError,
    InvalidTableError,
    NothingToLearnError,
    RecsysError,
    UnknownCustomerError,
)
from recsys.recommenders.candidate_rows import FOLD_CANDIDATES_SCHEMA, KEYED_SCHEMA
from recsys.recommenders.candidates import FoldData, candidates_per_fold
from recsys.recommenders.content import Content
from recsys.recommenders.ease import EASE
from recsys.recommenders.knn import KNNBasic
from recsys.recommenders.nmf import NMF
from recsys.recommenders.ridge import Ridge
from recsys.recommenders.svd import SVD

HERE, IN_WORKERS = "1", "2"
both_ways = pytest.mark.parametrize("jobs", [HERE, IN_WORKERS])


def ratings(seed, n=120):
    random = np.random.default_rng(seed)
    cells = random.choice(20 * 15, n, replace=False)
    return pa.table(
        {
            "customer_id": cells // 15,
            "product_id": cells % 15,
            "rating": random.integers(1, 6, n),
        }
    )


@both_ways
def test_what_a_recommender_left_out_is_logged(monkeypatch, jobs):
    monkeypatch.setenv("RECSYS_JOBS", jobs)
    lines = []
    fold = FoldData(fold="serving", interactions=ratings(0))
    candidates_per_fold(
        EASE(max_products=5, beyond_max="most_popular"), [fold], log=lines.append
    ).read_all()
    assert lines[1] == (
        "ease: fold serving: only the 5 most popular of 15 products have scores (max_products)"
    )


@both_ways
def test_a_fold_lists_only_what_it_may(monkeypatch, jobs):
    monkeypatch.setenv("RECSYS_JOBS", jobs)
    fold = FoldData(fold="serving", interactions=ratings(0))
    in_stock = FoldData(
        fold="serving", interactions=ratings(0), among=pa.table({"product_id": ["3", "7", "11"]})
    )
    everything = candidates_per_fold(SVD(), [fold]).read_all()
    kept = everything.filter(pa.compute.is_in(everything["product_id"], pa.array(["3", "7", "11"])))
    assert candidates_per_fold(SVD(), [in_stock]).read_all().equals(kept.combine_chunks())


@both_ways
def test_a_fold_too_large_is_left_out_if_asked_and_the_log_says_why(monkeypatch, jobs):
    monkeypatch.setenv("RECSYS_JOBS", jobs)
    lines = []
    small = ratings(0).slice(0, 3)
    folds = [
        FoldData(fold="2017-12-04", interactions=small),
        FoldData(fold="serving", interactions=ratings(0)),
    ]
    model = KNNBasic(max_customers_user_based=3)
    rows = candidates_per_fold(model, folds, log=lines.append, skip_refused=True).read_all()
    assert set(rows["fold"].to_pylist()) == {"2017-12-04"}
    assert lines[-1].startswith("knn: fold serving: no rows: knn compares all pairs of 20 rated")
    with pytest.raises(CatalogueTooLargeError, match="over the limit of 3 customers"):
        candidates_per_fold(model, folds).read_all()


def test_a_fold_that_a_model_diverges_on_or_without_ratings_is_left_out_too():
    """0 to 100 is a scale as good as any; the step that Surprise takes on it is too long."""
    random = np.random.default_rng(0)
    pairs = random.permutation(400 * 300)[: 400 * 100]
    wide = pa.table(
        {
            "customer_id": pairs // 300,
            "product_id": pairs % 300,
            "rating": 100 * random.random(len(pairs)),
        }
    )
    bought = pa.table({"customer_id": ["a", "b"], "product_id": ["x", "y"]})
    folds = [
        FoldData(fold="2017-12-04", interactions=wide),
        FoldData(fold="serving", interactions=bought),
    ]
    lines = []
    with np.errstate(all="ignore"):
        rows = candidates_per_fold(SVD(), folds, log=lines.append, skip_refused=True).read_all()
    assert rows.num_rows == 0
    assert lines[0].startswith("svd: fold 2017-12-04: no rows: svd diverged")
    assert lines[1].startswith("svd: fold serving: no rows: svd learns from ratings")


def test_a_fold_with_nothing_to_learn_from_is_left_out_too():
    lines = []
    before = ratings(0)
    known = before.append_column("earlier_weight", before["rating"]).append_column(
        "recent_orders", before["rating"]
    )
    folds = [
        FoldData(fold="2017-12-04", interactions=before),
        FoldData(fold="serving", interactions=known),
    ]
    rows = candidates_per_fold(Ridge(), folds, log=lines.append, skip_refused=True).read_all()
    assert set(rows["fold"].to_pylist()) == {"serving"}
    assert lines[0].startswith("ridge: fold 2017-12-04: no rows: ridge learns what follows what")
    with pytest.raises(NothingToLearnError):
        candidates_per_fold(Ridge(), folds).read_all()


@both_ways
def test_rows_are_each_folds_candidates_in_order(monkeypatch, jobs):
    monkeypatch.setenv("RECSYS_JOBS", jobs)
    monkeypatch.setattr("recsys.recommenders.candidate_rows.ROWS_PER_BATCH", 50)
    tables = {"2017-11-06": ratings(0), "2017-12-04": ratings(1), "serving": ratings(2)}
    folds = (FoldData(fold=fold, interactions=table) for fold, table in tables.items())
    lines = []
    reader = candidates_per_fold(NMF(n_factors=3), folds, per_customer=4, log=lines.append)
    assert reader.schema.equals(FOLD_CANDIDATES_SCHEMA)
    assert lines == []  # nothing fitted yet
    rows = reader.read_all()
    start = 0
    for fold, table in tables.items():
        expected = NMF(n_factors=3).fit(Interactions.from_table(table)).candidates(per_customer=4)
        expected = expected.read_all()
        part = rows.slice(start, expected.num_rows)
        assert part["fold"].unique().to_pylist() == [fold]
        assert part.select(["customer_id", "product_id", "is_new"]).equals(
            expected.select(["customer_id", "product_id", "is_new"])
        )
        np.testing.assert_allclose(part["score"].to_numpy(), expected["score"].to_numpy())
        start += expected.num_rows
    assert start == rows.num_rows
    assert len(lines) == 3
    assert lines[1].startswith("nmf: fold 2017-12-04: fitted 120 pairs of 20 customers and 15 ")
    assert lines[1].endswith(" s (2 of 3)")


def test_workers_are_other_processes(monkeypatch):
    monkeypatch.setenv("RECSYS_JOBS", IN_WORKERS)
    assert workers.result_of(workers.submit(os.getpid)) != os.getpid()
    monkeypatch.setenv("RECSYS_JOBS", HERE)
    assert workers.result_of(workers.submit(os.getpid)) == os.getpid()


@both_ways
@pytest.mark.parametrize("as_table", [True, False])
def test_customers_products_and_catalogue_may_be_ids_or_relations(monkeypatch, jobs, as_table):
    monkeypatch.setenv("RECSYS_JOBS", jobs)
    connection = duckdb.connect()
    purchases = connection.sql("select 'ann' as customer_id, 1 as product_id union select 'bob', 2")
    products = connection.sql(
        "select * from (values (1, 'green tea'), (2, 'rye'), (3, 'red tea')) t(product_id, title)"
    )
    customers, catalogue = ["ann"], [3.0]
    if as_table:
        customers = pa.table({"customer_id": customers})
        catalogue = pa.table({"product_id": catalogue})
    fold = FoldData(
        fold="serving",
        interactions=purchases,
        customers=customers,
        products=products,
        catalogue=catalogue,
    )
    rows = candidates_per_fold(Content(), [fold]).read_all()
    assert rows["customer_id"].unique().to_pylist() == ["ann"]
    new = rows.filter(rows["is_new"])
    assert new["product_id"].to_pylist() == ["3", "2"]
    assert new["score"][1].as_py() == 0.0


@both_ways
def test_errors_arrive_as_they_were_raised(monkeypatch, jobs):
    monkeypatch.setenv("RECSYS_JOBS", jobs)
    purchases = pa.table({"customer_id": ["a"], "product_id": ["x"]})
    unrated = FoldData(fold="serving", interactions=purchases)
    with pytest.raises(InvalidTableError, match="svd learns from ratings and none of the 1 pairs"):
        candidates_per_fold(SVD(), [unrated]).read_all()
    stranger = FoldData(fold="serving", interactions=ratings(0), customers=["nobody"])
    with pytest.raises(UnknownCustomerError) as caught:
        candidates_per_fold(NMF(), [stranger]).read_all()
    assert str(caught.value).startswith("customer 'nobody' isn't among the 20 customers")


def test_no_customers_give_no_rows_and_no_folds_neither(monkeypatch):
    monkeypatch.setenv("RECSYS_JOBS", HERE)
    nobody = FoldData(fold="serving", interactions=ratings(0), customers=[])
    assert candidates_per_fold(NMF(), [nobody]).read_all().num_rows == 0
    empty = candidates_per_fold(NMF(), []).read_all()
    assert empty.schema.equals(FOLD_CANDIDATES_SCHEMA)
    assert empty.num_rows == 0


def test_the_recommender_handed_in_stays_unfitted(monkeypatch):
    monkeypatch.setenv("RECSYS_JOBS", HERE)
    model = NMF()
    candidates_per_fold(model, [FoldData(fold="f", interactions=ratings(0))]).read_all()
    assert not hasattr(model, "interactions_")


def test_a_worker_that_dies_is_explained_and_the_next_one_works(monkeypatch):
    monkeypatch.setenv("RECSYS_JOBS", IN_WORKERS)
    with pytest.raises(RecsysError, match=r"a worker process died.*RECSYS_JOBS=1"):
        workers.result_of(workers.submit(os._exit, 1))
    assert workers.result_of(workers.submit(abs, -3)) == 3


def test_threads_may_start_at_the_same_time_in_a_fresh_process():
    program = """
import threading
started = threading.Barrier(6)
def run(number):
    started.wait()
    from recsys.compute import workers
    print(workers.result_of(workers.submit(abs, -number)))
threads = [threading.Thread(target=run, args=(7,)) for _ in range(6)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""
    result = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", program],
        env=os.environ | {"RECSYS_JOBS": IN_WORKERS},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stderr == ""
    assert "".join(result.stdout.split()) == "7" * 6  # two lines may run into one


def test_the_number_of_workers(monkeypatch):
    monkeypatch.delenv("RECSYS_JOBS", raising=False)
    assert workers.worker_count() in {1, 2}
    monkeypatch.setenv("RECSYS_JOBS", "7")
    assert workers.worker_count() == 7
    for nonsense in ("two", "-1", "1.5"):
        monkeypatch.setenv("RECSYS_JOBS", nonsense)
        with pytest.raises(InvalidParameterError, match="RECSYS_JOBS is"):
            workers.worker_count()


def test_the_stream_can_be_read_by_duckdb(monkeypatch):
    monkeypatch.setenv("RECSYS_JOBS", HERE)
    reader = candidates_per_fold(NMF(), [FoldData(fold="f", interactions=ratings(0))])
    counts = duckdb.connect().from_arrow(reader).aggregate("fold, count(*), max(typeof(score))")
    assert counts.fetchall() == [("f", 20 * 15, "DOUBLE")]


def test_a_fold_of_keys_is_ranked_like_one_of_ids():
    """The order of ties is that of popularity and ids here: the lists are the same."""
    of_ids = ratings(0)
    everybody = Interactions.from_table(of_ids)
    customers = {name: place for place, name in enumerate(everybody.customer_ids.to_pylist())}
    products = {name: place for place, name in enumerate(everybody.product_ids.to_pylist())}
    ids = [ids_as_text(of_ids[name]).to_pylist() for name in ("customer_id", "product_id")]
    of_keys = pa.table(
        {
            "customer_key": [customers[name] for name in ids[0]],
            "product_key": [10 + products[name] for name in ids[1]],
            "tie_order": [products[name] for name in ids[1]],
            "rating": of_ids["rating"],
        }
    )
    named = candidates_per_fold(SVD(), [FoldData(fold="f", interactions=of_ids)]).read_all()
    keyed = candidates_per_fold(
        SVD(), [FoldData(fold="f", interactions=of_keys)], schema=KEYED_SCHEMA
    ).read_all()
    expected = [
        (customers[row["customer_id"]], 10 + products[row["product_id"]], row["score"])
        for row in named.to_pylist()
    ]
    found = [tuple(row.values())[1:4] for row in keyed.to_pylist()]
    assert found == expected
