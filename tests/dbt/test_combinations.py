"""Shops with and without each table and column: all build, and say what is switched off."""

from itertools import product

import pytest

from .fuzzed_files import shop_files
from .sound_tables import CHEAP, assert_sound

OPTIONAL = {  # what may be missing, and the aspect of marts.input_support that tells
    "purchases.order_id": "order_id",
    "purchases.unit_price": "prices paid",
    "products": "products",
    "products.description": None,  # a title is text enough
    "customers": "customers",
    "time of day": None,
}
# every pair of two of these, given or not, is in at least one combination of each kind of shop
COVERING = ["000000", "111111", "111000", "100110", "010101", "001011"]
KINDS = [("purchases",), ("ratings",), ("purchases", "ratings")]
PRODUCTS = [f"p{number:02}" for number in range(12)]
CUSTOMERS = [f"c{number:02}" for number in range(16)]


def made(kinds, given):
    """Return files of a shop in which each customer buys on five days in as many months."""
    time = " 14:05:00" if "time of day" in given else ""
    buys = [
        (
            customer,
            (3 * number + 5 * visit + number * visit) % 12,
            f"2024-{visit + 1:02}-1{number % 9}",
        )
        for number, customer in enumerate(CUSTOMERS)
        for visit in range(5)
        for _ in range(1)
    ]
    columns = {
        "customer_id": lambda c, p, t: c,
        "product_id": lambda c, p, t: PRODUCTS[p],
        "purchased_at": lambda c, p, t: t + time,
        "order_id": lambda c, p, t: f"{c} {t}",
        "unit_price": lambda c, p, t: f"{p + 1}.50",
    }
    left_out = {name.split(".")[1] for name in OPTIONAL if name not in given and "." in name}
    wanted = [name for name in columns if name not in left_out]
    tables = {}
    if "purchases" in kinds:
        rows = [[columns[name](*line) for name in wanted] for line in buys]
        tables["purchases"] = (wanted, rows)
    if "ratings" in kinds:
        rows = [
            [c, PRODUCTS[p], str(1 + p % 5), t + time]
            for c, p, t in {b[:2]: b for b in buys}.values()
        ]
        tables["ratings"] = (["customer_id", "product_id", "rating", "rated_at"], rows)
    if "products" in given:
        described = "products.description" in given
        header = ["product_id", "title", "category", *["description"] * described]
        texts = [
            f"{kind} {form}" for kind, form in product(("green tea", "rye bread", "jam"), "abcd")
        ]
        rows = [
            [name, title, title.split()[-2], *["kept cool and dry"] * described]
            for name, title in zip(PRODUCTS, texts, strict=True)
        ]
        tables["products"] = (header, rows)
    if "customers" in given:
        rows = [[name, ["19-24", "35-44"][number % 2]] for number, name in enumerate(CUSTOMERS)]
        tables["customers"] = (["customer_id", "age"], rows)
    return shop_files(CHEAP, tables)


def assert_built(builder, kinds, bits):
    given = {name for name, bit in zip(OPTIONAL, bits, strict=True) if bit == "1"}
    files = made(kinds, given)
    ask = builder.ask(builder.run(files))
    assert_sound(ask, files)
    assert ask("select * from marts.rejected_rows") == []
    listed = ask("select distinct customer_id from marts.recommendations order by all")
    assert listed == [(name,) for name in CUSTOMERS]
    support = dict(ask("select aspect, is_given from marts.input_support"))
    for kind in ("purchases", "ratings"):
        assert support[kind] == (kind in kinds)
    for name, aspect in OPTIONAL.items():
        if aspect and not (name.startswith("purchases.") and "purchases" not in kinds):
            assert support[aspect] == (name in given), aspect
    missing = ask(
        "select aspect from marts.input_support where not is_given and consequence is null"
    )
    assert missing == []
    has_revenue = ask("select count(*) > 0 from marts.model_metrics where metric = 'revenue'")
    assert has_revenue == [("purchases" in kinds and "purchases.unit_price" in given,)]


def test_the_fewest_columns_of_purchases_are_a_shop(builder):
    assert_built(builder, ("purchases",), "000000")


@pytest.mark.slow
@pytest.mark.parametrize("bits", COVERING)
@pytest.mark.parametrize("kinds", KINDS, ids="+".join)
def test_all_combinations_are_a_shop(builder, kinds, bits):
    assert_built(builder, kinds, bits)


def test_the_combinations_have_every_pair_of_states():
    for first, second in product(range(len(OPTIONAL)), repeat=2):
        if first != second:
            assert {bits[first] + bits[second] for bits in COVERING} == {"00", "01", "10", "11"}
