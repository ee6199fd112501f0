"""Exports are written again without a customer who was forgotten, or their files are removed."""

import csv
import json
import shutil
import sqlite3
import sys
from contextlib import closing

import duckdb
import openpyxl
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from recsys.cli import app
from recsys.export import export
from recsys.export.known_folders import Exported, KnownFolder, known_folders, remember
from recsys.export.without_forgotten import renew_exports
from recsys.pipeline.forgetting import forget_customers
from recsys.reading.warehouse import Warehouse
from recsys.storage.work_folder import work_folder

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="of POSIX files")

WHO = "00123"


@pytest.fixture
def database(built):
    work_folder(built).mkdir(parents=True)
    return built


def forgotten(database, *others):
    forget_customers(database, [WHO])
    return {one.folder.name: one for one in renew_exports(database, others)}


def test_each_format_is_written_again_as_it_was_asked_for(database, tmp_path):
    with Warehouse(database) as warehouse:
        export(warehouse, tmp_path / "csv", "csv", ["purchases", "products"], raw=True)
        export(warehouse, tmp_path / "csv", "csv", wide=True, lists=["discover"])
        for name in ("parquet", "xlsx", "sqlite"):
            export(warehouse, tmp_path / name, name, ["customers"])
    before = {path: path.stat().st_ino for path in tmp_path.glob("[a-z]*/*")}
    done = forgotten(database)
    assert {name: (one.state, sorted(one.files)) for name, one in done.items()} == {
        "csv": ("exported again", ["products.csv", "purchases.csv", "recommendations_wide.csv"]),
        "parquet": ("exported again", ["customers.parquet"]),
        "xlsx": ("exported again", ["customers.xlsx"]),
        "sqlite": ("exported again", ["recsys.sqlite"]),
    }
    assert {path: path.stat().st_ino for path in before}.items() & before.items() == set()
    text = (tmp_path / "csv" / "purchases.csv").read_text("utf-8")
    assert text.startswith("customer_id,")  # raw: no byte order mark
    assert [row["customer_id"] for row in csv.DictReader(text.splitlines())] == [""]
    wide = (tmp_path / "csv" / "recommendations_wide.csv").read_text("utf-8-sig")
    assert "product_1" in wide.splitlines()[0]
    assert WHO not in wide
    assert (
        WHO not in pq.read_table(tmp_path / "parquet/customers.parquet")["customer_id"].to_pylist()
    )
    book = openpyxl.load_workbook(tmp_path / "xlsx" / "customers.xlsx")
    assert WHO not in [cell.value for sheet in book for row in sheet for cell in row]
    with closing(sqlite3.connect(tmp_path / "sqlite" / "recsys.sqlite")) as connection:
        query = "select count(*) from customers where customer_id = ?"
        assert connection.execute(query, [WHO]).fetchall() == [(0,)]
    assert WHO.encode() not in (tmp_path / "sqlite" / "recsys.sqlite").read_bytes()


def test_files_of_an_earlier_run_are_removed_and_those_without_customers_stay(database, tmp_path):
    with Warehouse(database) as warehouse:
        export(warehouse, tmp_path / "old", "csv", ["purchases", "products", "rejected_rows"])
    with duckdb.connect(database) as connection:
        connection.execute("update marts.run_history set run_id = 'run-3' where run_id = 'run-2'")
    (tmp_path / "old" / "mine.csv").write_text("a file of the user's own")
    done = forgotten(database)["old"]
    assert (done.state, done.files) == ("removed", ("purchases.csv", "rejected_rows.csv"))
    assert done.why == "it is of another run"
    assert sorted(path.name for path in (tmp_path / "old").iterdir()) == [
        *("manifest.json", "mine.csv", "products.csv"),
    ]
    manifest = json.loads((tmp_path / "old" / "manifest.json").read_text("utf-8"))
    assert [one["table"] for one in manifest["tables"]] == ["products"]


def test_a_folder_that_nobody_wrote_down_can_be_named(database, tmp_path):
    with Warehouse(database) as warehouse:
        export(warehouse, tmp_path / "moved", "sqlite")
    (work_folder(database) / "exports.json").unlink()
    assert forgotten(database) == {}
    done = forgotten(database, tmp_path / "moved", tmp_path / "nowhere")
    assert (done["moved"].state, done["moved"].files) == ("removed", ("recsys.sqlite",))
    assert done["nowhere"].state == "nothing there"


def test_an_export_that_cannot_be_written_again_is_removed(database, tmp_path, monkeypatch):
    with Warehouse(database) as warehouse:
        export(warehouse, tmp_path / "out", "csv", ["customers"])
    known = work_folder(database) / "exports.json"
    known.write_text(known.read_text("utf-8").replace("customers", "no_such_table"), "utf-8")
    done = forgotten(database)["out"]
    assert (done.state, done.files) == ("removed", ("customers.csv",))
    assert "no_such_table" in done.why


def test_what_is_known_is_of_the_last_run_of_each_folder(tmp_path):
    database = tmp_path / "shop.duckdb"
    assert not remember(database, tmp_path / "a", "run-1", Exported("csv"))  # no work folder
    work_folder(database).mkdir(parents=True)
    csv_file, book = (
        Exported("csv", ("products",)),
        Exported("xlsx", wide=True, lists=("discover",)),
    )
    for run, folder, exported in [
        ("run-1", "a", csv_file),
        ("run-1", "b", csv_file),
        ("run-2", "a", book),
        ("run-2", "a", csv_file),
        ("run-2", "a", book),
    ]:
        assert remember(database, tmp_path / folder, run, exported)
    assert known_folders(database) == [
        KnownFolder(tmp_path / "b", "run-1", [csv_file], database),
        KnownFolder(tmp_path / "a", "run-2", [csv_file, book], database),
    ]
    (work_folder(database) / "exports.json").write_text("{", "utf-8")
    assert known_folders(database) == []


