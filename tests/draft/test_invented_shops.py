"""Exports of many systems are drafted as their makers mean them, and open as a build opens them."""

import importlib.util
import json
import sys
from pathlib import Path

import duckdb
import pytest
import xlsxwriter

from recsys.draft.assemble import draft_shop
from recsys.draft.draft import MISSING
from recsys.draft.opening import failure_to_open
from recsys.errors import ShopFileError
from recsys.shop import attach_shop, load_shop

_spec = importlib.util.spec_from_file_location("invented", Path(__file__).with_name("invented.py"))
assert _spec is not None
assert _spec.loader is not None
invented = importlib.util.module_from_spec(_spec)
sys.modules["invented"] = invented
_spec.loader.exec_module(invented)


def columns(draft, table: str) -> dict[str, str]:
    found = draft.table(table)
    return {column.target: column.source for column in found.columns} if found else {}


def test_german_files(drafted):
    draft = drafted(invented.german)
    assert columns(draft, "purchases") == {
        "customer_id": "KundenNr",
        "product_id": "ArtikelNr",
        "order_id": "BestellNr",
        "purchased_at": "Bestelldatum",
        "quantity": "Menge",
        "unit_price": "Einzelpreis",
        "amount": "Gesamtpreis",
    }
    products = columns(draft, "products")
    assert products == {
        "product_id": "ArtikelNr",
        "title": "Bezeichnung",
        "category": "Warengruppe",
        "brand": "Hersteller",
        "price": "VK-Preis",
        "stock": "Lagerbestand",
    }
    # names, addresses and days of birth are nobody's attribute
    assert set(columns(draft, "customers")) == {"customer_id", "geschlecht", "altersgruppe", "ort"}
    assert any("windows-1252" in doubt for doubt in draft.doubts)


def test_a_shopify_export(drafted):
    draft = drafted(invented.shopify)
    # the status stands on an order's first line; its total does, too, and isn't the lines'
    given = draft.table("purchases").file.format["fill_down"]
    assert (given["by"], "Financial Status" in given["columns"]) == ("Name", True)
    assert not {"Subtotal", "Total"} & set(given["columns"])
    found = columns(draft, "purchases")
    assert "Financial Status" in (found.pop("is_return", "") + draft.table("purchases").where)
    assert found.pop("customer_id") == 'lower(trim("Email"))'
    assert found == {
        "product_id": "Lineitem sku",
        "order_id": "Name",
        "purchased_at": "Created at",
        "quantity": "Lineitem quantity",
        "unit_price": "Lineitem price",
        "currency": "Currency",
        "title": "Lineitem name",
        "brand": "Vendor",
    }
    assert any("e-mail" in doubt for doubt in draft.doubts)
    assert any("Financial Status" in doubt for doubt in draft.doubts)


def test_a_woocommerce_export(drafted):
    draft = drafted(invented.woocommerce)
    assert columns(draft, "purchases") == {
        "customer_id": "Customer User ID",
        "product_id": "SKU",
        "order_id": "Order Number",
        "purchased_at": "Order Date",
        "quantity": "Quantity (- Refund)",
        "unit_price": "Item Cost",
        "title": "Item Name",
    }


def test_reviews_do_not_name_products(drafted):
    draft = drafted(invented.amazon_reviews)
    assert columns(draft, "ratings") == {
        "customer_id": "user_id",
        "product_id": "asin",
        "rated_at": "timestamp",
        "rating": "rating",
    }
    assert any("verified_purchase" in doubt for doubt in draft.doubts)


def test_orders_and_their_lines_are_joined_when_asked(drafted, tmp_path):
    with pytest.raises(ShopFileError, match=r"order_items\.csv .*order_id = id.* --join"):
        drafted(invented.heads_and_lines)
    draft = drafted(invented.heads_and_lines, join=True)
    assert columns(draft, "purchases") == {
        "customer_id": "customer_id",
        "product_id": "product_id",
        "order_id": "order_id",
        "purchased_at": "created_at",
        "quantity": "quantity",
        "unit_price": "unit_price",
    }
    assert draft.table("purchases").path == "purchases_joined.parquet"
    written = (tmp_path / "order_items.csv").read_text().count("\n") - 1
    [(joined, dated)] = duckdb.execute(
        "select count(*), count(created_at) from read_parquet(?)",
        [str(tmp_path / "purchases_joined.parquet")],
    ).fetchall()
    assert joined == dated == written


