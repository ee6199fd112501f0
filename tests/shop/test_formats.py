"""Every kind of file, written in every way that a shop file can describe."""

import gzip
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
import xlsxwriter

from recsys.errors import ShopFileError
from recsys.shop import attach_shop, load_shop, open_files

LINES = [("00123", "x", "2024-01-01"), ("é", "y", "2024-01-02")]
CSV = "c,p,t\n00123,x,2024-01-01\né,y,2024-01-02\n"


@pytest.mark.parametrize(
    ("said", "content"),
    [
        ("{delimiter: '^'}", CSV.replace(",", "^")),
        ("{delimiter: tab}", CSV.replace(",", "\t")),
        ("{delimiter: '::'}", CSV.replace(",", "::")),
        ("{delimiter: ', '}", CSV.replace(",", ", ")),
        ("{delimiter: '<|>'}", CSV.replace(",", "<|>").encode("utf-16")),
        ("{encoding: windows-1252}", CSV.encode("windows-1252")),
        ("{encoding: cp437}", CSV.encode("cp437")),
        ("{encoding: utf-16-le}", CSV.encode("utf-16-le")),
        ('{quote: "\'"}', CSV.replace("00123", "'00123'")),
        ("{quote: ''}", CSV),
        ("{skip: 2}", f"Report\n\n{CSV}"),
        ("{header: false}", CSV.removeprefix("c,p,t\n")),
        ("{header: [c, p, t]}", CSV.removeprefix("c,p,t\n")),
        ("{header: [c, p, t], skip: 1}", CSV),
        ("{date_format: '%d.%m.%Y'}", "c,p,t\n00123,x,01.01.2024\né,y,02.01.2024\n"),
        ("{date_format: ['%Y/%m/%d', '%Y-%m-%d']}", CSV.replace("2024-01-01", "2024/01/01")),
    ],
)
def test_what_the_shop_file_says_of_a_text_file(open_shop, said, content):
    columns = "customer_id: c, product_id: p, purchased_at: t"
    if "header: false" in said:
        columns = "customer_id: column1, product_id: column2, purchased_at: column3"
    shop = f"{{name: x, purchases: {{path: p.csv, columns: {{{columns}}}, format: {said}}}}}"
    opened = open_shop(
        {"p.csv": content},
        shop=shop,
        columns="customer_id, product_id, purchased_at::timestamp::date::varchar",
    )
    assert opened.values == LINES


@pytest.mark.parametrize("delimiter", ["::", "||", ";;", "\t|\t"])
def test_a_delimiter_of_several_characters_is_found(open_shop, delimiter):
    """Inside quotes it is a field's own; a line that doesn't fit is the only one that is lost."""
    rows = [["c", "p", "t"], ["1", f'"a{delimiter}b"', "x"], ["2", "", "y"], ["3", "z"]]
    rows += [["4", 'a "b" c', 'w"'], ["5", '"say ""hi"""', "v"]]
    opened = open_shop({"p.csv": "\n".join(map(delimiter.join, rows))})
    assert opened.values == [
        ("1", f"a{delimiter}b", "x"),
        ("2", None, "y"),
        ("4", 'a "b" c', 'w"'),
        ("5", 'say "hi"', "v"),
    ]
    assert opened.reasons == ["too_few_fields"]


def test_two_delimiters_around_an_empty_column_are_no_delimiter(open_shop):
    opened = open_shop({"p.csv": "c|n|p|t\n1||x|2024-01-01\n2||y|2024-01-02\n"})
    assert opened.values == [("1", "x", "2024-01-01"), ("2", "y", "2024-01-02")]


def test_a_decimal_comma_and_missing_values(open_shop):
    shop = r"""
name: x
purchases:
  path: p.csv
  columns: {customer_id: c, product_id: p, purchased_at: t, quantity: q, unit_price: u}
  format: {decimal: ',', nulls: ['\N', '-']}
"""
    lines = "c;p;t;q;u\n1,5;x;2024;1,5;1.234,50\n\\N;y;2024;-;-3,2\n"
    opened = open_shop({"p.csv": lines}, shop=shop, columns="customer_id, quantity, unit_price")
    assert opened.values == [("1,5", "1.5", "1234.50"), (None, None, "-3.2")]