def run(database, *arguments, **given):
    return CliRunner().invoke(app, ["forget", "--database", str(database), *arguments], **given)


def test_the_command_says_what_it_did_and_names_ids_that_are_unknown(database, tmp_path):
    with Warehouse(database) as warehouse:
        export(warehouse, tmp_path / "out", "csv", ["customers"])
    done = run(database, WHO, "123", "nobody")
    assert done.exit_code == 0, done.output
    assert "note: 123, nobody: no customer of the database" in done.output
    assert "note: ids like 123: 00123" not in done.output  # it is gone by then
    assert "marts.purchases" in done.output
    assert "exported again" in done.output
    [receipt] = (work_folder(database) / "receipts").iterdir()
    assert str(receipt) in done.output.replace("\n", "")
    told = json.loads(receipt.read_text("utf-8"))
    assert told["exports"] == [
        {"folder": str(tmp_path / "out"), "state": "exported again", "files": ["customers.csv"]}
    ]


def test_an_id_that_lacks_its_zeros_is_told_from_the_one_that_has_them(database):
    done = run(database, "123")
    assert "note: ids like 123: 00123" in done.output


def test_ids_come_from_a_file_or_the_standard_input(database, tmp_path):
    listed = tmp_path / "ids.txt"
    listed.write_text("\ufeff00123\n\n o'hara \n", "utf-8")
    done = run(database, "--from", str(listed), "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["customers"] == 2
    done = run(database, "--from", "-", "--json", input="кот\nx y\n")
    assert json.loads(done.stdout)["found"] == 2
    with Warehouse(database) as warehouse:
        left = warehouse.query("select customer_id from marts.customers")["customer_id"]
    assert sorted(left.to_pylist()) == ["-5", "50%", "a/b", "quiet", 'say "hi"']


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "no customer is named"),
        ([""], "an id is empty"),
        (["--from", "nowhere.txt"], "can't read nowhere.txt"),
        (["--database", "nowhere.duckdb", "a"], "no database at"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    database, arguments, said, monkeypatch, tmp_path
):
    monkeypatch.chdir(tmp_path)
    done = run(database, *arguments)
    assert done.exit_code == 1
    assert said in str(done.exception)


def test_a_file_with_ids_of_nobody_changes_nothing(database, tmp_path):
    before = database.read_bytes()
    listed = tmp_path / "ids.txt"
    listed.write_text("no such heading\n00123\nfoo\n", "utf-8")
    done = run(database, "--from", str(listed))
    assert done.exit_code == 1
    assert "2 of 3 ids are of no customer" in str(done.exception)
    assert "no such heading, foo" in str(done.exception)
    assert database.read_bytes() == before
    assert not (work_folder(database) / "forgotten.json").exists()
    done = run(database, "--from", str(listed), "--unknown-too", "--json")
    assert (done.exit_code, json.loads(done.stdout)["customers"]) == (0, 3)
    # who is on the list already isn't unknown
    assert run(database, "--from", str(listed)).exit_code == 0


def test_a_copy_leaves_the_exports_of_the_original_as_they_are(database, tmp_path):
    """The work folder of a copy remembers folders that are read as the original's."""
    with Warehouse(database) as warehouse:
        export(warehouse, tmp_path / "out", "csv", ["customers"])
    exported = (tmp_path / "out" / "customers.csv").read_bytes()
    copies = tmp_path / "copies"
    copies.mkdir()
    copy = shutil.copy(database, copies / database.name)
    shutil.copytree(work_folder(database), work_folder(copies / database.name))
    done = forgotten(copy)["out"]
    assert (done.state, done.files) == ("of another database", ())
    assert str(database) in done.why
    assert (tmp_path / "out" / "customers.csv").read_bytes() == exported
    # whose exports they are can be said
    [asked] = renew_exports(copy, [tmp_path / "out"])
    assert asked.state == "exported again"
    # a database that was moved is the same one
    database.unlink()
    assert [one.state for one in renew_exports(copy)] == ["exported again"]


def test_a_file_that_is_no_text_is_refused(database, tmp_path):
    (tmp_path / "ids.xlsx").write_bytes(b"PK\x03\x04\xff\xfe\x00")
    done = run(database, "--from", str(tmp_path / "ids.xlsx"))
    assert "isn't UTF-8" in str(done.exception)


def test_an_export_that_still_holds_them_is_an_error(database, tmp_path, monkeypatch):
    with Warehouse(database) as warehouse:
        export(warehouse, tmp_path / "out", "csv", ["customers"])

    def refused(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("recsys.export.without_forgotten._removed", refused)
    done = run(database, WHO)
    assert done.exit_code == 1
    assert "still hold the customers" in str(done.exception)
    assert str(tmp_path / "out") in str(done.exception)


def test_who_is_let_in_again_is_counted(database):
    forget_customers(database, [WHO])
    done = run(database, WHO, "nobody", "--let-in-again")
    assert done.exit_code == 0, done.output
    assert "1 customer let in again" in done.output
    assert "note: nobody: not on the list" in done.output
    assert json.loads(run(database, WHO, "--let-in-again", "--json").stdout) == {"let_in": 0}


def test_a_database_without_a_finished_build_is_cleaned_all_the_same(tmp_path):
    database = tmp_path / "shop.duckdb"
    with duckdb.connect(database) as connection:
        connection.execute("create table calls as select unnest(['a', 'b']) as customer_id")
    done = run(database, "a", "c")
    assert done.exit_code == 0, done.output
    assert "note: c: no customer of the database" in done.output
    with duckdb.connect(database) as connection:
        assert connection.execute("from calls").fetchall() == [("b",)]
