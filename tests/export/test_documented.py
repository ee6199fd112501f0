"""What docs/reading.md shows of exports can be run."""

import re
import shlex
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from recsys.cli import app
from recsys.export import FORMATS, export
from recsys.reading.warehouse import Warehouse

PAGE = (Path(__file__).parents[2] / "docs" / "reading.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^recsys (export [^#\n]*)", PAGE, flags=re.MULTILINE)
TITLES = ["=1+1", "'tis", "tea;=1", "00123", "1-2", "Café", "a\n-b", "'=x"]


def test_every_format_is_shown():
    shown = set(re.findall(r"--format (\w+)", " ".join(COMMANDS)))
    assert shown | {"parquet"} == set(FORMATS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_runs(built, tmp_path, monkeypatch, command):
    if "hyper" in command:
        pytest.importorskip("pantab", reason="pantab writes Hyper files")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECSYS_DATABASE", str(built))
    done = CliRunner().invoke(app, shlex.split(command))
    assert done.exit_code == 0, done.output
    assert (tmp_path / "exports" / "manifest.json").is_file()


def test_the_statement_gives_the_texts_back(built, tmp_path):
    with duckdb.connect(built) as writer:
        for at, title in enumerate(TITLES):
            writer.execute(
                "insert into marts.products by name select * replace "
                "('0' || $at as product_id, $title as title) from marts.products "
                "where product_id = 'P1'",
                {"at": at, "title": title},
            )
    with Warehouse(built) as warehouse:
        export(warehouse, tmp_path, "csv", ["products"])
        [expected] = warehouse.query(
            "select list(row(product_id, title) order by product_id) as rows from marts.products "
            "where title is not null"
        ).to_pylist()
    [statement] = re.findall(r"```sql\n(select\n.*?read_csv.*?)```", PAGE, flags=re.DOTALL)
    statement = statement.replace("exports/products.csv", (tmp_path / "products.csv").as_posix())
    with duckdb.connect() as connection:
        rows = connection.execute(statement).fetchall()
    found = [row for row in sorted(rows) if row[1] is not None]
    assert found == [tuple(row.values()) for row in expected["rows"]]
