"""No cell of a CSV file is run as a formula, and the texts can be had back."""

import csv
import re
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from recsys.export import export
from recsys.export.cells import guarded, unguarded
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
CHANGED = [
    "00123",
    "1234567890123456",
    "1.50",
    "1,5",
    "1 000",
    "12E3",
    "81e10234",
    "5%",
    "$5",
    "5 €",
    "(1)",
    "1-2",
    "12/2020",
    "3/4",
    "2018-01-31 10:00",
    "31.1.2018",
    "9:30",
    "1 1/2",
    "9 pm",
    "MAR1",
    "1 Sept",
    "2-DEC-19",
    "5 août",
    "May 5, 2018",
    "Okt 3",
    "true",
    "FALSCH",
]
"""What becomes another number, a day, a time, or yes and no."""
HARMLESS = [
    "",
    "tea",
    "0",
    "7",
    "123456789012345",
    "a=b",
    "x\t=",
    "#1",
    '"=1"',
    "7UP",
    "19-24",
    "35-44",
    "A00123",
    "market 1",
    "16 OZ",
    "1-2 kg",
    "f22f7e37-0005-41db-95c9-1a58fea07fb4",
    "2018-01-31",
]
APOSTROPHES = ["'=1", "''+1", "' =1", "'\tx", "'tis", "'"]
WITHIN = {"\t=1": "'\t'=1", "\r=1": "'\r'=1", "\n=1": "'\n'=1", "x\t=": "x\t'="}
"""What is a formula behind where another cell may begin."""
ALL = [*FORMULAS, *CHANGED, *HARMLESS, *APOSTROPHES]

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


def a_spreadsheet_of_another_country_runs(text: str) -> bool:
    """Tell the same of what it splits at semicolons, tabs and line ends."""
    return any(spreadsheet_runs(cell) for cell in re.split(r"[;\t\r\n]", text))


@pytest.fixture
def hostile(built: Path) -> Path:
    with duckdb.connect(built) as writer:
        for at, title in enumerate(ALL):
            writer.execute(
                "insert into marts.products by name select * replace "
                "($id as product_id, $title as title, -1.5 as price) from marts.products "
                "where product_id = 'P1'",
                {"id": f"-{at}", "title": title},
            )
        writer.execute("create table marts.odd as select '+x' as \"=HEAD\", ['=1'] as \"@l\"")
    return built


def cells(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
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


@pytest.mark.parametrize("value", ALL)
def test_exactly_what_a_spreadsheet_would_change_is_guarded(value):
    sql = f"select {guarded('value', is_id=False)} from (select $1 as value)"  # noqa: S608
    [(cell,)] = CONNECTION.execute(sql, [value]).fetchall()
    assert cell == cell_of(value)


def test_a_formula_behind_a_semicolon_or_line_end_is_guarded():
    sql = f"select {guarded('value')} from (select 'tea;=1+1;a' || chr(10) || ' -b; c-d' as value)"  # noqa: S608
    assert CONNECTION.execute(sql).fetchall() == [("tea;'=1+1;a\n '-b; c-d",)]


def cell_of(title: str) -> str:
    return WITHIN.get(title, title if title in HARMLESS else f"'{title}")


def test_an_id_that_looks_like_a_day_is_guarded():
    sql = f"select {guarded('value')} from (select '2018-01-31' as value)"  # noqa: S608
    assert CONNECTION.execute(sql).fetchall() == [("'2018-01-31",)]


def test_what_is_harmless_and_what_is_a_number_stays(hostile, tmp_path):
    with Warehouse(hostile) as warehouse:
        export(warehouse, tmp_path, "csv", ["products"])
    rows = {row["product_id"]: row for row in cells(tmp_path / "products.csv")}
    for at, title in enumerate(ALL):
        row = rows[f"'-{at}"]
        assert float(row["price"]) == -1.5
        assert row["title"] == cell_of(title)
    assert rows["'007"]["title"] == ""


def test_raw_and_parquet_are_as_they_are(hostile, tmp_path):
    with Warehouse(hostile) as warehouse:
        export(warehouse, tmp_path, "csv", ["products"], raw=True)
        export(warehouse, tmp_path, "parquet", ["products"])
    titles = pq.read_table(tmp_path / "products.parquet")["title"].to_pylist()
    assert set(FORMULAS) <= set(titles)
    rows = cells(tmp_path / "products.csv")
    assert {row["title"] for row in rows} >= set(FORMULAS)
    assert "-0" in {row["product_id"] for row in rows}


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.one_of(ASSIGNED, st.sampled_from("'=+-@; \t\r\n")), max_size=8))
@example("'")
@example("''=")
@example("'00123")
@example("a;=1")
@example("a; '\t'=1;-;\n+")
def test_every_text_comes_back(value):
    sql = f"select {guarded('value')} as cell, {unguarded('cell')} from (select $1 as value)"  # noqa: S608
    [(there, back)] = CONNECTION.execute(sql, [value]).fetchall()
    assert back == value
    assert not a_spreadsheet_of_another_country_runs(there)
