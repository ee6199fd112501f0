"""Exports of shops that don't exist, as their systems would write them."""

import csv
import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import xlsxwriter

START = datetime(2023, 1, 2, 8)
NOUNS = ("Tee", "Kanne", "Tasse", "Decke", "Lampe", "Vase", "Kerze", "Uhr", "Schale", "Korb")
HUES = ("rot", "blau", "grün", "weiß", "gelb")


class Line:
    """One line of an order."""

    def __init__(self, order: int, customer: int, product: int, at: datetime, units: int) -> None:
        self.order, self.customer, self.product, self.at, self.units = (
            order,
            customer,
            product,
            at,
            units,
        )
        self.title = f"{NOUNS[product % 10]} {HUES[product // 10 % 5]}"
        self.price = 1 + product * 37 % 50 + 0.95


def lines(orders: int = 150, seed: int = 1) -> list[Line]:
    """Return lines of orders of 40 customers and 50 products over 280 days, sorted by time."""
    chance = random.Random(seed)  # noqa: S311
    found = []
    for order in range(orders):
        at = START + timedelta(days=order * 280 / orders, minutes=chance.randrange(600))
        customer = chance.randrange(40)
        for product in chance.sample(range(50), chance.randint(1, 4)):
            found.append(Line(order, customer, product, at, chance.choice((1, 1, 1, 2, 3, -1))))
    return found


def write(
    path: Path,
    header: Sequence[str],
    rows: Iterator[Sequence[object]] | Sequence[Sequence[object]],
    delimiter: str = ",",
    encoding: str = "utf-8",
) -> Path:
    """Write a delimited file; without a header where it's empty."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        if header:
            writer.writerow(header)
        writer.writerows(rows)
    return path


def german(folder: Path) -> list[Path]:
    """Semicolons, decimal commas, dd.mm.yyyy, Windows' characters; products and customers."""

    def comma(value: float) -> str:
        return f"{value:.2f}".replace(".", ",")

    orders = write(
        folder / "Bestellungen.csv",
        [
            "BestellNr",
            "KundenNr",
            "Bestelldatum",
            "ArtikelNr",
            "Menge",
            "Einzelpreis",
            "Gesamtpreis",
        ],
        [
            [
                f"B{line.order:05}",
                f"{line.customer:06}",
                f"{line.at:%d.%m.%Y %H:%M}",
                f"{line.product:04}",
                line.units,
                comma(line.price),
                comma(line.price * line.units),
            ]
            for line in lines()
        ],
        delimiter=";",
        encoding="windows-1252",
    )
    products = write(
        folder / "Artikel.csv",
        ["ArtikelNr", "Bezeichnung", "Warengruppe", "Hersteller", "VK-Preis", "Lagerbestand"],
        [
            [
                f"{line.product:04}",
                line.title,
                f"Gruppe {line.product % 6}",
                f"Müller & Söhne {line.product % 4}",
                f"{comma(line.price)} €",
                line.product % 9,
            ]
            for line in {line.product: line for line in lines()}.values()
        ],
        delimiter=";",
        encoding="windows-1252",
    )
    customers = write(
        folder / "Kunden.csv",
        [
            "KundenNr",
            "Vorname",
            "Nachname",
            "E-Mail",
            "Geschlecht",
            "Altersgruppe",
            "Ort",
            "Geburtsdatum",
        ],
        [
            [
                f"{n:06}",
                f"Vor{n}",
                f"Nach{n}",
                f"k{n}@example.com",
                "wm"[n % 2],
                f"{20 + n % 5 * 10}-{29 + n % 5 * 10}",
                f"Ort {n % 4}",
                f"0{1 + n % 9}.05.19{60 + n}",
            ]
            for n in range(40)
        ],
        delimiter=";",
        encoding="windows-1252",
    )
    return [orders, products, customers]


def shopify(folder: Path) -> list[Path]:
    """Write the order export: an order's head stands on its first line only."""
    header = [
        "Name",
        "Email",
        "Financial Status",
        "Paid at",
        "Fulfillment Status",
        "Currency",
        "Subtotal",
        "Shipping",
        "Taxes",
        "Total",
        "Discount Code",
        "Discount Amount",
        "Created at",
        "Lineitem quantity",
        "Lineitem name",
        "Lineitem price",
        "Lineitem compare at price",
        "Lineitem sku",
        "Lineitem fulfillment status",
        "Billing Name",
        "Billing Zip",
        "Vendor",
        "Id",
    ]
    rows, before = [], None
    for line in lines():
        is_first = line.order != before
        before = line.order
        head = [
            "paid" if line.order % 9 else "refunded",
            f"{line.at:%Y-%m-%d %H:%M:%S} +0100",
            "fulfilled",
            "EUR",
            f"{line.price:.2f}",
            "4.90",
            "1.20",
            f"{line.price + 6.1:.2f}",
            "",
            "0.00",
        ]
        rows.append(
            [f"#{1001 + line.order}", f"ann{line.customer}@example.com"]
            + (head if is_first else [""] * len(head))
            + [
                f"{line.at:%Y-%m-%d %H:%M:%S} +0100",
                max(1, line.units),
                line.title,
                f"{line.price:.2f}",
                "",
                f"SKU-{line.product:03}",
                "fulfilled",
                f"Ann {line.customer}",
                f"'{10000 + line.customer}",
                "Acme",
                9_000_000 + line.order,
            ]
        )
    return [write(folder / "orders_export_1.csv", header, rows)]


