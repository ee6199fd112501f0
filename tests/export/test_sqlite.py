import sqlite3
from contextlib import closing
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from recsys.export import export
from recsys.reading.warehouse import Warehouse


@pytest.fixture
def file(built: Path, tmp_path: Path) -> Path:
    with duckdb.connect(built) as writer:
        writer.execute("comment on table marts.champions is 'Who serves.'")
        writer.execute("comment on column marts.champions.why is 'The reason.'")
        writer.execute(
            "create table marts.odd as select timestamp '2018-01-01 06:00:00.25' as at, "
            "[1, 2] as list, true as is_odd, date '0812-05-01' as day, 'nan'::double as missing"
        )
    with Warehouse(built) as warehouse:
        export(warehouse, tmp_path, "sqlite")
    return tmp_path / "recsys.sqlite"


def test_all_tables_are_in_one_file_with_their_values(file, built):
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
        with Warehouse(built) as warehouse:
            for table in warehouse.tables():
                [(rows,)] = connection.execute(f'select count(*) from "{table}"').fetchall()  # noqa: S608
                assert rows == warehouse.query(f'from marts."{table}"').num_rows
        joined = connection.execute(
            "select customer_id, rank, title, typeof(rank), typeof(customer_id), price "
            "from recommendations join products using (product_id) "
            "where customer_id = '00123' and list_type = 'discover' order by rank"
        ).fetchall()
    assert joined == [
        ("00123", 1, "Café [crème], 250 g", "integer", "text", 4.5),
        ("00123", 2, 'Milk "fresh"', "integer", "text", 1.2),
        ("00123", 3, "Line one\nline two", "integer", "text", None),
    ]


def test_times_are_texts_that_sqlite_counts_with(file):
    with closing(sqlite3.connect(file)) as connection:
        [history] = connection.execute(
            "select finished_at, date(finished_at, '+1 day'), as_of from run_history "
            "where run_id = 'run-2'"
        ).fetchall()
        odd = connection.execute("select at, list, is_odd, day, missing from odd").fetchall()
    assert history == ("2018-01-01 06:00:00", "2018-01-02", "2017-12-31")
    assert odd == [("2018-01-01 06:00:00.250000", "[1, 2]", 1, "0812-05-01", None)]


def test_pandas_reads_it(file):
    with closing(sqlite3.connect(file)) as connection:
        frame = pd.read_sql("select * from customers", connection)
    assert set(frame["customer_id"]) >= {"00123", "-5"}
    assert frame["spend"].sum() == pytest.approx(9 * 1234.5)


def test_descriptions_are_tables(file):
    with closing(sqlite3.connect(file)) as connection:
        assert ("champions", "Who serves.") in connection.execute(
            "select * from table_descriptions"
        )
        assert connection.execute(
            "select description from column_descriptions "
            "where table_name = 'champions' and column_name = 'why'"
        ).fetchall() == [("The reason.",)]


def test_a_customer_is_found_by_an_index(file):
    with closing(sqlite3.connect(file)) as connection:
        plan = connection.execute(
            "explain query plan select * from recommendations where customer_id = '1'"
        ).fetchall()
    assert "recommendations_by_customer_id" in plan[0][3]
