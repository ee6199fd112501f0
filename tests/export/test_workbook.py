"""Excel workbooks, opened by openpyxl, calamine and LibreOffice."""

import datetime as dt
import shutil
import subprocess
import tracemalloc
from pathlib import Path

import duckdb
import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from recsys.errors import InvalidTableError
from recsys.export import export, workbook
from recsys.export.workbook import sheet_name
from recsys.reading.warehouse import Warehouse

OFFICE = shutil.which("soffice")
HOSTILE = [
    "=1+1",
    "@SUM(A1)",
    "-1",
    "\t=1",
    "<r>=1</r>",
    "<r>&</r>",
    "http://a.example",
    "_x0041_",
    "a\nb",
    " x ",
    "\x01",
    "<b>&\"'",
    "🍵",
    "00123",
    "",
]


@pytest.fixture
def hostile(built: Path) -> Path:
    with duckdb.connect(built) as writer:
        writer.execute(
            """create table marts.odd as
            select row_number() over () as id, value, value as "=HEAD"
            from (select unnest($1) as value)""",
            [HOSTILE],
        )
        writer.execute("comment on table marts.odd is 'Odd texts. Grain: id.'")
        writer.execute("comment on column marts.odd.value is '=1+1'")
    return built


def opened(database: Path, to: Path, table: str) -> openpyxl.Workbook:
    with Warehouse(database) as warehouse:
        export(warehouse, to, "xlsx", [table])
    return openpyxl.load_workbook(to / f"{table}.xlsx")


def test_no_text_is_a_formula_and_all_come_back(hostile, tmp_path):
    book = opened(hostile, tmp_path, "odd")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}
    assert not any(cell.hyperlink for cell in cells)
    rows = CalamineWorkbook.from_path(str(tmp_path / "odd.xlsx")).get_sheet_by_name("odd")
    heading, *lines = rows.to_python()
    assert heading == ["id", "value", "=HEAD"]
    found = {int(line[0]): line[1] for line in lines}
    expected = dict(enumerate(HOSTILE, start=1))
    assert {at: text for at, text in found.items() if text != expected[at]} in (
        {},
        {11: "_x0001_"},  # calamine leaves the escape of a control character as it is
        {8: "_x005F_x0041_", 11: "_x0001_"},
    )


def test_cells_have_the_types_and_formats_of_their_columns(built, tmp_path):
    sheet = opened(built, tmp_path, "recommendation_details")["recommendation_details"]
    headings = [cell.value for cell in sheet[1]]
    row = dict(zip(headings, sheet[2], strict=True))
    assert (row["customer_id"].value, row["customer_id"].number_format) == ("-5", "@")
    assert row["rank"].value == 1
    assert (row["probability"].value, row["probability"].number_format) == (0.5, "0.0%")
    assert (row["price"].value, row["price"].number_format) == (4.5, "0.0000")
    assert row["generated_at"].value == dt.datetime(2018, 1, 1, 6)
    assert row["generated_at"].number_format == "yyyy-mm-dd hh:mm:ss"
    assert sheet["A14"].value == "00123"
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == f"A1:{sheet.cell(1, len(headings)).column_letter}73"
    assert sheet.column_dimensions["A"].width > len("customer_id")
    products = opened(built, tmp_path, "products")["products"]
    assert [cell.value for cell in products["G"]][1:] == [False, True, True, True]
    customers = opened(built, tmp_path, "customers")["customers"]
    spend = [cell for cell in customers[2] if cell.value == 1234.5]
    assert [cell.number_format for cell in spend] == ["#,##0.00"]
    history = opened(built, tmp_path, "run_history")["run_history"]
    day = [cell for cell in history[2] if cell.number_format == "yyyy-mm-dd"]
    assert [cell.value for cell in day] == [dt.datetime(2017, 12, 31)]


def test_the_last_sheet_explains_the_table_by_the_database_s_comments(hostile, tmp_path):
    about = opened(hostile, tmp_path, "odd")["About"]
    lines = [[cell.value for cell in row] for row in about.iter_rows()]
    assert ["table", None, "odd"] in lines
    assert ["meaning", None, "Odd texts. Grain: id."] in lines
    assert ["rows", None, "15"] in lines
    assert ["run", None, "run-2"] in lines
    assert ["finished at", None, "2018-01-01 06:00:00 UTC"] in lines
    assert ["value", "text", "=1+1"] in lines
    assert [line for line in lines if line[0] == "=HEAD"] == [["=HEAD", "text", None]]