def woocommerce(folder: Path) -> list[Path]:
    """Lines of orders as the common exporter of orders writes them."""
    header = [
        "Order Number",
        "Order Status",
        "Order Date",
        "Customer Note",
        "First Name (Billing)",
        "Email (Billing)",
        "City (Billing)",
        "Payment Method Title",
        "Cart Discount Amount",
        "Order Subtotal Amount",
        "Order Shipping Amount",
        "Order Total Amount",
        "SKU",
        "Item #",
        "Item Name",
        "Quantity (- Refund)",
        "Item Cost",
        "Customer User ID",
    ]
    rows = [
        [
            line.order + 500,
            "Completed",
            f"{line.at:%Y-%m-%d %H:%M}",
            "",
            "Ann",
            f"ann{line.customer}@example.com",
            "Paris",
            "PayPal",
            "0",
            f"{line.price:.2f}",
            "4.9",
            f"{line.price + 4.9:.2f}",
            f"W{line.product}",
            1,
            line.title,
            line.units,
            f"{line.price:.2f}",
            line.customer + 1,
        ]
        for line in lines()
    ]
    return [write(folder / "woo-orders.csv", header, rows)]


def amazon_reviews(folder: Path) -> list[Path]:
    """Reviews of 2023 with times in milliseconds."""
    rows = [
        [
            float(1 + (line.customer * line.product) % 5),
            "Nice",
            f"Nice, {line.title}",
            "[]",
            f"B0{line.product:08}",
            f"B0{line.product // 5:08}",
            f"AE{line.customer:020}",
            int(line.at.timestamp() * 1000),
            line.units,
            "true",
        ]
        for line in lines()
    ]
    header = [
        "rating",
        "title",
        "text",
        "images",
        "asin",
        "parent_asin",
        "user_id",
        "timestamp",
        "helpful_vote",
        "verified_purchase",
    ]
    return [write(folder / "reviews.csv", header, rows)]


