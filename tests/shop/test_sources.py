"""What arrives of a shop's files, whatever they look like; without dbt, so that many are cheap."""

import gzip
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from recsys.errors import ShopFileError
from recsys.shop import attach_shop, load_shop

CSV = "c,p,t\n00123,x,2024-01-01\né,y,2024-01-02\n"
LINES = [("00123", "x", "2024-01-01"), ("é", "y", "2024-01-02")]

SHOP = """
name: corner shop
purchases:
  path: {path}
  columns: {{customer_id: {customer}, product_id: p, purchased_at: t}}
"""

Read = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Return a function that writes files and a shop file, and reads the views made of them."""

    def reader(
        path: str,
        files: Mapping[str, str | bytes],
        *,
        customer: str = "c",
        more: str = "",
        columns: str = "customer_id, product_id, purchased_at",
        table: str = "purchases",
    ) -> list[tuple[Any, ...]]:
        for name, content in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
        (tmp_path / "shop.yml").write_text(SHOP.format(path=path, customer=customer) + more)
        with duckdb.connect() as connection:
            attach_shop(connection, load_shop(tmp_path / "shop.yml"), {"list_length": 10})
            return connection.execute(
                f"select {columns} from recsys_inputs.main.{table} order by file, row_number"  # noqa: S608
                if table != "settings"
                else "from recsys_inputs.main.settings"
            ).fetchall()

    return reader


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("p.csv", CSV),
        ("p.csv", CSV.replace(",", ";")),
        ("p.csv", "\ufeff" + CSV),
        ("p.csv", CSV.replace("\n", "\r\n")),
        ("P.TXT", CSV.replace(",", "|")),
        ("p.tsv", CSV.replace(",", "\t")),
        ("p.csv.gz", gzip.compress(CSV.encode(), mtime=0)),
        ("data/p.json.csv", CSV),
        ('"it\'s {a} shop [1] (2)/p.csv"', CSV),
        (
            "p.jsonl",
            '{"c": "00123", "p": "x", "t": "2024-01-01"}\n{"c":"é","p":"y","t":"2024-01-02"}\n',
        ),
        (
            "p.json",
            '[{"c":"00123","p":"x","t":"2024-01-01"}, {"t":"2024-01-02","c":"é","p":"y"}]',
        ),
    ],
)
def test_any_text_file(read, path, content):
    columns = "customer_id, product_id, purchased_at::varchar"
    assert read(path, {path.strip('"'): content}, columns=columns) == LINES


def test_parquet(read, tmp_path):
    duckdb.sql("select '00123' as c, 'x' as p, date '2024-01-01' as t").write_parquet(
        str(tmp_path / "p.parquet")
    )
    columns = "customer_id, purchased_at::varchar, file, row_number"
    assert read("p.parquet", {}, columns=columns) == [("00123", "2024-01-01", "p.parquet", 1)]


def test_tables_of_a_database_may_share_it(read, tmp_path):
    with duckdb.connect(tmp_path / "erp.duckdb") as connection:
        connection.execute("create schema sales")
        connection.execute(
            "create table sales.lines as select 1.0::double as c, 'x' as p, 't' as t"
        )
        connection.execute("create table goods as select 'x' as sku, 'Tea' as name")
    more = """  table: sales.lines
