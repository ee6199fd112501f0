"""Past and future, kept apart: cut-offs, what was bought after, and what models learn from."""

import csv
import math
from collections import defaultdict
from datetime import datetime
from pathlib import Path

import pytest

TINY_SHOP = Path(__file__).parents[1] / "tiny_shop"
JUDGED, TRAIN, EARLIER = "2024-05-02", "2024-04-04", "2024-03-07"
TEA_DRINKERS = ["00123", "O'Hara", "Tee Zwei", "Зоя", "T4", "T5"]


def test_the_folds(query):
    rows = query(
        "select fold, cutoff_at, label_until, purpose from intermediate.int_folds order by 1"
    )
    assert rows == [
        # the last day is 30 May; a label window is 28 days, and the last one includes that day
        (EARLIER, datetime(2024, 3, 7), datetime(2024, 4, 4), "train"),
        (TRAIN, datetime(2024, 4, 4), datetime(2024, 5, 2), "train"),
        (JUDGED, datetime(2024, 5, 2), datetime(2024, 5, 31), "judge"),
        ("serving", datetime(2024, 5, 31), datetime(2024, 6, 28), "serve"),
    ]


def test_what_was_bought_after_the_cut_off(query):
    """Orders 9 and 10 of every regular; only drink i + 4 is new."""
    for i, customer in enumerate(TEA_DRINKERS):
        rows = query(
            """
            select product_id, is_new, has_history from intermediate.int_held_out
            where fold = ? and customer_id = ?
            """,
            JUDGED,
            customer,
        )
        drinks = {f"tea-{(i + drink) % 6}" for drink in (4, 0, 1, 2)}
        basics = {"0001", "001", "beurre d'été"} if i < 3 else {"0001"}
        assert {product for product, *_ in rows} == drinks | basics
        assert {product for product, is_new, _ in rows if is_new} == {f"tea-{(i + 4) % 6}"}
        assert all(has_history for *_, has_history in rows)


def test_who_came_later_has_no_history(query):
    rows = query(
        """
        select product_id, is_new, has_history from intermediate.int_held_out
        where fold = ? and customer_id = 'newcomer' order by 1
        """,
        JUDGED,
    )
    assert rows == [("0001", True, False), ("tea-0", True, False)]
    ranked = query(
        "select distinct customer_id from intermediate.int_fold_customers where fold = ?", JUDGED
    )
    assert ("newcomer",) not in ranked
    assert len(ranked) == 12


def test_the_share_of_held_out_purchases_in_the_catalogue(query):
    rows = query(
        "select fold, held_out, in_catalogue from intermediate.int_fold_coverage order by 1"
    )
    assert rows == [
        # 12 with milk and drinks 0, 1 and 2, in orders 5 and 6
        (EARLIER, 12 * 4, 12 * 4),
        # 12 with milk and drinks 3, 0 and 2; 6 with bread and butter; nobody had had saffron, gift
        # card, mystery (3 each) or caviar before
        (TRAIN, 12 * 4 + 6 * 2 + 10, 12 * 4 + 6 * 2),
        # 12 with milk and drinks 4, 0, 1 and 2; 6 with bread and butter; the newcomer
        (JUDGED, 12 * 5 + 6 * 2 + 2, 12 * 5 + 6 * 2 + 2),
    ]


def test_the_catalogue_knows_only_its_past(query):
    rows = query(
        """
        select product_id, why_not from intermediate.int_fold_products
        where fold = ? and not in_catalogue
        """,
        JUDGED,
    )
    # saffron was in stock then, or nobody knows better; the calendar is 119 days old
    assert dict(rows) == {
        "calendar": "not sold lately",
        "caviar": "bought by too few customers",
        "gift card": "excluded by the shop",
    }


def test_nothing_learned_from_is_at_or_after_the_cut_off(query):
    for table in ("int_interactions", "int_training_rows"):
        rows = query(f"""
            select fold, max(last_at) < any_value(cutoff_at) from intermediate.{table}
            inner join intermediate.int_folds using (fold) group by fold order by fold
        """)  # noqa: S608
        assert rows == [(EARLIER, True), (TRAIN, True), (JUDGED, True), ("serving", True)]


def test_another_future_changes_no_past_ranking(query, builder, tmp_path):
    """After the cut-off everyone buys nothing but coffee-0: no past ranking may know."""
    folder = tmp_path / "shop"
    folder.mkdir()
    for path in TINY_SHOP.iterdir():
        if path.suffix in {".csv", ".yml"}:
            (folder / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    with (folder / "purchases.csv").open(encoding="utf-8", newline="") as file:
        heads, *lines = csv.reader(file)
    day, product = heads.index("Day"), heads.index("SKU")
    for line in lines:
        if "2024-05-02" <= line[day] <= "2024-06":
            line[product] = "coffee-0"
    with (folder / "purchases.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([heads, *lines])
    ask = builder.ask(builder.run(folder))

    tables = query("select table_name from duckdb_tables() where schema_name = 'recommenders'")
    assert len(tables) >= 9
    for (table,) in tables:
        sql = f"from recommenders.{table} where fold <> 'serving' order by all"
        past = query(sql)
        assert past == ask(sql), table
        # the shop's lines name no stores
        assert {JUDGED} <= {row[0] for row in past} or table == "rec_store_popularity", table
    sql = "select product_id from intermediate.int_held_out where fold = ? group by all"
    assert ask(sql, JUDGED) == [("coffee-0",)]


def paid_orders():
    """Yield customer, product and time of every accepted line that was paid and kept."""
    returned = ("00123", "tea-0", "2024-01-02")  # on 21 January, before the next was bought
    with (TINY_SHOP / "purchases.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))[:-9]  # the bad ones come last
    for line in lines:
        is_returned = (line["CustomerNo"], line["SKU"], line["Day"]) == returned
        is_bought = int(line["Qty"]) > 0 and float(line["Price"]) > 0 and not is_returned
        if line["CustomerNo"] and is_bought:
            yield line["CustomerNo"], line["SKU"], datetime.fromisoformat(line["Day"])


def test_implied_ratings_by_their_formula(query):
    """On a log scale from 1 to the customer's strongest habit, 5; half the weight in 90 days."""
    weights: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    serving = datetime(2024, 5, 31)
    for customer, product, at in paid_orders():
        weights[customer][product] += 0.5 ** ((serving - at).days / 90)
    expected = {
        (customer, product): 1 + 4 * math.log1p(weight) / math.log1p(max(products.values()))
        for customer, products in weights.items()
        for product, weight in products.items()
    }
    rows = query("select customer_id, product_id, rating, is_implied from marts.ratings")
    assert {(c, p): r for c, p, r, _ in rows} == pytest.approx(expected, abs=1e-6)
    assert all(is_implied for *_, is_implied in rows)
    assert ("C5", "coffee-4") not in expected  # a gift says nothing of taste
    by_hand = dict(
        query("select product_id, rating from marts.ratings where customer_id = 'newcomer'")
    )
    assert by_hand == {"0001": 5, "tea-0": 5}
