"""Expressions that can't be computed of a line, or of any, and files that lack a column."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
import xlsxwriter

from recsys.errors import ShopFileError
from recsys.shop import attach_shop, load_shop

Read = Callable[..., list[tuple]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Return a function that reads the purchases of a shop of two files, by these columns."""
    (tmp_path / "lines_1.csv").write_text("c,p,t,n\n1,a,2024-01-01,2\nx1,b,2024-01-02,many\n")

    def read(**columns: str) -> list[tuple]:
        listed = "".join(f"    {name}: {value!r}\n" for name, value in columns.items())
        shop = tmp_path / "shop.yml"
        shop.write_text(f"name: s\npurchases:\n  path: lines_*.csv\n  columns:\n{listed}")
        with duckdb.connect() as connection:
            attach_shop(connection, load_shop(shop), {})
            return connection.sql(
                "select customer_id, product_id, quantity from recsys_inputs.purchases order by all"
            ).fetchall()

    return read


def test_what_can_t_be_computed_of_a_line_is_missing_there(read):
    rows = read(customer_id="c", product_id="p", purchased_at="t", quantity="cast(n as integer)")
    assert rows == [("1", "a", 2), ("x1", "b", None)]


def test_a_customer_is_never_missing_without_a_word(read):
    with pytest.raises(ShopFileError, match=r"purchases\.columns\.customer_id: .*'x1'.*try_cast"):
        read(customer_id="cast(c as integer)", product_id="p", purchased_at="t")
    rows = read(customer_id="try_cast(c as integer)", product_id="p", purchased_at="t")
    assert {row[0] for row in rows} == {1, None}


@pytest.mark.parametrize("expression", ["regexp_extract(p, '(')", "repeat(p, 1000000000000)"])
def test_what_fails_whatever_the_value_is_names_the_column(read, expression):
    with pytest.raises(ShopFileError, match=r"purchases\.columns\.product_id: .*lines_\*\.csv"):
        read(customer_id="c", product_id=expression, purchased_at="t")


def test_a_file_without_a_required_column_is_named(read, tmp_path):
    (tmp_path / "lines_2.csv").write_text("cust;p;t\n7;a;2024-01-01\n")
    with pytest.raises(ShopFileError, match=r"'lines_2\.csv' has no column 'c'.*cust, p, t"):
        read(customer_id="c", product_id="p", purchased_at="t")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("as_of: 31.05.2024", "as_of: '31.05.2024' won't do: write a day, such as 2024-05-31"),
        ("guest_ids: 7", "guest_ids: '7' won't do: write a list"),
    ],
)
def test_a_value_of_another_kind_is_told_what_is_legal(tmp_path, line, said):
    shop = tmp_path / "shop.yml"
    shop.write_text(
        f"name: s\n{line}\npurchases:\n  path: a.csv\n"
        "  columns: {customer_id: c, product_id: p, purchased_at: t}\n"
    )
    with pytest.raises(ShopFileError) as failed:
        load_shop(shop)
    assert said in str(failed.value)


def test_a_condition_that_a_line_can_t_answer_is_named(tmp_path):
    (tmp_path / "lines.csv").write_text("c,p,t,n\n1,a,2024-01-01,2\n1,b,2024-01-02,many\n")
    shop = tmp_path / "shop.yml"
    text = (
        "name: s\npurchases:\n  path: lines.csv\n  where: {}\n"
        "  columns: {{customer_id: c, product_id: p, purchased_at: t}}\n"
    )
    shop.write_text(text.format("cast(n as integer) > 0"))
    with (
        duckdb.connect() as connection,
        pytest.raises(ShopFileError, match=r"purchases\.where: 'cast.*'many'.*try_cast"),
    ):
        attach_shop(connection, load_shop(shop), {})
    shop.write_text(text.format("try_cast(n as integer) > 0"))
    with duckdb.connect() as connection:
        attach_shop(connection, load_shop(shop), {})
        found = connection.execute("select product_id from recsys_inputs.purchases").fetchall()
    assert found == [("a",)]


@pytest.mark.parametrize("kind", ["jsonl", "parquet", "xlsx"])
def test_a_file_of_any_kind_without_a_required_column_is_named(tmp_path, kind):
    for number, columns in enumerate((("c", "p", "t"), ("cust", "p", "t")), 1):
        path = tmp_path / f"lines_{number}.{kind}"
        if kind == "xlsx":
            with xlsxwriter.Workbook(path) as book:
                sheet = book.add_worksheet()
                sheet.write_row(0, 0, columns)
                sheet.write_row(1, 0, ("a", "b", "2024-01-01"))
        else:
            selected = ", ".join(f"'2024-01-01' as {column}" for column in columns)
            form = "json" if kind == "jsonl" else kind
            duckdb.sql(f"copy (select {selected}) to '{path}' (format {form})")
    shop = tmp_path / "shop.yml"
    shop.write_text(
        f"name: s\npurchases:\n  path: lines_*.{kind}\n"
        "  columns: {customer_id: c, product_id: p, purchased_at: t}\n"
    )
    with (
        duckdb.connect() as connection,
        pytest.raises(ShopFileError, match=rf"'lines_2\.{kind}' has no column 'c'.*cust, p, t"),
    ):
        attach_shop(connection, load_shop(shop), {})


@pytest.mark.parametrize("first", [True, False])
def test_a_line_that_an_expression_fails_for_is_missing_whichever_it_is(read, tmp_path, first):
    lines = ["1,a,n/a,1", "1,b,02.01.2024,1"]
    (tmp_path / "lines_1.csv").write_text(
        "c,p,t,n\n" + "\n".join(lines if first else lines[::-1]) + "\n"
    )
    rows = read(
        customer_id="c", product_id="p", purchased_at="t", quantity="strptime(t, '%d.%m.%Y')"
    )
    assert rows == [("1", "a", None), ("1", "b", datetime(2024, 1, 2))]
