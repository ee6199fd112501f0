import csv
import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from recsys import export as export_module
from recsys.errors import InvalidParameterError, InvalidTableError, RecsysError
from recsys.export import FORMATS, copied, export
from recsys.export.tables import Table
from recsys.reading.warehouse import Warehouse
from recsys.storage.disk import is_full

resource = pytest.importorskip("resource") if sys.platform != "win32" else None


@pytest.fixture
def warehouse(built):
    with Warehouse(built) as opened:
        yield opened


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_every_public_table_leaves_with_its_rows(warehouse, tmp_path):
    to = tmp_path / "out" / "today"
    exported = export(warehouse, to)
    assert [done.table for done in exported] == warehouse.tables()
    assert names(to) == sorted([f"{done.table}.parquet" for done in exported] + ["manifest.json"])
    for done in exported:
        assert pq.read_metadata(to / done.file).num_rows == done.rows
    manifest = json.loads((to / "manifest.json").read_text())
    assert manifest["run_id"] == "run-2"
    assert {"table": "products", "file": "products.parquet", "rows": 4} in manifest["tables"]


def test_csv_keeps_commas_quotes_newlines_and_zeros(warehouse, tmp_path):
    export(warehouse, tmp_path, "csv", ["products"])
    with (tmp_path / "products.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["product_id"]: row["title"] for row in csv.DictReader(file)}
    assert rows == {
        "P1": "Café [crème], 250 g",
        "P2": 'Milk "fresh"',
        "P/3": "Line one\nline two",
        "'007": "",
    }


def test_times_are_written_in_utc(warehouse, tmp_path):
    export(warehouse, tmp_path, "csv", ["run_history"])
    assert "2018-01-01 06:00:00+00" in (tmp_path / "run_history.csv").read_text()


def test_files_are_replaced_and_others_stay(warehouse, tmp_path):
    to = tmp_path / "out"
    to.mkdir()
    (to / "champions.csv").write_text("old")
    (to / "mine.txt").write_text("mine")
    export(warehouse, to, "csv", ["champions", "champions"])
    assert names(to) == ["champions.csv", "manifest.json", "mine.txt"]
    assert "hybrid" in (to / "champions.csv").read_text()


def test_a_failure_leaves_the_last_export_whole(warehouse, tmp_path, monkeypatch):
    to = tmp_path / "out"
    export(warehouse, to, "csv", ["champions"])
    before = {path.name: path.read_bytes() for path in to.iterdir()}

    def disk_full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(export_module, "write_manifest", disk_full)
    with pytest.raises(RecsysError, match="No space left"):
        export(warehouse, to, "csv")
    assert {path.name: path.read_bytes() for path in to.iterdir()} == before


def test_a_file_is_not_a_folder(warehouse, tmp_path):
    path = tmp_path / "taken"
    path.write_text("x")
    with pytest.raises(RecsysError, match="it is a file; name a folder"):
        export(warehouse, path)
    with pytest.raises(RecsysError, match="can't export to"):
        export(warehouse, path / "below")
    assert path.read_text() == "x"


def test_quotes_in_the_folder_s_name(warehouse, tmp_path):
    to = tmp_path / "bob's; drop"
    export(warehouse, to, "csv", ["champions"])
    assert (to / "champions.csv").is_file()


def test_unknown_tables_and_formats_name_the_legal_ones(warehouse, tmp_path):
    with pytest.raises(InvalidTableError, match=r"no public table 'nope'.*champions"):
        export(warehouse, tmp_path / "out", tables=["champions", "nope"])
    with pytest.raises(InvalidTableError, match="did you mean 'champions'"):
        export(warehouse, tmp_path / "out", tables=["champion"])
    with pytest.raises(InvalidParameterError, match="parquet, csv, xlsx, hyper, sqlite"):
        export(warehouse, tmp_path / "out", "xml")
    assert not (tmp_path / "out").exists()


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
@pytest.mark.parametrize(
    ("file_format", "size"),
    [("csv", 0), ("csv", 100), ("csv", 3000), ("parquet", 1000), ("xlsx", 3000)],
)
def test_a_full_disk_is_named_and_changes_nothing(warehouse, tmp_path, size, file_format):
    """A limit to the size of a file stands for the disk: writing beyond it fails likewise."""
    to = tmp_path / "out"
    export(warehouse, to, file_format)
    before = contents(to)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        with pytest.raises(RecsysError) as failed:
            export(warehouse, to, file_format, ["recommendations", "products"])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "MiB are free on the disk of" in str(failed.value)
    assert "What was there is as it was" in str(failed.value)
    assert contents(to) == before


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_file_that_lacks_rows_is_no_export(warehouse, tmp_path, monkeypatch, file_format):
    if file_format == "hyper":
        pytest.importorskip("pantab")
    to = tmp_path / "out"
    export(warehouse, to, file_format, ["products"])
    before = contents(to)
    whole = Table.query
    monkeypatch.setattr(Table, "query", lambda self, *rest: f"{whole(self, *rest)} limit 3")
    with pytest.raises(RecsysError, match=f"{file_format} has 3 of 4 rows"):
        export(warehouse, to, file_format, ["products"])
    assert contents(to) == before


def test_lines_are_counted_where_cells_have_line_ends_and_quotes(built, tmp_path, monkeypatch):
    """More than one chunk of them, so that quotes fall on its end."""
    with duckdb.connect(built) as writer:
        writer.execute(
            """insert into marts.rejected_rows select 'purchases', 'odd', 'a.csv', i,
            repeat('"' || chr(10) || ',' || chr(13), 1 + i % 7) from range(2000) rows (i)"""
        )
    with Warehouse(built) as opened:
        for chunk in (1, 7, 2**20):
            monkeypatch.setattr(copied, "CHUNK", chunk)
            [done] = export(opened, tmp_path, "csv", ["rejected_rows"])
            assert done.rows == 2001
    with (tmp_path / "rejected_rows.csv").open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.reader(file))) == 2002


