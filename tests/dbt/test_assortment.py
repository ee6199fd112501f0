"""Which store sells what: how it is read, and what is said of lines that can't be."""

import json
from datetime import date

from .test_stores_and_promotions import shop

LINES = "c,p,t,s\nann,007,2024-01-01,1\nann,8,2024-01-02,2\n"
SOLD = "assortment: {path: sold.csv, columns: {product_id: p, store_id: s, starts: a, ends: z}}\n"


def test_what_stores_sell_is_counted_and_what_is_wrong_is_said(cleaner):
    sold = (
        "p,s,a,z\n"
        "007,1,1900-01-01,9999-12-31\n"
        "007,,,\n"
        ",1,,\n"
        "007,1,soon,\n"
        "007,1,,later\n"
        "007,1,2024-02-01,2024-01-31\n"
        "009,1,,\n"
        "8,3,2024-W05,\n"
    )
    ask = cleaner.clean(shop(LINES, ", store_id: s", SOLD, sold=sold))
    assert ask("""
        select product_id, store_id, starts, ends from staging.stg_assortment
        where reject_reason is null order by row_number
    """) == [
        ("007", "1", date(1900, 1, 1), date(9999, 12, 31)),
        ("007", None, None, None),
        ("009", "1", None, None),
        ("8", "3", date(2024, 1, 29), None),
    ]
    assert dict(ask("select reason, row_number from marts.rejected_rows")) == {
        "missing_product_id": 3,
        "unreadable_starts": 4,
        "unreadable_ends": 5,
        "ends_before_it_starts": 6,
    }
    assert ask("""
        select outcome, sum(rows) from marts.input_audit where source = 'assortment'
        group by 1 order by 1
    """) == [("accepted", 4), ("rejected", 4)]
    assert ask("""
        select rule, rows, example from marts.cleaning_report
        where source = 'assortment' and effect = 'flagged' order by rule
    """) == [
        ("of_unknown_product", 1, "sold.csv, row 7"),
        ("of_unknown_store", 1, "sold.csv, row 8"),
    ]
    [(row,)] = ask("select row_json from marts.rejected_rows where row_number = 5")
    assert json.loads(row)["ends"] == "later"


def test_a_shop_without_assortments_has_none(cleaner):
    ask = cleaner.clean(shop(LINES, ", store_id: s"))
    assert ask("select count(*) from staging.stg_assortment") == [(0,)]
