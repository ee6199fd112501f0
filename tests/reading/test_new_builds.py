"""New builds, as docs/connect.md says: an open connection keeps the old one for its process."""

import os

import duckdb
import pytest


def connected(path):
    return duckdb.connect(path, read_only=True)


def build_of(connection):
    return connection.execute("from build").fetchall()[0][0]


@pytest.mark.skipif(os.name != "posix", reason="an open file can't be replaced on Windows")
def test_all_connections_are_closed_before_a_new_build_is_seen(tmp_path):
    path = tmp_path / "shop.duckdb"
    for name, build in ((path, "old"), (tmp_path / "next.duckdb", "new")):
        with duckdb.connect(name) as connection:
            connection.execute(f"create table build as select '{build}' as name")
    first = connected(path)
    assert build_of(first) == "old"
    (tmp_path / "next.duckdb").replace(path)
    second = connected(path)
    assert build_of(second) == "old"
    first.close()
    third = connected(path)
    assert build_of(third) == "old"
    second.close()
    third.close()
    with connected(path) as reopened:
        assert build_of(reopened) == "new"
