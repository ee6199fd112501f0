"""Tables are read once and cut into the rows of each block of customers."""

import duckdb
import pytest

from recsys.errors import RecsysError
from recsys.serving.block_files import BlockFiles
from recsys.serving.plan import BlockPlan
from recsys.serving.slices import CustomerSlices

TABLES = {
    "int_customers": "from (values (1, 'ann'), (2, 'bob'), (3, 'cat')) "
    "as t (customer_key, customer_id)",
    "int_events": "from (values (3, 30), (1, 10), (2, 20), (1, 11)) "
    "as t (customer_key, product_key)",
    "int_history": "from (values ('serving', 2, 5), ('2024-01-01', 2, 4), ('serving', 1, 3)) "
    "as t (fold, customer_key, orders)",
    "int_interactions": "from (values ('serving', 1, 10), ('serving', 1, 20), ('serving', 2, 10), "
    "('serving', 3, 10), ('2024-01-01', 1, 10)) as t (fold, customer_key, product_key)",
    "int_attributes": "from (values (2, 'bob', 'tall'), (null, 'bot', 'tin')) "
    "as t (customer_key, customer_id, value)",
    "int_folds": "from (values ('serving', 'serve'), ('2024-01-01', 'judge')) as t (fold, purpose)",
    "int_products": "from (values (10, 'tea')) as t (product_key, title)",
}


@pytest.fixture
def shop():
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as shop; create schema shop.intermediate")
        for name, query in TABLES.items():
            connection.execute(f"create table shop.intermediate.{name} as {query}")
        yield connection


@pytest.fixture
def slices(shop, tmp_path):
    return slices_of(shop, tmp_path)


def slices_of(shop, tmp_path, *more):
    plan = BlockPlan(
        catalog="shop",
        models=(),
        inputs=tuple(("intermediate", name) for name in (*TABLES, *more)),
        filled=(),
    )
    return CustomerSlices(shop, plan, BlockFiles(tmp_path), 2)


def rows(file):
    return sorted(duckdb.read_parquet(str(file)).fetchall())


def test_tables_of_customers_are_cut_and_the_others_are_shared(slices):
    names = {"customers", "events", "history", "attributes", "interactions"}
    assert set(slices.sliced) == {f"int_{name}" for name in names}
    assert set(slices.shared) == {"int_folds", "int_products"}
    assert slices.customers_of_blocks() == {0: 2, 1: 1}


@pytest.mark.parametrize(
    # four interactions of three customers, those of today
    ("limits", "customers"),
    [
        ((4, 1), {0: 2, 1: 1}),
        ((2, 1), {0: 1, 1: 1, 2: 1}),
        ((2, 2), {0: 2, 1: 1}),
        ((3, 3), {0: 2, 1: 1}),
    ],
)
def test_where_customers_have_much_a_block_has_fewer(
    shop, tmp_path, monkeypatch, limits, customers
):
    most, fewest = limits
    monkeypatch.setattr("recsys.serving.block_size.MOST_INTERACTIONS", most)
    monkeypatch.setattr("recsys.serving.block_size.FEWEST_CUSTOMERS", fewest)
    assert slices_of(shop, tmp_path).customers_of_blocks() == customers


def test_a_block_has_today_s_rows_of_its_customers(slices, tmp_path):
    files = BlockFiles(tmp_path)
    slices.write_sorted()
    for block in (0, 1):
        slices.write_rows(block)
    assert rows(files.rows(0, "int_events")) == [(1, 10), (1, 11), (2, 20)]
    assert rows(files.rows(1, "int_events")) == [(3, 30)]
    assert rows(files.rows(0, "int_history")) == [("serving", 1, 3), ("serving", 2, 5)]
    assert rows(files.rows(1, "int_history")) == []
    assert rows(files.rows(0, "int_attributes")) == [(2, "bob", "tall")]  # nobody is bot


def test_no_block_reads_a_table_again(slices, shop, tmp_path):
    slices.write_sorted()
    for name in slices.sliced:
        shop.execute(f"drop table shop.intermediate.{name}")
    slices.write_rows(1)
    assert rows(BlockFiles(tmp_path).rows(1, "int_customers")) == [(3, "cat")]


def test_sorted_rows_are_in_the_order_of_customers(slices, tmp_path):
    slices.write_sorted()
    read = duckdb.read_parquet(str(BlockFiles(tmp_path).sorted("int_events")))
    assert [key for key, _ in read.fetchall()] == [1, 1, 2, 3]


def test_all_blocks_share_the_fold_of_today(slices, tmp_path):
    slices.write_shared()
    slices.write_fold_of_today("int_customer_folds")
    files = BlockFiles(tmp_path)
    assert rows(files.shared("int_customer_folds")) == [("serving", "serve")]
    assert rows(files.shared("int_products")) == [(10, "tea")]


@pytest.mark.parametrize(
    "name", ["int_store_promotions", "int_store_popularity", "int_store_buyers"]
)
def test_of_stores_blocks_have_what_is_known_today(shop, tmp_path, name):
    shop.execute(f"""
        create table shop.intermediate.{name} as
        from (values ('serving', 1, 7), ('2024-01-01', 1, 3)) as t (fold, store_key, days)
    """)
    slices_of(shop, tmp_path, name).write_shared()
    assert rows(BlockFiles(tmp_path).shared(name)) == [("serving", 1, 7)]


def test_a_table_that_knows_customers_by_their_ids_alone_is_refused(shop, tmp_path):
    shop.execute("create table shop.intermediate.int_notes as select 'ann' as customer_id")
    with pytest.raises(RecsysError, match=r"int_notes has customer_id and no customer_key, .* add"):
        slices_of(shop, tmp_path, "int_notes")
