import subprocess
import sys
import threading
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

import recsys
from recsys.errors import DatabaseError, UnknownCustomerError, UnknownProductError
from recsys.reading.warehouse import ListType, Method, Warehouse
from recsys.storage.current_file import stamp

ODD_IDS = ["00123", "-5", "a/b", "50%", "o'hara", "кот", 'say "hi"', "x y"]
SQL_IDS = ["' or 1=1 --", "x'; drop table marts.customers; --", "$id", "?", "", "\\", "a\x00b"]
NO_UTF8 = "X\udc9b"
"""What Python makes of a byte on the command line that is no UTF-8."""


@pytest.fixture
def warehouse(built):
    with recsys.Warehouse(str(built)) as opened:
        yield opened


def test_lists_come_in_the_order_people_read_them(warehouse):
    rows = warehouse.recommendations("00123").to_pylist()
    assert [row["list_type"] for row in rows[::3]] == ["discover", "buy_again", "next_basket"]
    assert [row["rank"] for row in rows] == [1, 2, 3] * 3
    assert rows[0]["title"] == "Café [crème], 250 g"


def test_one_list_can_be_cut_short(warehouse):
    rows = warehouse.recommendations("00123", ListType.buy_again, k=2).to_pylist()
    assert [(row["list_type"], row["product_id"]) for row in rows] == [
        ("buy_again", "P1"),
        ("buy_again", "P2"),
    ]


def test_a_known_customer_without_lists_has_none(warehouse):
    assert warehouse.recommendations("quiet").num_rows == 0


@pytest.mark.parametrize("customer_id", ODD_IDS)
def test_ids_pass_through_untouched(warehouse, customer_id):
    assert warehouse.customer(customer_id).customer_id == customer_id
    assert warehouse.recommendations(customer_id).num_rows == 9


@pytest.mark.parametrize("wanted", [*SQL_IDS, NO_UTF8])
def test_sql_in_an_id_is_only_an_unknown_id(warehouse, wanted):
    with pytest.raises(UnknownCustomerError, match="select customer_id"):
        warehouse.recommendations(wanted)
    with pytest.raises(UnknownProductError, match="select product_id"):
        warehouse.similar_products(wanted)
    assert warehouse.customer("00123").segment == "loyal"


def test_an_unknown_id_names_its_likes(warehouse):
    with pytest.raises(UnknownCustomerError, match=r"no customer '123' .*Ids like it: '00123'\."):
        warehouse.customer("123")
    with pytest.raises(UnknownProductError, match=r"Ids like it: '007'\."):
        warehouse.product("7")


def test_recent_purchases_group_orders_and_skip_returns(warehouse):
    rows = warehouse.recent_purchases("00123", 5).to_pylist()
    assert [(row["product_id"], row["orders"]) for row in rows] == [("P1", 2), ("P2", 1)]


def test_similar_products_by_one_method(warehouse):
    rows = warehouse.similar_products("P1", Method.content, k=1).to_pylist()
    assert [(row["similar_product_id"], row["method"]) for row in rows] == [("P2", "content")]


def test_bought_together_has_titles(warehouse):
    assert warehouse.bought_together("P1").column("title")[0].as_py() == 'Milk "fresh"'


def test_metrics_filter_and_put_the_best_first(warehouse):
    rows = warehouse.model_metrics(list_type="discover", metric="ndcg", k=10).to_pylist()
    assert [row["recommender"] for row in rows] == ["hybrid", "popularity"]
    assert warehouse.model_metrics(segment_type="rfm").num_rows == 1


def test_records_are_typed(warehouse):
    run = warehouse.last_run()
    assert run is not None
    assert run.run_id == "run-2"
    assert run.finished_at == datetime(2018, 1, 1, 6, tzinfo=UTC)
    assert run.as_of == date(2017, 12, 31)
    assert warehouse.customer("-5").spend == 1234.5
    assert warehouse.product("007").why_not == "no sale in 90 days"
    health = warehouse.health()
    assert (health.status, health.recommendations, health.customers) == ("ok", 72, 9)