def test_a_shop_without_dates_says_what_is_missing(drafted, tmp_path):
    draft = drafted(invented.instacart, join=True)
    assert columns(draft, "purchases")["customer_id"] == "user_id"
    assert draft.missing == ["purchases.columns.purchased_at"]
    assert "???" in (failure_to_open(tmp_path / "shop.yml") or "")


def test_a_file_per_month_is_one_path(drafted):
    draft = drafted(invented.french)
    purchases = draft.table("purchases")
    assert (purchases.path, len(purchases.files)) == ("achats_2023-*.tsv", 3)
    assert columns(draft, "purchases") == {
        "customer_id": "Code client",
        "product_id": "Réf. produit",
        "purchased_at": "Date achat",
        "quantity": "Quantité",
        "unit_price": "Prix unitaire",
        "title": "Désignation",
        "category": "Catégorie",
    }
    [setting] = draft.settings
    assert setting.name == "date_order"
    assert "mdy" in setting.doubt


def test_eastern_characters(drafted):
    draft = drafted(invented.polish)
    assert draft.table("purchases").file.format == {"encoding": "windows-1250"}
    found = columns(draft, "purchases")
    assert (found["order_id"], found["quantity"]) == ("Numer zamówienia", "Ilość")


def test_only_purchases_of_an_event_log(drafted):
    draft = drafted(invented.event_log)
    purchases = draft.table("purchases")
    assert purchases.where == "\"event_type\" = 'purchase'"
    assert "view" in purchases.where_doubt
    assert columns(draft, "purchases")["customer_id"] == "user_id"


def test_counted_days_become_dates_that_are_marked(drafted):
    draft = drafted(invented.counted_days)
    [column] = [c for c in draft.table("purchases").columns if c.target == "purchased_at"]
    assert "2000-01-01" in column.source
    assert "DAY" in column.doubt
    assert columns(draft, "purchases")["amount"] == "SALES_VALUE"


def test_names_stand_for_products(drafted):
    draft = drafted(invented.names_only)
    assert columns(draft, "purchases") == {
        "customer_id": "Member_number",
        "product_id": "itemDescription",
        "purchased_at": "Date",
    }
    assert any("no product ids" in doubt for doubt in draft.doubts)


def test_a_file_without_a_header(drafted):
    draft = drafted(invented.headerless)
    assert columns(draft, "ratings") == {
        "customer_id": "column0",
        "product_id": "column1",
        "rating": "column2",
        "rated_at": "column3",
    }
    assert any("no header" in doubt for doubt in draft.doubts)


def test_types_behind_names_in_files_of_unknown_endings(drafted):
    draft = drafted(invented.typed_headers)
    assert columns(draft, "ratings")["customer_id"] == "user_id:token"
    assert columns(draft, "products")["title"] == "movie_title:token_seq"
    assert draft.doubts == []


def test_a_wide_sheet(drafted):
    draft = drafted(invented.spreadsheet)
    assert columns(draft, "purchases") == {
        "customer_id": "Customer ID",
        "product_id": "Product ID",
        "order_id": "Order ID",
        "purchased_at": "Order Date",
        "quantity": "Quantity",
        "amount": "Sales",
        "title": "Product Name",
        "category": "Category",
        "subcategory": "Sub-Category",
    }


def test_a_pivot_table_is_told_apart(drafted):
    with pytest.raises(ShopFileError, match="pivot table, with a column per period"):
        drafted(invented.pivot)


def test_a_price_that_is_the_value_of_the_line(drafted):
    def write(folder):
        rows = [
            [
                f"K{n % 20}", f"P{n % 15}", f"2024-01-{1 + n % 28:02}", 1 + n % 4,
                (1 + n % 4) * (2 + n % 15),
            ]
            for n in range(300)
        ]  # fmt: skip
        header = ["customer", "product", "date", "quantity", "price"]
        return [invented.write(folder / "sales.csv", header, rows)]

    draft = drafted(write)
    assert columns(draft, "purchases")["amount"] == "price"
    assert any("value of the line" in doubt for doubt in draft.doubts)


