"""Files without a line per product are recognised, and the key that reads them is drafted."""

import csv
import json
import random
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from recsys.draft.files import look_at
from recsys.draft.profiling import profile_files
from recsys.draft.reading import open_file
from recsys.errors import ShopFileError
from recsys.shop import attach_shop, load_shop

PRODUCTS = [f"p{n:02}" for n in range(12)]


def orders() -> list[dict]:
    """Return 90 orders of one to four products, each with how many of it."""
    chance = random.Random(3)  # noqa: S311
    return [
        {
            "id": 500 + n,
            "customer": f"c{chance.randrange(25)}",
            "date": f"2024-0{1 + n // 30}-{1 + n % 28:02}",
            "items": [
                {"sku": sku, "quantity": chance.randint(1, 3)}
                for sku in chance.sample(PRODUCTS, chance.randint(1, 4))
            ],
        }
        for n in range(90)
    ]


ORDERS = orders()
LINES = sum(len(order["items"]) for order in ORDERS)
UNITS = sum(item["quantity"] for order in ORDERS for item in order["items"])


def table(path: Path, header: list[str], rows: list[list[object]]) -> list[Path]:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return [path]


def heads(order: dict) -> list[object]:
    return [order["id"], order["customer"], order["date"]]


def blank_below(order: dict, place: int, kept: int = 0) -> list[object]:
    """Return an order's head, of which the lines below the first have the first cells only."""
    return heads(order) if place == 0 else heads(order)[:kept] + [""] * (3 - kept)


def below(folder: Path, kept: int) -> list[Path]:
    rows = [
        [*blank_below(order, place, kept), item["sku"], item["quantity"]]
        for order in ORDERS
        for place, item in enumerate(order["items"])
    ]
    return table(folder / "o.csv", ["order_id", "customer", "date", "sku", "qty"], rows)


def heads_apart(folder: Path) -> list[Path]:
    rows = []
    for order in ORDERS:
        rows.append(["H", *heads(order), "", ""])
        rows += [["L", order["id"], "", "", i["sku"], i["quantity"]] for i in order["items"]]
    header = ["kind", "order_id", "customer", "date", "sku", "qty"]
    return table(folder / "o.csv", header, rows)


def cells(folder: Path, written) -> list[Path]:
    rows = [[*heads(order), *written(order["items"])] for order in ORDERS]
    more = ["items", "quantities"][: len(rows[0]) - 3]
    return table(folder / "o.csv", ["order_id", "customer", "date", *more], rows)


def side_by_side(folder: Path, *, counted: bool) -> list[Path]:
    rows = []
    for order in ORDERS:
        found = [[i["sku"], i["quantity"]] if counted else [i["sku"]] for i in order["items"]]
        flat = [cell for pair in found for cell in pair]
        rows.append([*heads(order), *flat, *[""] * (4 * len(found[0]) - len(flat))])
    one = ["Product", "Quantity"] if counted else ["Product"]
    names = [f"{name} {place}" for place in range(1, 5) for name in one]
    return table(folder / "o.csv", ["order_id", "customer", "date", *names], rows)


def json_file(folder: Path, name: str, content: str) -> list[Path]:
    (folder / name).write_text(content, encoding="utf-8")
    return [folder / name]


def parquet(folder: Path) -> list[Path]:
    [path] = json_file(folder, "o.jsonl", "\n".join(map(json.dumps, ORDERS)))
    duckdb.execute(f"copy (from '{path}') to '{folder}/orders.parquet'")
    return [folder / "orders.parquet"]


EDGES = {
    "data": {
        "orders": {
            "edges": [
                {
                    "node": {
                        "id": order["id"],
                        "createdAt": order["date"],
                        "customer": {"id": order["customer"]},
                        "lineItems": {"edges": [{"node": item} for item in order["items"]]},
                    }
                }
                for order in ORDERS
            ]
        }
    }
}
PAGES = [{"page": n, "orders": ORDERS[n : n + 30]} for n in (0, 30, 60)]
EVENTS = [
    {
        "event_name": "purchase",
        "event_timestamp": f"{order['date']}T10:00:00Z",
        "user_pseudo_id": order["customer"],
        "event_params": [{"key": "transaction_id", "value": {"int_value": order["id"]}}],
        "items": [{"item_id": i["sku"], "quantity": i["quantity"]} for i in order["items"]],
    }
    for order in ORDERS
]
EVERY_LINE = (LINES, len(PRODUCTS), UNITS, len(ORDERS))


