"""Blocks of customers lack the evidence of one reason each, and nothing else."""

from collections import Counter

import duckdb
import pytest

from recsys.serving.ablation import CHECKED, LISTS, SCORES, Ablation, Row, sample
from recsys.serving.block_files import BlockFiles
from recsys.serving.plan import BlockPlan
from recsys.serving.slices import CustomerSlices

TABLES = {
    "int_customers": "(values (1, 'ann'), (2, 'bob'), (3, 'cat'), (4, 'dan')) "
    "as t (customer_key, customer_id)",
    "int_products": "(values (10, 'tea'), (11, 'jam'), (12, 'oil')) as t (product_key, product_id)",
    "int_events": "(values (1, 10, 'a'), (1, 10, 'b'), (1, 11, 'a'), (2, 10, 'c'), (2, 11, 'c'), "
    "(3, 10, 'd'), (4, 11, 'e')) as t (customer_key, product_key, order_key)",
    "int_interactions": "(values ('serving', 1, 10), ('serving', 1, 11), ('serving', 2, 10)) "
    "as t (fold, customer_key, product_key)",
    "int_attributes": "(values (3, 'age', 'old'), (1, 'age', 'young')) "
    "as t (customer_key, attribute, value)",
    "int_fold_products": "(values ('serving', 10, 9, 8, 7, 6, 5, 0.5, 'x'), "
    "('serving', 11, 4, 3, 2, 1, 1, 0.25, 'y'), ('serving', 12, 1, 1, 0, 0, 0, 0, 'z'), "
    "('2024-01-01', 10, 1, 1, 1, 1, 1, 1, 'x')) "
    "as t (fold, product_key, customers, orders, recent_customers, orders_14d, orders_42d, trend, "
    "product_id)",
    "int_product_features": "(values ('serving', 10, 9, 8, 7, 6, 5, 4, 3, 0.9, 2.5)) "
    "as t (fold, product_key, customers, customers_half_window, customers_one_window, "
    "customers_three_windows, new_customers_half_window, new_customers_one_window, "
    "new_customers_three_windows, trend, price)",
    "int_category_products": "(values ('serving', 10, 'HOT', 0.5), ('serving', 11, 'SWEET', 0.25), "
    "('serving', 12, 'SOUR', 0.125)) "
    "as t (fold, product_key, category, category_share)",
    "int_store_promotions": "(values ('serving', 0, 10, 5.0, 7.0, 0.25), "
    "('serving', 0, 12, 0.0, 3.0, 0.5), ('serving', 3, 12, 0.0, 3.0, null)) "
    "as t (fold, store_key, product_key, promoted_days_one_week, promoted_days_next_window, "
    "promoted_discount)",
    "int_folds": "(values ('serving', 'serve')) as t (fold, purpose)",
}
# ann bought tea, bob is told of jam because of tea, cat of oil for her age, dan of what is popular
LISTED = (
    "(values ('ann', 'buy_again', 'tea', 0.5, 'hybrid', 'habit', null), "
    "('bob', 'discover', 'jam', 0.25, 'hybrid', 'together', 'tea'), "
    "('cat', 'discover', 'oil', 0.125, 'profile', 'profile', null), "
    "('dan', 'discover', 'tea', 9, 'popularity', 'popular', null)) "
    "as t (customer_id, list_type, product_id, score, recommender, reason_kind, reason_product_id)"
)


@pytest.fixture
def files(tmp_path):
    return BlockFiles(tmp_path / "it's here")


@pytest.fixture
def ablation(files):
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as shop; create schema shop.intermediate")
        for name, query in TABLES.items():
            connection.execute(f"create table shop.intermediate.{name} as from {query}")
        inputs = tuple(("intermediate", name) for name in TABLES)
        plan = BlockPlan(catalog="shop", models=(), inputs=inputs, filled=())
        slices = CustomerSlices(connection, plan, files, 2)
        slices.write_sorted()
        slices.write_shared()
        slices.write(f"from {LISTED}", files.served(LISTS, 0))
        made = Ablation(connection, slices, files)
        assert set(made.shared(plan)) == {"int_folds", "int_products"}
        assert set(made.rows(plan)) == set(TABLES) - {"int_folds", "int_products"}
        yield made


def rows(files, block, table):
    return sorted(duckdb.read_parquet(str(files.rows(block, table))).fetchall())


def choose(ablation, files, most, size=2000):
    blocks = ablation.choose([files.served(LISTS, 0)], most, size, first_block=5)
    for block in blocks:
        ablation.write_rows(block)
    return blocks


