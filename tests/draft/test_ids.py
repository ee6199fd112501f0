"""Which id is the order's, the product's, the customer's, where names don't say it alone."""

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from invented_meanings import receipts, told, writer

from recsys.draft.draft import MISSING
from recsys.errors import ShopFileError
from recsys.shop import attach_shop, load_shop


def orders_read(folder: Path) -> int:
    """Return how many orders a build would read."""
    with duckdb.connect() as connection:
        attach_shop(connection, load_shop(folder / "shop.yml"), {})
        [(orders,)] = connection.sql(
            "select count(distinct order_id) from recsys_inputs.purchases"
        ).fetchall()
    return orders


def till(*columns: str):
    """Return a file of receipts of two stores that begin again every day, with these columns."""
    made = {
        "store": lambda sold: f"S{sold.store}",
        "date": lambda sold: f"{sold.at:%Y-%m-%d}",
        "sold at": lambda sold: f"{sold.at:%d.%m.%Y %H:%M}",
        "clock": lambda sold: f"{sold.at:%H:%M}",
        "epoch": lambda sold: int(sold.at.timestamp()),
        "receipt_no": lambda sold: sold.number,
        "invoice_no": lambda sold: sold.ever,
        "member": lambda sold: f"c{sold.customer}",
        "sku": lambda sold: f"p{sold.product}",
        "qty": lambda sold: 1,
        "country": lambda sold: f"L{sold.product % 5}",
    }
    return writer(columns, [[made[name](sold) for name in columns] for sold in receipts()])


RECEIPTS = 2 * 30 * 10
"""Stores, days, a day: each of several lines or one."""


@pytest.mark.parametrize(
    ("columns", "parts"),
    [
        (("store", "date", "receipt_no", "sku", "qty"), ['"store"', '"date"']),
        (("store", "date", "receipt_no", "member", "sku", "qty"), ['"store"', '"date"']),
        (("store", "sold at", "receipt_no", "sku", "qty"), ['"store"', 'regexp_replace("sold at"']),
        # the day tells them apart, wherever the time of day stands
        (("clock", "store", "date", "receipt_no", "sku", "qty"), ['"store"', '"date"']),
        (("store", "epoch", "receipt_no", "sku", "qty"), ['"store"', "86400"]),
        # the numbers of a store go on, those of two stores are the same
        (("store", "date", "invoice_no", "sku", "qty"), ['"store"']),
        (("store", "date", "invoice_no", "member", "sku", "qty"), ['"store"']),
    ],
)
def test_numbers_that_begin_again(drafted, tmp_path, columns, parts):
    column = drafted(till(*columns)).table("purchases").column("order_id")
    assert column.source.startswith("concat_ws('-', ")
    assert all(part in column.source for part in parts)
    assert ('"date"' in column.source) == ('"date"' in parts)
    assert "begins again" in column.doubt
    assert orders_read(tmp_path) == RECEIPTS


def test_numbers_that_nothing_tells_apart_are_marked(drafted):
    """Two stores, and no column that says which: a number of a day is two orders."""
    draft = drafted(till("date", "receipt_no", "member", "sku", "qty"))
    [doubt] = [doubt for doubt in draft.doubts if "receipt_no" in doubt or "order_id" in doubt]
    assert "of several customers" in doubt


def test_where_a_product_comes_from_is_no_store(drafted):
    rows = [
        [sold.store * 1000 + sold.ever, f"{sold.at:%Y-%m-%d}", f"L{sold.product % 5}", sold.product]
        for sold in receipts()
    ]
    table = drafted(writer(["receipt_no", "date", "country", "sku"], rows)).table("purchases")
    assert table.source("order_id") == "receipt_no"
    assert not table.column("order_id").doubt


def numbered(header, make):
    return writer(header, [make(place, sold) for place, sold in enumerate(receipts(1))])


