"""Stores, discounts and promotions: what is read of them, and what is said of what can't be."""

import json
from datetime import date, datetime
from decimal import Decimal

import pytest

PURCHASES = "purchases: {path: lines.csv, columns: {customer_id: c, product_id: p, purchased_at: t"
PLAN = "promotions: {path: plan.csv, columns: {product_id: p, starts: a, ends: z"


def shop(lines: str, more: str, rest: str = "", **files: str) -> dict[str, str]:
    """Return the files of a shop: purchases with more columns, other tables and their files."""
    yml = f"name: grocer\n{PURCHASES}{more}}}}}\n{rest}"
    return {"shop.yml": yml, "lines.csv": lines} | {f"{k}.csv": text for k, text in files.items()}


def test_purchases_keep_where_how_and_at_what_discount(cleaner):
    lines = "c,p,t,a,s,w,d\n1,x,2024-01-01,4.00,007,Web,1.00\n1,y,2024-01-01,4.00,7,,\n"
    ask = cleaner.clean(shop(lines, ", amount: a, store_id: s, channel: w, discount: d"))
    assert ask("select store_id, channel, discount from marts.purchases order by product_id") == [
        ("007", "Web", Decimal(1)),
        ("7", None, None),
    ]


def test_a_discount_is_what_the_list_price_was_above_what_was_paid(cleaner):
    lines = "c,p,t,q,a,l\n1,a,2024-01-01,2,5.00,3.00\n1,b,2024-01-01,-2,-5.00,3.00\n"
    ask = cleaner.clean(shop(lines, ", quantity: q, amount: a, list_price: l"))
    # two at 3.00 for 5.00; given back, what had been taken off goes, too
    assert ask("select discount from marts.purchases order by product_id") == [
        (Decimal(1),),
        (Decimal(-1),),
    ]


def test_discounts_that_are_odd_are_counted_and_their_lines_stay(cleaner):
    lines = "c,p,t,a,d\n1,a,2024-01-01,4,-1.50\n1,b,2024-01-02,1,3\n1,c,2024-01-03,4,NaN\n"
    lines += "1,d,2024-01-04,4,50 %\n"
    ask = cleaner.clean(shop(lines, ", amount: a, discount: d"))
    assert ask("select product_id, discount from marts.purchases order by 1") == [
        ("a", Decimal("1.5")),
        ("b", Decimal(3)),
        ("c", None),
        ("d", None),
    ]
    assert ask("""
        select rule, effect, rows, example from marts.cleaning_report
        where rule like '%discount' and source = 'purchases' order by rule
    """) == [
        ("large_discount", "flagged", 1, "lines.csv, row 2"),
        ("negative_discount", "changed", 1, "lines.csv, row 1"),
        ("unreadable_discount", "flagged", 2, "lines.csv, row 3"),
    ]


def test_discounts_have_a_decimal_comma_where_the_file_has(cleaner):
    lines = "c;p;t;a;d\n1;a;2024-01-01;12,50 €;1,25 €\n"
    ask = cleaner.clean(shop(lines, ", amount: a, discount: d"))
    assert ask("select amount, discount from marts.purchases") == [
        (Decimal("12.5"), Decimal("1.25"))
    ]


def test_lines_of_two_stores_are_no_copies_of_each_other(cleaner):
    lines = "c,p,t,q,s\n1,a,2024-01-01,2,1\n1,a,2024-01-01,2,2\n1,a,2024-01-01,2,2\n"
    ask = cleaner.clean(shop(lines, ", quantity: q, store_id: s"), {"duplicate_lines": "mapped"})
    assert ask("select store_id from marts.purchases order by 1") == [("1",), ("2",)]


