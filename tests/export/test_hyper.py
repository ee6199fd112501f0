"""Tableau Hyper files, read by Tableau's own library."""

import sys
from pathlib import Path

import duckdb
import pytest

from recsys.errors import MissingDependencyError
from recsys.export import export
from recsys.reading.warehouse import Warehouse


def test_without_its_package_one_sentence_says_what_to_install(built, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pantab", None)
    with (
        Warehouse(built) as warehouse,
        pytest.raises(MissingDependencyError, match=r"pip install 'recsys\[hyper\]'"),
    ):
        export(warehouse, tmp_path / "out", "hyper")
    assert not (tmp_path / "out").exists()


@pytest.fixture
def file(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    pytest.importorskip("pantab", reason="pantab writes Hyper files")
    monkeypatch.chdir(tmp_path)
    with duckdb.connect(built) as writer:
        writer.execute(
            """create table marts."o""dd" as select '=1' as "o'dd ""n", [1, 2] as list"""
        )
    with Warehouse(built) as warehouse:
        done = export(warehouse, tmp_path / "out", "hyper")
        assert [one.table for one in done] == warehouse.tables()
        assert {one.table: one.rows for one in done}["recommendations"] == 72
    return tmp_path / "out" / "recsys.hyper"


def test_pantab_reads_what_was_written(file, tmp_path):
    pantab = pytest.importorskip("pantab")
    assert [path.name for path in tmp_path.rglob("*.log")] == []
    assert file.stat().st_mode == file.with_name("manifest.json").stat().st_mode
    arrow = {"return_type": "pyarrow"}
    customers = pantab.frame_from_hyper(file, table=("Extract", "customers"), **arrow).to_pylist()
    assert {row["customer_id"] for row in customers} >= {"00123", "-5", "кот"}
    assert {row["spend"] for row in customers} == {1234.5}
    odd = pantab.frame_from_hyper_query(file, 'select * from "Extract"."o""dd"', **arrow)
    assert odd.to_pylist() == [{"o'dd \"n": "=1", "list": "[1, 2]"}]


def test_tableau_s_library_reads_it(file):
    api = pytest.importorskip("tableauhyperapi", reason="Tableau's library isn't for every machine")
    with (
        api.HyperProcess(
            api.Telemetry.DO_NOT_SEND_USAGE_DATA_TO_TABLEAU, parameters={"log_config": ""}
        ) as process,
        api.Connection(process.endpoint, str(file)) as connection,
    ):
        rows = connection.execute_list_query(
            'select "customer_id", "rank", "title", "generated_at" '
            'from "Extract"."recommendations" join "Extract"."products" using ("product_id") '
            'where "customer_id" = \'00123\' and "list_type" = \'discover\' order by "rank"'
        )
    assert [row[:3] for row in rows] == [
        ["00123", 1, "Café [crème], 250 g"],
        ["00123", 2, 'Milk "fresh"'],
        ["00123", 3, "Line one\nline two"],
    ]
    assert str(rows[0][3]) == "2018-01-01 06:00:00"
