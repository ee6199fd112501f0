"""Lists of a chain whose stores sell different things hold what the customer's stores sell."""

import random
from datetime import date, timedelta

import pytest

LAST = date(2024, 6, 30)
SHOP = """
name: chain
purchases:
  path: lines.csv
  columns: {customer_id: c, product_id: p, purchased_at: t, store_id: s}
stores: {path: stores.csv, columns: {store_id: s, region: r}}
assortment: {path: sold.csv, columns: {product_id: p, store_id: s, starts: a, ends: z}}
rules: {path: rules.csv}
settings:
  min_customers_per_product: 1
  label_window_days: 14
  judged_folds: 1
  audit_customers: 100
"""
STORES = "s,r\na,north\nb,north\nc,south\nd,\n"
PRODUCTS = [f"p{n:02}" for n in range(30)]
BEGAN = LAST - timedelta(5)
"""When store a began to sell p05: after the cut-off of the judged fold."""
OF_A = {f"p{n:02}" for n in range(15)} | {"p29"}
OF_C = {f"p{n:02}" for n in range(10, 28)} | {"p29"}
TODAY = {"a": OF_A, "b": OF_A, "c": OF_C, "ac": OF_A | OF_C, "d": OF_A | OF_C}
"""What customers may find in their lists, by the stores that they go to.

Of b nothing is said but its region, of d nothing at all.
"""


def assortment() -> str:
    lines = [f"{p},a,{BEGAN if p == 'p05' else ''},\n" for p in sorted(OF_A - {"p29"})]
    lines += [f"{p},c,2020-01-01,9999-12-31\n" for p in sorted(OF_C - {"p29"})]
    lines += ["p29,,,\n", f"p27,a,{LAST + timedelta(1)},\n", f"p26,a,,{LAST - timedelta(1)}\n"]
    return "p,s,a,z\n" + "".join(lines)


def lines() -> str:
    """Return purchases of all products by customers who are called after their stores."""
    chance = random.Random(7)  # noqa: S311 - no secret
    rows = [
        f"{stores}{n},{product},{LAST - timedelta(day)},{chance.choice(stores)}\n"
        for stores in TODAY
        for n in range(6)
        for day in range(chance.randrange(6), 100, 6)
        for product in chance.sample(PRODUCTS[:-1], 3)
    ]
    return "c,p,t,s\n" + "".join(rows) + f"a0,p00,{LAST},a\n"


def stores_of(customer: str) -> str:
    return customer.rstrip("0123456789")


@pytest.mark.slow
def test_lists_hold_what_the_customers_stores_sell(builder):
    files = {
        "shop.yml": SHOP,
        "stores.csv": STORES,
        "sold.csv": assortment(),
        "lines.csv": lines(),
        "rules.csv": "rule,action,product_id,value,list_type\nours,pin,p20,1,next_basket\n",
    }
    ask = builder.ask(builder.run(files))
    listed = ask("select customer_id, list_type, product_id, rank from marts.recommendations")
    assert {customer for customer, *_ in listed} == {f"{s}{n}" for s in TODAY for n in range(6)}
    assert [row for row in listed if row[2] not in TODAY[stores_of(row[0])]] == []

    # every list is as long as it can be: nothing but what is sold is missing from it
    again = {
        (customer, product)
        for customer, product in ask("select distinct customer_id, product_id from marts.purchases")
        if product in TODAY[stores_of(customer)]
    }
    found = {(customer, product) for customer, kind, product, _ in listed if kind == "buy_again"}
    assert found <= again
    assert all(
        len([pair for pair in found if pair[0] == customer])
        == min(10, len([pair for pair in again if pair[0] == customer]))
        for customer, _ in again
    )

    pinned = {
        customer
        for customer, kind, product, rank in listed
        if (kind, product, rank) == ("next_basket", "p20", 1)
    }
    assert {stores_of(customer) for customer in pinned} == {"c", "ac", "d"}

    assert ask("select is_recommendable, why_not from marts.products where product_id = 'p28'") == [
        (False, "not sold in any store")
    ]
    unsold = ask("""
        select distinct customer_id, product_id from marts.recommendation_audit
        where dropped_by = 'not_sold_at_stores'
    """)
    assert ("a0", "p20") in unsold
    assert [row for row in unsold if row[1] in TODAY[stores_of(row[0])]] == []

    past = ask("""
        select distinct customer_id, product_id from intermediate.int_ranked_lists
        where fold <> 'serving'
    """)
    of_a = {product for customer, product in past if stores_of(customer) in ("a", "b")}
    assert of_a <= (OF_A | {"p26"}) - {"p05"}  # p26 was sold until yesterday, p05 not yet
    assert {"p26", "p27"} & {p for customer, p in past if stores_of(customer) == "c"}
