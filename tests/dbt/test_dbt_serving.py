"""What blocks of customers served is read once, and no file of theirs is left."""

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from recsys.dbt.serving import served_rows
from recsys.errors import RecsysError
from recsys.recommenders.fitted_models import FOLDER_VARIABLE
from recsys.serving.block_files import BlockFiles

LISTS = {0: ["ann", "bob"], 1: ["cat"], 10: ["dan"]}


@pytest.fixture
def files(tmp_path):
    found = BlockFiles(tmp_path / "serving")
    for table in ("lists", "audiences"):
        for block, customers in LISTS.items():
            file = found.served(table, block)
            file.parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(pa.table({"customer_id": customers}), file)
    return found


@pytest.fixture
def session(files):
    with duckdb.connect() as connection:
        connection.execute(f"set variable {FOLDER_VARIABLE} = '{files.fitted}'")
        connection.execute("create table blocks (block bigint, served text, file text)")
        for table in ("lists", "audiences"):
            for block in LISTS:
                name = files.served(table, block).name
                connection.execute("insert into blocks values (?, ?, ?)", [block, table, name])
        yield connection


def read(session, table: str) -> list[str]:
    reader = served_rows(table, session=session, blocks=session.table("blocks"))
    return reader.read_all()["customer_id"].to_pylist()


def test_files_that_were_read_are_gone(session, files):
    assert read(session, "lists") == ["ann", "bob", "cat", "dan"]
    assert sorted(path.name for path in (files.folder / "served").iterdir()) == ["audiences"]
    assert read(session, "audiences") == ["ann", "bob", "cat", "dan"]
    assert not files.folder.exists()


def test_reading_them_again_says_what_to_do(session):
    read(session, "lists")
    with pytest.raises(RecsysError, match=r"served of lists isn't there any more: .* select int_"):
        read(session, "lists")


def test_a_file_that_is_missing_is_no_block_without_rows(session, files):
    files.served("lists", 1).unlink()
    with pytest.raises(RecsysError, match="served of lists isn't there any more"):
        read(session, "lists")