def test_the_last_run_is_the_one_that_was_added_last_whatever_the_clock_said(built):
    with duckdb.connect(built) as connection:
        connection.execute("""
            insert into marts.run_history by name
            select * replace (
                'after the clock was set back' as run_id,
                timestamptz '2016-01-01 06:00+00' as finished_at
            ) from marts.run_history where run_id = 'run-2'
        """)
    with Warehouse(built) as warehouse:
        runs = [run.run_id for run in warehouse.run_history()]
        assert runs == ["after the clock was set back", "run-2", "run-1"]
        assert warehouse.last_run().run_id == warehouse.health().run_id == runs[0]


def test_threads_share_one_warehouse(warehouse):
    seen: list[int] = []

    def ask() -> None:
        for _ in range(10):
            seen.append(warehouse.recommendations("00123").num_rows)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [9] * 40


def test_nothing_can_be_written(warehouse):
    with pytest.raises(duckdb.InvalidInputException, match="read-only"):
        warehouse.query("delete from marts.customers")


def test_a_missing_file_says_how_to_build_it(tmp_path):
    with pytest.raises(DatabaseError, match="build it with `recsys build`"):
        Warehouse(tmp_path / "none.duckdb")


def test_a_locked_file_names_who_holds_it(built, held):
    with pytest.raises(DatabaseError, match=f"in use by process {held}.* wait"):
        Warehouse(built)


