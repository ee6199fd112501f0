"""What is bought in weeks with a promotion and without, added up by hand."""

import math
from datetime import date, datetime, timedelta

import duckdb
import pytest

from .rendered_models import Models

MONDAY = datetime(2024, 1, 1)
WEEKS = 12
PROMOTED = {0, 3, 6, 9}
UNITS = [6, 2, 1, 8, 3, 2, 4, 1, 2, 6, 0, 3]
"""Of tea, sold in each week."""
COMPARED = """
    select metric, promoted_weeks, other_weeks, promoted_mean, other_mean, difference
    from promotion_effects
"""


@pytest.fixture
def shop():
    with duckdb.connect() as connection:
        models = Models(connection)
        models.fill(
            "int_products",
            "product_key integer, product_id varchar",
            [(1, "tea"), (2, "jam"), (3, "oil")],
        )
        yield connection, models


def monday(week: int) -> datetime:
    return MONDAY + timedelta(weeks=week)


def make(shop, promotions, events):
    connection, models = shop
    models.fill(
        "int_promotions",
        "product_key integer, store_keys integer[], starts date, ends date",
        promotions,
    )
    models.fill(
        "int_events",
        "customer_key integer, product_key integer, order_key bigint, occurred_at timestamp, "
        "quantity double, amount decimal(18, 4), is_interest boolean, returned_at timestamp",
        events,
    )
    for model in ("int_known_weeks", "int_promoted_weeks", "int_product_weeks"):
        models.make(model)
    models.make("promotion_effects")

    def ask(sql):
        return connection.execute(sql).fetchall()

    return ask


def event(week, customer, product, units, *, back=None, paid=True, day=0):
    at = monday(week) + timedelta(days=day)
    return (customer, product, week * 100 + customer, at, units, 2 * units, paid, back)


def week_of(product, week, stores=None, days=7):
    first = date(2024, 1, 1) + timedelta(weeks=week)
    return (product, stores, first, first + timedelta(days=days - 1))


def sales(units=UNITS):
    """Ann buys; bob does once, in the fourth week. The shop's last day ends the last week."""
    found = [event(week, 1, 1, sold) for week, sold in enumerate(units) if sold]
    found += [event(3, 2, 1, 2), event(WEEKS - 1, 1, 3, 1, day=6), event(0, 1, 3, 1)]
    return found


def test_weeks_with_a_promotion_against_those_without(shop):
    plan = [week_of(1, week) for week in PROMOTED] + [week_of(3, WEEKS - 1)]
    ask = make(shop, plan, sales())
    rows = {metric: compared for metric, *compared in ask(COMPARED)}
    sold = [units + (2 if week == 3 else 0) for week, units in enumerate(UNITS)]
    on = [units for week, units in enumerate(sold) if week in PROMOTED]
    off = [units for week, units in enumerate(sold) if week not in PROMOTED]
    mean_on, mean_off = sum(on) / 4, sum(off) / 8
    assert (mean_on, mean_off) == (6.5, 1.75)
    assert rows["units"] == [4, 8, 6.5, 1.75, 4.75]
    assert rows["revenue"] == [4, 8, 13, 3.5, 9.5]
    assert rows["buyers"] == [4, 8, 5 / 4, 7 / 8, 5 / 4 - 7 / 8]  # in week 10 nobody bought
    assert rows["new_buyers"] == [4, 8, 2 / 4, 0, 2 / 4]  # ann in the first week, bob in the fourth
    variances = [
        sum((x - mean) ** 2 for x in values) / (len(values) - 1) / len(values)
        for values, mean in ((on, mean_on), (off, mean_off))
    ]
    half = 1.959963984540054 * math.sqrt(sum(variances))
    [(low, high, ratio)] = ask(
        "select ci_low, ci_high, ratio from promotion_effects where metric = 'units'"
    )
    assert (low, high) == pytest.approx((4.75 - half, 4.75 + half), abs=1e-9)
    assert ratio == pytest.approx(6.5 / 1.75)


def test_half_of_the_stores_and_most_of_a_week_make_a_promotion(shop):
    """Four weeks hold in half of the stores; one in a fourth, and one on three days, don't."""
    plan = [week_of(1, week, [1, 2]) for week in PROMOTED]
    plan += [week_of(1, 1, [3]), week_of(1, 2, [1, 2, 3, 4], days=3), week_of(3, 11, [4])]
    ask = make(shop, plan, sales())
    assert ask("select distinct promoted_weeks, other_weeks from promotion_effects") == [(4, 8)]


def test_what_came_back_or_cost_nothing_is_left_out(shop):
    plan = [week_of(1, week) for week in PROMOTED] + [week_of(3, WEEKS - 1)]
    odd = [event(3, 3, 1, 50, back=monday(4)), event(4, 3, 1, 50, paid=False)]
    ask = make(shop, plan, sales() + odd)
    asked = "select promoted_mean, other_mean from promotion_effects where metric = 'units'"
    assert ask(asked) == [(6.5, 1.75)]


@pytest.mark.parametrize("promoted", [{0, 3, 6}, set(range(9))])
def test_with_fewer_than_four_weeks_of_a_kind_nothing_is_compared(shop, promoted):
    plan = [week_of(1, week) for week in promoted] + [week_of(3, WEEKS - 1)]
    assert make(shop, plan, sales())("select * from promotion_effects") == []


def test_a_shop_without_promotions_has_no_effects(shop):
    assert make(shop, [], sales())("select * from promotion_effects") == []
    assert make(shop, [], [])("select * from promotion_effects") == []


def test_an_open_promotion_holds_to_the_end(shop):
    """From the sixth of twelve weeks on."""
    plan = [(1, None, monday(5).date(), None), week_of(3, 0)]
    ask = make(shop, plan, sales())
    assert ask("select distinct promoted_weeks, other_weeks from promotion_effects") == [(7, 5)]
