"""Lists side by side: one row per customer."""

import csv
from pathlib import Path

import duckdb
import openpyxl
import pyarrow.parquet as pq
import pytest

from recsys.errors import InvalidParameterError
from recsys.export import export, wide
from recsys.reading.warehouse import Warehouse

PLACES = range(1, 4)


@pytest.fixture
def shop(built: Path) -> Path:
    """Return lists of which one customer's `discover` has one product, and another's none."""
    with duckdb.connect(built) as writer:
        writer.execute(
            "delete from marts.recommendations where list_type = 'discover' "
            "and (customer_id = '00123' and rank > 1 or customer_id = '-5')"
        )
        writer.execute("update marts.products set title = '=TEA' where product_id = 'P1'")
        writer.execute("comment on column marts.recommendations.reason is 'Why it is there.'")
    return built


def rows_of(path: Path) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["customer_id"]: row for row in csv.DictReader(file)}


@pytest.mark.parametrize("customers_per_block", [1, 3, 20_000])
def test_one_list_has_plain_names_and_ends_with_nulls(
    shop, tmp_path, monkeypatch, customers_per_block
):
    monkeypatch.setattr(wide, "CUSTOMERS_PER_BLOCK", customers_per_block)
    with Warehouse(shop) as warehouse:
        [done] = export(warehouse, tmp_path, "csv", wide=True, lists=["discover"], raw=True)
    assert (done.file, done.rows) == ("recommendations_wide.csv", 7)
    rows = rows_of(tmp_path / done.file)
    names = [f"{part}_{place}" for place in PLACES for part in ("product", "title", "reason")]
    assert list(rows["кот"]) == ["customer_id", *names]
    reason = 'often bought with Milk "fresh"'
    assert list(rows["кот"].values()) == [
        *("кот", "P1", "=TEA", reason, "P2", 'Milk "fresh"', reason),
        *("P/3", "Line one\nline two", reason),
    ]
    assert list(rows["00123"].values()) == ["00123", "P1", "=TEA", reason, *[""] * 6]
    assert "-5" not in rows
    assert "quiet" not in rows
    assert list(rows) == sorted(rows)


def test_several_lists_stand_side_by_side(shop, tmp_path):
    with Warehouse(shop) as warehouse:
        export(warehouse, tmp_path, "parquet", wide=True)
        export(warehouse, tmp_path, "xlsx", wide=True, lists=["next_basket", "discover"])
    table = pq.read_table(tmp_path / "recommendations_wide.parquet")
    assert table.num_rows == 8
    assert table.column_names == ["customer_id"] + [
        f"{name}_{part}_{place}"
        for name in ("buy_again", "discover", "next_basket")
        for place in PLACES
        for part in ("product", "title", "reason")
    ]
    row = next(row for row in table.to_pylist() if row["customer_id"] == "-5")
    assert (row["discover_product_1"], row["buy_again_product_2"]) == (None, "P2")
    book = openpyxl.load_workbook(tmp_path / "recommendations_wide.xlsx")
    assert [cell.value for cell in book["recommendations_wide"][1]][:2] == [
        "customer_id",
        "next_basket_product_1",
    ]
    assert ["discover_reason_2", "text", "On rank 2 of the list discover: Why it is there."] in [
        [cell.value for cell in row] for row in book["About"].iter_rows()
    ]


def test_formulas_and_ids_are_guarded_as_in_other_tables(shop, tmp_path):
    with Warehouse(shop) as warehouse:
        export(warehouse, tmp_path, "csv", wide=True, lists=["discover"])
    text = (tmp_path / "recommendations_wide.csv").read_text(encoding="utf-8-sig")
    assert "\n'00123,P1,'=TEA," in text


def test_other_tables_come_where_they_are_named(shop, tmp_path):
    with Warehouse(shop) as warehouse:
        done = export(warehouse, tmp_path, "sqlite", ["champions"], wide=True)
    assert [(one.table, one.rows) for one in done] == [
        ("champions", 2),
        ("recommendations_wide", 8),
    ]


def test_a_list_that_does_not_exist_names_those_that_do(shop, tmp_path):
    with Warehouse(shop) as warehouse:
        with pytest.raises(
            InvalidParameterError, match=r"no list 'discovery'; did you .*discover'"
        ):
            export(warehouse, tmp_path / "out", wide=True, lists=["discovery"])
        with pytest.raises(InvalidParameterError, match="add --wide"):
            export(warehouse, tmp_path / "out", lists=["discover"])
    assert not (tmp_path / "out").exists()


def test_a_shop_without_lists_has_a_table_without_rows(built, tmp_path):
    with duckdb.connect(built) as writer:
        writer.execute("delete from marts.recommendations")
    with Warehouse(built) as warehouse:
        [done] = export(warehouse, tmp_path, "csv", wide=True)
    assert done.rows == 0
    assert (tmp_path / done.file).read_text(encoding="utf-8-sig") == "customer_id\n"