def test_an_id_of_one_line_gives_way_to_the_order_s(drafted, tmp_path):
    header = ["Sale Date", "Buyer", "Transaction ID", "Listing ID", "Order ID"]
    table = drafted(
        numbered(header, lambda n, s: [f"{s.at:%m/%d/%y}", s.customer, 4000 + n, s.product, s.ever])
    ).table("purchases")
    assert table.source("order_id") == "Order ID"
    assert not table.column("order_id").doubt
    assert "Transaction ID (another on every line)" in table.left_out
    assert orders_read(tmp_path) == 300


def test_an_id_of_one_line_alone_is_marked(drafted):
    header = ["date", "customer", "transaction_id", "sku"]
    table = drafted(
        numbered(header, lambda n, s: [f"{s.at:%Y-%m-%d}", s.customer, n, s.product])
    ).table("purchases")
    assert "another on every line" in table.column("order_id").doubt


def test_two_ids_of_the_same_orders_are_no_doubt_and_of_others_are_one(drafted):
    header = ["order_id", "invoice_id", "date", "customer", "sku"]
    for divisor, doubted in ((1, False), (2, True)):
        write = numbered(
            header,
            lambda n, s, by=divisor: [
                s.ever,
                7000 + s.ever // by,
                f"{s.at:%Y-%m-%d}",
                s.ever // 2,
                s.product,
            ],
        )
        column = drafted(write).table("purchases").column("order_id")
        assert ("invoice_id" in column.doubt or "'order_id'" in column.doubt) == doubted


def test_an_id_of_a_line_is_no_product(drafted):
    header = ["item_id", "customer", "date", "article", "qty"]
    make = lambda n, s: [n, s.customer, f"{s.at:%Y-%m-%d}", f"a{s.product}", 1]  # noqa: E731
    table = drafted(numbered(header, make)).table("purchases")
    assert table.source("product_id") == "article"
    alone = drafted(numbered([*header[:3], "qty"], lambda n, s: [*make(n, s)[:3], 1]))
    column = alone.table("purchases").column("product_id")
    assert column.source == MISSING
    assert "'item_id' is another on every line" in column.doubt


@pytest.mark.parametrize("noun", ["part_number", "variant_id", "price_id", "anime_id", "asset_no"])
def test_an_unknown_noun_for_the_product(drafted, noun):
    header = ["customer_id", noun, "order_date", "quantity", "amount"]
    table = drafted(
        numbered(header, lambda n, s: [s.customer, f"X{s.product}", s.at.date(), 1, "2.50"])
    ).table("purchases")
    column = table.column("product_id")
    assert column.source == noun
    assert "is it the product?" in column.doubt


@pytest.mark.parametrize("noun", ["anime_id", "placeID", "beerNumber", "anime"])
def test_an_unknown_noun_for_what_is_rated(drafted, noun):
    header = ["user_id", noun, "rating"]
    table = drafted(
        numbered(header, lambda n, s: [s.customer, 13_000 + s.product % 15, 1 + s.product % 10])
    ).table("ratings")
    assert table.source("product_id") == noun
    assert table.column("product_id").doubt


def test_an_unknown_noun_for_the_customer(drafted):
    header = ["patient_no", "ward", "order_id", "date", "sku", "qty"]
    table = drafted(
        numbered(
            header, lambda n, s: [s.customer, s.customer % 4, s.ever, s.at.date(), s.product, 1]
        )
    ).table("purchases")
    assert table.source("customer_id") == "patient_no"
    assert table.column("customer_id").doubt


def test_an_order_s_own_id_of_the_customer_gives_way_to_what_comes_again(drafted):
    header = ["order_id", "order_customer_id", "customer_unique_id", "date", "sku"]
    make = lambda n, s: [s.ever, f"x{s.ever}", f"c{s.customer}", s.at.date(), s.product]  # noqa: E731
    table = drafted(numbered(header, make)).table("purchases")
    assert table.source("customer_id") == "customer_unique_id"
    assert "'order_customer_id'" in table.column("customer_id").doubt


