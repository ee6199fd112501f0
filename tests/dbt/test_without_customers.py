"""Shops that don't say who bought: orders stand for customers, and nothing is anybody's.

Every order holds tea and milk, or jam and bread; each third one a mug besides. All is known by
construction: 60 orders, one a day, 30 of either kind, 20 with a mug.
"""

from datetime import date, timedelta

import pytest

from recsys.reading.warehouse import Warehouse

ORDERS = 60
SHOP = """
name: till
purchases:
  path: lines.csv
  columns: {{customer_id: {who}, product_id: p, purchased_at: t, order_id: o}}
{more}
settings: {{sold_within_days: 0, hybrid_training_folds: 1, bootstrap_resamples: 20, {settings}}}
"""
SETTINGS = "min_customers_per_product: 10, min_baskets_together: 10"


def orders() -> list[tuple[int, list[str]]]:
    return [
        (n, [*(["jam", "bread"] if n % 2 else ["tea", "milk"]), *(["mug"] if n % 3 == 0 else [])])
        for n in range(ORDERS)
    ]


def lines(who=lambda n: "") -> str:
    first = date(2024, 1, 1)
    return "c,p,t,o\n" + "".join(
        f"{who(n)},{product},{first + timedelta(days=n)},r{n}\n"
        for n, products in orders()
        for product in products
    )


def files(who: str = "c", more: str = "", settings: str = SETTINGS, **others: str) -> dict:
    yml = SHOP.format(who=who, more=more, settings=settings)
    return {"shop.yml": yml, "lines.csv": lines(), **others}


@pytest.fixture(scope="module")
def database(builder):
    """Return the till's database; its build ran all tests of the tables, with no warning."""
    built = builder.build(files())
    assert builder.result.warnings == ()
    return built


@pytest.fixture
def ask(builder, database):
    return builder.ask(database)


def test_products_count_their_orders(ask):
    rows = ask("select product_id, customers, orders, is_recommendable from marts.products")
    assert sorted(rows) == [
        *(("bread", 30, 30, True), ("jam", 30, 30, True), ("milk", 30, 30, True)),
        *(("mug", 20, 20, True), ("tea", 30, 30, True)),
    ]
    # of the last 42 days: 21 orders of either kind, 14 mugs
    rows = ask("select product_id, customers from marts.popular_products order by rank")
    assert rows == [("bread", 21), ("jam", 21), ("milk", 21), ("tea", 21), ("mug", 14)]


def test_what_shares_orders_is_bought_together_and_similar(ask):
    pairs = {("bread", "jam"), ("jam", "bread"), ("milk", "tea"), ("tea", "milk")}
    rows = ask("select product_id, other_product_id, baskets from marts.bought_together")
    assert {row[:2] for row in rows} >= pairs
    assert {baskets for *pair, baskets in rows if tuple(pair) in pairs} == {30}
    rows = ask("""
        select product_id, similar_product_id, round(similarity, 6), reason
        from marts.similar_products where method = 'collaborative' and rank = 1
    """)
    alike = {row for row in rows if row[0] != "mug"}
    assert alike == {(one, other, 1, "30 orders in common") for one, other in pairs}


def test_nothing_is_anybodys(ask, database):
    for table in ("recommendations", "customers", "champions", "product_audiences"):
        assert ask(f"select count(*) from marts.{table}") == [(0,)], table  # noqa: S608
    assert ask("select customers, purchases from marts.run_history") == [(0, 140)]
    with Warehouse(database) as warehouse:
        assert warehouse.health().status == "ok"


def test_product_pages_are_judged_by_later_orders(ask):
    """The last 29 days hold 29 orders, nine of them with a mug, which goes with nothing for sure.

    Of these nine, two pages of three show what was in the order; of the others both do.
    """
    rows = ask("""
        select recommender, value, customers from marts.model_metrics
        where metric = 'hit_rate' and k = 5 and segment = 'all'
    """)
    judged = {recommender: (value, orders) for recommender, value, orders in rows}
    assert judged["bought_together"] == (pytest.approx((20 + 9 * 2 / 3) / 29), 29)
    assert ask("select distinct list_type from marts.model_metrics") == [("product_page",)]
    rows = ask("""
        select list_type, customers_with_history, customers_judged, customers_nothing_to_find,
            customers_not_sampled, customers_without_history from marts.evaluation_coverage
    """)
    assert rows == [("product_page", 29, 29, 0, 0, 0)]


def test_what_is_missing_is_said(ask):
    said = dict(ask("select aspect, consequence from marts.input_support where not is_given"))
    assert said["customer"] == (
        "no line says who bought: no lists for customers; popular_products, bought_together and "
        "similar_products count orders"
    )
    assert not {"customers", "ratings", "catalogue"} & set(said)


CLEANED = {
    "an empty column": (files(), True),
    "no column": (files("cast(null as varchar)"), True),
    "guests": (files(more="guest_ids: [GUEST]") | {"lines.csv": lines(lambda n: "GUEST")}, True),
    "a card in 20 orders": (
        files() | {"lines.csv": lines(lambda n: f"c{n}" if n in (7, 31) else "")},
        True,
    ),
    "a card in every fourth": (
        files() | {"lines.csv": lines(lambda n: f"c{n % 3}" if n % 4 == 0 else "")},
        False,
    ),
    "customers": (files() | {"lines.csv": lines(lambda n: f"c{n % 7}")}, False),
}


@pytest.mark.parametrize("kind", CLEANED)
def test_orders_are_counted_where_hardly_a_line_is_named(cleaner, kind):
    shop, counts_orders = CLEANED[kind]
    ask = cleaner.clean(shop)
    assert ask("select counts_orders from intermediate.int_counting_unit") == [(counts_orders,)]
    [(kept,)] = ask("select share from marts.input_support where aspect = 'catalogue'")
    assert kept == (1 if counts_orders else 0)  # seven customers are fewer than ten


def test_few_named_lines_leave_the_others_their_catalogue(builder):
    """Two of 60 orders name a customer: they get lists of what the other orders show."""
    named = files() | {"lines.csv": lines(lambda n: f"c{n}" if n in (7, 31) else "")}
    ask = builder.ask(builder.run(named))
    assert ask("select count(*) from marts.products where is_recommendable") == [(5,)]
    rows = ask("""
        select distinct customer_id, list_type from marts.recommendations order by all
    """)
    assert rows == [(who, kind) for who in ("c31", "c7") for kind in (
        "buy_again", "discover", "next_basket"
    )]  # fmt: skip
    reasons = {reason for (reason,) in ask("select reason from marts.recommendations")}
    assert reasons
    assert not any("customers" in reason for reason in reasons)


def test_no_least_number_is_a_least_number_of_nothing(cleaner):
    ask = cleaner.clean(files(settings="min_customers_per_product: 0"))
    assert ask("select min_customers_per_product from staging.stg_settings") == [(0,)]
    [(kept,)] = ask("select share from marts.input_support where aspect = 'catalogue'")
    assert kept == 1