@pytest.mark.parametrize(
    ("write", "given", "read"),
    [
        (
            lambda folder: below(folder, 1),
            {"fill_down": {"columns": ["customer", "date"], "by": "order_id"}},
            EVERY_LINE,
        ),
        (
            lambda folder: below(folder, 0),
            {"fill_down": {"columns": ["order_id", "customer", "date"], "by": "order_id"}},
            EVERY_LINE,
        ),
        (
            heads_apart,
            {"fill_down": {"columns": ["customer", "date"], "by": "order_id"}},
            EVERY_LINE,
        ),
        (
            lambda folder: cells(folder, lambda items: [", ".join(i["sku"] for i in items)]),
            {"explode": {"column": "items", "separator": ","}},
            (LINES, len(PRODUCTS), None, len(ORDERS)),
        ),
        (
            lambda folder: cells(
                folder,
                lambda items: ["|".join(str(i[key]) for i in items) for key in ("sku", "quantity")],
            ),
            {"explode": {"column": ["items", "quantities"], "separator": "|"}},
            EVERY_LINE,
        ),
        (
            lambda folder: cells(
                folder, lambda items: ["; ".join(f"{i['quantity']}x {i['sku']}" for i in items)]
            ),
            {"explode": {"column": "items", "separator": ";"}},
            EVERY_LINE,
        ),
        (
            lambda folder: cells(folder, lambda items: [json.dumps(items)]),
            {"explode": "items"},
            EVERY_LINE,
        ),
        (
            lambda folder: cells(folder, lambda items: [str([i["sku"] for i in items])]),
            {"explode": "items"},
            (LINES, len(PRODUCTS), None, len(ORDERS)),
        ),
        (
            lambda folder: side_by_side(folder, counted=False),
            {
                "unpivot": {
                    "columns": ["Product 1", "Product 2", "Product 3", "Product 4"],
                    "name": "place",
                    "value": "Product",
                }
            },
            (LINES, len(PRODUCTS), None, len(ORDERS)),
        ),
        (
            lambda folder: side_by_side(folder, counted=True),
            {
                "unpivot": {
                    "columns": [[f"Product {n}", f"Quantity {n}"] for n in range(1, 5)],
                    "name": "place",
                    "value": ["Product", "Quantity"],
                }
            },
            EVERY_LINE,
        ),
        (parquet, {"explode": "items"}, EVERY_LINE),
        (
            lambda folder: json_file(folder, "o.json", json.dumps({"n": 90, "orders": ORDERS})),
            {"records": "orders", "explode": "items"},
            EVERY_LINE,
        ),
        (
            lambda folder: json_file(
                folder, "o.json", json.dumps({"orders": {str(o["id"]): o for o in ORDERS}})
            ),
            {"records": "orders", "explode": "items"},
            EVERY_LINE,
        ),
        (
            lambda folder: json_file(folder, "o.json", json.dumps(EDGES, indent=1)),
            {"records": "data.orders.edges", "explode": "node.lineItems.edges"},
            EVERY_LINE,
        ),
        (
            lambda folder: json_file(folder, "o.jsonl", "\n".join(map(json.dumps, PAGES))),
            {"explode": "orders.items"},
            EVERY_LINE,
        ),
        (
            lambda folder: json_file(folder, "e.jsonl", "\n".join(map(json.dumps, EVENTS))),
            {"explode": "items"},
            (LINES, len(PRODUCTS), UNITS, 0),  # of whoever bought at a time
        ),
    ],
    ids=[
        *("heads above lines", "orders on first lines", "heads of their own"),
        *("cells", "cells side by side", "counted cells", "cells of json", "cells of python"),
        *("baskets", "baskets with quantities"),
        *("parquet", "wrapper", "by number", "graphql", "pages", "events"),
    ],
)
def test_a_layout_is_read_as_its_lines(drafted, tmp_path, write, given, read):
    draft = drafted(write)
    purchases = draft.table("purchases")
    assert purchases.file.format == given
    assert purchases.doubts, "what was seen is to be checked"
    with duckdb.connect() as connection:
        attach_shop(connection, load_shop(tmp_path / "shop.yml"), {})
        found = connection.execute(
            "select count(*), count(distinct product_id), sum(quantity::int), "
            "count(distinct order_id) from recsys_inputs.purchases"
        ).fetchall()
        bought = connection.execute(
            "select product_id from recsys_inputs.purchases where customer_id = 'c3' order by all"
        ).fetchall()
    assert found == [read]
    assert bought == sorted(
        (item["sku"],) for order in ORDERS if order["customer"] == "c3" for item in order["items"]
    )