def test_files_of_an_earlier_run_go_and_the_users_stay(built, warehouse, tmp_path):
    to = tmp_path / "out"
    export(warehouse, to, "csv", ["champions", "products"])
    (to / "mine.csv").write_text("mine")
    warehouse.close()
    with duckdb.connect(built) as writer:
        writer.execute("update marts.run_history set run_id = 'run-3' where run_id = 'run-2'")
    with Warehouse(built) as later:
        export(later, to, "csv", ["champions"])
    assert names(to) == ["champions.csv", "manifest.json", "mine.csv"]
    manifest = json.loads((to / "manifest.json").read_text())
    assert (manifest["run_id"], [done["file"] for done in manifest["tables"]]) == (
        "run-3",
        ["champions.csv"],
    )


def test_files_of_the_same_run_come_together(warehouse, tmp_path):
    export(warehouse, tmp_path, "csv", ["champions"])
    export(warehouse, tmp_path, "parquet", ["products"])
    export(warehouse, tmp_path, "csv", ["ratings"], raw=True)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert sorted(done["file"] for done in manifest["tables"]) == [
        "champions.csv",
        "products.parquet",
        "ratings.csv",
    ]
    assert manifest["escaped_files"] == ["champions.csv"]
    export(warehouse, tmp_path, "csv", ["champions"], raw=True)
    assert json.loads((tmp_path / "manifest.json").read_text())["escaped_files"] == []


def test_a_manifest_removes_no_other_files(warehouse, tmp_path):
    """Whoever wrote it: only files that an export can have written are taken for ours."""
    to = tmp_path / "out"
    to.mkdir()
    (tmp_path / "champions.csv").write_text("not in the folder")
    (to / "mine.csv").write_text("mine")
    listed = [{"file": "../champions.csv"}, {"file": "mine.csv"}, {"file": 3}, "x", {}]
    (to / "manifest.json").write_text(json.dumps({"run_id": "other", "tables": listed}))
    export(warehouse, to, "csv", ["products"])
    assert (tmp_path / "champions.csv").is_file()
    assert names(to) == ["manifest.json", "mine.csv", "products.csv"]
    for odd in ("[]", "{", '{"tables": 3}', ""):
        (to / "manifest.json").write_text(odd)
        export(warehouse, to, "csv", ["products"])


def test_a_folder_in_a_file_s_place_is_refused_before_anything_moves(warehouse, tmp_path):
    export(warehouse, tmp_path, "csv", ["champions", "ratings"])
    before = (tmp_path / "manifest.json").read_bytes()
    (tmp_path / "ratings.csv").unlink()
    (tmp_path / "ratings.csv").mkdir()
    with pytest.raises(RecsysError, match=r"ratings\.csv there is a folder"):
        export(warehouse, tmp_path, "csv", ["champions", "ratings"], raw=True)
    assert (tmp_path / "manifest.json").read_bytes() == before


def test_the_manifest_s_moment_says_its_offset(warehouse, tmp_path):
    export(warehouse, tmp_path, "csv", ["champions"])
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert manifest["finished_at"] == "2018-01-01T06:00:00+00:00"


def test_sqlite_says_otherwise_that_a_disk_is_full():
    with closing(sqlite3.connect(":memory:")) as file:
        file.execute("pragma max_page_count = 2")
        with pytest.raises(sqlite3.OperationalError) as failed:
            file.execute("create table t as select zeroblob(100000) as b")
    assert is_full(failed.value)
