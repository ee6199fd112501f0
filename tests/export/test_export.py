import csv
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from recsys import export as export_module
from recsys.errors import InvalidParameterError, InvalidTableError, RecsysError
from recsys.export import export
from recsys.warehouse import Warehouse


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
    with (tmp_path / "products.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["product_id"]: row["title"] for row in csv.DictReader(file)}
    assert rows == {
        "P1": "Café [crème], 250 g",
        "P2": 'Milk "fresh"',
        "P/3": "Line one\nline two",
        "007": "",
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

    monkeypatch.setattr(export_module, "_write_manifest", disk_full)
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
    with pytest.raises(InvalidParameterError, match="parquet, csv"):
        export(warehouse, tmp_path / "out", "xml")
    assert not (tmp_path / "out").exists()
