# ruff: noqa: S608 - names of our own tables
"""Rules of merchandisers on a built shop: no list breaks one, and each has its price."""

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from recsys.checking.report import check_shop
from recsys.errors import RecsysError
from recsys.shop.file import Rules

from .conftest import TINY_SHOP

COLUMNS = (*Rules.required, *Rules.optional)
RULES: list[dict[str, object]] = [
    {"rule": "no butter", "action": "exclude", "product_id": "beurre d'été"},
    {
        **{"rule": "teas first", "action": "boost", "category": "tea", "value": 5},
        **{"list_type": "discover"},
    },
    {
        **{"rule": "coffee last", "action": "bury", "category": "Coffee", "value": 50},
        **{"list_type": "next_basket", "customer_attribute": "kind", "customer_value": "T"},
    },
    {
        **{"rule": "caviar", "action": "pin", "product_id": "caviar", "value": 2},
        **{"list_type": "discover"},
    },
    {
        **{"rule": "no caviar for C", "action": "exclude", "product_id": "caviar"},
        **{"customer_attribute": "kind", "customer_value": "C"},
    },
    {
        **{"rule": "some basics", "action": "reserve", "category": "basics", "value": "0,3"},
        **{"list_type": "discover"},
    },
    {
        **{"rule": "two per maker", "action": "cap", "attribute": "brand", "value": 2},
        **{"list_type": "next_basket", "customer_attribute": "kind", "customer_value": "T"},
    },
    {"rule": "nothing dear", "action": "price_max", "value": 7, "list_type": "buy_again"},
    {"rule": "nothing cheap", "action": "price_min", "value": "3,00", "list_type": "next_basket"},
    {"rule": "as usual", "action": "price_band", "value": 60, "list_type": "next_basket"},
    {"rule": "only what is there", "action": "in_stock_only"},
    {
        **{"rule": "not again", "action": "not_bought_within", "value": 10, "category": "tea"},
        **{"list_type": "buy_again"},
    },
    {
        **{"rule": "tea or coffee", "action": "not_sold_together", "category": "tea"},
        **{"other_category": "coffee", "list_type": "next_basket"},
    },
    {
        **{"rule": "only drinks", "action": "only", "category": "tea|coffee"},
        **{"list_type": "buy_again", "segment": "champions|loyal"},
    },
    {"rule": "no tea in summer", "action": "exclude", "category": "tea", "starts": "2024-06-01"},
]