def test_values_that_excel_cannot_hold_are_texts(built, tmp_path):
    with duckdb.connect(built) as writer:
        writer.execute(
            """create table marts.odd as select 1234567890123456::bigint as big,
            'nan'::double as odd, 'infinity'::double as far, date '0812-05-01' as old,
            timestamp '1900-01-01 10:00' as early, null::integer as missing,
            [1, 2] as list, repeat('é', 40000) as long, '🍵' || repeat('🍵', 20000) as wide,
            170141183460469231731687303715884105727::hugeint as huge"""
        )
    sheet = opened(built, tmp_path, "odd")["odd"]
    big, odd, far, old, early, missing, numbers, long, wide, huge = (
        cell.value for cell in sheet[2]
    )
    assert (big, odd, far, old) == ("1234567890123456", "nan", "inf", "0812-05-01")
    assert (early, missing, numbers) == ("1900-01-01 10:00:00", None, "[1, 2]")
    assert long == "é" * 32766 + "…"
    assert wide == "🍵" * 16383 + "…"
    assert huge == "170141183460469231731687303715884105727"


def test_a_long_table_goes_on_in_further_sheets(built, tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "ROWS_PER_SHEET", 30)
    book = opened(built, tmp_path, "recommendations")
    assert book.sheetnames == ["recommendations", "recommendations 2", "recommendations 3", "About"]
    assert [sheet.max_row for sheet in book][:3] == [31, 31, 13]
    assert [sheet.auto_filter.ref for sheet in book][:3] == ["A1:K31", "A1:K31", "A1:K13"]
    assert [sheet["A1"].value for sheet in book][:3] == ["customer_id"] * 3
    rows = [[cell.value for cell in row] for sheet in book for row in sheet.iter_rows(min_row=2)]
    keys = [(row[0], row[1], row[2]) for row in rows[:72]]
    assert keys == sorted(set(keys))
    assert ["rows", None, "72, in 3 sheets"] in [
        [cell.value for cell in row] for row in book["About"].iter_rows()
    ]


def test_sheets_end_where_the_rows_do(built, tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "ROWS_PER_SHEET", 36)
    book = opened(built, tmp_path, "recommendations")
    assert [sheet.max_row for sheet in book][:2] == [37, 37]
    assert len(book.sheetnames) == 3


def test_a_table_that_is_too_long_is_refused_before_anything_is_written(
    built, tmp_path, monkeypatch
):
    monkeypatch.setattr(workbook, "ROWS_PER_SHEET", 7)
    to = tmp_path / "out"
    with Warehouse(built) as warehouse:
        export(warehouse, to, "xlsx", ["champions"])
        before = {path.name: path.read_bytes() for path in to.iterdir()}
        with pytest.raises(InvalidTableError, match=r"recommendations has 72 rows.*10 sheets of 7"):
            export(warehouse, to, "xlsx", ["champions", "recommendations"])
    assert {path.name: path.read_bytes() for path in to.iterdir()} == before


def test_a_table_without_rows_has_its_headings(built, tmp_path):
    with duckdb.connect(built) as writer:
        writer.execute("delete from marts.champions")
    sheet = opened(built, tmp_path, "champions")["champions"]
    assert sheet.max_row == 1
    assert sheet["A1"].value == "run_id"


def test_the_same_build_gives_the_same_bytes(built, tmp_path):
    opened(built, tmp_path / "a", "champions")
    opened(built, tmp_path / "b", "champions")
    first, second = ((tmp_path / one / "champions.xlsx").read_bytes() for one in "ab")
    assert first == second


def test_names_that_excel_refuses_for_sheets():
    assert sheet_name("a[1]:*?/\\b", []) == "a 1      b"
    assert sheet_name("x" * 40, []) == "x" * 31
    assert sheet_name("x" * 40, ["x" * 31]) == "x" * 29 + " 2"
    assert sheet_name("about", []) == "about data"
    assert sheet_name("'", []) == "table"


@pytest.mark.slow
def test_memory_does_not_grow_with_the_rows(built, tmp_path):
    """Python's own, which holds rows and cells; a list of all rows would need ten times as much."""
    peaks = []
    for rows in (20_000, 200_000):
        with duckdb.connect(built) as writer:
            writer.execute(
                "create or replace table marts.odd as "
                "select i as rank, 'text ' || i as title from range($1) rows (i)",
                [rows],
            )
        with Warehouse(built) as warehouse:
            tracemalloc.start()
            export(warehouse, tmp_path, "xlsx", ["odd"])
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert peaks[1] < 2 * peaks[0]


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice (soffice) isn't installed")
def test_libreoffice_shows_ids_and_texts_as_they_are(hostile, tmp_path):
    with Warehouse(hostile) as warehouse:
        export(warehouse, tmp_path, "xlsx", ["odd"])
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    subprocess.run(  # noqa: S603
        [OFFICE, profile, "--headless", "--convert-to", "ods", "odd.xlsx"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        timeout=120,
    )
    rows = CalamineWorkbook.from_path(str(tmp_path / "odd.ods")).get_sheet_by_name("odd")
    shown = {int(line[0]): line[1] for line in rows.to_python()[1:]}
    for at, text in enumerate(HOSTILE, start=1):
        if text not in ("a\nb", " x ", "\x01", "\t=1"):  # as ODS writes blanks and line ends
            assert shown[at] == text
