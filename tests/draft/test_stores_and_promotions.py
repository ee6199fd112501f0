"""What a draft makes of stores, channels, discounts and promotions."""

import pytest

ORDERS = 240


def orders(folder, head, values):
    """Write lines of orders with more columns; values are those of a line by its number."""
    lines = [f"order_no,customer,sku,date,qty,amount,{head}"]
    lines += [
        f"O{n // 3},C{n // 3 % 40},P{n * 7 % 30:03},2024-0{1 + n // 100}-{1 + n // 3 % 28:02},"
        f"{1 + n % 3},{(1 + n % 3) * 2.5:.2f},{values(n)}"
        for n in range(ORDERS)
    ]
    (folder / "orders.csv").write_text("\n".join(lines), encoding="utf-8")
    return folder / "orders.csv"


def drafted_of(drafted, head, values):
    table = drafted(lambda folder: [orders(folder, head, values)]).table("purchases")
    return {column.target: column for column in table.columns}


@pytest.mark.parametrize("head", ["store_id", "StoreNo", "Filiale", "shop_id", "outlet", "tienda"])
def test_where_it_was_sold(drafted, head):
    found = drafted_of(drafted, head, lambda n: f"0{n // 3 % 4}")
    assert (found["store_id"].source, found["store_id"].doubt) == (head, "")
    assert found["order_id"].source == "order_no"


@pytest.mark.parametrize("head", ["terminal", "cashier", "warehouse"])
def test_what_stands_in_a_store_is_none(drafted, head):
    assert "store_id" not in drafted_of(drafted, head, lambda n: f"0{n // 3 % 4}")