def test_a_foreign_file_is_not_a_database(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("hello " * 1000)
    with pytest.raises(DatabaseError, match="isn't a DuckDB database"):
        Warehouse(path)


def test_a_database_of_something_else_is_refused_and_let_go(tmp_path):
    path = tmp_path / "other.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute("create table t as select 1")
    with pytest.raises(DatabaseError, match="holds no finished build"):
        Warehouse(path)
    duckdb.connect(path).close()  # nobody holds it


def test_an_older_build_is_told_from_an_error_of_ours(built):
    with duckdb.connect(built) as connection:
        connection.execute("drop table marts.champions")
        connection.execute("alter table marts.input_audit drop column reason")
    with Warehouse(built) as warehouse:
        for ask in (warehouse.champions, warehouse.input_audit):
            with pytest.raises(DatabaseError, match="rebuild it"):
                ask()


def test_times_are_utc_wherever_the_reader_is(built: Path, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    with Warehouse(built) as warehouse:
        made = warehouse.recommendations("00123")["generated_at"][0].as_py()
    assert made.utcoffset().total_seconds() == 0


def test_a_build_that_did_not_finish_is_told(built):
    with Warehouse(built) as warehouse:
        assert warehouse.unfinished_build() is None  # no layers below the marts: nothing to tell by
    with duckdb.connect(built) as connection:
        connection.execute("create schema staging")
        connection.execute(
            "create table staging.stg_build as "
            "select 'another' as run_id, timestamp '2024-05-30' as started_at"
        )
    with Warehouse(built) as warehouse:
        assert warehouse.unfinished_build() == datetime(2024, 5, 30, tzinfo=UTC)
        assert warehouse.health().status == "incomplete"


def test_an_empty_file_is_no_database(tmp_path):
    (tmp_path / "empty.duckdb").touch()
    with pytest.raises(DatabaseError, match="is empty: build it"):
        Warehouse(tmp_path / "empty.duckdb")


def test_a_variant_is_like_what_it_is_recommended_as(built, tmp_path):
    copy = tmp_path / "copy.duckdb"
    copy.write_bytes(built.read_bytes())
    with duckdb.connect(copy) as connection:
        [(parent,)] = connection.execute(
            "select min(product_id) from marts.similar_products"
        ).fetchall()
        connection.execute(
            "insert into marts.products by name "
            "select * replace ('red one' as product_id, product_id as recommend_as) "
            "from marts.products where product_id = ?",
            [parent],
        )
    with Warehouse(copy) as opened:
        assert opened.similar_products("red one").num_rows > 0
        assert opened.similar_products("red one").equals(opened.similar_products(parent))
        assert opened.bought_together("red one").equals(opened.bought_together(parent))


def replaced(path: Path, run_id: str) -> None:
    """Let another build take the file's place, as `recsys build` does."""
    newer = path.with_name("newer.duckdb")
    newer.write_bytes(path.read_bytes())
    with duckdb.connect(newer) as writer:
        writer.execute("update marts.run_history set run_id = $1 where run_id <> 'run-1'", [run_id])
    newer.replace(path)


def run_of(warehouse: Warehouse) -> str:
    run = warehouse.last_run()
    assert run is not None
    return run.run_id


@pytest.mark.skipif(sys.platform == "win32", reason="Windows replaces no file that is open")
def test_the_build_that_lies_there_is_shown_whatever_the_process_holds(built):
    """DuckDB would join the instance that the process has of the file before."""
    with duckdb.connect(built, read_only=True) as notebook, Warehouse(built) as first:
        replaced(built, "run-3")
        with Warehouse(built) as second, Warehouse(built) as again:
            assert [run_of(one) for one in (first, second, again)] == ["run-2", "run-3", "run-3"]
            assert second.health().run_id == "run-3"
            assert second.recommendations("00123").num_rows == 9
            assert "recommendations" in second.tables()
            threads = [threading.Thread(target=second.customer, args=["-5"]) for _ in range(3)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        with duckdb.connect(built, read_only=True) as joined:  # what the docs warn of
            assert joined.execute("select max(run_id) from marts.run_history").fetchall() == [
                ("run-2",)
            ]
        replaced(built, "run-4")
        with Warehouse(built) as third:
            assert run_of(third) == "run-4"
        assert notebook.execute("select 1").fetchall() == [(1,)]
    with Warehouse(built) as last:
        assert run_of(last) == "run-4"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows replaces no file that is open")
def test_a_process_that_writes_to_the_file_before_is_told(built):
    with duckdb.connect(built) as writer:
        writer.execute("checkpoint")
        replaced(built, "run-3")
        with pytest.raises(DatabaseError, match="before the last build: close its connections"):
            Warehouse(built)
    with Warehouse(built) as warehouse:
        assert run_of(warehouse) == "run-3"


@pytest.mark.skipif(sys.platform == "win32", reason="locks of another kind")
def test_closing_one_of_two_keeps_writers_out_for_the_other(built):
    """A POSIX lock ends when any descriptor of the file is closed: there must be one only."""
    held = duckdb.connect(built, read_only=True)
    replaced(built, "run-3")
    with Warehouse(built) as kept:
        Warehouse(built).close()
        tried = subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, "-c", f"import duckdb; duckdb.connect({str(built)!r})"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Conflicting lock" in tried.stderr
        assert run_of(kept) == "run-3"
    held.close()


@pytest.mark.parametrize("is_linked", [False, True])
def test_a_stamp_changes_with_the_file_and_with_its_log(built, tmp_path, is_linked):
    path = built
    if is_linked:
        path = tmp_path / "elsewhere" / "link.duckdb"
        path.parent.mkdir()
        path.symlink_to(built)
    seen = [stamp(path), stamp(path)]
    built.with_name(f"{built.name}.wal").write_bytes(b"log")
    seen.append(stamp(path))
    built.with_name(f"{built.name}.wal").unlink()
    built.write_bytes(built.read_bytes() + b"more")
    seen.append(stamp(path))
    built.unlink()
    seen.append(stamp(path))
    assert seen[0] == seen[1]
    assert len(set(seen)) == 4
    assert seen[-1] == ()


def test_a_builds_moments_say_that_they_are_utc(built):
    with duckdb.connect(built) as writer:
        for column in ("started_at", "finished_at"):
            writer.execute(
                f"alter table marts.run_history alter {column} type timestamp "
                f"using {column} at time zone 'UTC'"
            )
        writer.execute("drop view marts.recommendation_details")
        writer.execute(
            "alter table marts.recommendations alter generated_at type timestamp "
            "using timestamp '2018-01-01 06:00'"
        )
    with Warehouse(built) as warehouse:
        made = warehouse.recommendations("00123")["generated_at"].to_pylist()
        assert set(made) == {datetime(2018, 1, 1, 6, tzinfo=UTC)}
        run = warehouse.last_run()
        assert run is not None
        assert run.finished_at == datetime(2018, 1, 1, 6, tzinfo=UTC)
        assert run.started_at == datetime(2018, 1, 1, 5, 58, tzinfo=UTC)