def test_the_lists_of_a_dump_are_tables(drafted):
    dump = {
        "orders": ORDERS,
        "goods": [{"sku": sku, "title": f"Tea {sku}", "tags": ["a"]} for sku in PRODUCTS],
    }
    draft = drafted(lambda folder: json_file(folder, "dump.json", json.dumps(dump)))
    assert draft.table("products").file.format == {"records": "goods"}
    assert draft.table("purchases").file.format == {"records": "orders", "explode": "items"}


@pytest.mark.parametrize(("nought", "where"), [("", ""), (0, "try_cast(rating as double) <> 0")])
def test_a_matrix_of_ratings(drafted, tmp_path, nought, where):
    chance = random.Random(5)  # noqa: S311
    grades = [[chance.choice([nought, nought, 1, 2, 3, 4, 5]) for _ in PRODUCTS] for _ in range(60)]
    rows = [[f"u{n}", *row] for n, row in enumerate(grades)]
    draft = drafted(lambda folder: table(folder / "m.csv", ["user", *PRODUCTS], rows))
    ratings = draft.table("ratings")
    assert ratings.file.format == {
        "unpivot": {"all_but": ["user"], "name": "product", "value": "rating"}
    }
    assert ratings.where == where
    with duckdb.connect() as connection:
        attach_shop(connection, load_shop(tmp_path / "shop.yml"), {})
        found = connection.execute(
            "select count(*), sum(rating::int) from recsys_inputs.ratings"
        ).fetchall()
    given = [grade for row in grades for grade in row if grade]
    assert found == [(len(given), sum(given))]


def test_a_matrix_that_says_no_time_names_the_way_out(drafted):
    rows = [[f"u{n}", *(int((n + place) % 3 == 0) for place in range(12))] for n in range(60)]
    with pytest.raises(
        ShopFileError, match=r"user-item matrix, .*all_but: \[user\], name: product"
    ):
        drafted(lambda folder: table(folder / "m.csv", ["user", *PRODUCTS], rows))


@pytest.mark.parametrize("header", [["item1", "item2", "item3"], None])
def test_baskets_of_nobody_name_the_way_out(drafted, header):
    chance = random.Random(9)  # noqa: S311
    rows = [[*chance.sample(PRODUCTS, size), "", ""][:3] for size in (3, 2, 1) for _ in range(40)]

    def write(folder: Path) -> list[Path]:
        [path] = table(folder / "b.csv", header or rows[0], rows)
        return [path]

    with pytest.raises(ShopFileError, match=r"a row is a basket, .* `format: \{.*unpivot: "):
        drafted(write)


@pytest.mark.parametrize("name", ["basket", "contents", "Warenkorb"])
def test_products_in_cells_of_any_name(drafted, name):
    rows = [[*heads(order), "\n".join(i["sku"] for i in order["items"])] for order in ORDERS]
    header = ["order_id", "customer", "date", name]
    purchases = drafted(lambda folder: table(folder / "o.csv", header, rows)).table("purchases")
    assert purchases.file.format == {"explode": {"column": name, "separator": "\n"}}
    assert purchases.source("product_id") == name


def test_ids_of_a_large_catalogue_in_cells(drafted):
    """Hardly any is bought twice: that they are ids tells them from names with commas."""
    rows = [
        [
            n,
            f"c{n % 30}",
            f"2024-01-{1 + n % 28:02}",
            ", ".join(f"{n % 70:03}-{k}" for k in range(n % 4 + 1)),
        ]
        for n in range(120)
    ]
    header = ["order_id", "customer", "date", "products"]
    draft = drafted(lambda folder: table(folder / "o.csv", header, rows))
    assert draft.table("purchases").file.format == {
        "explode": {"column": "products", "separator": ","}
    }