def test_currencies_scales_and_guests(drafted):
    def write(folder):
        rows = [
            [
                "0" if n % 3 else f"K{n % 90}", f"P{n % 15}", f"2024-01-{1 + n % 28:02}", "2.50",
                "USD" if n % 10 == 0 else "EUR",
            ]
            for n in range(300)
        ]  # fmt: skip
        header = ["customer_id", "product_id", "order_date", "price", "currency"]
        ratings = [[f"K{n % 20}", f"P{n % 15}", n % 11] for n in range(220)]
        return [
            invented.write(folder / "orders.csv", header, rows),
            invented.write(folder / "ratings.csv", ["user_id", "product_id", "rating"], ratings),
        ]

    draft = drafted(write)
    assert draft.table("purchases").where == "\"currency\" = 'EUR'"
    assert any("guest_ids: ['0']" in note for note in draft.notes)
    assert {setting.name: setting.value for setting in draft.settings} == {
        "rating_min": 0,
        "rating_max": 10,
    }


def test_ids_that_join_win_over_ids_that_do_not(drafted):
    def write(folder):
        orders = [[f"C{n % 9}", 900 + n % 30, f"S{n % 30:03}", "2024-01-01"] for n in range(200)]
        products = [[f"S{n:03}", f"Blue lamp {n}"] for n in range(30)]
        header = ["customer_id", "product_id", "sku", "order_date"]
        return [
            invented.write(folder / "orders.csv", header, orders),
            invented.write(folder / "products.csv", ["sku", "product_name"], products),
        ]

    draft = drafted(write)
    assert columns(draft, "purchases")["product_id"] == "sku"
    assert any("product_id" in doubt for doubt in draft.doubts)


def test_ids_that_do_not_join_are_a_doubt(drafted):
    def write(folder):
        orders = [[f"C{n % 9}", f"X{n % 30}", "2024-01-01"] for n in range(200)]
        products = [[f"S{n:03}", f"Blue lamp {n}"] for n in range(30)]
        header = ["customer_id", "product_id", "order_date"]
        return [
            invented.write(folder / "orders.csv", header, orders),
            invented.write(folder / "products.csv", ["product_id", "name"], products),
        ]

    assert any("are these the same ids?" in doubt for doubt in drafted(write).doubts)


def test_tables_of_a_database(drafted):
    def write(folder):
        path = folder / "shop.duckdb"
        with duckdb.connect(path) as connection:
            connection.execute("create table sales (customer_id int, sku text, sold_on date)")
            connection.execute("""
                insert into sales select n % 20, 'S' || n % 30, date '2024-01-01' + (n % 99)::int
                from range(200) as r (n)
            """)
            connection.execute("create table currencies as select 'EUR' as code")
        return [path]

    draft = drafted(write)
    assert draft.table("purchases").file.table == "sales"
    assert columns(draft, "purchases")["product_id"] == "sku"
    assert [unused.label for unused in draft.unused] == ["shop.duckdb (currencies)"]


def test_json_lines(drafted):
    def write(folder):
        path = folder / "reviews.jsonl"
        lines = [
            {"user": f"u{n % 20}", "item": f"i{n % 30}", "stars": 1 + n % 5} for n in range(200)
        ]
        path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
        return [path]

    assert columns(drafted(write), "ratings") == {
        "customer_id": "user",
        "product_id": "item",
        "rating": "stars",
    }


def test_names_that_yaml_and_sql_would_misread(drafted):
    """Quotes, colons and hashes in names are of the name."""

    def write(folder):
        header = ["customer: id", 'product "id" #', "order_date", "it's a price"]
        rows = [[f"C{n % 9}", f"X{n % 30}", "2024-01-01", "2.50"] for n in range(200)]
        return [invented.write(folder / "o'r d#ers.csv", header, rows)]

    found = columns(drafted(write), "purchases")
    assert (found["customer_id"], found["product_id"]) == ("customer: id", 'product "id" #')
    assert MISSING not in found.values()


def test_tags_are_no_purchases(drafted):
    """Who, what and when is not enough beside ratings."""

    def write(folder):
        ratings = [[n % 20, n % 30, 1 + n % 5, 964982703 + n] for n in range(200)]
        tags = [[n % 20, n % 30, "funny", 1445714994 + n] for n in range(200)]
        return [
            invented.write(
                folder / "ratings.csv", ["userId", "movieId", "rating", "timestamp"], ratings
            ),
            invented.write(folder / "tags.csv", ["userId", "movieId", "tag", "timestamp"], tags),
        ]

    draft = drafted(write)
    assert [table.name for table in draft.tables] == ["ratings"]
    [unused] = draft.unused
    assert unused.label == "tags.csv"


