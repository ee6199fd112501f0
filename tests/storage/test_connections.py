"""DuckDB computes; it loads no native code, whatever it is asked for."""

import re
import sqlite3
from pathlib import Path

import duckdb
import pytest

from recsys.errors import DatabaseError, ShopFileError
from recsys.shop import attach_shop, load_shop
from recsys.storage import connections
from recsys.storage.connections import connect, forbid_extensions, seal
from recsys.storage.opening import open_read_only

OFF = "select current_setting('autoinstall_known_extensions'), " + (
    "current_setting('autoload_known_extensions'), current_setting('allow_community_extensions')"
)
ROOT = Path(connections.__file__).parents[2]


def test_nothing_else_opens_connections():
    """DuckDB's own ways in have automatic loading on."""
    ways = re.compile(r"duckdb\.(connect|sql|execute|query|read_\w+|from_\w+)\(")
    found = [
        f"{file.relative_to(ROOT)}: {line.strip()}"
        for folder in ("recsys", "scripts", "dbt_project")
        for file in sorted((ROOT / folder).rglob("*.py"))
        if file.name != "connections.py"
        for line in file.read_text(encoding="utf-8").splitlines()
        if ways.search(line) and not line.strip().startswith(">>>")
    ]
    assert found == []


def test_in_memory_and_in_a_file_and_in_every_cursor(tmp_path):
    with connect() as memory, connect(tmp_path / "a.duckdb") as file:
        for connection in (memory, file, memory.cursor(), file.cursor()):
            assert connection.execute(OFF).fetchall() == [(False, False, False)]
    with connect(tmp_path / "a.duckdb", read_only=True) as connection:
        assert connection.execute(OFF).fetchall() == [(False, False, False)]


def test_a_notebook_may_have_the_file_open_before_and_after(tmp_path):
    path = tmp_path / "a.duckdb"
    duckdb.connect(path).close()
    with duckdb.connect(path, read_only=True), connect(path, read_only=True) as ours:
        assert ours.execute("select 1").fetchall() == [(1,)]
    with connect(path, read_only=True), duckdb.connect(path, read_only=True) as theirs:
        assert theirs.execute("select 1").fetchall() == [(1,)]


@pytest.mark.parametrize(
    "sql",
    [
        "select '127.0.0.1'::inet",
        "attach 'host=127.0.0.1' as p (type postgres)",
        "attach 'x.db' as p (type sqlite)",
        "from read_csv('https://127.0.0.1/x.csv')",
        "from sqlite_scan('x.db', 't')",
    ],
)
def test_what_needs_an_extension_fails_without_asking_for_it(sql):
    with connect() as connection, pytest.raises((duckdb.Error, duckdb.IOException)) as failed:
        connection.execute(sql).fetchall()
    assert "automatically install" not in str(failed.value)
    assert "download" not in str(failed.value)


def test_what_duckdb_has_itself_works(tmp_path):
    with connect() as connection:
        connection.execute(f"copy (select 1 as a) to '{tmp_path}/a.parquet'")
        assert connection.execute(f"from '{tmp_path}/a.parquet'").fetchall() == [(1,)]
        assert connection.execute("""select '{"a": 1}'->>'$.a'""").fetchall() == [("1",)]
        zone = "select timestamptz '2024-07-01 12:00+00' at time zone 'Europe/Berlin'"
        assert str(connection.execute(zone).fetchall()[0][0]) == "2024-07-01 14:00:00"


def test_a_variable_is_no_table_and_nothing_is_written_into_the_current_folder(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    rows = duckdb.sql("select 1")  # noqa: F841
    with connect() as connection:
        with pytest.raises(duckdb.CatalogException):
            connection.execute("from rows")
        spill = connection.execute("select current_setting('temp_directory')").fetchall()
    assert spill == [("",)]
    with connect(spill=tmp_path / "s") as connection:
        spill = connection.execute("select current_setting('temp_directory')").fetchall()
    assert spill == [(str(tmp_path / "s"),)]


def test_a_sqlite_file_is_no_database_of_ours(tmp_path):
    with sqlite3.connect(tmp_path / "shop.duckdb") as other:
        other.execute("create table t (a)")
    other.close()
    with pytest.raises(DatabaseError, match="isn't a DuckDB database"):
        open_read_only(tmp_path / "shop.duckdb")


def test_what_is_sealed_stays_so(tmp_path):
    (tmp_path / "a.csv").write_text("a\n1\n")
    with connect() as connection:
        seal(connection)
        for sql in (
            f"from read_csv('{tmp_path}/a.csv')",
            f"copy (select 1) to '{tmp_path}/b.csv'",
            f"attach '{tmp_path}/c.duckdb' as c",
            "set enable_external_access = true",
            "set lock_configuration = false",
            "install httpfs",
        ):
            with pytest.raises(duckdb.Error):
                connection.execute(sql).fetchall()
    assert [file.name for file in tmp_path.iterdir()] == ["a.csv"]


def test_a_connection_of_somebody_else_loads_nothing_once_it_has_a_shop(tmp_path):
    (tmp_path / "p.csv").write_text("c,p,t\n1.2.3.4,x,2024-01-01\n")
    (tmp_path / "shop.yml").write_text("""
name: x
purchases:
  path: p.csv
  columns: {customer_id: 'c::inet', product_id: p, purchased_at: t}
""")
    says = (
        r"^purchases\.columns\.customer_id: 'c::inet' .*: Type with name \"inet\" "
        "is of DuckDB's extension inet, and extensions are never loaded"
    )
    with duckdb.connect() as connection:
        with pytest.raises(ShopFileError, match=says):
            attach_shop(connection, load_shop(tmp_path / "shop.yml"), {})
        assert connection.execute(OFF).fetchall() == [(False, False, False)]
    with duckdb.connect() as connection:
        forbid_extensions(connection)
        assert connection.execute(OFF).fetchall() == [(False, False, False)]
