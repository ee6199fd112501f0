"""`recsys init`: writes one file, replaces none, and names what it can't read."""

from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from recsys.cli import app
from recsys.errors import RecsysError
from recsys.shop import attach_shop, load_shop

LINES = "customer_id,product_id,order_date\n" + "\n".join(
    f"c{n % 7},p{n % 9},2024-01-{1 + n % 28:02}" for n in range(100)
)


@pytest.fixture
def orders(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "orders.csv"
    path.write_text(LINES, encoding="utf-8")
    return path


def run(*arguments: object):
    result = CliRunner().invoke(app, ["init", *map(str, arguments)])
    if isinstance(result.exception, RecsysError):
        return str(result.exception)
    assert result.exit_code == 0, result.output
    return result.output


def test_it_says_what_it_wrote(orders):
    said = run(orders)
    assert "purchases: orders.csv, 3 columns" in said
    assert "recsys check --shop shop.yml" in said
    text = Path("shop.yml").read_text(encoding="utf-8")
    assert "customer_id: customer_id  # by name; 7 different values" in text


def test_it_replaces_nothing_unasked(orders):
    Path("shop.yml").write_text("mine", encoding="utf-8")
    assert "--force" in run(orders)
    assert Path("shop.yml").read_text(encoding="utf-8") == "mine"
    run(orders, "--force", "--name", "my shop")
    assert "name: my shop" in Path("shop.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.csv", b"", "is empty"),
        ("header.csv", b"customer_id,product_id\n", "no rows below its header"),
        ("blank.csv", b"\n \n", "empty"),
        ("broken.parquet", b"PAR1 not really", "broken.parquet"),
        ("broken.csv.gz", b"no gzip", "broken.csv.gz"),
        ("broken.xlsx", b"no workbook", "no Excel file"),
        ("broken.duckdb", b"no database", "DuckDB database"),
        ("broken.json", b"{{{", "broken.json"),
        ("picture.png", b"\x89PNG\0\0\0\x01\x02", "it is a picture (PNG)"),
        ("words.txt", b"once upon a time\nthere was a shop\n", "none of these files"),
    ],
)
def test_what_it_cannot_read_is_named(orders, name, content, said):
    Path(name).write_bytes(content)
    assert said in run(name)
    assert not Path("shop.yml").exists()


def test_missing_files_and_folders(orders, tmp_path):
    assert "no file at" in run("nothing.csv")
    assert "is a folder" in run(tmp_path)


def test_a_file_given_twice_is_one(orders):
    assert "not used" not in run(orders, orders)


def test_a_small_file_of_two_columns_may_end_in_a_blank_line(orders):
    Path("goods.csv").write_text("sku,title\n1,Tea\n2,Jam\n\n", encoding="utf-8")
    said = run(orders, "goods.csv")
    assert "purchases: orders.csv, 3 columns" in said


def test_a_column_whose_name_ends_in_a_blank(orders):
    with duckdb.connect() as connection:
        connection.execute(
            'copy (select customer_id as "Customer ID ", * exclude (customer_id) '
            "from 'orders.csv') to 'orders.parquet'"
        )
    run("orders.parquet")
    loaded = load_shop("shop.yml")
    assert loaded.purchases.columns["customer_id"] == "Customer ID "
    with duckdb.connect() as connection:
        attach_shop(connection, loaded, {})
        assert connection.sql(
            "select count(distinct customer_id) from recsys_inputs.purchases"
        ).fetchall() == [(7,)]


@pytest.mark.parametrize("day", ["2024-01-{:02} 00:00:00.000", "{:02}/01/2024 00:00"])
def test_a_midnight_beside_a_day_gives_way_to_the_time_of_day(tmp_path, monkeypatch, day):
    monkeypatch.chdir(tmp_path)
    lines = [f"c{n % 7},p{n % 9},{day.format(1 + n % 28)},{n % 24:02}:30:00" for n in range(100)]
    Path("till.csv").write_text(
        "\n".join(["customer_id,product_id,Date,Time", *lines]), encoding="utf-8"
    )
    run("till.csv")
    with duckdb.connect() as connection:
        attach_shop(connection, load_shop("shop.yml"), {})
        [(first,)] = connection.sql(
            "select purchased_at from recsys_inputs.purchases limit 1"
        ).fetchall()
    assert first == f"{day.format(1).split(' ')[0]} 00:30:00"