def test_an_amount_that_counts(drafted):
    def write(folder):
        rows = [
            [f"C{n % 20}", f"P{n % 15}", f"2024-01-{1 + n % 28:02}", 1 + n % 4, (1 + n % 4) * 27]
            for n in range(300)
        ]
        header = ["CUSTOMER_ID", "PRODUCT_ID", "TRANSACTION_DT", "AMOUNT", "SALES_PRICE"]
        return [invented.write(folder / "sales.csv", header, rows)]

    found = columns(drafted(write), "purchases")
    assert (found["quantity"], found["amount"]) == ("AMOUNT", "SALES_PRICE")


def test_titles_of_lines_stay_beside_a_product_file(drafted):
    """Postage is in no product file: only its lines' titles tell what it is."""

    def files(folder: Path) -> list[Path]:
        sold = invented.lines()
        known = {line.product: line.title for line in sold}
        rows = [
            (line.customer, f"A{line.product:04}", line.title, line.at, line.units) for line in sold
        ]
        postage = [(line.customer, "VERS", "Versandkosten", line.at, 1) for line in sold[:5]]
        return [
            invented.write(
                folder / "sales.csv", ("customer", "sku", "title", "date", "qty"), rows + postage
            ),
            invented.write(
                folder / "products.csv",
                ("sku", "title"),
                [(f"A{product:04}", title) for product, title in sorted(known.items())],
            ),
        ]

    draft = drafted(files)
    assert columns(draft, "purchases")["title"] == "title"
    assert columns(draft, "products")["title"] == "title"


def test_a_time_of_day_in_a_column_of_its_own(drafted, tmp_path):
    """A till writes the day and the clock apart; another clock says when the shop opened."""

    def till(folder: Path) -> list[Path]:
        header = ["Datum", "Uhrzeit", "Bon", "Kunde", "Artikel", "Menge", "Preis"]
        rows = [
            [
                *(f"{line.at:%d.%m.%Y}", f"{line.at:%H:%M}", line.order, f"K{line.customer:03}"),
                *(f"A{line.product:03}", line.units, line.price),
            ]
            for line in invented.lines()
        ]
        return [invented.write(folder / "bons.csv", header, rows, delimiter=";")]

    draft = drafted(till)
    assert columns(draft, "purchases")["purchased_at"] == 'concat_ws(\' \', "Datum", "Uhrzeit")'
    file = load_shop(tmp_path / "shop.yml")
    with duckdb.connect() as connection:
        attach_shop(connection, file, {})
        found = connection.sql(
            "select purchased_at from recsys_inputs.purchases limit 1"
        ).fetchall()
    first = invented.lines()[0].at
    assert found == [(f"{first:%d.%m.%Y %H:%M}",)]


def test_days_alone_take_no_clock_of_another_form(drafted):
    """20230102 is read as a number; a column that is a clock in half of its lines is none."""

    def till(folder: Path) -> list[Path]:
        header = ["Date", "Note", "Order", "Customer", "Product", "Quantity"]
        rows = [
            [
                *(f"{line.at:%Y-%m-%d}", "10:15" if place % 2 else "gift", line.order),
                *(f"K{line.customer:03}", f"A{line.product:03}", line.units),
            ]
            for place, line in enumerate(invented.lines())
        ]
        return [invented.write(folder / "lines.csv", header, rows)]

    assert columns(drafted(till), "purchases")["purchased_at"] == "Date"


def test_a_report_s_title_is_not_its_header(drafted):
    """Spanish, in a workbook: a title, a blank row, the header; codes called no more than that."""

    def report(folder: Path) -> list[Path]:
        header = ["Fecha", "Nº Pedido", "Cliente", "Código", "Artículo", "Unidades", "Precio"]
        rows = [
            [
                *(line.at, line.order, f"C{line.customer}", f"{line.product:04}", line.title),
                *(line.units, line.price),
            ]
            for line in invented.lines()
        ]
        title = ["Informe de ventas"]
        return [invented.workbook(folder / "Ventas.xlsx", title, [[], header, *rows])]

    draft = drafted(report)
    table = draft.table("purchases")
    assert table.file.format == {"skip": 2}
    found = columns(draft, "purchases")
    assert (found["product_id"], found["title"]) == ("Código", "Artículo")
    assert (found["customer_id"], found["order_id"]) == ("Cliente", "Nº Pedido")
    assert any("product_id" in doubt and "Artículo" in doubt for doubt in draft.doubts)