products: {path: erp.duckdb, table: goods, columns: {product_id: sku, title: name}}
"""
    assert read("erp.duckdb", {}, more=more) == [(1.0, "x", "t")]
    assert read("erp.duckdb", {}, more=more, table="products", columns="product_id, title") == [
        ("x", "Tea")
    ]


def test_a_glob_counts_rows_file_by_file(read):
    files = {"d/a.csv": CSV, "d/b.csv": "extra,t,p,c\n1,2024-01-03,z,00124\n", "d/c.txt": "no"}
    columns = "file, row_number, customer_id, product_id"
    assert read("d/*.csv", files, columns=columns) == [
        ("d/a.csv", 1, "00123", "x"),
        ("d/a.csv", 2, "é", "y"),
        ("d/b.csv", 1, "00124", "z"),
    ]


def test_where_leaves_rows_out_but_doesn_t_renumber(read):
    rows = read(
        "p.csv", {"p.csv": CSV}, more="  where: p <> 'x'\n", columns="row_number, product_id"
    )
    assert rows == [(2, "y")]


@pytest.mark.parametrize(
    ("customer", "first"),
    [
        ("C", "00123"),
        ("upper(c) || '-' || p", "00123-x"),
        ("c -- a comment", "00123"),
        ("'everyone'", "everyone"),
        ("'{' || c || '}'", "{00123}"),
    ],
)
def test_a_column_in_any_case_or_an_expression(read, customer, first):
    assert read("p.csv", {"p.csv": CSV}, customer=f'"{customer}"')[0][0] == first


def test_column_names_that_are_ours_too(read):
    content = "c,filename,p,t,row_number\na,b,x,2024-01-01,7\n"
    columns = "customer_id, file, row_number"
    assert read("p.csv", {"p.csv": content}, customer="filename", columns=columns) == [
        ("b", "p.csv", 1)
    ]


@pytest.mark.parametrize(
    ("row", "arrives"),
    [
        ("a,b,c,", ("a", "b", "c")),
        ('a,"b"" c",c', ("a", 'b" c', "c")),
        ('a,5" b,c', ("a", '5" b', "c")),
        ('"a ""b"", c",b,c', ('a "b", c', "b", "c")),
        ('"two\nlines",b,c', ("two\nlines", "b", "c")),
    ],
)
def test_quotes_and_lines_inside_them(read, row, arrives):
    assert read("p.csv", {"p.csv": CSV + row + "\n"}) == [*LINES, arrives]


def test_ids_in_json_stay_as_they_are_written(read):
    upper = "9F4D3C5E-1111-2222-3333-444455556666"
    content = f'{{"c":"{upper}","p":"x","t":1}}\n{{"c":"{upper}","p":7,"t":2}}\n'
    assert read("p.jsonl", {"p.jsonl": content}) == [(upper, "x", 1), (upper, "7", 2)]


def test_attributes_of_customers(read):
    more = """customers:
  path: k.csv
  columns: {customer_id: id, "shoe 'size' {eu}": s, born: "cast(y as int) + 1900"}
