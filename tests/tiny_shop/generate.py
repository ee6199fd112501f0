"""Writes the tiny shop's files: twelve regulars of two tastes, whose right answers are known.

Run it after a change, and commit the files: ``python tests/tiny_shop/generate.py``.

The regulars. Six drink tea (`T0` to `T5`), six drink coffee (`C0` to `C5`). Each kind of drinker
has six products of its own and never touches the other kind's. Regular number i of a kind

* orders every 14 days, eleven times, from day 1 + i on (day 0 is 2024-01-01),
* has milk in every order,
* drinks products i, i + 1 and i + 2 (modulo 6) in turns, two in an order,
* tries product i + 3 first in its eighth order, in the four weeks the hybrid learns from,
* tries product i + 4 first in its tenth order, in the four weeks that are judged,
* never had product i + 5: what its discover list should begin with, before the other kind's.

Numbers 0 to 2 of both kinds buy bread and butter, always in one basket, in every third order:
orders 1, 4, 7 and 10, counted from 0.
"""

import csv
from datetime import date, timedelta
from pathlib import Path

HERE = Path(__file__).parent
DAY_0 = date(2024, 1, 1)
ORDERS = 11
DAYS_BETWEEN_ORDERS = 14
KIND_SIZE = 6

# Ids that break careless code: leading zeros, a quote, a blank, letters of other alphabets.
CUSTOMERS = {
    "T": ["00123", "O'Hara", "Tee Zwei", "Зоя", "T4", "T5"],
    "C": ["123", "C1", 'C "2"', "C3", "C4", "C5"],
}
MILK, BREAD, BUTTER = "0001", "001", "beurre d'été"
PRICES = {MILK: "1.20", BREAD: "2.50", BUTTER: "3.00", "mystery": "9.99"}
PRICES |= {f"{kind}-{n}": f"{3 + n}.00" for kind in ("tea", "coffee") for n in range(KIND_SIZE)}

Line = tuple[str, str, str, str, str, str]  # order, customer, product, day, quantity, price


def day(number: int) -> str:
    return (DAY_0 + timedelta(days=number)).isoformat()


def regular_lines() -> list[Line]:
    lines = []
    for kind, drink in (("T", "tea"), ("C", "coffee")):
        for i, customer in enumerate(CUSTOMERS[kind]):
            for k in range(ORDERS):
                drinks = [k % 3, (k + 1) % 3]
                if k == 7:
                    drinks = [3, 0]
                if k == 9:
                    drinks = [4, 0]
                basket = [MILK, *(f"{drink}-{(i + d) % KIND_SIZE}" for d in drinks)]
                if i < 3 and k % 3 == 1:
                    basket += [BREAD, BUTTER]
                on = day(1 + i + DAYS_BETWEEN_ORDERS * k)
                order = f"{kind}{i}-{k:02}"
                lines += [(order, customer, p, on, "1", PRICES[p]) for p in basket]
    return lines


def odd_lines() -> list[Line]:
    """One line, or a few, of everything that needs a decision."""
    newcomer, regulars = "newcomer", ["00123", "O'Hara", "123"]
    lines = [
        # first seen after the judged fold's cut-off: a customer without history there
        ("N-1", newcomer, MILK, day(130), "2", "1.20"),
        ("N-1", newcomer, "tea-0", day(130), "1", "3.00"),
        # nobody in particular
        ("anonymous", "", MILK, day(140), "1", "1.20"),
        # given back, and given away: on the bill, but no sign of interest
        ("return", "00123", "tea-0", day(20), "-1", "3.00"),
        ("gift", "C5", "coffee-4", day(50), "1", "0"),
        ("gift", "C5", "sample", day(50), "1", "0"),
        ("caviar", "123", "caviar", day(120), "1", "99.00"),  # one customer is too few
    ]
    for customer in regulars:
        lines += [
            (f"a-{customer}", customer, "calendar", day(2), "1", "20.00"),  # sold in January only
            (f"s-{customer}", customer, "saffron", day(110), "1", "8.00"),  # out of stock today
            (f"g-{customer}", customer, "gift card", day(111), "1", "50.00"),  # excluded
            (f"m-{customer}", customer, "mystery", day(112), "1", "9.99"),  # not in products.csv
        ]
    return lines


def bad_lines() -> list[Line]:
    """Each is rejected, for the reason in its order's name."""
    return [
        ("zero_quantity", "T4", MILK, day(60), "0", "1.20"),
        ("unreadable_quantity", "T4", MILK, day(60), "two", "1.20"),
        ("unreadable_purchased_at", "T4", MILK, "30 February", "1", "1.20"),
        ("missing_purchased_at", "T4", MILK, "", "1", "1.20"),
        ("missing_product_id", "T4", "", day(60), "1", "1.20"),
        ("unreadable_price", "T4", MILK, day(60), "1", "cheap"),
        ("negative_price", "T4", MILK, day(60), "1", "-1.20"),
        ("after_as_of", "T4", MILK, day(152), "1", "1.20"),
        ("T0-00", CUSTOMERS["T"][0], MILK, day(1), "1", "1.20"),  # the very first line once more
    ]


def products() -> list[list[str]]:
    rows = [[MILK, "Milk", "basics", "Farm", "1.20", "true", "false"]]
    rows += [[BREAD, "Bread", "basics", "Mill", "2.50", "true", "false"]]
    rows += [[BUTTER, "Butter", "basics", "Farm", "3.00", "true", "false"]]
    leaves = ["Assam", "Ceylon", "Darjeeling", "Earl Grey", "Oolong", "Sencha"]
    beans = ["Brazil", "Colombia", "Ethiopia", "Java", "Kenya", "Mocha"]
    for kind, names in (("tea", leaves), ("coffee", beans)):
        rows += [
            [f"{kind}-{n}", f"{name} {kind}", kind, f"{kind} house", f"{3 + n}.00", "true", "false"]
            for n, name in enumerate(names)
        ]
    rows += [
        ["saffron", "Saffron", "spices", "", "8.00", "false", "false"],
        ["gift card", "Gift card", "cards", "", "50.00", "true", "true"],
        ["calendar", "Advent calendar", "season", "", "20.00", "true", "false"],
        ["caviar", "Caviar", "season", "", "99.00", "true", "false"],
        ["sample", "Free sample", "season", "", "", "true", "false"],
        ["unsold", "Never sold", "season", "", "5.00", "true", "false"],
        ["unsold", "The same id again", "season", "", "5.00", "true", "false"],
    ]
    return rows


def customers() -> list[list[str]]:
    rows = [[c, kind, "2"] for kind, ids in CUSTOMERS.items() for c in ids]
    return [*rows, ["visitor", "T", ""], ["", "C", "4"]]  # a profile without purchases; no id


def write(folder: Path = HERE) -> None:
    heads = ["OrderNo", "CustomerNo", "SKU", "Day", "Qty", "Price"]
    _write(folder / "purchases.csv", heads, [*regular_lines(), *odd_lines(), *bad_lines()])
    heads = ["SKU", "Name", "Dept", "Maker", "Price", "In stock", "Hidden"]
    _write(folder / "products.csv", heads, products())
    _write(folder / "customers.csv", ["CustomerNo", "Kind", "Persons"], customers())


def _write(path: Path, heads: list[str], rows: list) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([heads, *rows])


if __name__ == "__main__":
    write()