def test_a_column_per_product_where_a_time_is_said(drafted, tmp_path):
    names = ["Tea", "Jam", "Bun", "Mug", "Rye"]
    rows = [[*heads(order), *(order["id"] % (place + 2) for place in range(5))] for order in ORDERS]
    header = ["order_id", "customer", "date", *names]
    purchases = drafted(lambda folder: table(folder / "o.csv", header, rows)).table("purchases")
    assert purchases.file.format["unpivot"]["all_but"] == ["order_id", "customer", "date"]
    with duckdb.connect() as connection:
        attach_shop(connection, load_shop(tmp_path / "shop.yml"), {})
        found = connection.execute(
            "select count(*), sum(quantity::int) from recsys_inputs.purchases"
        ).fetchall()
    sold = [cell for row in rows for cell in row[3:] if cell]
    assert found == [(len(sold), sum(sold))]


def test_a_matrix_of_customers_beside_products(drafted):
    rows = [
        [sku, *((n + place) % 6 or "" for place in range(20))] for n, sku in enumerate(PRODUCTS)
    ]
    header = ["product", *(f"u{n}" for n in range(20))]
    ratings = drafted(lambda folder: table(folder / "m.csv", header, rows)).table("ratings")
    assert (ratings.source("customer_id"), ratings.source("product_id")) == ("customer", "product")


def test_a_comma_in_a_name_makes_no_list(drafted):
    names = ["Tea, green", "Tea, black", "Jam", "Bun, plain, 6", "Mug"]
    rows = [[n, f"c{n % 20}", f"2024-01-{1 + n % 28:02}", names[n % 5]] for n in range(100)]
    header = ["order_id", "customer", "date", "product"]
    draft = drafted(lambda folder: table(folder / "o.csv", header, rows))
    assert draft.table("purchases").file.format == {}


def test_genres_and_attributes_make_no_lines(drafted):
    """A film's genres and a customer's numbers stay what they are."""

    def write(folder: Path) -> list[Path]:
        rated = [[n % 40, n % 30, 1 + n % 5, "A|B" if n % 3 else "A|C|D"] for n in range(400)]
        people = [[n, n % 3, n % 2, n % 4, n % 5, n % 6] for n in range(40)]
        header = ["customer", "kids", "cars", "pets", "rooms", "level"]
        return [
            *table(folder / "r.csv", ["user_id", "movie_id", "rating", "genres"], rated),
            *table(folder / "customers.csv", header, people),
        ]

    draft = drafted(write)
    assert [found.file.format for found in draft.tables] == [{}, {}]


def test_lines_without_an_id_are_sold_under_their_name(drafted, tmp_path):
    rows = [
        [
            n // 2,
            f"c{n % 20}",
            f"2024-01-{1 + n % 28:02}",
            "" if n % 10 == 0 else f"S{n % 9}",
            f"Tea {n % 9}",
        ]
        for n in range(100)
    ]
    header = ["order_id", "customer", "date", "sku", "title"]
    draft = drafted(lambda folder: table(folder / "o.csv", header, rows))
    assert any("10 % of the lines have no 'sku'" in doubt for doubt in draft.doubts)
    with duckdb.connect() as connection:
        attach_shop(connection, load_shop(tmp_path / "shop.yml"), {})
        found = connection.execute(
            "select count(product_id), count(*) filter (product_id = 'Tea 0') "
            "from recsys_inputs.purchases"
        ).fetchall()
    # of the lines 0, 10 … 90, those of Tea 0 are 0 and 90
    assert found == [(100, 2)]


@pytest.mark.parametrize("delimiter", ["::", "||", ";;"])
def test_ratings_without_a_header_between_double_signs(drafted, tmp_path, delimiter):
    def write(folder: Path) -> list[Path]:
        lines = [
            delimiter.join(map(str, (n % 40, n % 30, 1 + n % 5, 978300000 + 60 * n)))
            for n in range(600)
        ]
        return json_file(folder, "ratings.dat", "\n".join(lines) + "\n")

    ratings = drafted(write).table("ratings")
    assert ratings.file.format["delimiter"] == delimiter
    assert [ratings.source(name) for name in ("customer_id", "product_id", "rating")] == [
        "column0",
        "column1",
        "column2",
    ]