@pytest.mark.parametrize("padded", [False, True], ids=["as it is", "filled up with delimiters"])
def test_a_title_above_a_delimited_table(drafted, tmp_path, padded):
    def report(folder: Path) -> list[Path]:
        header = ["Order", "Customer", "Date", "SKU", "Quantity"]
        rows = [
            [line.order, f"K{line.customer}", f"{line.at:%Y-%m-%d}", f"S{line.product}", line.units]
            for line in invented.lines()
        ]
        blank = [""] * 4 if padded else []
        titles = [["Orders, all shops", *blank], ["made on 2024-01-31", *blank], header]
        return [invented.write(folder / "orders.csv", [], titles + rows, delimiter=";")]

    draft = drafted(report)
    assert draft.table("purchases").file.format == {"skip": 2}
    with duckdb.connect() as connection:
        attach_shop(connection, load_shop(tmp_path / "shop.yml"), {})
        [(read,)] = connection.sql("select count(*) from recsys_inputs.purchases").fetchall()
    assert read == len(invented.lines())


def test_a_japanese_shop(drafted, tmp_path):
    def shop(folder: Path) -> list[Path]:
        header = ["注文番号", "注文日時", "会員ID", "商品コード", "商品名", "数量", "単価"]
        rows = [
            [
                *(f"{line.order:08}", f"{line.at:%Y/%m/%d %H:%M}", f"{line.customer:06}"),
                *(f"{line.product:05}", f"緑茶セット{line.product}①", line.units),
                f"{int(line.price * 100):,}円",
            ]
            for line in invented.lines()
        ]
        return [invented.write(folder / "注文.csv", header, rows, encoding="cp932")]

    draft = drafted(shop)
    assert draft.table("purchases").file.format == {"encoding": "cp932"}
    assert columns(draft, "purchases") == {
        "customer_id": "会員ID",
        "product_id": "商品コード",
        "order_id": "注文番号",
        "purchased_at": "注文日時",
        "quantity": "数量",
        "unit_price": "単価",
        "title": "商品名",
    }


def test_a_loyalty_card_is_a_customer_and_stock_in_words_is_availability(drafted):
    def till(folder: Path) -> list[Path]:
        orders = [
            [f"{line.at:%m/%d/%Y}", line.order, 4_400_000 + line.customer, f"U{line.product}"]
            for line in invented.lines()
        ]
        products = [[f"U{n}", f"Mug {n}", "yes" if n % 3 else "no"] for n in range(50)]
        return [
            invented.write(
                folder / "pos.csv", ["Trans Date", "Receipt #", "Loyalty Card", "UPC"], orders
            ),
            invented.write(folder / "items.csv", ["UPC", "Item Name", "In Stock"], products),
        ]

    draft = drafted(till)
    assert columns(draft, "purchases")["customer_id"] == "Loyalty Card"
    assert columns(draft, "products")["available"] == "In Stock"


def test_another_half_of_the_year_that_is_not_read_is_a_doubt(drafted):
    """Two files of orders that don't have the same columns: one is read, the other said aloud."""

    def shop(folder: Path) -> list[Path]:
        lines = invented.lines()
        first = [[x.order, x.customer, f"{x.at:%Y-%m-%d}", f"S{x.product}"] for x in lines]
        second = [[*row, 2] for row in first]
        header = ["order_id", "customer_id", "order_date", "sku"]
        return [
            invented.write(folder / "spring.csv", header, first[:150]),
            invented.write(folder / "autumn.csv", [*header, "qty"], second[150:]),
        ]

    draft = drafted(shop)
    read = draft.table("purchases").path
    other = "spring.csv" if read == "autumn.csv" else "autumn.csv"
    assert any(other in doubt and "isn't read" in doubt for doubt in draft.doubts)


def sold(invented_lines, customer=lambda line: f"C{line.customer:03}"):
    return [
        [line.order, customer(line), f"S{line.product}", line.at.date(), line.units, line.price]
        for line in invented_lines
    ]


SOLD = ["order_no", "customer", "sku", "order_date", "qty", "price"]


