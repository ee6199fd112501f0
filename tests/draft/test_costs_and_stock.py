"""Columns of products that say what they cost the shop, what it keeps, and how many are there."""

import pytest
from invented_meanings import receipts

from recsys.draft.draft import MISSING


@pytest.fixture
def products_of(drafted):
    """Return a function that drafts a shop whose products have more columns, and their columns."""

    def products(columns):
        def shop(folder):
            orders = ["order,customer,sku,date,price"]
            orders += [
                f"{line.store}-{line.ever},C{line.customer},P{line.product:03},{line.at},2.50"
                for line in receipts()
            ]
            heads = ["sku", "title", *columns]
            goods = [
                ",".join([f"P{n:03}", f"Mug number {n}", *(value(n) for value in columns.values())])
                for n in range(60)
            ]
            for name, lines in (("orders", orders), ("products", [",".join(heads), *goods])):
                (folder / f"{name}.csv").write_text("\n".join(lines), encoding="utf-8")
            return [folder / "orders.csv", folder / "products.csv"]

        table = drafted(shop).table("products")
        found = {column.target: column.source for column in table.columns}
        assert MISSING not in found.values()
        return found, {column.target: column.doubt for column in table.columns}

    return products


def price(n):
    return f"{3 + n % 7}.90"


def cost(n):
    return f"{1 + n % 5}.25"


def units(n):
    return str(n * 7 % 90)


def share(n):
    return f"0.{20 + n % 30}"


@pytest.mark.parametrize(
    ("heads", "expected"),
    [
        (("Price", "Cost"), {"price": "Price", "cost": "Cost"}),
        (("Cost Price", "Retail Price"), {"cost": "Cost Price", "price": "Retail Price"}),
        (("VK-Preis", "EK"), {"price": "VK-Preis", "cost": "EK"}),
        (("EK-Preis", "VK-Preis"), {"cost": "EK-Preis", "price": "VK-Preis"}),
        (("UnitCost", "UnitPrice"), {"cost": "UnitCost", "price": "UnitPrice"}),
        (("Precio", "Costo"), {"price": "Precio", "cost": "Costo"}),
    ],
)
def test_what_a_product_costs_the_shop_is_no_price(products_of, heads, expected):
    values = {head: cost if expected.get("cost") == head else price for head in heads}
    found, doubts = products_of(values)
    assert {name: found.get(name) for name in ("price", "cost")} == expected
    assert doubts["cost"] == ""


def test_a_cost_without_a_price_is_doubted(products_of):
    found, doubts = products_of({"Cost": cost})
    assert (found["cost"], "price" in found) == ("Cost", False)
    assert "is it what customers pay" in doubts["cost"]


@pytest.mark.parametrize("head", ["Margin", "margin_pct", "Marge", "Gross Margin"])
@pytest.mark.parametrize("value", [share, lambda n: f"{20 + n % 30} %"])
def test_a_share_that_the_shop_keeps_is_its_margin(products_of, head, value):
    found, _ = products_of({"Price": price, head: value})
    assert found["margin"] == head


def test_amounts_are_no_margin_and_beside_a_cost_none_is_needed(products_of):
    found, _ = products_of({"Price": price, "Margin": cost})
    assert "margin" not in found
    found, _ = products_of({"Price": price, "Cost": cost, "Margin": share})
    assert (found["cost"], "margin" in found) == ("Cost", False)


@pytest.mark.parametrize(
    "head", ["Stock", "OnHand", "Qty on hand", "Inventory", "Lagerbestand", "stock_level"]
)
def test_units_at_hand_are_stock(products_of, head):
    found, _ = products_of({head: units})
    assert (found.get("stock"), "available" in found) == (head, False)


def test_stock_that_is_yes_or_no_is_availability(products_of):
    found, _ = products_of({"Stock": lambda n: str(n % 2)})
    assert ("stock" in found, "Stock" in found["available"]) == (False, True)


def test_stock_and_availability_stand_side_by_side(products_of):
    found, _ = products_of({"Active": lambda n: "yes" if n % 3 else "no", "Stock": units})
    assert (found["stock"], found["available"]) == ("Stock", "Active")
