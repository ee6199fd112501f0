"""CSV as people open it and as programs read it back, by the readers themselves."""

import csv
import shutil
import subprocess
from pathlib import Path

import duckdb
import openpyxl
import pandas as pd
import pytest

from recsys.export import export
from recsys.reading.warehouse import Warehouse

IDS = [
    "00123",
    "-5",
    "123",
    "12345678901234567890",
    "1E5",
    "1-2",
    "MAR1",
    "'q",
    "кот",
    "x y",
    "a,b",
]
OFFICE = shutil.which("soffice")


@pytest.fixture
def shop(built: Path) -> Path:
    """Return a database whose products are the ids, from the last to the first."""
    with duckdb.connect(built) as writer:
        writer.execute("create table kept as from marts.products limit 1")
        writer.execute("delete from marts.products")
        for product_id in reversed(IDS):
            writer.execute(
                "insert into marts.products by name "
                "select * replace ($id as product_id, 'Thé ' || $id as title) from kept",
                {"id": product_id},
            )
    return built


@pytest.fixture
def people(shop: Path, tmp_path: Path) -> Path:
    with Warehouse(shop) as warehouse:
        export(warehouse, tmp_path / "people", "csv", ["products"])
    return tmp_path / "people" / "products.csv"


@pytest.fixture
def programs(shop: Path, tmp_path: Path) -> Path:
    with Warehouse(shop) as warehouse:
        export(warehouse, tmp_path / "programs", "csv", ["products"], raw=True)
    return tmp_path / "programs" / "products.csv"


def test_pandas_reads_the_ids_back(people, programs):
    frame = pd.read_csv(programs, dtype=str, keep_default_na=False)
    assert list(frame["product_id"]) == sorted(IDS)
    guarded = pd.read_csv(people, dtype=str, keep_default_na=False)
    assert list(guarded["product_id"].str.replace("^'", "", regex=True)) == sorted(IDS)
    assert list(guarded["title"]) == list(frame["title"])
    assert list(guarded.columns) == list(frame.columns)


def test_duckdb_reads_the_ids_back(people, programs):
    with duckdb.connect() as connection:
        [plain] = connection.execute(
            "select list(product_id) from read_csv($1, all_varchar = true)", [str(programs)]
        ).fetchone()
        [guarded] = connection.execute(
            "select list(regexp_replace(product_id, '^''', '')) "
            "from read_csv($1, all_varchar = true)",
            [str(people)],
        ).fetchone()
    assert plain == guarded == sorted(IDS)


def test_a_byte_order_mark_is_for_people_and_can_be_left_out(people, programs, shop, tmp_path):
    assert people.read_bytes().startswith(b"\xef\xbb\xbfproduct_id,title,")
    assert programs.read_bytes().startswith(b"product_id,title,")
    with Warehouse(shop) as warehouse:
        export(warehouse, tmp_path, "csv", ["products"], byte_order_mark=False)
        without = (tmp_path / "products.csv").read_bytes()
        export(warehouse, tmp_path, "csv", ["products"], raw=True, byte_order_mark=True)
        with_mark = (tmp_path / "products.csv").read_bytes()
    assert without == people.read_bytes().removeprefix(b"\xef\xbb\xbf")
    assert with_mark == b"\xef\xbb\xbf" + programs.read_bytes()


def test_a_table_without_rows_is_one_line(built, tmp_path):
    with duckdb.connect(built) as writer:
        writer.execute("delete from marts.champions")
    with Warehouse(built) as warehouse:
        [done] = export(warehouse, tmp_path, "csv", ["champions"])
    assert done.rows == 0
    lines = (tmp_path / "champions.csv").read_text(encoding="utf-8-sig")
    assert lines.startswith("run_id,list_type,")
    assert lines.count("\n") == 1
    assert lines.endswith("\n")


def test_a_heading_with_a_comma_and_quotes_is_one(built, tmp_path):
    with duckdb.connect(built) as writer:
        writer.execute('create table marts.odd as select 1 as "=a,""b""", 2 as c')
    with Warehouse(built) as warehouse:
        export(warehouse, tmp_path, "csv", ["odd"])
    text = (tmp_path / "odd.csv").read_text(encoding="utf-8-sig")
    assert list(csv.reader(text.splitlines())) == [['\'=a,"b"', "c"], ["1", "2"]]


def test_rows_are_sorted_by_the_key(built, tmp_path):
    """The fixture's lists have rank 2 before rank 1, and next_basket before discover."""
    with Warehouse(built) as warehouse:
        export(warehouse, tmp_path, "csv", ["recommendations", "run_history"], raw=True)
    with (tmp_path / "recommendations.csv").open(encoding="utf-8", newline="") as file:
        keys = [
            (row["customer_id"], row["list_type"], int(row["rank"])) for row in csv.DictReader(file)
        ]
    assert len(keys) == 72
    assert keys == sorted(keys)
    history = (tmp_path / "run_history.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in history] == ["run_id", "run-1", "run-2"]


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice (soffice) isn't installed")
def test_libreoffice_keeps_the_ids(people, tmp_path):
    """What it makes of the file without being told of any column, as after a double click."""
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [OFFICE, profile, "--headless", "--infilter=CSV:44,34,76,1", "--convert-to", "xlsx"]
    command += ["--outdir", str(tmp_path / "office"), str(people)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)  # noqa: S603
    book = openpyxl.load_workbook(tmp_path / "office" / "products.xlsx")
    cells = [row[0] for row in book.active.iter_rows(min_row=2)]
    assert [str(cell.value).removeprefix("'") for cell in cells] == sorted(IDS)
    assert {cell.value for cell in cells if cell.data_type != "s"} == {123}
    assert book.active["A1"].value == "product_id"
    assert not [cell for row in book.active.iter_rows() for cell in row if cell.data_type == "f"]