def test_parents_of_variants_and_merged_customers(drafted):
    """Few as they are: what they name is sold, or bought, in the lines."""

    def write(folder):
        parents = [["S0", "", "Tee"], ["S1", "S0", "Tee M"], ["S2", "S0", "Tee L"]]
        merges = [["C001", "C002", "f"], ["C003", "", "m"], ["C004", "", "f"]]
        return [
            invented.write(folder / "sales.csv", SOLD, sold(invented.lines())),
            invented.write(folder / "products.csv", ["sku", "parent_sku", "title"], parents),
            invented.write(folder / "customers.csv", ["id", "merged_into", "gender"], merges),
        ]

    draft = drafted(write)
    assert columns(draft, "products") == {
        "product_id": "sku",
        "title": "title",
        "recommend_as": "parent_sku",
    }
    assert columns(draft, "customers") == {
        "customer_id": "id",
        "merged_into": "merged_into",
        "gender": "gender",
    }


def test_a_parent_that_is_no_product_is_none(drafted):
    """Style codes stand for no product of their own: nothing could be recommended as them."""

    def write(folder):
        styles = [[f"S{number}", f"T{number // 5}", f"Tee {number}"] for number in range(50)]
        return [
            invented.write(folder / "sales.csv", SOLD, sold(invented.lines())),
            invented.write(folder / "products.csv", ["sku", "parent", "title"], styles),
        ]

    draft = drafted(write)
    assert "recommend_as" not in columns(draft, "products")
    [said] = [said for said in draft.table("products").left_out if said.startswith("parent")]
    assert "0 % of its values are product_ids" in said


@pytest.mark.parametrize("name", ["customers.csv", "crm.csv"])
@pytest.mark.parametrize("first", ["email", "id"])
def test_a_customer_file_joins_by_its_id_rather_than_by_its_mail(drafted, name, first):
    def write(folder):
        header = ["email", "id", "plan"] if first == "email" else ["id", "email", "plan"]
        rows = [(f"a{number}@mail.com", f"C{number:03}", "ab"[number % 2]) for number in range(40)]
        kept = rows if first == "email" else [(row[1], row[0], row[2]) for row in rows]
        return [
            invented.write(folder / "sales.csv", SOLD, sold(invented.lines())),
            invented.write(folder / name, header, kept),
        ]

    assert columns(drafted(write), "customers") == {"customer_id": "id", "plan": "plan"}


def test_abbreviations_of_german_ledgers(drafted):
    header = ["Beleg-Nr.", "Kd.-Nr.", "Art.-Nr.", "Datum", "Menge", "EP"]
    draft = drafted(
        lambda folder: [invented.write(folder / "umsatz.csv", header, sold(invented.lines()))]
    )
    assert columns(draft, "purchases") == {
        "customer_id": "Kd.-Nr.",
        "product_id": "Art.-Nr.",
        "order_id": "Beleg-Nr.",
        "purchased_at": "Datum",
        "quantity": "Menge",
        "unit_price": "EP",
    }


def test_sheets_of_one_shape_are_one_table(drafted, tmp_path):
    def write(folder):
        with xlsxwriter.Workbook(
            folder / "book.xlsx", {"default_date_format": "yyyy-mm-dd"}
        ) as book:
            for year in (2022, 2023):
                sheet = book.add_worksheet(f"Sales {year}")
                for number, row in enumerate([SOLD, *sold(invented.lines(60, seed=year))]):
                    sheet.write_row(number, 0, row)
            sheet = book.add_worksheet("Items")
            sheet.write_row(0, 0, ["sku", "title"])
            for number in range(50):
                sheet.write_row(number + 1, 0, [f"S{number}", f"Tea no. {number}"])
        return [folder / "book.xlsx"]

    draft = drafted(write)
    assert draft.table("purchases").file.format == {"sheet": "Sales *"}
    assert draft.table("products").file.format == {"sheet": "Items"}
    assert not any("isn't read" in doubt for doubt in draft.doubts)
    with duckdb.connect() as connection:
        attach_shop(connection, load_shop(tmp_path / "shop.yml"), {})
        files = connection.execute(
            "select file, count(*) from recsys_inputs.purchases group by all order by all"
        ).fetchall()
    expected = [len(invented.lines(60, seed=year)) for year in (2022, 2023)]
    assert files == [
        (f"book.xlsx#Sales {year}", rows) for year, rows in zip((2022, 2023), expected, strict=True)
    ]