@pytest.mark.parametrize("head", ["channel", "sales_channel", "Kanal"])
def test_how_it_was_sold(drafted, head):
    found = drafted_of(drafted, head, lambda n: ("web", "store")[n // 3 % 2])
    assert (found["channel"].source, found["channel"].doubt) == (head, "")


@pytest.mark.parametrize("head", ["discount", "Rabatt", "discount_amount", "retail_disc"])
def test_money_taken_off_is_marked(drafted, head):
    found = drafted_of(drafted, head, lambda n: (0, 0, "1.50")[n % 3])
    assert found["discount"].source == head
    assert "is it money taken off the line" in found["discount"].doubt


def test_a_share_taken_off_is_no_money(drafted):
    assert "discount" not in drafted_of(drafted, "discount", lambda n: (0, "0.2", "0.5")[n % 3])


PRICES = [
    ("regular_price", "price_paid"),
    ("list price", "price"),
    ("Listenpreis", "Preis"),
    ("original_price", "final_price"),
    ("RRP", "unit_price"),
]


def priced(folder, head, before):
    """Write lines whose last two columns are the price before discounts and what was paid."""
    lines = [f"order_no,customer,sku,date,qty,{head}"]
    for n in range(ORDERS):
        price = 2 + n * 7 % 30 / 10
        paid = price * (0.8 if n % 5 == 0 else 1)
        lines.append(
            f"O{n // 3},C{n // 3 % 40},P{n * 7 % 30:03},2024-0{1 + n // 100}-{1 + n // 3 % 28:02},"
            f"{1 + n % 3},{before(price):.2f},{paid:.2f}"
        )
    (folder / "orders.csv").write_text("\n".join(lines), encoding="utf-8")
    return [folder / "orders.csv"]


@pytest.mark.parametrize(("before", "paid"), PRICES, ids=lambda name: name)
def test_a_price_before_discounts_stands_beside_what_was_paid(drafted, before, paid):
    draft = drafted(lambda folder: priced(folder, f"{before},{paid}", lambda price: price))
    table = draft.table("purchases")
    assert (table.source("list_price"), table.source("unit_price")) == (before, paid)
    assert table.column("list_price").evidence.endswith(f"no less than '{paid}'")
    assert table.left_out == []


@pytest.mark.parametrize(("before", "paid"), PRICES, ids=lambda name: name)
def test_a_price_below_what_was_paid_is_not_the_one_before_discounts(drafted, before, paid):
    draft = drafted(lambda folder: priced(folder, f"{before},{paid}", lambda price: price / 2))
    assert draft.table("purchases").column("list_price") is None


def test_a_price_alone_is_what_was_paid(drafted):
    """What the shop pays isn't what the customer paid."""
    draft = drafted(lambda folder: priced(folder, "regular_price,cost_price", lambda price: price))
    table = draft.table("purchases")
    assert (table.source("unit_price"), table.column("list_price")) == ("regular_price", None)


def other_files(folder, plan_head, plan):
    (folder / "stores.csv").write_text(
        "store_no,city,size\n" + "\n".join(f"0{n},Town {n},{n}00" for n in range(4)), "utf-8"
    )
    (folder / "promotions.csv").write_text(
        plan_head + "\n" + "\n".join(plan(n) for n in range(60)), "utf-8"
    )
    lines = orders(folder, "store_no", lambda n: f"0{n // 3 % 4}")
    return [lines, folder / "stores.csv", folder / "promotions.csv"]


def test_stores_and_promotions_have_tables(drafted):
    head = "sku,store_no,start_date,end_date,type,discount,announced"
    draft = drafted(
        lambda folder: other_files(
            folder,
            head,
            lambda n: (
                f"P{n % 30:03},0{n % 4},2024-02-0{1 + n % 7},2024-02-1{n % 7},"
                f"{('mailer', 'display')[n % 2]},{10 + n % 3 * 10} %,2024-01-01"
            ),
        )
    )
    assert [table.name for table in draft.tables] == ["purchases", "stores", "promotions"]
    assert {c.target: c.source for c in draft.table("stores").columns} == {
        "store_id": "store_no",
        "region": "city",
        "size": "size",
    }
    plan = draft.table("promotions")
    assert {column.target: column.source for column in plan.columns} == {
        **{"product_id": "sku", "store_id": "store_no", "starts": "start_date"},
        **{"ends": "end_date", "kind": "type", "discount": "discount", "planned_at": "announced"},
    }
    assert not draft.doubts
    assert "100 % of them are in stores.csv" in plan.column("store_id").evidence


OF_STORES = [
    ("FilialNr,Ort,Region", "Region", {"ort": "Ort"}),
    ("store_nbr,city,state,type", "state", {"city": "city", "type": "type"}),
    ("sucursal_id,ciudad,provincia", "provincia", {"ciudad": "ciudad"}),
    (
        "store_id,region,Region 2,region_2",
        "region",
        {"region_2": "Region 2", "region_2_2": "region_2"},
    ),
]


@pytest.mark.parametrize(("head", "region", "others"), OF_STORES, ids=lambda said: str(said)[:20])
def test_a_region_has_several_towns_and_each_column_a_name_of_its_own(
    drafted, head, region, others
):
    columns = head.split(",")

    def write(folder):
        of_stores = [["x", "y", "z", "w"][: len(columns) - 1] for _ in range(4)]
        rows = [[f"0{n}", *(f"{value}{n % 2}" for value in of)] for n, of in enumerate(of_stores)]
        (folder / "stores.csv").write_text(
            "\n".join(",".join(row) for row in [columns, *rows]), "utf-8"
        )
        lines = orders(folder, columns[0], lambda n: f"0{n // 3 % 4}")
        return [lines, folder / "stores.csv"]

    draft = drafted(write)
    sources = {column.target: column.source for column in draft.table("stores").columns}
    assert sources == {"store_id": columns[0], "region": region, **others}
    assert draft.table("purchases").source("store_id") == columns[0]


@pytest.mark.parametrize("head", ["Werbeart", "Aktionsart", "promo_mechanic", "tactic"])
def test_how_it_was_promoted(drafted, head):
    draft = drafted(
        lambda folder: other_files(
            folder,
            f"sku,store_no,start_date,end_date,{head}",
            lambda n: f"P{n % 30:03},0{n % 4},2024-02-01,2024-02-07,{('mailer', 'display')[n % 2]}",
        )
    )
    assert draft.table("promotions").source("kind") == head


def test_promotions_by_week(drafted):
    draft = drafted(
        lambda folder: other_files(
            folder, "sku,store_no,week", lambda n: f"P{n % 30:03},0{n % 4},2024-02-0{1 + n % 7}"
        )
    )
    assert draft.table("promotions").source("week") == "week"


def test_numbers_of_weeks_say_no_day(drafted):
    """Nobody but the shop knows when its first week began."""
    draft = drafted(
        lambda folder: other_files(
            folder, "sku,store_no,week", lambda n: f"P{n % 30:03},0{n % 4},{1 + n % 7}"
        )
    )
    assert draft.table("promotions") is None
    [unused] = draft.unused
    assert unused.label == "promotions.csv"
    assert "on which days" in unused.why


def test_assortments_have_a_table(drafted):
    def files(folder):
        (folder / "assortment.csv").write_text(
            "sku,store_no,valid_from,valid_until\n"
            + "\n".join(
                f"P{n % 30:03},0{n // 30},2024-01-0{1 + n % 7},2024-0{2 + n % 5}-28"
                for n in range(120)
            ),
            "utf-8",
        )
        return [orders(folder, "store_no", lambda n: f"0{n // 3 % 4}"), folder / "assortment.csv"]

    draft = drafted(files)
    assert {column.target: column.source for column in draft.table("assortment").columns} == {
        **{"product_id": "sku", "store_id": "store_no"},
        **{"starts": "valid_from", "ends": "valid_until"},
    }