def test_a_backslash_before_quotes(open_shop):
    lines = 'c,p,t\n"a \\"b\\", c",x,1\n"d \\"e\\"",y,2\n'
    opened = open_shop({"p.csv": lines})
    assert opened.values == [('a "b", c', "x", "1"), ('d "e"', "y", "2")]


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("p.csv.gz", gzip.compress(CSV.encode(), mtime=0)),
        ("p.csv.zst", None),
        ("p.tsv.gz", gzip.compress(CSV.replace(",", "\t").encode("utf-16"), mtime=0)),
        (
            "p.jsonl.gz",
            gzip.compress(
                b'{"c":"00123","p":"x","t":"2024-01-01"}\n{"c":"\xc3\xa9","p":"y","t":"2024-01-02"}\n',
                mtime=0,
            ),
        ),
        (
            "p.json",
            b'\xef\xbb\xbf[{"c":"00123","p":"x","t":"2024-01-01"},{"c":"\xc3\xa9","p":"y","t":"2024-01-02"}]',
        ),
        (
            "p.json",
            '[{"c":"00123","p":"x","t":"2024-01-01"},{"c":"é","p":"y","t":"2024-01-02"}]'.encode(
                "utf-16"
            ),
        ),
    ],
)
def test_packed_and_marked(open_shop, tmp_path, path, content):
    if content is None:
        with pa.CompressedOutputStream(str(tmp_path / path), "zstd") as file:
            file.write(CSV.encode())
    opened = open_shop({path: content} if content else {}, path=path)
    assert opened.values == LINES


def test_files_of_a_glob_may_differ_in_everything(open_shop):
    files = {
        "d/1.csv": "c,p,t\n00123,x,2024-01-01\n",
        "d/2.csv": "t;extra;p;c\n2024-01-02;;y;é\n".encode("utf-16"),
        "d/3.csv": "",
        "d/4.csv": "c|p|t\n",
        "d/e/5.csv": "no",
    }
    opened = open_shop(files, path="d/*.csv")
    assert opened.rows == [("d/1.csv", 1, *LINES[0]), ("d/2.csv", 1, *LINES[1])]


def workbook(path: Path, sheets: dict[str, list[list]]) -> None:
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd hh:mm"}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for place, row in enumerate(rows):
                sheet.write_row(place, 0, row)


SHEET = [["c", "p", "t"], [13085.0, "x", datetime(2024, 1, 1, 10, 30)], ["00123", 7, "2024-01-02"]]
CELLS = [("13085", "x", "2024-01-01 10:30:00"), ("00123", "7", "2024-01-02")]


def test_excel(open_shop, tmp_path):
    workbook(tmp_path / "p.xlsx", {"Orders": SHEET, "Empty": []})
    opened = open_shop({}, path="p.xlsx")
    assert opened.rows == [("p.xlsx", 1, *CELLS[0]), ("p.xlsx", 2, *CELLS[1])]


def test_excel_cells_hold_anything(open_shop, tmp_path):
    cells = ['a "b"', "two\nlines", "car\rriage", "x,y;z\t|", "é🦆", "=1+1", "  ", ""]
    rows = [[cell, cell, number] for number, cell in enumerate(cells)]
    workbook(tmp_path / "p.xlsx", {"Orders": [["c", "p", "t"], *rows]})
    opened = open_shop({}, path="p.xlsx", columns="customer_id, purchased_at")
    for number, cell in enumerate(cells):
        if not cell.startswith("="):  # a formula: xlsxwriter keeps 0 as its value
            assert (cell or None, str(number)) in opened.values


