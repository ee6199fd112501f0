"""Lines made of rows are cleaned like any others, and the audit accounts for every row."""

import json

import pytest

HEADER = "who,day,items\n"
SHOP = """
name: baskets
purchases:
  path: b.csv
  format: {explode: {column: items, separator: '+'}}
  columns: {customer_id: who, product_id: items, purchased_at: day}
"""


@pytest.fixture(scope="module")
def clean(cleaner):
    baskets = [
        "ann,2024-01-01,tea + jam",
        ",2024-01-02,tea+bun+jam",
        ",2024-01-03,",
        ",2024-01-04,jam",
        "bob,someday,tea+bun",
    ]
    return cleaner.clean({"b.csv": HEADER + "\n".join(baskets) + "\n", "shop.yml": SHOP})


def test_every_row_of_the_file_is_in_the_audit(clean):
    """2 + 3 + 1 + 1 + 2 lines: a basket of nothing is a line without a product."""
    assert clean(
        "select outcome, reason, rows from marts.input_audit "
        "where source = 'purchases' order by all"
    ) == [
        ("accepted", None, 6),
        ("rejected", "missing_product_id", 1),
        ("rejected", "unreadable_purchased_at", 2),
    ]


def test_a_rejected_line_is_found_by_the_row_it_was_made_of(clean):
    found = clean("select reason, row_number, row_json from marts.rejected_rows order by all")
    assert [(reason, number, json.loads(row)["product_id"]) for reason, number, row in found] == [
        ("missing_product_id", 3, None),
        ("unreadable_purchased_at", 5, "bun"),
        ("unreadable_purchased_at", 5, "tea"),
    ]


def test_a_basket_of_nobody_is_one_order(clean):
    """Without a customer, what stands in one row was bought together, and in two was not."""
    orders = clean(
        "select list(product_id order by product_id) from staging.stg_purchases "
        "where customer_id is null and reject_reason is null group by order_id order by all"
    )
    assert orders == [(["bun", "jam", "tea"],), (["jam"],)]