"""
    files = {"p.csv": CSV, "k.csv": "id,s,y\n007,42,64\n"}
    rows = read("p.csv", files, more=more, table="customers", columns="customer_id, attributes")
    assert rows == [
        (
            "007",
            [
                {"attribute": "shoe 'size' {eu}", "value": "42"},
                {"attribute": "born", "value": "1964"},
            ],
        )
    ]


def test_what_a_shop_doesn_t_have_is_empty(read):
    for table, columns in [
        ("ratings", "customer_id, product_id, rating, rated_at"),
        ("products", "product_id, title, available, excluded"),
        ("customers", "customer_id, attributes"),
    ]:
        assert read("p.csv", {"p.csv": CSV}, table=table, columns=columns) == []


def test_settings(read):
    rows = read("p.csv", {"p.csv": CSV}, more="as_of: 2024-02-01\n", table="settings")
    assert rows == [("shop", "corner shop"), ("list_length", "10"), ("as_of", "2024-02-01")]


@pytest.mark.parametrize(
    ("path", "content", "says"),
    [
        ("q.csv", CSV, r"purchases\.path: no file matches 'q\.csv' \(looked in /"),
        ("p.pdf", "PK", r"'p\.pdf' has no known file type \(legal: \.parquet, .*\.csv, .*\.xlsx"),
        ("p.xlsx", "PK", r"^purchases: can't read 'p\.xlsx': it is no Excel file"),
        ("p", CSV, r"'p' has no known file type"),
        ("p.csv", "", r"purchases\.path: 'p\.csv' is empty"),
        ("p.json", "", r"purchases\.path: 'p\.json' is empty"),
        ("p.csv", "c,p,t", r"^purchases: no rows in 'p\.csv'$"),
        ("p.csv", "c,p,t\n", r"^purchases: no rows in 'p\.csv'$"),
        ("p.csv", "a,b,d\n1,2,3\n", r"'c' is neither a column .*\(legal: a, b, d\)"),
        ("p.csv", CSV.encode("latin-1"), r"'p\.csv': line 3 isn't utf-8; as windows-1252 .*'é,y,"),
        ("p.json", '{"c":', r"can't read 'p\.json': .*Malformed JSON"),
        ("p.parquet", "no parquet", r"can't read 'p\.parquet'"),
        (
            "p.duckdb",
            "no database",
            r"can't read 'p\.duckdb': it can't be opened: .*not a valid Duck",
        ),
    ],
)
def test_files_that_can_t_be_read(read, path, content, says):
    with pytest.raises(ShopFileError, match=says):
        read(path, {path.replace("q.", "p."): content})


def test_a_database_that_isn_t_one_or_lacks_the_table(read, tmp_path):
    with pytest.raises(ShopFileError, match=r"no file matches 'p\.duckdb'"):
        read("p.duckdb", {}, more="  table: lines\n")
    with duckdb.connect(tmp_path / "p.duckdb") as connection:
        connection.execute("create schema erp")
        connection.execute("create table erp.orders as select 1 as c, 2 as p, 3 as t")
    with pytest.raises(ShopFileError, match=r"say which table of 'p\.duckdb' .* erp\.orders\)"):
        read("p.duckdb", {})
    said = r"no 'erp\.order'; did you mean 'erp\.orders'\?"
    with pytest.raises(ShopFileError, match=said):
        read("p.duckdb", {}, more="  table: erp.order\n")


def test_a_where_that_leaves_nothing(read):
    with pytest.raises(ShopFileError, match=r"^purchases: no rows in 'p\.csv' where p = 'z'$"):
        read("p.csv", {"p.csv": CSV}, more="  where: p = 'z'\n")


def test_an_empty_table_beside_a_full_one_is_fine(read):
    more = "ratings: {path: r.csv, columns: {customer_id: c, product_id: p, rating: r}}\n"
    files = {"p.csv": CSV, "r.csv": "c,p,r\n"}
    assert read("p.csv", files, more=more) == LINES
    with pytest.raises(ShopFileError, match=r"^purchases and ratings: no rows in 'p.csv' and 'r."):
        read("p.csv", files | {"p.csv": "c,p,t\n"}, more=more)


@pytest.mark.parametrize(
    ("customer", "says"),
    [
        ("CustomerN", r"did you mean 'CustomerNo'\? \(legal: CustomerNo, c, p, t\)"),
        ("c ++ (", r"syntax error.*\(columns: CustomerNo, c, p, t\)"),
        ("max(c)", "max.., which is over many rows"),
        ("no_such(c)", "no_such"),
        ("c) from x; drop table y; --", "nor a SQL expression over its columns"),
    ],
)
def test_an_expression_that_doesn_t_fit(read, customer, says):
    content = "CustomerNo,c,p,t\n1,2,3,4\n"
    with pytest.raises(ShopFileError, match=r"purchases\.columns\.customer_id: '.*" + says):
        read("p.csv", {"p.csv": content}, customer=f'"{customer}"')


def test_a_condition_that_doesn_t_fit(read):
    with pytest.raises(ShopFileError, match=r"purchases\.where: 'nope = 1' is neither"):
        read("p.csv", {"p.csv": CSV}, more="  where: nope = 1\n")
    with pytest.raises(ShopFileError, match=r"purchases\.where: 'p' is no condition but VARCHAR"):
        read("p.csv", {"p.csv": CSV}, more="  where: p\n")


def test_a_second_attempt_says_the_same(tmp_path):
    """Dbt connects again after a failure, to the same database in memory."""
    (tmp_path / "shop.yml").write_text(SHOP.format(path="p.csv", customer="c"))
    (tmp_path / "p.csv").write_text("c,p,t\n")
    shop = load_shop(tmp_path / "shop.yml")
    with duckdb.connect() as connection:
        for _ in range(2):
            with pytest.raises(ShopFileError, match="no rows in"):
                attach_shop(connection, shop, {})


def test_a_database_called_like_our_catalog(tmp_path):
    (tmp_path / "shop.yml").write_text(SHOP.format(path="p.csv", customer="c"))
    (tmp_path / "p.csv").write_text(CSV)
    with (
        duckdb.connect(tmp_path / "recsys_inputs.duckdb") as connection,
        pytest.raises(ShopFileError, match="can't be called recsys_inputs: give the file another"),
    ):
        attach_shop(connection, load_shop(tmp_path / "shop.yml"), {})


@pytest.mark.parametrize("ending", ["gz", "zst"])
def test_a_packed_file_that_was_cut_off(read, ending):
    """Far behind what is looked at first."""
    lines = "".join(
        f"a{number % 97},p{number * 7919 % 1009},2024-01-01\n" for number in range(99_999)
    )
    packed = gzip.compress(f"c,p,t\n{lines}".encode())
    if ending == "zst":
        packed = pa.compress(f"c,p,t\n{lines}".encode(), codec="zstd", asbytes=True)
    name = f"p.csv.{ending}"
    with pytest.raises(ShopFileError, match=rf"can't read 'p\.csv\.{ending}': .*"):
        read(name, {name: packed[: len(packed) // 2]})