@pytest.mark.parametrize("nought", [0, ""])
@pytest.mark.parametrize("name", ["{}", "item {}", "product_{}"])
def test_numbers_bought_by_day_and_customer_are_a_matrix(drafted, nought, name):
    """Also where no day and no customer is alone, and names of products look like places."""

    def write(folder: Path) -> list[Path]:
        header = [
            name.format(number) if name != "{}" else sku for number, sku in enumerate(PRODUCTS)
        ]
        rows = []
        for order in ORDERS:
            bought = {item["sku"]: item["quantity"] for item in order["items"]}
            rows.append(
                [order["date"], order["customer"], *(bought.get(p, nought) for p in PRODUCTS)]
            )
        return table(folder / "m.csv", ["date", "customer", *header], rows)

    purchases = drafted(write).table("purchases")
    assert purchases.files[0].format["unpivot"]["all_but"] == ["date", "customer"]
    assert (purchases.where != "") == (nought == 0)
    assert purchases.source("product_id") == "product"
    assert purchases.source("quantity") == "quantity"


def test_a_product_that_nobody_rated_yet_is_one_of_a_matrix(drafted):
    """What is empty today may be rated tomorrow, and the shop file still reads it."""
    rows = [
        [f"u{n}", *("" if k % 3 == 0 else 1 + (n * k) % 5 for k in range(9))] for n in range(30)
    ]
    ratings = drafted(
        lambda folder: table(folder / "m.csv", ["user", *(f"film {k}" for k in range(9))], rows)
    ).table("ratings")
    assert ratings.files[0].format["unpivot"]["all_but"] == ["user"]


def test_an_object_of_products_and_how_many(drafted, tmp_path):
    def write(folder: Path) -> list[Path]:
        (folder / "o.jsonl").write_text(
            "\n".join(
                json.dumps({**order, "items": {i["sku"]: i["quantity"] for i in order["items"]}})
                for order in ORDERS
            )
        )
        return [folder / "o.jsonl"]

    assert drafted(write).table("purchases").source("quantity") == "quantity"
    with duckdb.connect() as connection:
        attach_shop(connection, load_shop(tmp_path / "shop.yml"), {})
        found = connection.execute(
            "select count(*), sum(quantity::int) from recsys_inputs.main.purchases"
        ).fetchone()
    assert found == (LINES, UNITS)


def test_a_file_of_orders_by_their_numbers(drafted, tmp_path):
    """The file is the object whose members are the orders: nothing is around it."""
    keyed = {
        str(order["id"]): {k: order[k] for k in ("customer", "date", "items")} for order in ORDERS
    }
    draft = drafted(lambda folder: json_file(folder, "orders.json", json.dumps(keyed)))
    purchases = draft.table("purchases")
    assert purchases.file.format == {"records": ".", "explode": "items"}
    assert purchases.source("order_id") == "key"
    with duckdb.connect() as connection:
        attach_shop(connection, load_shop(tmp_path / "shop.yml"), {})
        found = connection.execute(
            "select count(*), sum(quantity::int), count(distinct order_id) "
            "from recsys_inputs.main.purchases"
        ).fetchone()
    assert found == (LINES, UNITS, len(ORDERS))


def test_baskets_without_empty_cells_name_the_shape(drafted):
    """Rows as long as their baskets fit no columns; what they are is said, and the way out."""
    chance = random.Random(4)  # noqa: S311
    rows = [chance.sample(PRODUCTS, chance.randint(1, 5)) for _ in range(200)]
    with pytest.raises(ShopFileError, match=r"1 to 5 fields .* a row is a basket.*explode"):
        drafted(lambda folder: table(folder / "b.csv", rows[0], rows[1:]))


def test_rows_that_are_filled_down_are_looked_at_in_the_order_of_the_file(tmp_path):
    """Groups come out of a window in any order, another on a busy machine: so did examples."""
    rows = [[f"i{n // 3}", "" if n % 3 else f"c{n // 3}", n] for n in range(3_000)]
    path = table(tmp_path / "orders.csv", ["invoice", "customer", "line"], rows)
    [file] = look_at(path[0])
    file = replace(file, format={"fill_down": {"columns": ["customer"], "by": "invoice"}})
    with duckdb.connect() as connection:
        profile = profile_files(connection, [open_file(connection, file, tmp_path)], 0)
        seen = connection.execute(
            f"select line, customer from {profile.sample} order by rowid"  # noqa: S608
        ).fetchall()
    assert seen == [(str(n), f"c{n // 3}") for n in range(3_000)]
