"""What docs/questions.md computes is what its words say, on rows that are added up by hand."""

import re
from pathlib import Path

import duckdb
import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "questions.md").read_text(encoding="utf-8")


def question(number: int) -> str:
    [sql] = re.findall(rf"\*\*{number}\. .*?```sql\n(.*?)```", PAGE, re.DOTALL)[:1]
    return str(sql)


@pytest.fixture
def connection():
    with duckdb.connect() as opened:
        opened.execute("create schema marts")
        yield opened


def test_what_a_segment_will_spend_is_probability_times_price(connection):
    """Loyal: ann has .5 of 4 and .25 of 8, bob .1 of 20: 3 on average. Of eve nothing is known.

    The prices alone would come to 16. The other list counts nowhere.
    """
    connection.execute("""
        create table marts.recommendation_details as
        select *, 'p' as product_id, probability * price as expected_revenue
        from (values
            ('ann', 'loyal', 'next_basket', .5::double, 4.00::decimal(18, 4)),
            ('ann', 'loyal', 'next_basket', .25, 8),
            ('ann', 'loyal', 'discover', .9, 1000),
            ('bob', 'loyal', 'next_basket', .1, 20),
            ('bob', 'loyal', 'next_basket', .7, null),
            ('eve', 'at risk', 'next_basket', null, 5)
        ) as rows (customer_id, segment, list_type, probability, price)
    """)
    assert connection.execute(question(9)).fetchall() == [
        ("loyal", 2, 3.0, 1),
        ("at risk", 1, None, 1),
    ]


def test_a_mailings_products_are_counted_once_per_list(connection):
    """Tea is in two lists of customers at risk; the loyal and the other list don't count."""
    connection.execute("""
        create table marts.recommendation_details as
        select * from (values
            ('ann', 'at risk', 'discover', 'tea', 'Tea'),
            ('bob', 'at risk', 'discover', 'tea', 'Tea'),
            ('bob', 'at risk', 'discover', 'jam', 'Jam'),
            ('bob', 'at risk', 'buy_again', 'jam', 'Jam'),
            ('cat', 'loyal', 'discover', 'jam', 'Jam')
        ) as rows (customer_id, segment, list_type, product_id, title)
    """)
    assert connection.execute(question(2)).fetchall() == [("tea", "Tea", 2), ("jam", "Jam", 1)]


def test_demand_is_that_of_categories_the_most_bought_first(connection):
    """Products would count twice."""
    connection.execute("""
        create table marts.expected_demand as
        select *, buyers_low + 20 as buyers_high, 90.4 as expected_quantity, 7.6 as expected_revenue
        from (values
            ('category', 'TEA', 12.6::double, 4.4::double), ('category', 'MILK', 90.2, 80.6),
            ('product', 'MILK', 99., 88.)
        ) as rows (level, category, expected_buyers, buyers_low)
    """)
    assert connection.execute(question(12)).fetchall() == [
        ("MILK", 90, 81, 101, 90, 8),
        ("TEA", 13, 4, 24, 90, 8),
    ]