@pytest.mark.parametrize("first", ["car\rriage", "big\r\nred"])
def test_a_line_end_within_the_first_cell_ends_no_line(open_shop, tmp_path, first):
    cells = [["c", "p", "t"], [first, "x", "2024-01-01"], ["b", "y", "2024-01-02"]]
    workbook(tmp_path / "p.xlsx", {"Orders": cells})
    assert open_shop({}, path="p.xlsx").values == [tuple(row) for row in cells[1:]]
    quoted = "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in cells)
    opened = open_shop({"p.csv": quoted + "too,few\n"}, path="p.csv")
    assert [row[1:] for row in opened.values] == [tuple(row[1:]) for row in cells[1:]]
    assert opened.reasons == ["too_few_fields"]


def test_a_long_line_of_letters_that_take_several_bytes(open_shop):
    long = "é" * 1_900_000
    opened = open_shop({"p.csv": f"c,p,t\na,{long},1\n".encode("utf-16")})
    assert opened.values == [("a", long, "1")]


def test_several_sheets_must_be_named(open_shop, tmp_path):
    workbook(tmp_path / "p.xlsx", {"2023": SHEET, "2024": SHEET[:2], "Notes": [["read", "me"]]})
    with pytest.raises(ShopFileError, match=r"several sheets: say which .*\(legal: 2023, 2024, No"):
        open_shop({}, path="p.xlsx")
    with pytest.raises(ShopFileError, match=r"no sheet '2O24'; did you mean '2024'\?"):
        open_shop({}, path="p.xlsx", more="  format: {sheet: 2O24}\n")
    opened = open_shop({}, path="p.xlsx", more="  format: {sheet: '202*'}\n")
    files = [row[0] for row in opened.rows]
    assert files == ["p.xlsx#2023", "p.xlsx#2023", "p.xlsx#2024"]


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ("{delimeter: ';'}", r"format\.delimeter: unknown key .*did you mean 'delimiter'\?"),
        ("{delimiter: ';;;;;'}", r"format\.delimiter: must be one character"),
        ("{delimiter: ''}", r"format\.delimiter: must be one character"),
        ("{delimiter: '\"', quote: '\"'}", "delimiter must differ from quote"),
        ("{encoding: klingon}", "unknown encoding 'klingon'"),
        ("{encoding: base64}", "unknown encoding 'base64'"),
        ("{decimal: ';'}", r"format\.decimal: .*'\.' or ','"),
        ("{skip: -1}", r"format\.skip: .*greater than or equal to 0"),
        ("{header: maybe}", r"format\.header"),
        ("{date_format: '%Q'}", "'%Q' is no format of dates"),
        ("{date_format: dd.mm.yyyy}", "'dd.mm.yyyy' is no format of dates: write it like %d"),
        ("{sheet: Orders}", r"purchases\.format\.sheet: a csv file has no use for it"),
        ("csv", r"purchases\.format"),
    ],
)
def test_a_format_that_isn_t_legal(open_shop, said, says):
    with pytest.raises(ShopFileError, match=says):
        open_shop({"p.csv": CSV}, more=f"  format: {said}\n")


def test_any_file_can_be_opened_without_a_shop(tmp_path):
    (tmp_path / "goods.csv").write_text("SKU;Name\n007;Tea\n8\n")
    with duckdb.connect() as connection:
        relation = open_files(connection, "goods.csv", folder=tmp_path)
        rows = connection.execute(
            f"select SKU, Name, recsys_row, recsys_file from {relation.sql}"  # noqa: S608
        ).fetchall()
    assert rows == [("007", "Tea", 1, "goods.csv")]
    assert relation.columns == {"SKU": "VARCHAR", "Name": "VARCHAR"}
    assert relation.kind == "csv"
    assert relation.dialects[0].delimiter == ";"


def test_copies_go_with_the_connection(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    (tmp_path / "p.csv").write_bytes(CSV.encode("utf-16"))
    columns = "{customer_id: c, product_id: p, purchased_at: t}"
    (tmp_path / "shop.yml").write_text(
        f"{{name: x, purchases: {{path: p.csv, columns: {columns}}}}}"
    )
    connection = duckdb.connect()
    attach_shop(connection, load_shop(tmp_path / "shop.yml"), {})
    assert list((tmp_path / "temporary").iterdir())
    del connection
    assert not list((tmp_path / "temporary").iterdir())