def test_stores_are_known_with_what_they_sold(cleaner):
    lines = "c,p,t,a,s\nann,x,2024-01-01,4,007\nann,x,2024-01-02,4,007\nbob,x,2024-01-03,2,9\n"
    rest = "stores: {path: st.csv, columns: {store_id: n, region: r, size: m}}\n"
    stores = "n,r,m\n007,North,big\n007,South,small\n,West,\n8,North,\n"
    ask = cleaner.clean(shop(lines, ", amount: a, store_id: s", rest, st=stores))
    rows = ask("select store_id, region, attributes, orders, customers, revenue from marts.stores")
    assert [(*row[:2], json.loads(row[2] or "null"), *row[3:]) for row in rows] == [
        ("007", "North", {"size": "big"}, 2, 1, Decimal(8)),
        ("8", "North", {"size": None}, 0, 0, None),
        ("9", None, None, 1, 1, Decimal(2)),
    ]
    assert ask("select source, reason, row_number from marts.rejected_rows order by all") == [
        ("stores", "duplicate_store_id", 2),
        ("stores", "missing_store_id", 3),
    ]


def test_a_shop_that_names_no_stores_has_none(cleaner):
    ask = cleaner.clean(shop("c,p,t\n1,x,2024-01-01\n", ""))
    assert ask("select * from marts.stores") == []
    assert ask("select count(*) from staging.stg_promotions") == [(0,)]
    assert ask("select store_id, channel, discount from marts.purchases") == [(None, None, None)]


def test_promotions_are_counted_and_what_is_wrong_is_said(cleaner):
    plan = (
        "p,s,a,z,k,d,told\n"
        '007,1,2024-01-08,2024-01-14,"Mailer, Display",20 %,2023-12-01\n'
        "007,,2024-01-15,,,,\n"
        ",1,2024-01-08,2024-01-14,,,\n"
        "007,1,soon,2024-01-14,,,\n"
        "007,1,2024-01-08,2024-01-07,,,\n"
        "007,1,2024-01-08,2024-01-14,,20,\n"
    )
    rest = f"{PLAN}, store_id: s, kind: k, discount: d, planned_at: told}}}}\n"
    ask = cleaner.clean(shop("c,p,t\n1,007,2024-01-01\n", "", rest, plan=plan))
    assert ask("""
        select product_id, store_id, starts, ends, kind, discount, planned_at
        from staging.stg_promotions where reject_reason is null order by starts
    """) == [
        (
            *("007", "1", date(2024, 1, 8), date(2024, 1, 14), "mailer, display", 0.2),
            datetime(2023, 12, 1),
        ),
        ("007", None, date(2024, 1, 15), None, None, None, None),
    ]
    rejected = {
        "missing_product_id": 3,
        "unreadable_starts": 4,
        "ends_before_it_starts": 5,
        "unreadable_discount": 6,
    }
    assert dict(ask("select reason, row_number from marts.rejected_rows")) == rejected
    assert ask("""
        select outcome, sum(rows) from marts.input_audit where source = 'promotions'
        group by 1 order by 1
    """) == [("accepted", 2), ("rejected", 4)]
    [(row,)] = ask("select row_json from marts.rejected_rows where row_number = 6")
    assert json.loads(row)["discount"] == "20"


@pytest.mark.parametrize(
    ("written", "first"),
    [
        ("2024-W05", date(2024, 1, 29)),  # ISO 8601: the week of the year's first Thursday is 1
        ("2024-01-29", date(2024, 1, 29)),
        ("29/01/2024", date(2024, 1, 29)),
        ("29 January 2024", date(2024, 1, 29)),
    ],
)
def test_a_week_is_seven_days(cleaner, written, first):
    rest = "promotions: {path: plan.csv, columns: {category: c, week: w}}\n"
    plan = f"c,w\nTea,{written}\n"
    ask = cleaner.clean(shop("c,p,t\n1,x,2024-01-01\n", "", rest, plan=plan))
    assert ask("select category, starts, ends - starts from staging.stg_promotions") == [
        ("Tea", first, 6)
    ]


def test_days_that_may_be_months_ask_for_the_order(cleaner):
    rest = f"{PLAN}}}}}\n"
    files = shop("c,p,t\n1,x,2024-01-01\n", "", rest, plan="p,a,z\nx,03/04/2024,05/04/2024\n")
    asked = "select starts, reject_reason from staging.stg_promotions"
    assert cleaner.clean(files)(asked) == [(None, "unreadable_starts")]
    assert cleaner.clean(files, {"date_order": "dmy"})(asked) == [(date(2024, 4, 3), None)]
