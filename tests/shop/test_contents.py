"""What a file is its first bytes say: it is read, or one sentence says what it is."""

import gzip
import io
import sqlite3
import zipfile
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
import xlsxwriter

from recsys.draft.files import look_at
from recsys.errors import ShopFileError

CSV = "c,p,t\na,x,2024-01-01\n"
READ = [("a", "x", "2024-01-01")]


def sqlite(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("create table t (c, p, t)")
    connection.close()


def parquet(path: Path) -> None:
    duckdb.sql("select 'a' as c, 'x' as p, '2024-01-01' as t").write_parquet(str(path))


def database(path: Path) -> None:
    with duckdb.connect(path) as connection:
        connection.execute("create table t as select 'a' as c, 'x' as p, '2024-01-01' as t")


def workbook(path: Path) -> None:
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    for number, line in enumerate(CSV.splitlines()):
        sheet.write_row(number, 0, line.split(","))
    book.close()


def archive(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("orders.csv", CSV)


def feather(path: Path) -> None:
    pa.feather = __import__("pyarrow.feather").feather
    pa.feather.write_feather(pa.table({"c": ["a"]}), str(path), compression="uncompressed")


@pytest.mark.parametrize(
    "name", ["shop.db", "shop.duckdb", "shop.csv", "shop.sqlite", "shop.xlsx", "shop.parquet", "s"]
)
def test_a_sqlite_file_of_any_name_is_called_one(open_shop, tmp_path, name):
    sqlite(tmp_path / name)
    says = r"it is a SQLite database, which isn't read: export its tables as CSV or Parquet$"
    with pytest.raises(ShopFileError, match=says):
        look_at(tmp_path / name)
    with pytest.raises(ShopFileError, match=rf"^purchases\.path: can't read '{name}': {says}"):
        open_shop({}, path=name)


@pytest.mark.parametrize("ending", [".csv", ".json", ".sqlite", ".xlsx", ".dat", ""])
@pytest.mark.parametrize("write", [parquet, workbook, database])
def test_a_table_under_another_kind_s_name_is_read(open_shop, tmp_path, write, ending):
    write(tmp_path / f"p{ending}")
    more = "  table: t\n" if write is database else ""
    assert open_shop({}, path=f"p{ending}", more=more).values == READ
    [file] = look_at(tmp_path / f"p{ending}")
    assert file.kind == {parquet: "parquet", workbook: "excel", database: "duckdb"}[write]
    assert file.table == ("t" if write is database else None)


@pytest.mark.parametrize("name", ["p.csv", "p.csv.gz", "p.csv.zst", "p.txt", "p.GZ.CSV"])
@pytest.mark.parametrize("pack", [None, gzip.compress, lambda b: pa.compress(b, "zstd", True)])
def test_text_is_unpacked_if_it_is_packed(open_shop, tmp_path, name, pack):
    content = pack(CSV.encode()) if pack else CSV.encode()
    assert open_shop({name: content}, path=name).values == READ
    assert look_at(tmp_path / name)[0].kind == "csv"


def test_json_is_unpacked_if_it_is_packed(open_shop):
    line = '{"c": "a", "p": "x", "t": "2024-01-01"}\n'
    packed = gzip.compress(line.encode())
    assert open_shop({"p.json": packed}, path="p.json").values == READ
    assert open_shop({"p.json.gz": line}, path="p.json.gz").values == READ


def test_text_that_is_called_an_excel_file_is_read(open_shop, tmp_path):
    content = CSV.replace(",", "\t")
    assert open_shop({"p.xls": content}, path="p.xls").values == READ
    assert look_at(tmp_path / "p.xls")[0].kind == "csv"


def test_text_that_begins_like_something_else_is_text(open_shop):
    for name in ("PAR1", "BZh", "Obj", "DUCKDUCK", "MZ"):
        content = CSV.replace("c,", f"{name},")
        assert open_shop({"p.csv": content}, customer=name).values == READ


PNG = b"\x89PNG\r\n\x1a\n" + bytes(50)
OTHERS = {
    "a zip archive": (archive, r"it is a zip archive \(orders\.csv\): unpack it, and name what"),
    "a picture": (lambda path: path.write_bytes(PNG), r"it is a picture \(PNG\)"),
    "a PDF": (lambda path: path.write_bytes(b"%PDF-1.7\n" + bytes(20)), "it is a PDF: export"),
    "Feather": (feather, "an Arrow .Feather. file, which isn't read: write it as Parquet"),
    "bzip2": (lambda path: path.write_bytes(__import__("bz2").compress(b"x")), "bzip2: unpack it"),
    "xz": (lambda path: path.write_bytes(__import__("lzma").compress(b"x")), "with xz: unpack it"),
    "a database in gzip": (
        lambda path: path.write_bytes(gzip.compress(b"SQLite format 3\0" + bytes(99))),
        "it is a SQLite database",
    ),
    "cut off": (
        lambda path: path.write_bytes(io.BytesIO(b"PK\x03\x04" + bytes(40)).getvalue()),
        "it is a zip archive or Excel file, but damaged",
    ),
}


@pytest.mark.parametrize("case", OTHERS)
def test_what_is_no_table_is_called_what_it_is(open_shop, tmp_path, case):
    write, says = OTHERS[case]
    write(tmp_path / "p.csv")
    with pytest.raises(ShopFileError, match=says):
        open_shop({}, path="p.csv")
    with pytest.raises(ShopFileError, match=says):
        look_at(tmp_path / "p.csv")