def test_customers_who_are_others_in_every_order_are_marked(drafted):
    header = ["order_id", "customer_id", "date", "sku"]
    make = lambda n, s: [s.ever, f"x{s.ever}", s.at.date(), s.product]  # noqa: E731
    table = drafted(numbered(header, make)).table("purchases")
    assert table.source("customer_id") == "customer_id"
    assert "another for every order" in table.column("customer_id").doubt


def test_who_sells_is_no_customer(drafted):
    header = ["employee_no", "receipt_no", "date", "sku", "qty"]
    table = drafted(
        numbered(header, lambda n, s: [s.ever % 7, s.ever, s.at.date(), s.product, 1])
    ).table("purchases")
    assert table.source("customer_id") == "cast(null as varchar)"


def test_of_several_unknown_nouns_none_is_taken(drafted):
    header = ["customer_id", "alpha_id", "beta_id", "date", "qty"]
    table = drafted(
        numbered(
            header,
            lambda n, s: [s.customer, f"a{s.product}", f"b{n * 7 % 13}", s.at.date(), 1],
        )
    ).table("purchases")
    column = table.column("product_id")
    assert column.source == MISSING
    assert "'alpha_id', 'beta_id'" in column.doubt


def test_lines_of_orders_whose_products_have_an_unknown_noun_are_joined(drafted):
    heads = {sold.ever: [sold.ever, sold.customer, sold.at.date()] for sold in receipts(1)}
    lines = [[sold.ever, f"X{sold.product}", 1] for sold in receipts(1)]
    write = (
        writer(["order_id", "customer_id", "date"], list(heads.values()), "orders.csv"),
        writer(["order_id", "part_number", "qty"], lines, "order_lines.csv"),
    )
    draft = drafted(lambda folder: [path for one in write for path in one(folder)], join=True)
    table = draft.table("purchases")
    assert table.source("product_id") == "part_number"
    assert table.source("customer_id") == "customer_id"


def test_of_two_unknown_nouns_the_first_is_the_customer(drafted):
    header = ["subject", "date", "qty", "compound"]
    table = drafted(
        numbered(header, lambda n, s: [f"s{s.customer}", s.at.date(), 1, f"k{s.product}"])
    ).table("purchases")
    assert (table.source("customer_id"), table.source("product_id")) == ("subject", "compound")
    assert "swap them" in table.column("product_id").doubt


def test_heads_of_orders_have_no_product_of_an_unknown_noun(drafted):
    rows = [[n, n % 40, f"2024-01-{1 + n % 28:02}", "9.90", f"R{n % 7}{n % 5}"] for n in range(300)]
    with pytest.raises(ShopFileError, match="one line per order, without products"):
        drafted(writer(["order_id", "customer_id", "date", "total", "region_code"], rows))


DRAFT = """
import sys
from pathlib import Path
from recsys.draft.assemble import draft_shop
from recsys.draft.yaml_text import yaml_text
for path in map(Path, sys.argv[1:]):
    print(yaml_text(draft_shop([path], path.with_suffix(".yml"))))
"""


def test_the_draft_is_the_same_in_every_run(tmp_path):
    """Sets change their order when Python starts anew; names stand in names, as id in user_id."""
    header = ["id", "order_id", "user_id", "product_id", "created_at", "price"]
    rows = [
        [place, sold.ever, sold.ever % 40, sold.product, f"{sold.at:%Y-%m-%d %H:%M:%S}", "9.90"]
        for place, sold in enumerate(receipts(1))
    ]
    paths = [
        *writer(header, rows, "order_items.csv")(tmp_path),
        *told("status", {"ok": 70, "void": 10, "refunded": 10, "failed": 10})(tmp_path),
    ]
    said = set()
    for seed in ("1", "2", "3", "4"):
        ran = subprocess.run(  # noqa: S603 - this Python
            [sys.executable, "-c", DRAFT, *map(str, paths)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        said.add(ran.stdout)
    [text] = said
    assert "order_id: order_id  # by name; 300 different values; each of one customer" in text
