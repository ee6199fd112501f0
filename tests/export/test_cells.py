"""No cell of a CSV file is run as a formula, and the texts can be had back."""

import csv
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from recsys.export import export
from recsys.export.cells import escaped, unescaped
from recsys.reading.warehouse import Warehouse

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "-",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "\u00a0=1",
    "\u200b=1",
    "\ufeff=1",
    "\tx",
    "\rx",
    "＝1",  # noqa: RUF001
    "＠x",  # noqa: RUF001
    "=cmd|' /C calc'!A0",
]
HARMLESS = ["", "tea", "1-2", "a=b", "'tis", "x\t=", "00123", "#1", "(1)", '"=1"']
APOSTROPHES = ["'=1", "''+1", "' =1", "'\tx"]

NUMBERS = {
    ("products.csv", "price"),
    ("model_comparisons.csv", "difference"),
    ("model_comparisons.csv", "ci_low"),
}
ASSIGNED = st.characters(exclude_categories=["Cn", "Cs"])
"""Letters that Python and DuckDB's expressions both know."""
CONNECTION = duckdb.connect()


def spreadsheet_runs(cell: str) -> bool:
    """Tell whether a spreadsheet may take it for a formula, by its first visible character."""
    visible = "".join(letter for letter in cell if letter.isprintable()).strip()
    return visible[:1] in set("=+-@＝＋－＠") and bool(visible)  # noqa: RUF001


@pytest.fixture
def hostile(built: Path) -> Path:
    with duckdb.connect(built) as writer:
        for at, title in enumerate([*FORMULAS, *HARMLESS, *APOSTROPHES]):
            writer.execute(
                "insert into marts.products by name select * replace "
                "($id as product_id, $title as title, -1.5 as price) from marts.products "
                "where product_id = 'P1'",
                {"id": f"-{at}", "title": title},
            )
        writer.execute("create table marts.odd as select '+x' as \"=HEAD\", ['=1'] as \"@l\"")
    return built


def cells(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_no_cell_and_no_heading_is_a_formula(hostile, tmp_path):
    with Warehouse(hostile) as warehouse:
        export(warehouse, tmp_path, "csv")
    for path in tmp_path.glob("*.csv"):
        for row in cells(path):
            for heading, cell in row.items():
                is_number = (path.name, heading) in NUMBERS
                assert not spreadsheet_runs(heading)
                assert is_number or not spreadsheet_runs(cell), (path.name, heading, cell)
    assert cells(tmp_path / "odd.csv") == [{"'=HEAD": "'+x", "'@l": "['=1']"}]


def test_what_is_harmless_and_what_is_a_number_stays(hostile, tmp_path):
    with Warehouse(hostile) as warehouse:
        export(warehouse, tmp_path, "csv", ["products"])
    rows = {row["product_id"]: row for row in cells(tmp_path / "products.csv")}
    for at, title in enumerate([*FORMULAS, *HARMLESS, *APOSTROPHES]):
        row = rows[f"'-{at}"]
        assert float(row["price"]) == -1.5
        assert row["title"] == (title if title in HARMLESS else f"'{title}")
    assert rows["007"]["title"] == ""


def test_raw_and_parquet_are_as_they_are(hostile, tmp_path):
    with Warehouse(hostile) as warehouse:
        export(warehouse, tmp_path, "csv", ["products"], raw=True)
        export(warehouse, tmp_path, "parquet", ["products"])
    titles = pq.read_table(tmp_path / "products.parquet")["title"].to_pylist()
    assert set(FORMULAS) <= set(titles)
    rows = cells(tmp_path / "products.csv")
    assert {row["title"] for row in rows} >= set(FORMULAS)
    assert "-0" in {row["product_id"] for row in rows}


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.one_of(ASSIGNED, st.sampled_from("'=+-@ \t\r\n")), max_size=8))
@example("'")
@example("''=")
def test_every_text_comes_back(value):
    sql = f"select {escaped('value')} as cell, {unescaped('cell')} from (select $1 as value)"  # noqa: S608
    [(there, back)] = CONNECTION.execute(sql, [value]).fetchall()
    assert back == value
    assert not spreadsheet_runs(there)
