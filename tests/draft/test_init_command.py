"""`recsys init`: writes one file, replaces none, and names what it can't read."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from recsys.cli import app
from recsys.errors import RecsysError

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
        ("picture.png", b"\x89PNG\0\0\0\x01\x02", "binary"),
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