def instacart(folder: Path) -> list[Path]:
    """Orders and their products apart, and no date."""
    found = lines()
    heads = {line.order: line for line in found}.values()
    orders = write(
        folder / "orders.csv",
        [
            "order_id",
            "user_id",
            "eval_set",
            "order_number",
            "order_dow",
            "order_hour_of_day",
            "days_since_prior_order",
        ],
        [[h.order + 1, h.customer + 1, "prior", 1 + h.order // 40, 3, 12, 7.0] for h in heads],
    )
    details = write(
        folder / "order_products__prior.csv",
        ["order_id", "product_id", "add_to_cart_order", "reordered"],
        [[line.order + 1, line.product + 1, 1, 0] for line in found],
    )
    products = write(
        folder / "products.csv",
        ["product_id", "product_name", "aisle_id", "department_id"],
        [[n + 1, f"{NOUNS[n % 10]} {HUES[n // 10]}", n % 7, n % 3] for n in range(50)],
    )
    return [orders, details, products]


def heads_and_lines(folder: Path) -> list[Path]:
    """Orders and their lines apart, with a date, as most databases have them."""
    found = lines()
    heads = {line.order: line for line in found}.values()
    orders = write(
        folder / "orders.csv",
        ["id", "customer_id", "created_at", "status", "total"],
        [
            [h.order, f"C{h.customer}", f"{h.at:%Y-%m-%dT%H:%M:%SZ}", "complete", f"{h.price:.2f}"]
            for h in heads
        ],
    )
    details = write(
        folder / "order_items.csv",
        ["id", "order_id", "product_id", "quantity", "unit_price"],
        [
            [n, line.order, f"P{line.product}", line.units, f"{line.price:.2f}"]
            for n, line in enumerate(found)
        ],
    )
    return [orders, details]


def french(folder: Path) -> list[Path]:
    """Tabs, dates that may be of either order, one file per month."""
    found = [line for line in lines() if line.at.day <= 12]
    paths = []
    for month in (1, 2, 3):
        rows = [
            [
                f"CL{line.customer}",
                f"REF{line.product}",
                f"{line.at:%d/%m/%Y}",
                line.units,
                f"{line.price:.2f}".replace(".", ","),
                line.title,
                f"Rayon {line.product % 5}",
            ]
            for line in found
            if line.at.month == month
        ]
        header = [
            "Code client",
            "Réf. produit",
            "Date achat",
            "Quantité",
            "Prix unitaire",
            "Désignation",
            "Catégorie",
        ]
        paths.append(write(folder / f"achats_2023-0{month}.tsv", header, rows, delimiter="\t"))
    return paths


def polish(folder: Path) -> list[Path]:
    """Polish names, in the characters of Eastern Europe."""
    header = [
        "Numer zamówienia",
        "Data zamówienia",
        "Klient",
        "Towar",
        "Nazwa towaru",
        "Ilość",
        "Cena",
    ]
    rows = [
        [
            line.order,
            f"{line.at:%Y-%m-%d}",
            f"K{line.customer}",
            f"T{line.product}",
            f"Żółta łódź {line.product}",
            line.units,
            f"{line.price:.2f}".replace(".", ","),
        ]
        for line in lines()
    ]
    return [write(folder / "zamowienia.csv", header, rows, delimiter=";", encoding="windows-1250")]


def event_log(folder: Path) -> list[Path]:
    """Write views, carts and purchases in one file."""
    rows = [
        [
            f"{line.at:%Y-%m-%d %H:%M:%S} UTC",
            event,
            1000 + line.product,
            77 + line.product % 5,
            f"home.{NOUNS[line.product % 10]}",
            "acme",
            f"{line.price:.2f}",
            500 + line.customer,
            f"s-{line.order}",
        ]
        for line in lines()
        for event in ("view", "cart", "purchase")
    ]
    header = [
        "event_time",
        "event_type",
        "product_id",
        "category_id",
        "category_code",
        "brand",
        "price",
        "user_id",
        "user_session",
    ]
    return [write(folder / "events.csv", header, rows)]


def counted_days(folder: Path) -> list[Path]:
    """Days counted from the first, no date."""
    rows = [
        [
            line.customer,
            line.order,
            (line.at - START).days + 1,
            line.product,
            line.units,
            f"{line.units * line.price:.2f}",
            3,
            1631,
            1 + (line.at - START).days // 7,
        ]
        for line in lines()
    ]
    header = [
        "household_key",
        "BASKET_ID",
        "DAY",
        "PRODUCT_ID",
        "QUANTITY",
        "SALES_VALUE",
        "STORE_ID",
        "TRANS_TIME",
        "WEEK_NO",
    ]
    return [write(folder / "transaction_data.csv", header, rows)]


def names_only(folder: Path) -> list[Path]:
    """No product ids, the names stand for the products."""
    rows = [[1000 + line.customer, f"{line.at:%d-%m-%Y}", line.title] for line in lines()]
    header = ["Member_number", "Date", "itemDescription"]
    return [write(folder / "Groceries_dataset.csv", header, rows)]


def headerless(folder: Path) -> list[Path]:
    """Ratings with tabs, without a header, of a name that says nothing."""
    rows = [
        [line.customer + 1, line.product + 1, 1 + line.product % 5, int(line.at.timestamp())]
        for line in lines()
    ]
    return [write(folder / "u.data", [], rows, delimiter="\t")]


def typed_headers(folder: Path) -> list[Path]:
    """Types behind the names, in files of unknown endings."""
    rows = [
        [line.customer + 1, line.product + 1, 1 + line.product % 5, float(line.at.timestamp())]
        for line in lines()
    ]
    header = ["user_id:token", "item_id:token", "rating:float", "timestamp:float"]
    ratings = write(folder / "shop.inter", header, rows, delimiter="\t")
    items = [[n + 1, f"Film {HUES[n % 5]} {n}", 1990 + n % 9, "Drama Comedy"] for n in range(50)]
    header = ["item_id:token", "movie_title:token_seq", "release_year:token", "class:token_seq"]
    return [ratings, write(folder / "shop.item", header, items, delimiter="\t")]


def spreadsheet(folder: Path) -> list[Path]:
    """Write a wide sheet of one line per line of an order, with much that nobody needs."""
    header = [
        "Row ID",
        "Order ID",
        "Order Date",
        "Ship Date",
        "Ship Mode",
        "Customer ID",
        "Customer Name",
        "Segment",
        "Country",
        "City",
        "State",
        "Postal Code",
        "Region",
        "Product ID",
        "Category",
        "Sub-Category",
        "Product Name",
        "Sales",
        "Quantity",
        "Discount",
        "Profit",
    ]
    rows = [
        [
            n,
            f"CA-{line.order}",
            line.at,
            line.at + timedelta(days=3),
            "Second Class",
            f"CG-{line.customer}",
            f"Ann {line.customer}",
            "Consumer",
            "United States",
            "Paris",
            "Kentucky",
            42420,
            "South",
            f"FUR-{line.product}",
            f"Cat {line.product % 3}",
            f"Sub {line.product % 8}",
            line.title,
            line.price * abs(line.units),
            abs(line.units),
            0.2,
            1.5,
        ]
        for n, line in enumerate(lines())
    ]
    return [workbook(folder / "superstore.xlsx", header, rows)]


def pivot(folder: Path) -> list[Path]:
    """Write a column per month: no line says what was bought when by whom."""
    header = ["Kunde", "Artikel", "2023-01", "2023-02", "2023-03", "2023-04"]
    rows = [[f"K{n % 40}", f"A{n % 50}", n % 4, n % 3, n % 5, n % 2] for n in range(120)]
    return [workbook(folder / "pivot.xlsx", header, rows)]


def workbook(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    """Write a workbook of one sheet."""
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd hh:mm"}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([header, *rows]):
            sheet.write_row(number, 0, row)
    return path
