"""What will be bought, computed anew from the shop's lines; see docs/evaluation.md."""

from collections import defaultdict
from datetime import datetime, timedelta

import pytest

CUT_OFF = datetime(2024, 5, 31)
FIRST_DAY = datetime(2024, 1, 2)
LABEL_DAYS = 28
DEPTH = 6


@pytest.fixture(scope="module")
def lines(query):
    """Return the lines paid for of what the shop sells and nobody brought back."""
    return query("""
        select customer_id, lines.product_id, category, purchased_at, quantity, amount
        from marts.purchases as lines
        inner join marts.products as products on lines.product_id = products.product_id
        where
            amount > 0
            and not coalesce(starts_with(products.why_not, 'not a product'), false)
            and products.why_not is distinct from 'excluded by the shop'
            and lines.product_id not in (
                select returned.product_id from marts.purchases as returned where returned.is_return
            )
    """)


def usual(lines, value):
    """Return the weighted mean over the last six windows, each half of the one after it."""
    per_window = defaultdict(list)
    for line in lines:
        back = (CUT_OFF - line[3] - timedelta(seconds=1)) // timedelta(days=LABEL_DAYS) + 1
        per_window[back].append(line)
    span = (CUT_OFF - FIRST_DAY) / timedelta(days=LABEL_DAYS)
    windows = range(1, DEPTH + 1)
    weights = sum(0.5**back * min(1, max(0, span - back + 1)) for back in windows)
    return sum(0.5**back * value(per_window[back]) for back in windows) / weights


def buyers(lines):
    return len({line[0] for line in lines})


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("expected_buyers", buyers),
        ("expected_quantity", lambda lines: sum(line[4] for line in lines)),
        ("expected_revenue", lambda lines: float(sum(line[5] for line in lines))),
    ],
)
def test_without_probabilities_all_is_as_usual(query, lines, column, value):
    """The tiny shop is too small for the hybrid."""
    found = dict(
        query(f"select product_id, {column} from marts.expected_demand where level = 'product'")  # noqa: S608
    )
    of_products = defaultdict(list)
    for line in lines:
        of_products[line[1]].append(line)
    assert len(of_products) > 15
    for product, sold in of_products.items():
        assert found[product] == pytest.approx(usual(sold, value), abs=6e-4), product


def test_a_customer_who_buys_two_products_of_a_category_is_one_buyer_of_it(query, lines):
    [(of_category, of_products)] = query("""
        select
            sum(expected_buyers) filter (level = 'category'),
            sum(expected_buyers) filter (level = 'product')
        from marts.expected_demand
        where category = 'coffee'
    """)
    coffee = [line for line in lines if line[2] == "coffee"]
    assert of_category == pytest.approx(usual(coffee, buyers), abs=6e-4)
    assert of_category < of_products


def test_the_window_is_the_next_one(query):
    assert query("select distinct window_from, window_until from marts.expected_demand") == [
        (CUT_OFF.date(), (CUT_OFF + timedelta(days=LABEL_DAYS - 1)).date())
    ]


def test_without_costs_and_stock_nothing_is_said_of_them(query):
    [counts] = query("""
        select count(expected_margin), count(stock), count(is_short), count(days_of_stock)
        from marts.expected_demand
    """)
    assert counts == (0, 0, 0, 0)


def test_what_was_sold_in_the_judged_window_stands_beside_what_was_expected(query, lines):
    """Whoever bought it then: the actual numbers are those of the lines."""
    [(fold,)] = query("select max(fold) from marts.demand_backtest")
    since = datetime.fromisoformat(fold)
    found = query("""
        select product_id, actual_buyers, actual_quantity from marts.demand_backtest
        where level = 'product' and actual_buyers > 0
    """)
    sold = defaultdict(list)
    for line in lines:
        if line[3] >= since:
            sold[line[1]].append(line)
    computed = {
        product: (buyers(all_), sum(line[4] for line in all_)) for product, all_ in sold.items()
    }
    returned = {product for product, *_ in found} - set(computed)
    assert returned <= {"tea-0", "tea-5"}
    assert {
        product: (one, units) for product, one, units in found if product not in returned
    } == computed
