"""What becomes of the tiny shop's lines: counted, kept, or rejected with a reason."""

import json
from datetime import datetime
from decimal import Decimal

REASONS = [  # as the orders of the bad lines are called, in the file's order
    *("zero_quantity", "unreadable_quantity", "unreadable_purchased_at", "missing_purchased_at"),
    *("missing_product_id", "unreadable_price", "negative_price", "after_as_of"),
]


def test_every_line_is_accounted_for(query):
    # 12 regulars, 11 orders each, 3 lines each; 6 of them 4 times with bread and butter; 19 odd
    assert 12 * 11 * 3 + 6 * 4 * 2 + 19 == 463
    assert query("select source, outcome, reason, rows from marts.input_audit order by all") == [
        ("customers", "accepted", None, 13),
        ("customers", "rejected", "missing_customer_id", 1),
        ("products", "accepted", None, 21),
        ("products", "rejected", "duplicate_product_id", 1),
        ("purchases", "accepted", None, 463),
        *[("purchases", "rejected", reason, 1) for reason in sorted([*REASONS, "duplicate_line"])],
    ]


def test_a_rejected_line_is_found_again(query):
    rows = query("""
        select reason, file, row_number, row_json from marts.rejected_rows
        where source = 'purchases' order by row_number
    """)
    assert [(reason, file, number) for reason, file, number, _ in rows] == [
        (reason, "purchases.csv", 464 + place)
        for place, reason in enumerate([*REASONS, "duplicate_line"])
    ]
    orders = [json.loads(row)["order_id"] for *_, row in rows]
    assert orders == [*REASONS, "T0-00"]
    assert json.loads(rows[2][3]) == {
        "customer_id": "T4",
        "product_id": "0001",
        "order_id": "unreadable_purchased_at",
        "purchased_at": "30 February",
        "quantity": "1",
        "unit_price": "1.20",
        "amount": None,
    }
    others = query("""
        select source, reason, row_number from marts.rejected_rows
        where source <> 'purchases' order by all
    """)
    assert others == [
        ("customers", "missing_customer_id", 14),
        ("products", "duplicate_product_id", 22),
    ]


def test_purchases_keep_returns_gifts_and_nobody_in_particular(query):
    rows = query("""
        select
            order_id, customer_id, product_id, purchased_at, quantity, unit_price, amount, is_return
        from marts.purchases where order_id in ('return', 'gift', 'anonymous', 'N-1') order by all
    """)
    may_10, may_20 = datetime(2024, 5, 10), datetime(2024, 5, 20)
    price = Decimal("1.2")
    assert rows == [
        ("N-1", "newcomer", "0001", may_10, 2.0, price, Decimal("2.4"), False),
        ("N-1", "newcomer", "tea-0", may_10, 1.0, Decimal(3), Decimal(3), False),
        ("anonymous", None, "0001", may_20, 1.0, price, price, False),
        ("gift", "C5", "coffee-4", datetime(2024, 2, 20), 1.0, Decimal(0), Decimal(0), False),
        ("gift", "C5", "sample", datetime(2024, 2, 20), 1.0, Decimal(0), Decimal(0), False),
        ("return", "00123", "tea-0", datetime(2024, 1, 21), -1.0, Decimal(3), Decimal(-3), True),
    ]


def test_the_line_that_came_twice_counts_once(query):
    assert query("select count(*) from marts.purchases where order_id = 'T0-00'") == [(3,)]


def test_why_a_product_isn_t_recommended(query):
    rows = query("select product_id, why_not from marts.products where not is_recommendable")
    assert dict(rows) == {
        "calendar": "not sold lately",
        "caviar": "bought by too few customers",
        "gift card": "excluded by the shop",
        "saffron": "not available",
        "sample": "not a product: sample",
        "unsold": "never sold",
    }
    assert query(
        "select count(*) from marts.products where is_recommendable and why_not is null"
    ) == [(16,)]


def test_a_product_missing_from_the_product_file_has_its_id_as_title(query):
    rows = query(
        "select title, category, price, customers from marts.products where product_id='mystery'"
    )
    assert rows == [("mystery", None, Decimal("9.99"), 3)]


def test_products_are_counted_by_who_paid(query):
    rows = query("""
        select product_id, customers, orders, last_sold_at from marts.products
        where product_id in ('0001', '001', 'tea-0', 'coffee-4') order by 1
    """)
    assert rows == [
        # 12 regulars 11 times, the newcomer, and one order of nobody in particular
        ("0001", 13, 134, datetime(2024, 5, 26)),
        ("001", 6, 24, datetime(2024, 5, 23)),
        # five of six coffee drinkers, C3 last, in its order 10; C5 was given it
        ("coffee-4", 5, 22, datetime(2024, 5, 24)),
        # five of six tea drinkers and the newcomer; what came back was no sale
        ("tea-0", 6, 22, datetime(2024, 5, 26)),
    ]


def test_ids_stay_apart_and_as_they_are(query):
    ids = {row[0] for row in query("select customer_id from marts.customers")}
    assert ids >= {"00123", "123", "O'Hara", 'C "2"', "Зоя", "Tee Zwei", "visitor"}
    assert len(ids) == 14
    ids = {row[0] for row in query("select product_id from marts.products")}
    assert ids >= {"0001", "001", "beurre d'été", "gift card"}
    assert len(ids) == 22


def test_attributes(query):
    rows = query("""
        select customer_id, attribute, value from marts.customer_attributes
        where customer_id in ('visitor', '00123') order by all
    """)
    assert rows == [
        ("00123", "household_size", "2"),
        ("00123", "kind", "T"),
        ("visitor", "kind", "T"),  # without a household size: no row
    ]


def test_what_a_customer_spent_and_when(query):
    rows = query("""
        select
            customer_id, orders, spend, recency_days, first_purchase_at, last_purchase_at,
            categories
        from marts.customers where customer_id in ('00123', 'newcomer', 'visitor') order by 1
    """)
    # eleven milk; tea-0, tea-1, tea-2 in turns; tea-3 and tea-4 once, each with another tea-0;
    # four times bread and butter; calendar, saffron, gift card, mystery; less one tea-0
    spend = Decimal("13.20") + 8 * 3 + 6 * 4 + 6 * 5 + 6 + 7 + 4 * Decimal("5.50")
    spend += 20 + 8 + 50 + Decimal("9.99") - 3
    assert rows == [
        ("00123", 15, spend, 10, datetime(2024, 1, 2), datetime(2024, 5, 21), 5),
        ("newcomer", 1, Decimal("5.40"), 21, datetime(2024, 5, 10), datetime(2024, 5, 10), 2),
        ("visitor", 0, None, None, None, None, 0),
    ]


def test_fifths_of_recency_frequency_and_money(query):
    """A score is 1 plus the fifths of others that one is better than; an equal is half of one."""
    rows = query("""
        select recency_days, orders, spend, r_score, f_score, m_score, segment
        from marts.customers where orders > 0
    """)

    def fifth(value, values):
        better = sum(other < value for other in values)
        equals = sum(other == value for other in values) - 1
        return min(5, 1 + 5 * (2 * better + equals) // (2 * (len(values) - 1)))

    recencies, orders, spends = ([row[at] for row in rows] for at in range(3))
    for recency, order, spend, *scores, segment in rows:
        r, f = fifth(-recency, [-x for x in recencies]), fifth(order, orders)
        assert scores == [r, f, fifth(spend, spends)]
        assert (segment == "champions") == (r >= 4 and f >= 4)
        assert (segment == "hibernating") == (r <= 2 and f <= 2)
    assert query("select segment from marts.customers where orders = 0") == [("no purchases",)]