def table(rules: Iterable[dict[str, object]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(rules)
    return text.getvalue()


def with_rules(rules: str) -> dict[str, str]:
    files = {path.name: path.read_text(encoding="utf-8") for path in TINY_SHOP.glob("*.csv")}
    shop = (TINY_SHOP / "shop.yml").read_text(encoding="utf-8")
    return files | {"shop.yml": f"{shop}\nrules: {{path: rules.csv}}\n", "rules.csv": rules}


BAD_RULES = [
    {"rule": "a", "action": "exclude", "category": "teas"},
    {"rule": "b", "action": "pin", "product_id": "caviar", "value": 11},
]
FAULTS = (
    "rules: 2 faults (lines are counted below the header): rules.csv, line 1, rule 'a': unknown "
    "category 'teas'; did you mean 'tea'? (legal: basics, cards, coffee, season, spices, tea); "
    "rules.csv, line 2, rule 'b': value is '11'; pin needs a rank: a whole number from 1 to 10"
)


@pytest.fixture(scope="module")
def ruled(builder) -> Path:
    """Return the tiny shop with a rule of every action."""
    kept = "int_rule_outcomes, int_customer_features, int_admitted_candidates"
    variables = {"keep_block_tables": kept, "list_length": 6}
    return builder.run(with_rules(table(RULES)), variables=variables)


@pytest.fixture(scope="module")
def ask(builder, ruled) -> Callable:
    return builder.ask(ruled)


@pytest.fixture(scope="module")
def lists(ask) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Return the products of each list, in their order, by customer and list type."""
    names = ("customer", "list_type", "product", "category", "brand", "price", "recommender")
    rows = ask("""
        select customer_id, list_type, product_id, category, brand, price::double, recommender
        from marts.recommendation_details order by customer_id, list_type, rank
    """)
    found = defaultdict(list)
    for row in rows:
        found[row[:2]].append(dict(zip(names, row, strict=True)))
    return found


@pytest.fixture(scope="module")
def kinds(ask) -> dict[str, str]:
    return dict(
        ask("select customer_id, value from marts.customer_attributes where attribute = 'kind'")
    )


def of_type(lists, list_type):
    return {customer: rows for (customer, name), rows in lists.items() if name == list_type}


def test_every_action_is_tried(ask):
    tried = {action for (action,) in ask("select distinct action from marts.rules")}
    assert len(tried) == 13
    assert ask("select count(*) from marts.recommendations") > [(100,)]


def test_what_is_excluded_is_in_no_list(lists):
    assert not [row for rows in lists.values() for row in rows if row["product"] == "beurre d'été"]


def test_a_rule_that_has_not_begun_changes_nothing(ask, lists):
    assert ask("select rule, why_not_active from marts.rules where not is_active") == [
        ("no tea in summer", "starts on 2024-06-01")
    ]
    assert any(row["category"] == "tea" for rows in lists.values() for row in rows)


def test_pins_stand_at_their_rank_unless_a_rule_excludes_them(ask, lists, kinds):
    pinned = 0
    for customer, rows in of_type(lists, "discover").items():
        known = ask(
            "select 1 from marts.purchases where customer_id = ? and product_id = 'caviar'",
            customer,
        )
        places = [place for place, row in enumerate(rows, 1) if row["product"] == "caviar"]
        expected = [] if known or kinds.get(customer) == "C" else [2]
        assert places == expected, customer
        pinned += len(places)
    assert pinned > 2


def test_a_pinned_product_that_nobody_proposed_is_told_apart(ask):
    rows = ask("""
        select distinct recommender, score, probability, reason_kind from marts.recommendations
        where product_id = 'caviar' and list_type = 'discover'
    """)
    assert {row[0] for row in rows} == {"rule"}
    assert {row[1:3] for row in rows} == {(0, None)}


def test_reserved_places_go_to_the_products_there_are(ask, lists):
    for customer, rows in of_type(lists, "discover").items():
        [(there,)] = ask(
            """
            select count(*) from marts.products
            where category = 'basics' and is_recommendable and product_id <> 'beurre d''été'
                and product_id not in (
                    select product_id from marts.purchases where customer_id = ?
                )
            """,
            customer,
        )
        # of six places 1.8 are reserved
        assert sum(row["category"] == "basics" for row in rows) >= min(2, there)


def test_caps_hold_for_each_value(lists, kinds):
    for customer, rows in of_type(lists, "next_basket").items():
        if kinds.get(customer) == "T":
            brands = [row["brand"] for row in rows if row["brand"]]
            assert max(map(brands.count, brands), default=0) <= 2


def test_prices_are_within_their_limits(lists):
    assert all(row["price"] <= 7 for rows in of_type(lists, "buy_again").values() for row in rows)
    cheapest = [row["price"] for rows in of_type(lists, "next_basket").values() for row in rows]
    assert cheapest
    assert min(cheapest) >= 3


def test_prices_are_near_the_usual_one(builder, ruled, ask, lists):
    usual = dict(
        ask(f"""
            select customers.customer_id, features.usual_price
            from {builder.today(ruled, "int_customer_features")} as features
            inner join intermediate.int_customers as customers using (customer_key)
            where usual_price is not null
        """)
    )
    checked = 0
    for customer, rows in of_type(lists, "next_basket").items():
        for row in rows if customer in usual else []:
            assert abs(row["price"] - usual[customer]) <= usual[customer] * 0.6
            checked += 1
    assert checked > 10


def test_what_was_bought_lately_is_not_offered_again(ask, lists):
    bought = {
        (customer, product): last
        for customer, product, last in ask("""
            select customer_id, product_id, max(purchased_at) from marts.purchases
            where not is_return and customer_id is not null group by all
        """)
    }
    [(day,)] = ask("select as_of from marts.run_history order by started_at desc limit 1")
    for customer, rows in of_type(lists, "buy_again").items():
        for row in rows:
            if row["category"] == "tea":
                last = bought[customer, row["product"]].date()
                assert last < day - timedelta(days=9)


def test_lists_hold_one_side_of_what_is_not_sold_together(lists):
    sides = [
        {row["category"] for row in rows} & {"tea", "coffee"}
        for rows in of_type(lists, "next_basket").values()
    ]
    assert sides
    assert all(len(side) <= 1 for side in sides)


def test_only_what_is_required(ask, lists):
    segments = dict(ask("select customer_id, segment from marts.customers"))
    chosen = [
        row["category"]
        for customer, rows in of_type(lists, "buy_again").items()
        if segments[customer] in ("champions", "loyal")
        for row in rows
    ]
    assert chosen
    assert set(chosen) <= {"tea", "coffee"}


def test_outcomes_name_the_rule(builder, ruled, ask):
    outcomes = set(
        ask(f"""
            select distinct action, outcome from {builder.today(ruled, "int_rule_outcomes")}
        """)
    )
    dropping = ("exclude", "require", "price_min", "price_max", "price_band", "not_bought_within")
    assert {(action, "dropped") for action in dropping} <= outcomes
    assert {("boost", "moved"), ("bury", "moved"), ("pin", "placed"), ("reserve", "placed")} <= (
        outcomes
    )
    assert {("cap", "dropped"), ("not_sold_together", "dropped")} <= outcomes


def test_no_product_is_dropped_and_listed(builder, ruled, ask):
    assert (
        ask(f"""
            select outcomes.* from {builder.today(ruled, "int_rule_outcomes")} as outcomes
            inner join intermediate.int_customers as customers using (customer_key)
            inner join intermediate.int_products as products using (product_key)
            inner join marts.recommendations as listed
                on listed.customer_id = customers.customer_id
                and listed.list_type = outcomes.list_type
                and listed.product_id = products.product_id
            where outcomes.outcome = 'dropped'
        """)
        == []
    )


def test_each_rule_has_a_price_in_each_list(ask):
    rows = ask("""
        select rule, count(*), min(customers), max(changed_share), bool_or(is_all_active)
        from marts.rule_effects group by rule
    """)
    names = {str(rule["rule"]) for rule in RULES}
    assert {rule for rule, *_ in rows} == names | {"all active rules"}
    assert {count for _, count, *_ in rows} == {3}
    changed = {rule: share for rule, _, _, share, _ in rows}
    assert changed["no tea in summer"] > 0  # dates don't count for its price
    assert changed["only what is there"] == 0  # the past doesn't know today's stock
    assert changed["caviar"] > 0


def test_a_rule_costs_nothing_in_lists_that_it_is_not_about(ask):
    assert ask("""
        select distinct changed_share, products_in, products_out, ndcg_difference
        from marts.rule_effects where rule = 'teas first' and list_type <> 'discover'
    """) == [(0, 0, 0, 0)]


def test_faults_stop_the_build_before_anything_is_computed(builder):
    with pytest.raises(RecsysError) as raised:
        builder.run(with_rules(table(BAD_RULES)))
    assert FAULTS in str(raised.value)


@pytest.mark.slow
def test_a_check_says_the_same(tmp_path):
    for name, content in with_rules(table(BAD_RULES)).items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    report = check_shop(tmp_path / "shop.yml")
    assert report.error is not None
    assert FAULTS in report.error


@pytest.mark.slow
def test_blocks_of_three_customers_obey_the_same_rules(builder, ruled, lists):
    variables = {"list_length": 6, "serving_block_customers": 3}
    other = builder.ask(builder.run(with_rules(table(RULES)), variables=variables))
    rows = other("""
        select customer_id, list_type, list(product_id order by rank)
        from marts.recommendations group by all
    """)
    assert {(customer, name): products for customer, name, products in rows} == {
        key: [row["product"] for row in listed] for key, listed in lists.items()
    }


def test_a_table_without_rules_changes_nothing(builder, tiny_database):
    ask = builder.ask(builder.run(with_rules(table([]))))
    of_run = "run_id, since_run_id, generated_at"
    rows = f"select * exclude ({of_run}) from marts.recommendations order by all"
    assert ask(rows) == builder.ask(tiny_database)(rows)
    assert ask("select count(*) from marts.rules") == [(0,)]
    assert ask("select count(*) from marts.rule_effects") == [(0,)]