@pytest.mark.parametrize(
    ("written", "scale"),
    [
        ("{} out of 5", {}),
        ("{}/5", {}),
        ("{} stars", {}),
        ("{} Sterne", {}),
        ("{}/10", {"rating_max": 10}),
    ],
)
def test_a_scale_of_ratings_in_words(drafted, written, scale):
    def write(folder):
        rows = [
            (f"u{n % 17}", f"p{n % 23}", written.format(1 + n % 5), f"2023-05-{1 + n % 28:02}")
            for n in range(300)
        ]
        return [invented.write(folder / "a.csv", ["user_id", "product_id", "rating", "date"], rows)]

    draft = drafted(write)
    assert {setting.name: setting.value for setting in draft.settings} == scale


def three_files(folder):
    orders = {line.order: line for line in invented.lines()}
    heads = [(number, f"C{line.customer}", line.at) for number, line in orders.items()]
    rows = [(line.order, f"S{line.product}", line.price) for line in invented.lines()]
    reviews = [
        (f"C{line.customer}", f"S{line.product}", 1 + line.order % 5, line.at.date())
        for line in orders.values()
    ]
    return [
        invented.write(folder / "o.csv", ["order_id", "customer_id", "order_purchase_date"], heads),
        invented.write(folder / "oi.csv", ["order_id", "product_id", "price"], rows),
        invented.write(folder / "rv.csv", ["customer_id", "product_id", "rating", "date"], reviews),
    ]


def test_reviews_beside_orders_and_their_lines(drafted):
    with pytest.raises(ShopFileError, match="with --join writes them as one"):
        drafted(three_files)
    # what was written in the attempt is written again
    draft = drafted(three_files, join=True)
    assert columns(draft, "purchases")["customer_id"] == "customer_id"
    assert columns(draft, "ratings")["rating"] == "rating"


def test_nothing_to_join_is_said(drafted):
    with pytest.raises(ShopFileError, match="--join: no two of these files"):
        drafted(
            lambda folder: [invented.write(folder / "sales.csv", SOLD, sold(invented.lines()))],
            join=True,
        )


def months(folder, names):
    """Write a file per month: the first is UTF-8, the last isn't, those between are ASCII."""
    lines = sold(invented.lines())
    paths = [
        invented.write(folder / name, SOLD, lines[month :: len(names)])
        for month, name in enumerate(names)
    ]
    for path, encoding in ((paths[0], "utf-8"), (paths[-1], "windows-1252")):
        path.write_bytes(path.read_bytes() + "9999,CüR,S1,2023-01-05,1,2.95\n".encode(encoding))
    return paths


def test_a_month_in_another_encoding_is_said_once(drafted):
    draft = drafted(lambda folder: months(folder, ["v_0.csv", "v_1.csv", "v_2.csv"]))
    assert draft.table("purchases").path == "v_[01].csv"
    [doubt] = [doubt for doubt in draft.table("purchases").doubts if "v_2.csv" in doubt]
    assert "isn't read" in doubt


def test_a_path_that_names_a_file_of_another_encoding_is_marked(drafted):
    """No pattern names v_5 and v_10, and v_7 not."""
    with pytest.raises(AssertionError, match="line"):  # it can't be opened as it is
        drafted(lambda folder: months(folder, ["v_5.csv", "v_10.csv", "v_7.csv"]))


def test_a_path_that_names_a_file_of_another_encoding_is_marked_once(tmp_path):
    paths = months(tmp_path, ["v_5.csv", "v_10.csv", "v_7.csv"])
    draft = draft_shop(paths, tmp_path / "shop.yml")
    [doubt] = [doubt for doubt in draft.table("purchases").doubts if "v_7.csv" in doubt]
    assert doubt.startswith("the path names v_7.csv, too, which isn't written like the others")


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_purchases_without_a_header(drafted, delimiter):
    def write(folder):
        rows = [
            (f"C{line.customer:04}", f"SKU{line.product:03}", line.at.date(), 1, line.price)
            for line in invented.lines()
        ]
        return [invented.write(folder / "nh.csv", [], rows, delimiter=delimiter)]

    draft = drafted(write)
    found = columns(draft, "purchases")
    assert (found["customer_id"], found["product_id"], found["purchased_at"]) == (
        "column0",
        "column1",
        "column2",
    )
    assert any("no header" in doubt for doubt in draft.doubts)


def test_the_only_time_is_taken_with_a_mark(drafted):
    header = ["order_no", "customer", "sku", "Paid at", "qty", "price"]
    draft = drafted(
        lambda folder: [invented.write(folder / "sales.csv", header, sold(invented.lines()))]
    )
    assert columns(draft, "purchases")["purchased_at"] == "Paid at"
    assert any("is it when it was bought" in doubt for doubt in draft.doubts)