def test_evidence_is_gone_and_all_else_is_there(ablation, files):
    assert choose(ablation, files, 1000) == [5, 6]
    # ann without tea; bob without tea, though jam is what he is told of; cat whole, but her age
    assert rows(files, 5, "int_customers") == [(1, "ann"), (2, "bob"), (3, "cat")]
    assert rows(files, 5, "int_events") == [(1, 11, "a"), (2, 11, "c"), (3, 10, "d")]
    assert rows(files, 5, "int_interactions") == [("serving", 1, 11)]
    assert rows(files, 5, "int_attributes") == [(1, "age", "young")]
    assert rows(files, 5, "int_fold_products") == [
        ("serving", 10, 9, 8, 7, 6, 5, 0.5, "x"),
        ("serving", 11, 4, 3, 2, 1, 1, 0.25, "y"),
        ("serving", 12, 1, 1, 0, 0, 0, 0.0, "z"),
    ]


def test_what_was_popular_is_bought_as_often_as_the_median_product(ablation, files):
    choose(ablation, files, 1000)
    assert rows(files, 6, "int_events") == [(4, 11, "e")]
    assert rows(files, 6, "int_fold_products") == [
        ("serving", 10, 4, 3, 2, 1, 1, 0.25, "x"),
        ("serving", 11, 4, 3, 2, 1, 1, 0.25, "y"),
        ("serving", 12, 1, 1, 0, 0, 0, 0.0, "z"),
    ]
    assert rows(files, 6, "int_category_products") == [
        ("serving", 10, "HOT", 0.25),
        ("serving", 11, "SWEET", 0.25),
        ("serving", 12, "SOUR", 0.125),
    ]


def test_what_was_on_offer_is_promoted_no_more(ablation, files):
    """Cat's oil is on offer: days of the label window become 0, and its past stays."""
    listed = LISTED.replace("'profile', 'profile'", "'hybrid', 'on_offer'")
    duckdb.sql(f"from {listed}").write_parquet(str(files.served(LISTS, 0)))
    assert choose(ablation, files, 1000) == [5, 6, 7]
    promoted = [("serving", 0, 10, 5.0, 7.0, 0.25)]
    before = [("serving", 0, 12, 0.0, 3.0, 0.5), ("serving", 3, 12, 0.0, 3.0, None)]
    without = [("serving", 0, 12, 0.0, 0.0, None), ("serving", 3, 12, 0.0, 0.0, None)]
    assert rows(files, 5, "int_store_promotions") == [*promoted, *before]
    assert rows(files, 6, "int_store_promotions") == [*promoted, *before]
    assert rows(files, 7, "int_store_promotions") == [*promoted, *without]
    # all that cat bought is there, and as many as ever buy oil
    assert rows(files, 7, "int_events") == [(3, 10, "d")]
    assert len(rows(files, 7, "int_fold_products")) == 3


def test_blocks_have_as_many_customers_as_others_have(ablation, files):
    assert choose(ablation, files, 1000, size=2) == [5, 6, 7]
    assert [len(rows(files, block, "int_customers")) for block in (5, 6, 7)] == [2, 1, 1]


def test_scores_are_put_beside_those_without_evidence(ablation, files):
    """Jam has a score by popularity, which isn't what lists it; cat's oil has none."""
    blocks = choose(ablation, files, 1000)
    scores = "(values ('hybrid', 1, 10, 0.25), ('popularity', 2, 11, 7), ('hybrid', 2, 10, 0.5))"
    columns = "as t (recommender, customer_key, product_key, score)"
    for block, query in ((5, scores), (6, "(values ('popularity', 4, 10, 2))")):
        files.served(SCORES, block).parent.mkdir(parents=True, exist_ok=True)
        duckdb.sql(f"from {query} {columns}").write_parquet(str(files.served(SCORES, block)))
    assert ablation.write_checks(blocks) == 4
    found = duckdb.read_parquet(str(files.served(CHECKED, 0)))
    assert found.fetchall() == [
        ("ann", "buy_again", "tea", "habit", "hybrid", 0.5, 0.25),
        ("bob", "discover", "jam", "together", "hybrid", 0.25, None),
        ("cat", "discover", "oil", "profile", "profile", 0.125, None),
        ("dan", "discover", "tea", "popular", "popularity", 9, 2),
    ]


def test_with_none_to_check_there_are_no_blocks(ablation, files):
    assert choose(ablation, files, 0) == []
    assert ablation.write_checks([]) == 0
    types = duckdb.read_parquet(str(files.served(CHECKED, 0))).types
    assert types[-1] == "DOUBLE"


def listed(**kinds):
    """Return rows of customers 0, 1, 2 … for each kind."""
    return [
        Row(customer, 7, "discover", kind) for kind, n in kinds.items() for customer in range(n)
    ]


def test_kinds_have_as_many_rows_as_there_can_be():
    """Of nine rows gifts have their only one, and the others four each, no customer twice."""
    chosen = sample(listed(habit=20, together=20, had=1), 9)
    assert Counter(row.reason_kind for row in chosen) == {"habit": 4, "together": 4, "had": 1}
    assert len({row.customer_key for row in chosen}) == 9


def test_the_first_rows_are_taken():
    chosen = sample(reversed(listed(habit=20)), 3)
    assert [row.customer_key for row in chosen] == [17, 18, 19]
